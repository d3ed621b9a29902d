"""Payments: money that came in, and where it went."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.ledger.entries import LedgerName


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
    RETURNED = "returned"
    """It was in suspense, and all of it went back."""
    PAYOUT = "payout"
    """It was in suspense, and is a processor's payout: money of ours that came twice, and counts once."""


@dataclass(frozen=True, slots=True)
class Remittance:
    """What came with the money and may tell what it is for, kept where that is not known yet. `texts` are free texts, part by part;
    `structured` a creditor's reference as it came; `end_to_end` the payer's own id of the transfer; `account` the payer's IBAN or
    account number, `customer` the processor's own id of the payer; `code` the bank's own kind of movement. `charges` is what banks kept of it on its way, where
    they tell (minor units): the payer sent so much more."""

    texts: tuple[str, ...] = ()
    structured: str | None = None
    end_to_end: str | None = None
    name: str | None = None
    email: str | None = None
    account: str | None = None
    customer: str | None = None
    code: str | None = None
    charges: int = 0


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. `key` is unique for ever (for example `stripe/main/pi_123`); `reference` the invoice
    number that the payer or processor named; `effective_at` when the money moved (UTC). `held_by` is the processor's account
    that holds the money until it is paid out (`stripe/main`; None: it came to our own bank or till), `method` how it was
    paid in words (`sepa_debit`, `cash`, `cheque`), where that is told. `remittance` is there where it is to be found out whose it is."""

    key: str
    amount: Money
    effective_at: datetime
    received_at: datetime
    reference: str | None
    source: str
    payer: str | None = None
    held_by: str | None = None
    method: str | None = None
    remittance: Remittance | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")

    @property
    def kept_on(self) -> LedgerName:
        """The ledger account that its money comes to, and goes back from: the processor's, or our own."""
        return LedgerName.CLEARING if self.held_by else LedgerName.CASH


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
    had been recorded by mistake, `returned` what went back while it was in suspense (refunded or charged back), `paid_out` what was a
    payout of a processor: minor units, which add up to the payment's amount, with what waits in suspense. `known` are the facts about it beyond that its
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
    returned: int = 0
    paid_out: int = 0

    @property
    def gone(self) -> int:
        """Minor units that are not here any more: they went back, or never came."""
        return self.refunded + self.charged_back + self.reversed + self.returned

    @property
    def waiting(self) -> Money:
        """What waits in suspense."""
        waits = self.payment.amount.minor - self.gone if self.state is PaymentState.SUSPENSE else 0
        return Money(waits, self.payment.amount.currency)


_OF_WHAT_CAME: Final = ("refund", "dispute")
"""Beginnings of the types of facts that only money which had come can have."""


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

    @property
    def orphan_since(self) -> datetime | None:
        """When (UTC) money of it went back, or was contested, that never came; None: nothing of the kind is known."""
        return min((fact.at for fact in self.known if fact.what.startswith(_OF_WHAT_CAME)), default=None)
