"""What is known of a payment, folded: when its money came and went, what was refunded, what is contested.

Facts arrive in any order, late and repeatedly. They are put in the order in which they happened; of those that happened at one
instant, in the order of `_RANK`. What is older than what it would undo undoes nothing: a payment that was tried in vain before
it succeeded has succeeded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Final

from receivables.ledger.payments import Known
from receivables.payments.events import EventType, MoneyEvent

PENDING: Final = EventType.PAYMENT_PENDING.value
SUCCEEDED: Final = EventType.PAYMENT_SUCCEEDED.value
FAILED: Final = EventType.PAYMENT_FAILED.value
RETRYING: Final = "payment_retrying"
"""It failed, and will be tried again without us: no event says so by its type alone."""
REVERSED: Final = EventType.PAYMENT_REVERSED.value
REFUNDED: Final = EventType.REFUND_SUCCEEDED.value
REFUND_FAILED: Final = EventType.REFUND_FAILED.value
DISPUTED: Final = EventType.DISPUTE_OPENED.value
WON: Final = EventType.DISPUTE_WON.value
LOST: Final = EventType.DISPUTE_LOST.value

_RANK: Final = {
    name: rank
    for rank, name in enumerate(
        (
            PENDING,
            RETRYING,
            FAILED,
            SUCCEEDED,
            REVERSED,
            EventType.REFUND_PENDING.value,
            REFUNDED,
            REFUND_FAILED,
            DISPUTED,
            LOST,
            WON,
        )
    )
}
_OF_REFUNDS: Final = frozenset({REFUNDED, REFUND_FAILED, EventType.REFUND_PENDING.value})
_OF_DISPUTES: Final = frozenset({DISPUTED, WON, LOST})
_SUBJECTS: Final = _OF_REFUNDS | _OF_DISPUTES
_OURS: Final = re.compile(r"[+^~@%]")
"""What names of deeds and marks are made with: in an id of somebody else's it must not mean the same."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """Something is undecided since an instant, and was last heard of at another (UTC)."""

    since: datetime
    heard: datetime


@dataclass(frozen=True, slots=True)
class Episode:
    """The money came, and went back again (`went` None: it did not). `told` are all the instants at which it is said to have come,
    the first first: a charge, its intent and its session each have their own."""

    told: tuple[datetime, ...]
    minor: int
    went: datetime | None = None

    @property
    def came(self) -> datetime:
        return self.told[0]


@dataclass(frozen=True, slots=True)
class Taking:
    """Money of the payment went back: so much (None: all of it), at an instant, and - `back` - came to us again at another:
    `returned` of it (None: all of it). The id is that of the refund, of the dispute (`~2` when it was opened a second time) or of
    the reversal."""

    id: str
    at: datetime
    minor: int | None
    back: datetime | None = None
    returned: int | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """All that is known of a payment. `pending`: it is on its way, and neither here nor failed. `contested`: a dispute is
    undecided. `failed_refunds` never went, as far as is known, with the amount where it was told. `total` is what
    was refunded in all by the last word on that."""

    episodes: tuple[Episode, ...] = ()
    reversals: tuple[Taking, ...] = ()
    refunds: tuple[Taking, ...] = ()
    failed_refunds: tuple[Taking, ...] = ()
    total: Known | None = None
    chargebacks: tuple[Taking, ...] = ()
    pending: Waiting | None = None
    contested: Waiting | None = None


def fact_of(event: MoneyEvent, heard_at: datetime) -> Known:
    """What an event says of its payment. A processor whose clock is ahead tells of what has happened by the time we heard of it
    at the latest."""
    what = RETRYING if event.type is EventType.PAYMENT_FAILED and event.will_retry else event.type.value
    minor = event.amount.minor if event.amount is not None else None
    return Known(what, min(event.occurred, heard_at), _subject(event), minor, event.cumulative)


def _subject(event: MoneyEvent) -> str:
    what = event.type.value
    if event.cumulative or (what != REVERSED and what not in _SUBJECTS):
        return ""
    return _OURS.sub(lambda found: f"%{ord(found[0]):02X}", event.subject_id or event.event_id)


def fold(facts: Iterable[Known]) -> Story:
    """The story that facts tell; the same in whatever order they are given."""
    ordered = sorted(set(facts), key=_order)
    episodes, reversals, pending = _coming_and_going([f for f in ordered if f.what not in _SUBJECTS])
    refunds, failed = _refunds([f for f in ordered if f.what in _OF_REFUNDS and not f.total])
    totals = [f for f in ordered if f.what == REFUNDED and f.total and f.minor is not None]
    chargebacks, contested = _disputes([f for f in ordered if f.what in _OF_DISPUTES])
    return Story(
        episodes,
        reversals,
        refunds,
        failed,
        totals[-1] if totals else None,
        chargebacks,
        pending,
        contested,
    )


