"""Lines that a person has to look at before - or instead of - any money being moved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.banking.statement import BankLine


class Why(StrEnum):
    """Why a line is in front of a person."""

    AWAITS_DETAILS = "awaits_details"
    """A batch in one amount, of an account whose single payments come in another file."""
    UNKNOWN_ORIGINAL = "unknown_original"
    """The bank takes money back, and it cannot be told which payment it was."""
    DEBIT_RETURNED = "debit_returned"
    """Money that we had sent, or that was taken from us, came back: it is no payment of a customer, unless a person knows better."""


class Decision(StrEnum):
    """What was decided about it."""

    WAITING = "waiting"
    PAYMENT = "payment"
    """It is a payment: handed to cash application as it stands."""
    REVERSAL = "reversal"
    """It takes back the payment of the line that was named."""
    DETAILS = "details"
    """Its single payments have come."""
    NOTHING = "nothing"
    """Nothing is to be done here: it concerns no customer."""


@dataclass(frozen=True, slots=True)
class Attention:
    """A line in front of a person. `by` is who decided, or the statement that brought the details; `original` the line of the
    payment that it takes back."""

    line: BankLine
    why: Why
    statement: str
    raised_at: datetime
    decision: Decision = Decision.WAITING
    by: str = ""
    decided_at: datetime | None = None
    original: str | None = None
    note: str = ""
