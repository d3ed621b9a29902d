"""Instalments of a receivable: what credit notes leave of them, and what of each is still to be paid."""

from __future__ import annotations

from collections.abc import Sequence

from receivables.core.money import Money
from receivables.ledger.items import OpenItem
from receivables.terms import Instalment
from receivables.terms.conditions import CreditNoteOrder


def outstanding(item: OpenItem) -> tuple[Instalment, ...]:
    """What is still to be paid of each instalment, all of them in their order (zero: paid), the oldest paid first.

    A receivable without instalments is one, of its balance. The amounts add up to the balance.
    """
    if not item.schedule:
        return (Instalment(item.due_date, item.balance),)
    paid = sum(part.amount.minor for part in item.schedule) - item.balance.minor
    left = [part.amount.minor for part in item.schedule]
    for place in _by_due_date(item.schedule):
        taken = min(paid, left[place])
        left[place] -= taken
        paid -= taken
    return _with(item.schedule, left)


def reduced(
    instalments: tuple[Instalment, ...], credited: int, order: CreditNoteOrder
) -> tuple[Instalment, ...]:
    """What credit notes of `credited` minor units in all leave of the instalments as agreed; all of them stay, at zero if
    need be, so that each keeps its place. It is worked out from the sum, so that the order of the notes makes no
    difference. In proportion: by largest remainder."""
    left = [part.amount.minor for part in instalments]
    credited = min(credited, sum(left))
    if not credited:
        return instalments
    if order is CreditNoteOrder.PROPORTIONAL:
        currency = instalments[0].amount.currency
        shares = Money(sum(left) - credited, currency).allocate(left)
        return _with(instalments, [share.minor for share in shares])
    places = _by_due_date(instalments)
    for place in places if order is CreditNoteOrder.FIRST_FIRST else reversed(places):
        taken = min(credited, left[place])
        left[place] -= taken
        credited -= taken
    return _with(instalments, left)


def _by_due_date(instalments: Sequence[Instalment]) -> list[int]:
    return sorted(range(len(instalments)), key=lambda place: (instalments[place].due_date, place))


def _with(instalments: tuple[Instalment, ...], amounts: list[int]) -> tuple[Instalment, ...]:
    return tuple(
        Instalment(part.due_date, Money(minor, part.amount.currency))
        for part, minor in zip(instalments, amounts, strict=True)
    )
