"""What was paid of interest charged before: where interest is compounded, it bears no interest any more."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from zoneinfo import ZoneInfo

from receivables.ledger import Accrued, EntryKind, Invoice, Move, OpenItem
from receivables.terms.late_charges import Compounding, InterestRule

_OWN: frozenset[EntryKind] = frozenset({EntryKind.INTEREST, EntryKind.WAIVER})
"""Moves that change what was charged, not what was paid of it."""


def reductions(
    rule: InterestRule, accrued: Sequence[Accrued], charges: Mapping[str, OpenItem | Invoice], tz: ZoneInfo
) -> list[tuple[int, int]]:
    """Days (ordinals) and minor units by which the unpaid interest of these periods became less; a refund makes it
    more again. Nothing where interest is not compounded.

    A charge that is closed, and whose document is not at hand, counts as paid at once: in doubt for the customer.
    """
    if rule.compounding is Compounding.NONE:
        return []
    found = []
    for period in accrued:
        charge = charges.get(period.charge)
        if charge is None:
            found.append((period.last.toordinal(), period.minor))
        else:
            found += _of_charge(period, charge, tz)
    return sorted(found)


def _of_charge(period: Accrued, charge: OpenItem | Invoice, tz: ZoneInfo) -> Iterable[tuple[int, int]]:
    for move in charge.moves:
        if move.kind not in _OWN or _taken_back(move):
            yield _day(move, tz), -move.minor
    waived = [move for move in charge.moves if move.kind is EntryKind.WAIVER]
    by_person = waived_by_person(charge.amount.minor, charge.moves, period.minor)
    if by_person > 0:
        yield _day(waived[-1], tz), by_person


def waived_by_person(charged: int, moves: Sequence[Move], accrued: int) -> int:
    """The minor units of a charge that a person waived: all that was waived of it, less what corrections took back.

    `charged` is its amount as issued, `accrued` that of its period as corrected since.
    """
    raised = sum(move.minor for move in moves if move.kind is EntryKind.INTEREST and not _taken_back(move))
    waived = -sum(move.minor for move in moves if move.kind is EntryKind.WAIVER)
    return max(0, waived - (charged + raised - accrued))


def _taken_back(move: Move) -> bool:
    """The entry that charged it was reversed."""
    return move.kind is EntryKind.INTEREST and move.minor < 0


def _day(move: Move, tz: ZoneInfo) -> int:
    return move.at.astimezone(tz).toordinal()
