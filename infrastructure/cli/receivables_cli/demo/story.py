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
class Message:
    """What a processor tells at `at` (UTC) in its own format; signed when it is sent. `lost`: it never gets through."""

    processor: str
    at: datetime
    document: Mapping[str, Any]
    lost: bool = False


@dataclass(frozen=True, slots=True)
class Came:
    """Money of which messages tell: to be booked once under `key`, of which `back` goes back for good."""

    key: str
    amount: Money
    back: Money


@dataclass(frozen=True, slots=True)
class Transfer:
    """A line of our bank's statement: `pays` are the invoices of `account_id` that the payer means (none: it is not meant for us).
    `reference`: the invoice whose creditor's reference it carries; `payout`: it is what a processor sent."""

    on: date
    amount: Money
    payer: str
    text: str
    account_id: str | None = None
    pays: tuple[str, ...] = ()
    reference: str | None = None
    iban: str = ""
    payout: str | None = None


@dataclass(frozen=True, slots=True)
class Statement:
    """A file of the bank, received on a day: `transfers` in their order, and what was on the account before. `repeats`: all of it was
    on other statements."""

    on: date
    reference: str
    transfers: tuple[Transfer, ...]
    opening: Money
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Visit:
    """A customer opens the pay link of an invoice; with `online` it is paid there, by that processor's page."""

    on: date
    invoice: str
    customer_id: str
    online: str | None = None


@dataclass(frozen=True, slots=True)
class Rest:
    """A time (UTC) in which nobody is reminded of an invoice, because a payment of it is under way; afterwards somebody is."""

    invoice: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class PayoutSent:
    """What a processor sends to our bank, and what it kept of each payment in it: (payment, amount, fee)."""

    id: str
    held_by: str
    amount: Money
    fee: Money
    parts: tuple[tuple[str, Money, Money], ...]
    at: datetime


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
    kind. The late charges of accounts `by_script` are dealt with by acts alone. `messages` are webhooks of other forms than that of
    receipts; `came` is what they and visits are to be booked as. `parked` are the events of which nothing can be made.
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
    messages: tuple[Message, ...] = ()
    came: tuple[Came, ...] = ()
    visits: tuple[Visit, ...] = ()
    rests: tuple[Rest, ...] = ()
    statements: tuple[Statement, ...] = ()
    payouts: tuple[PayoutSent, ...] = ()
    parked: frozenset[str] = frozenset()

    @property
    def transfers(self) -> tuple[Transfer, ...]:
        """The lines of all statements, each once."""
        return tuple(dict.fromkeys(line for each in self.statements for line in each.transfers))

    def invoiced(self) -> Mapping[str, Money]:
        """The sum of all bills, by currency."""
        return _sums([bill.amount for bill in self.bills])

    def received(self) -> Mapping[str, Money]:
        """The sum of all that comes in, by currency; a payout comes to our bank for the second time."""
        told = [receipt.amount for receipt in self.receipts] + [came.amount for came in self.came]
        return _sums([*told, *(line.amount for line in self.transfers)])

    def returned(self) -> Mapping[str, Money]:
        """The sum of all that goes back to payers, by currency."""
        strangers = [line.amount for line in self.transfers if not line.pays and not line.payout]
        acts = [act.returns for act in self.acts if act.returns]
        return _sums([*acts, *strangers, *(came.back for came in self.came if came.back)])

    def with_receipts(self, more: tuple[Receipt, ...]) -> Story:
        """The story with payments that nobody could know of beforehand."""
        return replace(self, receipts=(*self.receipts, *more))


def _sums(amounts: list[Money]) -> dict[str, Money]:
    currencies = sorted({amount.currency for amount in amounts})
    return {code: total((a for a in amounts if a.currency == code), code) for code in currencies}
