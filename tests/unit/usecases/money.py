"""Postings for tests of use cases, without what they are not about."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from receivables.ledger import LedgerStore, Payment, PostOutcome, receiving
from receivables.ledger.allocation import Named
from receivables.terms import Settlement

UTC_DAYS = ZoneInfo("UTC")


def received(ledger: LedgerStore, payment: Payment) -> None:
    """A payment for the invoice that it names."""
    assert payment.reference is not None
    invoice, item = ledger.invoice(payment.reference)
    posting = receiving.receive(
        payment,
        invoice.account_id,
        [item] if item else [],
        named=[Named(invoice.number)],
        settlement=Settlement(),
        tz=UTC_DAYS,
    )
    assert ledger.post(posting) is PostOutcome.POSTED


def to_suspense(ledger: LedgerStore, payment: Payment) -> None:
    """A payment of nobody knows whom."""
    assert ledger.post(receiving.to_suspense(payment)) is PostOutcome.POSTED
