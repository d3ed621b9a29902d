"""Invoices: the document, and the open item that is what remains to be paid of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from receivables.core.money import Money


class InvoiceStatus(StrEnum):
    """Whether anything remains to be paid."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Invoice:
    """The invoice as issued, with the terms version that gave its due date. Dates are the customer's local dates."""

    number: str
    account_id: str
    amount: Money
    issue_date: date
    due_date: date
    issued_at: datetime
    terms_id: str | None = None
    terms_version: int | None = None
    description: str = ""
    status: InvoiceStatus = InvoiceStatus.OPEN
    closed_at: datetime | None = None
    rev: int = 0


@dataclass(frozen=True, slots=True)
class OpenItem:
    """What is still to be paid of one invoice. `balance` is positive and at most `amount`."""

    number: str
    amount: Money
    balance: Money
    issue_date: date
    due_date: date
    description: str = ""
    case_id: str | None = None
