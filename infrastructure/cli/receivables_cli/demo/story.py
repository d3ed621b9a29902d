"""What is going to happen in a demonstration: who owes what, and who pays when. Known to the demo, not to the stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from receivables.core.money import Money, total


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer of the story."""

    id: str
    name: str
    email: str
    phone: str
    locale: str
    timezone: str
    sms_consent: bool


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of the story; without a due date the company's terms give it."""

    number: str
    customer_id: str
    amount: Money
    issue_date: date
    due_date: date | None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that arrives at `at` (UTC) by a processor's webhook. `reference` is the invoice that the payer names."""

    id: str
    processor: str
    amount: Money
    at: datetime
    reference: str | None
    payer: str


@dataclass(frozen=True, slots=True)
class Story:
    """A whole demonstration: played from `first` to `last`, both included."""

    title: str
    first: date
    last: date
    debtors: tuple[Debtor, ...]
    bills: tuple[Bill, ...]
    receipts: tuple[Receipt, ...]
    remarks: tuple[str, ...] = field(default=())

    def invoiced(self) -> Mapping[str, Money]:
        """The sum of all bills, by currency."""
        return _sums([bill.amount for bill in self.bills])

    def received(self) -> Mapping[str, Money]:
        """The sum of all receipts, by currency."""
        return _sums([receipt.amount for receipt in self.receipts])


def _sums(amounts: list[Money]) -> dict[str, Money]:
    currencies = sorted({amount.currency for amount in amounts})
    return {code: total((a for a in amounts if a.currency == code), code) for code in currencies}
