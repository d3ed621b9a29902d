"""From what is due to how the customer is told of it, line by line; the same for every kind of notice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, TypeAlias

from receivables.dunning.dues import Due
from receivables.ledger import ItemKind
from receivables.notices.content import BankAccount, Line, Offer

if TYPE_CHECKING:
    from receivables.core.configuration import Company
    from receivables.ledger import ChargeDetail

Workings: TypeAlias = "Mapping[str, ChargeDetail]"
"""How late charges came about, by their numbers."""

NO_WORKINGS: Final[Workings] = MappingProxyType({})
MOST_WORKINGS: Final = 20
"""Charges whose working a notice shows: each costs a read, and nobody reads more of them. Of the others it tells the amount."""


def line_of(
    due: Due,
    today: date,
    *,
    reached: bool = True,
    charges: tuple[Line, ...] = (),
    workings: Workings = NO_WORKINGS,
) -> Line:
    """A due as the customer is told of it on a local date."""
    return Line(
        number=due.number,
        issue_date=due.issue_date,
        due_date=due.due_date,
        days_overdue=(today - due.due_date).days,
        balance=due.amount,
        description=due.description,
        reached=reached,
        kind=due.item.kind if due.item else ItemKind.INVOICE,
        concerns=due.item.concerns if due.item else None,
        part=due.part,
        parts=due.parts,
        plan=due.is_plan,
        disputed=due.disputed,
        offers=tuple(_offers(due, today)),
        charges=charges,
        working=workings.get(due.number),
    )


def bank_of(company: Company) -> BankAccount | None:
    """Where the company is paid by bank transfer, if it has said so."""
    to = company.creditor
    return BankAccount(to.name, to.iban, to.bic or "") if to else None


def _offers(due: Due, today: date) -> Iterator[Offer]:
    """Discounts for paying all of an invoice, of which nothing was paid or disputed, in time."""
    item = due.item
    if item is None or due.part or due.disputed or item.balance != item.amount or due.due_date < today:
        return
    for discount in item.conditions.discounts:
        if today <= discount.until:
            yield Offer(discount.until, item.balance - discount.amount, discount.amount)
