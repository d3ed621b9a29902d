"""Payments: money that came in, and where it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.core.errors import InvalidInput
from receivables.core.money import Money


class PaymentState(StrEnum):
    """Where the money of a payment went at first; what happened to it since is told by the record's amounts."""

    APPLIED = "applied"
    """All of it to receivables."""
    OVERPAID = "overpaid"
    """Receivables were closed and the rest became unapplied credit of the account."""
    UNAPPLIED = "unapplied"
    """All of it is unapplied credit: nothing was open, or a person placed it on the account."""
    SUSPENSE = "suspense"
    """Nobody knows yet whose it is."""
    PLACED = "placed"
    """It was in suspense and a person placed it."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. `key` is unique for ever (for example `stripe/main/pi_123`); `reference` the invoice
    number that the payer or processor named; `effective_at` when the money moved (UTC)."""

    key: str
    amount: Money
    effective_at: datetime
    received_at: datetime
    reference: str | None
    source: str
    payer: str | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")


@dataclass(frozen=True, slots=True)
class Allocated:
    """What a payment pays of one receivable, and the discount that was granted for it, in minor units."""

    item: str
    minor: int
    discount: int = 0


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment and where its money is now; `account_id` and `invoice` are None while in suspense.

    `allocated` is what it pays, `credit` what is unapplied credit, `refunded` and `charged_back` what went back, `recovered`
    what went to receivables that were written off, `rounded` what was too much by less than the tolerance, `reversed` what
    had been recorded by mistake: minor units, which add up to the payment's amount.
    """

    payment: Payment
    state: PaymentState
    account_id: str | None
    invoice: str | None
    allocated: tuple[Allocated, ...] = ()
    credit: int = 0
    refunded: int = 0
    charged_back: int = 0
    recovered: int = 0
    rounded: int = 0
    reversed: int = 0
    rev: int = 0