def _order(fact: Known) -> tuple[datetime, int, str, int]:
    return fact.at, _RANK[fact.what], fact.id, -1 if fact.minor is None else fact.minor


class _Course:
    """Whether the money is here, while its facts are gone through."""

    def __init__(self) -> None:
        self.episodes: list[Episode] = []
        self.reversals: list[Taking] = []
        self.pending: Waiting | None = None

    @property
    def here(self) -> Episode | None:
        last = self.episodes[-1] if self.episodes else None
        return last if last is not None and last.went is None else None

    def take(self, fact: Known) -> None:
        if fact.what == SUCCEEDED:
            self._came(fact)
        elif fact.what == REVERSED and self._in_part(fact):
            self.reversals.append(Taking(fact.id, fact.at, fact.minor))
        elif fact.what == PENDING:
            if self.here is None:
                self._waits(fact)
        else:
            self._went(fact)

    def _came(self, fact: Known) -> None:
        self.pending = None
        if (here := self.here) is not None:
            self.episodes[-1] = Episode((*here.told, fact.at), here.minor)
        elif fact.minor is not None:
            self.episodes.append(Episode((fact.at,), fact.minor))

    def _went(self, fact: Known) -> None:
        if (here := self.here) is not None:
            self.episodes[-1] = Episode(here.told, here.minor, fact.at)
        if fact.what == RETRYING:
            self._waits(fact)
        else:
            self.pending = None

    def _waits(self, fact: Known) -> None:
        self.pending = _longer(self.pending, fact)

    def _in_part(self, fact: Known) -> bool:
        here = self.here
        return here is not None and fact.minor is not None and fact.minor < here.minor


def _coming_and_going(
    facts: Sequence[Known],
) -> tuple[tuple[Episode, ...], tuple[Taking, ...], Waiting | None]:
    course = _Course()
    for fact in facts:
        course.take(fact)
    return tuple(course.episodes), tuple(course.reversals), course.pending


def _refunds(facts: Sequence[Known]) -> tuple[tuple[Taking, ...], tuple[Taking, ...]]:
    """Refunds that went, and those that never did."""
    went, failed = [], []
    for id_, told in _by_id(facts):
        amounts = [fact.minor for fact in told if fact.minor is not None]
        minor = amounts[-1] if amounts else None
        settled = [fact for fact in told if fact.what in {REFUNDED, REFUND_FAILED}]
        if not settled:
            continue
        back = settled[-1].at if settled[-1].what == REFUND_FAILED else None
        left = next((fact.at for fact in settled if fact.what == REFUNDED), None)
        if left is not None:
            went.append(Taking(id_, left, minor, back))
        else:
            failed.append(Taking(id_, settled[-1].at, minor, back))
    return tuple(sorted(went, key=_when)), tuple(sorted(failed, key=_when))


def _disputes(facts: Sequence[Known]) -> tuple[tuple[Taking, ...], Waiting | None]:
    """What disputes took, turn by turn, and whether one is undecided."""
    takings: list[Taking] = []
    open_: list[Waiting] = []
    for id_, told in _by_id(facts):
        turns, waiting = _turns(id_, told)
        takings += turns
        open_ += [waiting] if waiting else []
    contested = Waiting(min(w.since for w in open_), max(w.heard for w in open_)) if open_ else None
    return tuple(sorted(takings, key=_when)), contested


def _turns(id_: str, facts: Sequence[Known]) -> tuple[list[Taking], Waiting | None]:
    turns: list[Taking] = []
    waiting: Waiting | None = None
    for fact in facts:
        out = bool(turns) and turns[-1].back is None
        if fact.what == WON and out:
            turns[-1] = replace(turns[-1], back=fact.at, returned=fact.minor)
        elif fact.what != WON and fact.minor and not out:
            name = f"{id_}~{len(turns) + 1}" if turns else id_
            turns.append(Taking(name, fact.at, fact.minor))
        waiting = _longer(waiting, fact) if fact.what == DISPUTED else None
    return turns, waiting


def _longer(waiting: Waiting | None, fact: Known) -> Waiting:
    return Waiting(waiting.since if waiting else fact.at, fact.at)


def _by_id(facts: Sequence[Known]) -> list[tuple[str, list[Known]]]:
    """Facts of each refund or dispute, in their order."""
    return [(id_, list(told)) for id_, told in groupby(sorted(facts, key=lambda f: f.id), key=lambda f: f.id)]


def _when(taking: Taking) -> tuple[datetime, str]:
    return taking.at, taking.id
