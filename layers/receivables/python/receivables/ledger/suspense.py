"""Suspense: money that goes back before anybody knew whose it was, and money that was placed wrongly and waits again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import account_id as account_of
from receivables.core.ids import derived_id
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.credits import Credit
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import EntryKind, LedgerName, Leg
from receivables.ledger.outflow import Outflow
from receivables.ledger.payments import PaymentRecord, PaymentState
from receivables.ledger.posting import SUSPENSE_CUSTOMER, PaymentChange, Posting


def return_suspense(
    record: PaymentRecord, deed: Deed, *, amount: Money | None = None, kind: EntryKind = EntryKind.REFUND
) -> Posting:
    """Money goes back out of suspense, to the payer (REFUND) or to the payer's bank (CHARGEBACK): all that waits, or `amount`; a
    chargeback is cut to what waits. What is left waits on. It takes effect not before the payment. Raises InvalidInput
    (`amount`) and Conflict (nothing waits in suspense)."""
    payment, left = record.payment, record.waiting
    if not left:
        raise Conflict(f"nothing of payment {payment.key!r} waits in suspense: {record.state.value}")
    asked = left if amount is None else _asked(amount, left, kind)
    own = replace(
        deed,
        key=derived_id(kind.value, payment.key, deed.key),
        effective_at=max(deed.effective_at, payment.effective_at),
    )
    entry = own.entry(
        account_of(SUSPENSE_CUSTOMER, payment.amount.currency),
        kind,
        asked,
        (Leg(LedgerName.SUSPENSE, asked.minor), Leg(payment.kept_on, -asked.minor)),
        payment=payment.key,
    )
    after = replace(
        record,
        state=PaymentState.RETURNED if asked == left else record.state,
        returned=record.returned + asked.minor,
        rev=record.rev + 1,
    )
    return Posting(entry.account_id, (entry,), payment=PaymentChange(record, after))


def unplace(record: PaymentRecord, holdings: Holdings, unapplied: Iterable[Credit], deed: Deed) -> Posting:
    """A payment was on the wrong account: all that it pays there, or has as credit, waits in suspense again, as if it had never
    been there. `holdings`: every receivable that `record.allocated` names; `unapplied`: the credits of the account. Raises
    Conflict when it is on no account, money of it went back, was recovered or let go as too much, or a receivable is not
    handed in."""
    payment, account_id = record.payment, record.account_id
    if account_id is None or record.paid_out:
        raise Conflict(f"payment {payment.key!r} is not on the account of a customer: {record.state.value}")
    if record.gone > record.returned or record.recovered or record.rounded:
        raise Conflict(f"money of payment {payment.key!r} went elsewhere already: refund the rest")
    left = payment.amount - Money(record.gone, payment.amount.currency)
    own = replace(
        deed,
        key=derived_id("unplaced", payment.key, deed.key),
        effective_at=payment.effective_at,
    )
    outflow = Outflow(record, holdings, own, EntryKind.PLACEMENT, undone=True)
    outflow.take(left.minor, unapplied)
    outflow.journal.post(own.effective_at, payment.kept_on, -left.minor)
    taken = outflow.journal.entries(account_id, EntryKind.PLACEMENT, -left, own, payment=payment.key)
    waits = own.entry(
        account_of(SUSPENSE_CUSTOMER, left.currency),
        EntryKind.PLACEMENT,
        left,
        (Leg(payment.kept_on, left.minor), Leg(LedgerName.SUSPENSE, -left.minor)),
        "waits",
        payment=payment.key,
    )
    after = replace(
        outflow.record, state=PaymentState.SUSPENSE, account_id=None, invoice=None, rev=record.rev + 1
    )
    return Posting(
        account_id,
        (*taken, waits, *outflow.discounts),
        outflow.sheet.changes(),
        tuple(outflow.credits),
        PaymentChange(record, after),
    )


def _asked(amount: Money, left: Money, kind: EntryKind) -> Money:
    if amount.currency != left.currency:
        raise CurrencyMismatch(f"{amount.currency} and {left.currency}")
    if amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero")
    if amount > left and kind is EntryKind.REFUND:
        raise InvalidInput("amount", f"is more than the {left} that wait in suspense")
    return min(amount, left)
