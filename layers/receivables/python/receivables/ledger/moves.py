"""What has happened to a receivable since it was issued: changes of what is owed, periods charged for, money that fell short."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from receivables.core.money import Money

if TYPE_CHECKING:
    from receivables.ledger.entries import EntryKind


class ShortPaymentReason(StrEnum):
    """Why less came than was owed, as far as the amounts tell."""

    DISCOUNT_TOO_LATE = "discount_too_late"
    """Exactly a discount was kept back, after its last day."""
    DISCOUNT_TOO_HIGH = "discount_too_high"
    """In time, but more was kept back than was offered."""


@dataclass(frozen=True, slots=True)
class Move:
    """A change of what is owed: signed minor units, in effect from an instant (UTC), and the kind of entry that made it."""

    at: datetime
    minor: int
    kind: EntryKind


@dataclass(frozen=True, slots=True)
class Accrued:
    """A period of an invoice that was charged for: by which rule, its first and last day (local, both included), the minor
    units charged as corrected since, and the number of the charge (empty: nothing was to be charged)."""

    rule: str
    first: date
    last: date
    minor: int
    charge: str


@dataclass(frozen=True, slots=True)
class ShortPayment:
    """Less came than was owed; a person decides whether the rest is claimed or granted. `proposal` says what is proposed
    and why."""

    payment: str
    missing: Money
    reason: ShortPaymentReason
    proposal: str
