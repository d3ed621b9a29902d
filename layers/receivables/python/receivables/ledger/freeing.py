"""Freeing: money of a payment that pays more receivables than one transaction can open again is made credit, some at a time.

Nothing is lost when that is interrupted: what is credit is set against what is open again, as all credit is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import EntryKind, LedgerName
from receivables.ledger.outflow import Outflow
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.posting import CreditChange, PaymentChange, Posting

MOST_FREED: Final = 20
"""Receivables in one transaction: each may take its open item, its document and entries for a discount and other days."""


def free_some(
    record: PaymentRecord, holdings: Holdings, unapplied: Iterable[Credit], deed: Deed, kind: EntryKind
) -> Posting:
    """What the payment pays of the last receivables becomes credit of it, from when a refund or chargeback (`kind`; `deed` is
    that of it) is to take it, or with REVERSAL as if it had never paid them; discounts go with it. `holdings`: every
    receivable that `record.allocated` names. Raises Conflict when one is not handed in."""
    undone = kind is EntryKind.REVERSAL
    since = record.payment.effective_at
    at = since if undone else max(deed.effective_at, since)
    own = replace(
        deed, key=derived_id("freed", record.payment.key, deed.key, str(record.rev)), effective_at=at
    )
    outflow = Outflow(record, holdings, own, kind, undone=undone)
    freed = sum(outflow.take_allocated(each, each.minor) for each in record.allocated[-MOST_FREED:][::-1])
    amount = Money(freed, record.payment.amount.currency)
    change = _credited(record, unapplied, own, amount)
    if change.after is not None:
        outflow.journal.post(at, LedgerName.UNAPPLIED, -freed, change.after.id)
    account_id = record.account_id or ""
    entries = outflow.journal.entries(
        account_id, EntryKind.ALLOCATION, -amount, own, payment=record.payment.key
    )
    after = replace(outflow.record, credit=outflow.record.credit + freed, rev=record.rev + 1)
    return Posting(
        account_id,
        (*entries, *outflow.discounts),
        outflow.sheet.changes(),
        (change,),
        PaymentChange(record, after),
    )


def _credited(record: PaymentRecord, unapplied: Iterable[Credit], deed: Deed, amount: Money) -> CreditChange:
    """One credit gathers what is freed: the last step takes it in one piece."""
    key = record.payment.key
    for credit in unapplied:
        if (credit.source, credit.key, credit.effective_at) == (CreditSource.PAYMENT, key, deed.effective_at):
            more = replace(credit, balance=credit.balance + amount, rev=credit.rev + 1)
            return CreditChange(credit, more)
    credit_id = derived_id("crd", deed.key)
    return CreditChange(None, Credit(credit_id, amount, deed.effective_at, CreditSource.PAYMENT, key))
