"""Timing: what was owed of a receivable at each instant, and from when money pays it.

Facts come in any order, but each counts from its own instant. So that the order in which they come makes no difference to
what was owed on a day, money counts on a receivable as far as it was owed then: what came too early waits as
credit until it is owed again, and what was paid later gives way to what, as is learned now, had been paid before.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Final, TypeAlias
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.ledger.entries import EntryKind
from receivables.ledger.items import OpenItem
from receivables.ledger.moves import Move
from receivables.terms import Instalment

Step: TypeAlias = tuple[datetime, int]
"""From an instant on, so many minor units more (or, negative, less)."""

MONEY: Final = frozenset({EntryKind.PAYMENT, EntryKind.ALLOCATION, EntryKind.TRANSFER})
"""Moves by which money pays a receivable."""
_WENT_BACK: Final = frozenset(
    {
        EntryKind.REFUND,
        EntryKind.REFUND_RETURNED,
        EntryKind.CHARGEBACK,
        EntryKind.CHARGEBACK_REVERSAL,
    }
)
_FIRST_ZONE: Final = timedelta(hours=14)
"""The zone that sees each day first."""


def fit(item: OpenItem, at: datetime, minor: int) -> list[Step]:
    """How money that is there from an instant on counts on a receivable: at each instant as much of it as was owed then.

    The steps add up to what of it pays the receivable in the end.
    """
    balances = _balances(item)
    before = next((owed for since, owed in reversed(balances) if since <= at), None)
    owed_at_first = item.balance.minor - sum(move.minor for move in item.moves) if before is None else before
    counted, steps = 0, []
    for since, owed in [(at, owed_at_first), *((since, owed) for since, owed in balances if since > at)]:
        counts = min(minor, max(0, owed))
        if counts != counted:
            steps.append((since, counts - counted))
            counted = counts
    return steps


def unfit(item: OpenItem, minor: int, since: datetime) -> list[Step]:
    """From when on money is to be taken off a receivable, as if it had never come: from when it had counted. `since` is when
    it came; what it did at that instant goes first, then what counted last."""
    came: dict[datetime, int] = defaultdict(int)
    for move in item.moves:
        if move.kind in MONEY and move.at >= since:
            came[move.at] -= move.minor
    steps: list[Step] = []
    for at in sorted(came, key=lambda at: (at != since, -at.timestamp())):
        take = min(minor, max(0, came[at]))
        if take:
            steps.append((at, take))
            minor -= take
    return [*steps, (since, minor)] if minor else steps


def paid_by(item: OpenItem, day: date, tz: ZoneInfo) -> int:
    """Minor units that money had paid by the end of a local day, without what went back since."""
    return -sum(
        move.minor
        for move in item.moves
        if move.kind in _WENT_BACK or (move.kind in MONEY and local_date(move.at, tz) <= day)
    )


def paid_in_all(moves: Iterable[Move]) -> int:
    """Minor units that money pays by these moves, without what went back."""
    return -sum(move.minor for move in moves if move.kind in MONEY or move.kind in _WENT_BACK)


def net(item: OpenItem, kind: EntryKind) -> int:
    """Minor units by which entries of a kind reduced the receivable, less those that were undone."""
    return -sum(move.minor for move in item.moves if move.kind is kind)


def settled_at(item: OpenItem) -> datetime:
    """When a receivable on which nothing is owed any more was settled: from then on nothing was owed."""
    settled = max((move.at for move in item.moves), default=None)
    if settled is None:
        raise ValueError(f"{item.number}: nothing has been paid")
    for since, owed in reversed(_balances(item)):
        if owed:
            break
        settled = since
    return settled


def was_late(item: OpenItem, tz: ZoneInfo | None) -> bool:
    """Whether anything was still owed at the end of the local day on which it was due. Without a zone: whether it may have
    been, anywhere."""
    parts = item.conditions.instalments or (Instalment(item.due_date, item.amount),)
    reductions = sorted((_day(move.at, tz), move.minor) for move in item.moves)
    agreed = 0
    for part in sorted(parts, key=lambda part: part.due_date):
        agreed += part.amount.minor
        if agreed + sum(minor for day, minor in reductions if day <= part.due_date) > 0:
            return True
    return False


def _day(at: datetime, tz: ZoneInfo | None) -> date:
    return local_date(at, tz) if tz else (at + _FIRST_ZONE).date()


def _balances(item: OpenItem) -> list[Step]:
    """What was owed from each instant on at which that changed, in order of time."""
    changes: dict[datetime, int] = defaultdict(int)
    for move in item.moves:
        changes[move.at] += move.minor
    owed = item.balance.minor - sum(changes.values())
    balances = []
    for at in sorted(changes):
        owed += changes[at]
        balances.append((at, owed))
    return balances
