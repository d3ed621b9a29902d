"""What was paid of the receivables that an arrangement covers, since it was made: the ledger tells."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from receivables.arrangements import Covered
from receivables.core.clock import local_instant
from receivables.core.money import Money
from receivables.ledger import EntryKind, Invoice, OpenItem

NOT_PAID: Final = frozenset({EntryKind.WRITE_OFF})
"""Moves by which a balance goes down without anybody having done anything for it."""


def unread_covers(covers: Sequence[Covered], items: Sequence[OpenItem]) -> tuple[str, ...]:
    """The numbers of covered receivables that are closed: their documents have to be read to know when that was."""
    found = {item.number for item in items}
    return tuple(each.number for each in covers if each.number not in found)


def settled_since(
    covers: Sequence[Covered],
    items: Sequence[OpenItem],
    documents: Mapping[str, Invoice],
    tz: ZoneInfo,
    by_day: date,
    *,
    given_up: bool = False,
) -> Money:
    """What of the covered balances was settled, with effect by the end of that local day, since the arrangement was made:
    by money, credit, discount or waiver, less what came back; never negative. Money that came before it was made
    and was booked after counts too. What was written off does not, unless `given_up`: it is not to be paid any more, and
    nobody is asked for it.

    `documents` holds those of `unread_covers`. Raises KeyError for one that is missing.
    """
    end = local_instant(by_day + timedelta(days=1), time(), tz)
    open_items = {item.number: item for item in items}
    settled = 0
    for each in covers:
        source = open_items.get(each.number) or documents[each.number]
        settled += each.balance.minor - _open_at(source, end, frozenset() if given_up else NOT_PAID)
    return Money(max(0, settled), covers[0].balance.currency)


def paid_by(
    covers: Sequence[Covered], items: Sequence[OpenItem], documents: Mapping[str, Invoice], tz: ZoneInfo
) -> Callable[[date], Money]:
    """`settled_since` as a function of the day, for the verdict on a promise."""
    return lambda day: settled_since(covers, items, documents, tz, day)


def given_up(covers: Sequence[Covered], items: Sequence[OpenItem], documents: Mapping[str, Invoice]) -> bool:
    """Whether nothing is owed any more of what was covered, and the last of it was not paid but written off. `documents` as
    for `settled_since`."""
    open_items = {item.number: item for item in items}
    if any(each.number in open_items and open_items[each.number].balance for each in covers):
        return False
    moves = [
        move for each in covers for move in (open_items.get(each.number) or documents[each.number]).moves
    ]
    last = max(moves, key=lambda move: move.at, default=None)
    return last is not None and last.kind in NOT_PAID


def _open_at(of: OpenItem | Invoice, end: datetime, but: frozenset[EntryKind]) -> int:
    """Minor units open before an instant, without moves of some kinds."""
    return of.amount.minor + sum(move.minor for move in of.moves if move.at < end and move.kind not in but)
