"""What a notice says, before it is put into words: facts only, in no language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from receivables.core.money import Money
from receivables.customers import Customer


@dataclass(frozen=True, slots=True)
class Line:
    """One invoice as the customer is told of it; `days_overdue` is negative before the due date. `reached`: it is
    why the notice is sent, rather than listed for completeness."""

    number: str
    issue_date: date
    due_date: date
    days_overdue: int
    balance: Money
    description: str = ""
    reached: bool = True


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


@dataclass(frozen=True, slots=True)
class Wording:
    """A notice in words: the subject is one line, `text` and `html` say the same."""

    subject: str
    text: str
    html: str
