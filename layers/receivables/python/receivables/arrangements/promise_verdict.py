"""Whether a promise was kept. Decided by what was paid by which day, and by nothing else: whoever asks, whenever, and in
whatever order the money came, gets the same answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements.arrangement import Part
from receivables.arrangements.promise import Promise, PromiseState
from receivables.core.errors import Conflict
from receivables.core.money import Money

_LEDGER: Final = "ledger"
_NOT_KEPT: Final = frozenset({PromiseState.BROKEN, PromiseState.PARTLY_KEPT})
_RANKS: Final = {
    PromiseState.BROKEN: 0,
    PromiseState.PARTLY_KEPT: 1,
    PromiseState.OPEN: 2,
    PromiseState.KEPT: 3,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a promise as of a day: `paid` of the `promised` that counted by then.

    `on` is the local day that decided (None: still open): the last day of grace of the first part that was missed, or
    the day on which it was asked and all was paid. `missed` is the index of that part.
    """

    state: PromiseState
    paid: Money
    promised: Money
    on: date | None = None
    missed: int | None = None

    @property
    def reason(self) -> str:
        """In words, for the record."""
        if self.state is PromiseState.KEPT:
            return f"all of {self.promised} was paid"
        if self.on is None:
            return f"{self.paid} of {self.promised} was paid so far"
        return f"{self.paid} of {self.promised} was paid by {self.on}, the last day with grace"


def covers_until(promise: Promise) -> date:
    """The last local day on which the promise pauses what it covers: its last date and the days of grace."""
    return _with_grace(promise, promise.parts[-1])


def verdict(promise: Promise, paid_by: Callable[[date], Money], today: date) -> Verdict:
    """What became of it as of `today` (a local date of the customer).

    `paid_by` tells what had been paid of the covered receivables since the promise was made, by the end of a local day.
    It is kept as soon as all is paid; broken on the day after the grace of the first part that was not reached, though a
    later part be paid after all; partly kept if something had come by then.
    """
    promised = list(_deadlines(promise))[-1][1]
    for day, due, index in _deadlines(promise):
        if day >= today:
            break
        if (paid := paid_by(day)) < due:
            state = PromiseState.PARTLY_KEPT if paid.minor > 0 else PromiseState.BROKEN
            return Verdict(state, paid, promised, day, index)
    paid = paid_by(today)
    if paid >= promised:
        return Verdict(PromiseState.KEPT, paid, promised, today)
    return Verdict(PromiseState.OPEN, paid, promised)


def ended(promise: Promise, found: Verdict, at: datetime) -> Promise:
    """The promise with the verdict's end. Raises Conflict when it has ended already or is still open."""
    if not promise.active or found.state is PromiseState.OPEN:
        raise Conflict(f"promise {promise.id} is {promise.state.value}, and the verdict {found.state.value}")
    return replace(promise, state=found.state, ended_at=at, ended_by=_LEDGER, ending=found.reason)


def mended(promise: Promise, found: Verdict, at: datetime) -> Promise | None:
    """The promise as it is judged now, when money that was there in time was booked after it had been judged not to be kept:
    better than before, or open again where its next part has time left. None: the verdict stands. It is never made worse:
    what is taken back later (a payment recorded by mistake) is no broken word."""
    before = promise.state
    if promise.ended_by != _LEDGER or before not in _NOT_KEPT or _RANKS[found.state] <= _RANKS[before]:
        return None
    if found.state is PromiseState.OPEN:
        return replace(promise, state=found.state, ended_at=None, ended_by="", ending="")
    words = before.value.replace("_", " ")
    ending = (
        f"{found.reason}; it was judged {words} on {promise.ended_at:%Y-%m-%d}, before all of that was booked"
    )
    return replace(promise, state=found.state, ended_at=at, ending=ending)


def cancelled(promise: Promise, by: str, reason: str, at: datetime) -> Promise:
    """The promise taken back by a person. Raises Conflict when it has ended already."""
    if not promise.active:
        raise Conflict(f"promise {promise.id} is {promise.state.value} already")
    return replace(promise, state=PromiseState.CANCELLED, ended_at=at, ended_by=by, ending=reason)


def _deadlines(promise: Promise) -> Iterator[tuple[date, Money, int]]:
    """Of each part: the last day with grace, what is to be paid by then in all, and its index."""
    due = Money.zero(promise.parts[0].amount.currency)
    for index, part in enumerate(promise.parts):
        due = due + part.amount
        yield _with_grace(promise, part), due, index


def _with_grace(promise: Promise, part: Part) -> date:
    return part.on + timedelta(days=promise.grace_days)
