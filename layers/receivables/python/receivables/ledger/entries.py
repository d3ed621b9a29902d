"""Ledger entries: double entry, immutable; each sums to zero over the named ledger accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from receivables.core.errors import ReceivablesError
from receivables.core.money import Money


class LedgerName(StrEnum):
    """The named ledger accounts that the legs of an entry move. A debit is positive."""

    RECEIVABLE = "receivable"
    SALES = "sales"
    TAX = "tax"
    """Sales tax owed to the state."""
    CASH = "cash"
    CLEARING = "clearing"
    """Money that payment processors hold for us."""
    IN_TRANSIT = "in_transit"
    """Payouts of processors on their way to our bank."""
    PROCESSOR_FEES = "processor_fees"
    UNAPPLIED = "unapplied_credit"
    SUSPENSE = "suspense"
    DISCOUNTS = "discounts"
    INTEREST_INCOME = "interest_income"
    FEES = "fees"
    BAD_DEBT = "bad_debt"
    REFUNDS_PAYABLE = "refunds_payable"
    ROUNDING = "rounding"


class EntryKind(StrEnum):
    """Why an entry was made."""

    INVOICE = "invoice"
    CREDIT_NOTE = "credit_note"
    PAYMENT = "payment"
    ALLOCATION = "allocation"
    """Unapplied credit was set against receivables."""
    REFUND = "refund"
    """Money goes back to the payer: promised (refunds payable) or paid."""
    REFUND_PAID = "refund_paid"
    REFUND_RETURNED = "refund_returned"
    """A refund did not reach the payer: its money is where it was before."""
    PAYOUT = "payout"
    """A processor sent what it held, less its fees."""
    PAYOUT_ARRIVED = "payout_arrived"
    """It is on our bank account."""
    PAYOUT_FAILED = "payout_failed"
    """It did not get there: the processor holds it again."""
    CHARGEBACK = "chargeback"
    CHARGEBACK_REVERSAL = "chargeback_reversal"
    DISCOUNT = "discount"
    FEE = "fee"
    INTEREST = "interest"
    WAIVER = "waiver"
    WRITE_OFF = "write_off"
    RECOVERY = "recovery"
    """Money for what had been written off."""
    TRANSFER = "transfer"
    """What a payment had paid of one receivable pays another."""
    ROUNDING = "rounding"
    REVERSAL = "reversal"
    """Undoes one entry, which it names."""
    SUSPENSE = "suspense"
    PLACEMENT = "placement"


class Unbalanced(ReceivablesError):
    """The legs of an entry do not sum to zero."""


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of an entry: minor units, positive is a debit. `item` is the number of the receivable that it moves, on
    `receivable` always; elsewhere where it tells what the money was for."""

    ledger: LedgerName
    minor: int
    item: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """Something that moved money, for ever.

    `effective_at` is when it happened, `recorded_at` when this system learned of it (both UTC). `amount` is the
    amount of the event itself; `invoice` the number it concerns, if one; `source` names where it came from
    (for example `stripe/main/pi_123` or `api/alice`). `due_date` is that of the receivable which the entry creates.
    `reverses` is the id of the entry that it undoes. Raises Unbalanced when the legs do not sum to zero.
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
    reason: str = ""
    due_date: date | None = None
    payment: str | None = None
    reverses: str | None = None

    def __post_init__(self) -> None:
        if sum(leg.minor for leg in self.legs) != 0:
            raise Unbalanced(f"entry {self.id}: legs sum to {sum(leg.minor for leg in self.legs)}")

    def moved(self, ledger: LedgerName) -> int:
        """Net minor units that this entry moved on that ledger account."""
        return sum(leg.minor for leg in self.legs if leg.ledger is ledger)
