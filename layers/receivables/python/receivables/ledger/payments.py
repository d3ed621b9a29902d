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
    number that the payer or processor named; `effective_at` when the money moved (UTC). `held_by` is the processor's account
    that holds the money until it is paid out (`stripe/main`; None: it came to our own bank or till), `method` how it was
    paid in words (`sepa_debit`, `cash`, `cheque`), where that is told."""

    key: str
    amount: Money
    effective_at: datetime
    received_at: datetime
    reference: str | None
    source: str
    payer: str | None = None
    held_by: str | None = None
    method: str | None = None

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
class Known:
    """A fact about a payment that was heard of: `what` happened (a type of event), to which refund or dispute (`id`; empty: to the
    payment itself), when (UTC), and to which amount (minor units; None: not told). `total`: the amount is all that was
    refunded so far."""

    what: str
    at: datetime
    id: str = ""
    minor: int | None = None
    total: bool = False


@dataclass(frozen=True, slots=True)
class PaymentRecord:
    """A payment and where its money is now; `account_id` and `invoice` are None while in suspense.

    `allocated` is what it pays, `credit` what is unapplied credit, `refunded` and `charged_back` what went back, `recovered`
    what went to receivables that were written off, `rounded` what was too much by less than the tolerance, `reversed` what
    had been recorded by mistake: minor units, which add up to the payment's amount. `known` are the facts about it beyond that its
    money came, `done` the keys of what was booked because of them (see `payments.life`).
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
    known: tuple[Known, ...] = ()
    done: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentStub:
    """What is known of a payment whose money has not come (yet): that it is pending, that it failed, a refund that was heard of before
    it. It stands where the record will be, so that the money cannot come unnoticed. `reference` is the invoice it would pay,
    `account_id` whose that is, if known."""

    key: str
    known: tuple[Known, ...]
    done: tuple[str, ...] = ()
    account_id: str | None = None
    reference: str | None = None
    rev: int = 0
