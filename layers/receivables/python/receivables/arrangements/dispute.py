"""Disputes: of a whole invoice, an amount of it, or some of its lines."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from receivables.arrangements.arrangement import ArrangementKind
from receivables.core.money import Money


class DisputeState(StrEnum):
    """What became of a dispute."""

    OPEN = "open"
    CREDITED = "credited"
    PARTLY_CREDITED = "partly_credited"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


class DisputeReason(StrEnum):
    """Why the customer does not want to pay; a code, so that it can be counted."""

    NOT_RECEIVED = "not_received"
    DAMAGED = "damaged"
    QUALITY = "quality"
    QUANTITY = "quantity"
    PRICE = "price"
    DUPLICATE = "duplicate"
    NOT_ORDERED = "not_ordered"
    ALREADY_PAID = "already_paid"
    TERMS = "terms"
    TAX = "tax"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Evidence:
    """A file that somebody added: where it is (a key of the evidence bucket), what it is called, by whom, when (UTC)."""

    key: str
    name: str
    content_type: str
    added_by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Dispute:
    """A part of an invoice that is contested, and only that part rests: the remainder is due as before.

    `amount` is what is contested of the balance; `lines` name lines of the invoice, if the customer did. `owner` has
    to answer by `deadline` (a local date of the customer).
    """

    id: str
    account_id: str
    invoice: str
    amount: Money
    reason: DisputeReason
    raised_by: str
    channel: str
    recorded_by: str
    raised_at: datetime
    owner: str
    deadline: date
    lines: tuple[str, ...] = ()
    note: str = ""
    evidence: tuple[Evidence, ...] = ()
    state: DisputeState = DisputeState.OPEN
    credited: Money | None = None
    resolution: str = ""
    ended_at: datetime | None = None
    ended_by: str = ""
    rev: int = 0

    @property
    def kind(self) -> ArrangementKind:
        return ArrangementKind.DISPUTE

    @property
    def active(self) -> bool:
        return self.state is DisputeState.OPEN
