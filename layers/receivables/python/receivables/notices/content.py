"""What a notice says, before it is put into words: facts only, in no language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from receivables.core.money import Money
from receivables.ledger import ItemKind

if TYPE_CHECKING:
    from receivables.customers import Customer
    from receivables.ledger import ChargeDetail


@dataclass(frozen=True, slots=True)
class Offer:
    """A discount that can still be had: `pay` is all that is to be paid of the invoice by the local date `until`, `off` what
    is let off."""

    until: date
    pay: Money
    off: Money


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is asked for, as the customer is told of it: an invoice, one of its instalments (`part` of `parts`, from
    1), a part of a payment plan (`plan`, with `number` its id and `description` what it covers), or a late charge (`kind`) for
    the invoice that it `concerns`, with its `working`.

    `balance` is what is asked for; `disputed` what is not, of the whole invoice, while it is. `days_overdue` is negative
    before the due date. `reached`: it is why the notice is sent, rather than listed for completeness. `charges` are told of
    with it.
    """

    number: str
    issue_date: date
    due_date: date
    days_overdue: int
    balance: Money
    description: str = ""
    reached: bool = True
    kind: ItemKind = ItemKind.INVOICE
    concerns: str | None = None
    part: int = 0
    parts: int = 0
    plan: bool = False
    disputed: Money | None = None
    offers: tuple[Offer, ...] = ()
    charges: tuple[Line, ...] = ()
    working: ChargeDetail | None = None


@dataclass(frozen=True, slots=True)
class BankAccount:
    """Where bank transfers go: shown with the creditor's reference of each invoice."""

    name: str
    iban: str
    bic: str = ""


@dataclass(frozen=True, slots=True)
class Rule:
    """Which step of which policy made the notice; `step` counts from 1 and `offset_days` from the due date."""

    policy: str
    version: int
    step: int
    steps: int
    offset_days: int


@dataclass(frozen=True, slots=True)
class Reminder:
    """A step of the policy, for all of an account's invoices that it concerns.

    `tone` is one of friendly, due, reminder, firm, final. `leading` is the reached line that is furthest along.
    `credit` is what the customer has paid that is not set against an invoice yet (zero: not mentioned).
    """

    tone: str
    customer: Customer
    company: str
    lines: tuple[Line, ...]
    leading: Line
    total: Money
    credit: Money
    pay_link: str
    rule: Rule
    bank: BankAccount | None = None


@dataclass(frozen=True, slots=True)
class FormalNotice:
    """The formal notice of a case: pay by a day, or the service is suspended and the claim handed on."""

    customer: Customer
    company: str
    case_id: str
    lines: tuple[Line, ...]
    total: Money
    credit: Money
    pay_by: date
    pay_link: str
    bank: BankAccount | None = None


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words: the subject is one line, `text` and `html` say the same."""

    subject: str
    text: str
    html: str
