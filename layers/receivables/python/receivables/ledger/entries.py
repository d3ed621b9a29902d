"""Ledger entries: double entry, immutable; each sums to zero over the named ledger accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.core.errors import ReceivablesError
from receivables.core.money import Money


class LedgerName(StrEnum):
    """The named ledger accounts that the legs of an entry move."""

    RECEIVABLE = "receivable"
    SALES = "sales"
    CASH = "cash"
    UNAPPLIED = "unapplied_credit"
    SUSPENSE = "suspense"


class EntryKind(StrEnum):
    """Why an entry was made."""

    INVOICE = "invoice"
    PAYMENT = "payment"
    SUSPENSE = "suspense"
    PLACEMENT = "placement"


class Unbalanced(ReceivablesError):
    """The legs of an entry do not sum to zero."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: minor units, positive is a debit."""

    ledger: LedgerName
    minor: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that moved money, for ever.

    `effective_at` is when it happened, `recorded_at` when this system learned of it (both UTC). `amount` is the
    amount of the event itself; `invoice` the number it concerns, if one; `source` names where it came from
    (for example `stripe/main/pi_123` or `api/alice`). Raises Unbalanced when the legs do not sum to zero.
    """

    id: str
    account_id: str
    kind: EntryKind
    amount: Money
    effective_at: datetime
    recorded_at: datetime
    legs: tuple[Leg, ...]
    source: str
    invoice: str | None = None

    def __post_init__(self) -> None:
        if sum(leg.minor for leg in self.legs) != 0:
            raise Unbalanced(f"entry {self.id}: legs sum to {sum(leg.minor for leg in self.legs)}")

    def moved(self, ledger: LedgerName) -> int:
        """Net minor units that this entry moved on that ledger account."""
        return sum(leg.minor for leg in self.legs if leg.ledger is ledger)
