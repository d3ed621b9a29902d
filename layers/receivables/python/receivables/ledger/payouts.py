"""Payouts: a processor sends what it has collected, less its fees, to our bank. On the pseudo-accounts of clearing.

Sent: out of clearing, into transit, its fees spent. Arrived: the line of the bank's statement, which came as a payment of nobody
knows whom, is recognised as it. Nothing of it is a customer's, so no balance of one changes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import account_id as account_of
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.deeds import Deed
from receivables.ledger.entries import EntryKind, LedgerName, Leg
from receivables.ledger.payments import PaymentRecord, PaymentState
from receivables.ledger.posting import (
    CLEARING_CUSTOMER,
    SUSPENSE_CUSTOMER,
    PaymentChange,
    PayoutChange,
    Posting,
)


class PayoutState(StrEnum):
    """Where a payout is."""

    SENT = "sent"
    ARRIVED = "arrived"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Payout:
    """What a processor sends to our bank. `key` is unique for ever (`stripe/main/po_123`), `held_by` the account there
    (`stripe/main`); `amount` what reaches our bank, `fee` what the processor keeps of what it had collected. `sent_at` is the
    processor's own time (UTC), `arrives_on` the day that it promises, if it does. `payment` is the key of the bank's line."""

    key: str
    held_by: str
    amount: Money
    fee: Money
    sent_at: datetime
    arrives_on: date | None = None
    state: PayoutState = PayoutState.SENT
    payment: str | None = None
    rev: int = 0

    def __post_init__(self) -> None:
        if self.fee.currency != self.amount.currency:
            raise CurrencyMismatch(f"{self.amount.currency} and {self.fee.currency}")
        if self.amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")
        if self.fee.minor < 0:
            raise InvalidInput("fee", "must not be negative")

    @property
    def account_id(self) -> str:
        """The pseudo-account on which it is booked."""
        return account_of(CLEARING_CUSTOMER, self.amount.currency)


def pay_out(payout: Payout, deed: Deed) -> Posting:
    """The processor has sent it: out of clearing, into transit; the fees are spent. Once for ever, by its key. `deed` tells how that
    was learned of; it takes effect when it was sent."""
    own = replace(deed, key=payout.key, effective_at=payout.sent_at)
    amount, fee = payout.amount.minor, payout.fee.minor
    entry = own.entry(
        payout.account_id,
        EntryKind.PAYOUT,
        payout.amount,
        (
            Leg(LedgerName.IN_TRANSIT, amount, payout.key),
            Leg(LedgerName.PROCESSOR_FEES, fee, payout.held_by),
            Leg(LedgerName.CLEARING, -amount - fee, payout.held_by),
        ),
    )
    sent = replace(payout, state=PayoutState.SENT, payment=None, rev=0)
    return Posting(payout.account_id, (entry,), payout=PayoutChange(None, sent))


def pay_out_failed(payout: Payout, deed: Deed) -> Posting:
    """It did not get to our bank: the processor holds the money again. Its fees stay spent: they were kept of payments, which are
    not undone by that. Raises Conflict unless it is under way."""
    _under_way(payout)
    own = replace(deed, key=payout.key, effective_at=max(deed.effective_at, payout.sent_at))
    amount = payout.amount.minor
    entry = own.entry(
        payout.account_id,
        EntryKind.PAYOUT_FAILED,
        payout.amount,
        (
            Leg(LedgerName.CLEARING, amount, payout.held_by),
            Leg(LedgerName.IN_TRANSIT, -amount, payout.key),
        ),
    )
    failed = replace(payout, state=PayoutState.FAILED, rev=payout.rev + 1)
    return Posting(payout.account_id, (entry,), payout=PayoutChange(payout, failed))


def arrive(payout: Payout, record: PaymentRecord, deed: Deed) -> Posting:
    """Money in suspense is a payout that was under way: it leaves suspense, and the payout has arrived, when the money did.
    Raises Conflict when nothing or another amount waits, or the payout is not under way."""
    _under_way(payout)
    payment = record.payment
    if record.state is not PaymentState.SUSPENSE or record.waiting != payout.amount:
        raise Conflict(f"{record.waiting} of payment {payment.key!r} wait in suspense, not {payout.amount}")
    if record.returned or payment.held_by:
        raise Conflict(f"payment {payment.key!r} is not what a payout brought to our bank")
    own = replace(deed, key=payout.key, effective_at=payment.effective_at)
    amount, cash = payout.amount.minor, payment.kept_on
    arrived = own.entry(
        payout.account_id,
        EntryKind.PAYOUT_ARRIVED,
        payout.amount,
        (Leg(cash, amount), Leg(LedgerName.IN_TRANSIT, -amount, payout.key)),
        payment=payment.key,
    )
    recognised = own.entry(
        account_of(SUSPENSE_CUSTOMER, payout.amount.currency),
        EntryKind.PAYOUT_ARRIVED,
        -payout.amount,
        (Leg(LedgerName.SUSPENSE, amount), Leg(cash, -amount)),
        "release",
        payment=payment.key,
    )
    after = replace(
        record,
        state=PaymentState.PAYOUT,
        account_id=payout.account_id,
        paid_out=amount,
        rev=record.rev + 1,
    )
    there = replace(payout, state=PayoutState.ARRIVED, payment=payment.key, rev=payout.rev + 1)
    return Posting(
        payout.account_id,
        (arrived, recognised),
        payment=PaymentChange(record, after),
        payout=PayoutChange(payout, there),
    )


def _under_way(payout: Payout) -> None:
    if payout.state is not PayoutState.SENT:
        raise Conflict(f"payout {payout.key!r} is not under way: {payout.state.value}")
