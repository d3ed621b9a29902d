"""What is going to happen in a demonstration: who owes what, and who pays when. Known to the demo, not to the stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from receivables.core.money import Money, total


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer of the story; without terms of its own those of the company apply."""

    id: str
    name: str
    email: str
    phone: str
    locale: str
    timezone: str
    sms_consent: bool
    terms_id: str | None = None


@dataclass(frozen=True, slots=True)
class Bill:
    """An invoice of the story; without a due date the terms give it. `tax` is the part of the amount that is sales tax."""

    number: str
    customer_id: str
    amount: Money
    issue_date: date
    due_date: date | None
    tax: Money | None = None


@dataclass(frozen=True, slots=True)
class Receipt:
    """Money that moves at `at` (UTC), and is told of by a processor's webhook: then, or at `told_at`. `reference` is the
    invoice that the payer names."""

    id: str
    processor: str
    amount: Money
    at: datetime
    reference: str | None
    payer: str
    told_at: datetime | None = None

    @property
    def arrives(self) -> datetime:
        """When the stack learns of it."""
        return self.told_at or self.at


@dataclass(frozen=True, slots=True)
class Act:
    """Something that a person in finance does on a day, by the API: a request. `{name}` in its path is the `self` of what
    an earlier act, of that `name`, was answered. `returns` is money that goes back to a payer by it."""

    on: date
    path: str
    body: Mapping[str, Any]
    name: str = ""
    method: str = "POST"
    returns: Money | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A whole demonstration: played from `first` to `last`, both included.

    `terms` are documents as the API takes them. `outcomes` are how arrangements are to end: the state by account and
    kind. The late charges of accounts `by_script` are dealt with by acts alone.
    """

    title: str
    first: date
    last: date
    debtors: tuple[Debtor, ...]
    bills: tuple[Bill, ...]
    receipts: tuple[Receipt, ...]
    remarks: tuple[str, ...] = field(default=())
    terms: tuple[Mapping[str, Any], ...] = ()
    acts: tuple[Act, ...] = ()
    outcomes: Mapping[tuple[str, str], str] = field(default_factory=dict)
    by_script: frozenset[str] = frozenset()

    def invoiced(self) -> Mapping[str, Money]:
        """The sum of all bills, by currency."""
        return _sums([bill.amount for bill in self.bills])

    def received(self) -> Mapping[str, Money]:
        """The sum of all receipts, by currency."""
        return _sums([receipt.amount for receipt in self.receipts])

    def returned(self) -> Mapping[str, Money]:
        """The sum of all that goes back to payers, by currency."""
        return _sums([act.returns for act in self.acts if act.returns])

    def with_receipts(self, more: tuple[Receipt, ...]) -> Story:
        """The story with payments that nobody could know of beforehand."""
        return replace(self, receipts=(*self.receipts, *more))


def _sums(amounts: list[Money]) -> dict[str, Money]:
    currencies = sorted({amount.currency for amount in amounts})
    return {code: total((a for a in amounts if a.currency == code), code) for code in currencies}
