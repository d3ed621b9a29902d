"""Booking: read, work out, post, and again when somebody was faster. What a person decides is booked once, by its key."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final, Protocol

from receivables.core.errors import Conflict, NotFound, Throttled, TooLarge
from receivables.core.money import Money
from receivables.ledger import Entry, EntryKind, Posting, PostOutcome, WorkingSet

MOST_TRIES: Final = 5
"""How often a posting is worked out again when others change the account meanwhile."""

MOST_PARTS: Final = 500
"""Parts in which room is made: more than all that an account can hold open."""


class Poster(Protocol):
    """The part of the ledger's store that booking needs."""

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        """Write all of it, or nothing."""

    def keyed(self, key: str) -> Entry | None:
        """The first entry of the posting that took that key."""


class Reader(Protocol):
    """The part of the ledger's store that reads accounts."""

    def working_set(self, account_id: str) -> WorkingSet | None:
        """The account with all that is open; None: no such account."""


@dataclass(frozen=True, slots=True)
class Booked:
    """The entry that a request has made. `new` False: it had been made before, and nothing was booked now."""

    entry: Entry
    new: bool

    def same(self, kind: EntryKind, amount: Money | None, *concerning: str | None) -> Booked:
        """Itself, unless what had been booked under the key is something else: raises Conflict. Without an amount,
        any is the same; `concerning` names numbers or keys of which the entry has to be about one each."""
        entry = self.entry
        about = {entry.invoice, entry.payment, entry.reverses, *(leg.item for leg in entry.legs)}
        other = entry.kind is not kind or (amount is not None and _size(entry.amount) != _size(amount))
        if not self.new and (other or not set(concerning) <= about):
            raise Conflict("the key was used for something else")
        return self


def book(
    ledger: Poster, key: str, build: Callable[[], Posting], make_room: Callable[[], Posting] | None = None
) -> Booked:
    """Take the key and post what `build` works out of what it reads, once for ever.

    Where that is more than one transaction takes, `make_room` works out what can be done of it before, a part at a time; it
    must be harmless should the rest never follow. Raises what `build` raises, and Throttled when others are always faster.
    """
    if (known := ledger.keyed(key)) is not None:
        return Booked(known, new=False)
    for _ in range(MOST_TRIES):
        posting = replace(_fitting(ledger, build, make_room), key=key)
        outcome = ledger.post(posting)
        if outcome is PostOutcome.POSTED:
            return Booked(posting.entries[0], new=True)
        if outcome is PostOutcome.DUPLICATE:
            return _taken(ledger, key)
    raise Throttled("others keep changing the account; nothing was booked")


def post_again(ledger: Poster, build: Callable[[], Posting]) -> PostOutcome:
    """Post what has a guard of its own, or changes no money. POSTED or DUPLICATE; raises Throttled."""
    for _ in range(MOST_TRIES):
        outcome = ledger.post(build())
        if outcome is not PostOutcome.STALE:
            return outcome
    raise Throttled("others keep changing the account; nothing was booked")


def working_set_of(ledger: Reader, account_id: str) -> WorkingSet:
    """The account as it stands. Raises NotFound."""
    working_set = ledger.working_set(account_id)
    if working_set is None:
        raise NotFound("account", account_id)
    return working_set


def _fitting(
    ledger: Poster, build: Callable[[], Posting], make_room: Callable[[], Posting] | None
) -> Posting:
    for _ in range(MOST_PARTS):
        try:
            return build()
        except TooLarge:
            if make_room is None:
                raise
            ledger.post(make_room())
    raise Throttled("others keep changing the account; nothing was booked")


def _taken(ledger: Poster, key: str) -> Booked:
    entry = ledger.keyed(key)
    if entry is None:
        raise Conflict("it is booked already, under another key")
    return Booked(entry, new=False)


def _size(amount: Money) -> tuple[int, str]:
    """Money that goes back is written as a negative amount in some entries; what was asked for never is."""
    return abs(amount.minor), amount.currency
