"""Returning: money that goes back - refunds, chargebacks - or from one receivable to another."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import derived_id
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.coming_back import return_refund, reverse_chargeback
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.moving import transfer
from receivables.ledger.outflow import Outflow, reduced_credit
from receivables.ledger.payments import Payment, PaymentRecord, PaymentState
from receivables.ledger.posting import PaymentChange, Posting

__all__ = [
    "chargeback",
    "money_left",
    "pay_refund",
    "refund",
    "refund_credit",
    "return_refund",
    "reverse_chargeback",
    "take_back",
    "transfer",
]


def refund(
    record: PaymentRecord,
    holdings: Holdings,
    unapplied: Iterable[Credit],
    deed: Deed,
    *,
    amount: Money | None = None,
    paid: bool = True,
) -> Posting:
    """Money of a payment goes back to the payer: all that is left of it, or `amount`.

    First what is still credit (of `unapplied`, the credits of the account), then what was taken as rounding, then what it has
    paid, last allocation first, the discount granted for it in proportion, then what had been recovered. `holdings`:
    every receivable that `record.allocated` names (and `record.invoice`, if something was recovered). `paid` False: it is promised
    only (refunds payable), see `pay_refund`. It takes effect not before the payment. Raises InvalidInput (`amount`) and Conflict
    (nothing left, in suspense, a receivable not handed in).
    """
    left = money_left(record)
    asked = left if amount is None else _asked(amount, left)
    if asked > left:
        raise InvalidInput("amount", f"is more than the {left} that are left of the payment")
    outflow = _back(record, holdings, unapplied, deed, asked, EntryKind.REFUND)
    outflow.record = replace(outflow.record, refunded=outflow.record.refunded + asked.minor)
    return _returned(record, outflow, asked, record.payment.kept_on if paid else LedgerName.REFUNDS_PAYABLE)


def pay_refund(promised: Entry, deed: Deed, payment: Payment | None = None) -> Posting:
    """A refund that was promised is paid; `promised` is its entry, of which it can be done once, `payment` the payment whose money
    it is, if the entry names one. Raises Conflict."""
    minor = -promised.moved(LedgerName.REFUNDS_PAYABLE)
    if promised.kind is not EntryKind.REFUND or minor <= 0:
        raise Conflict(f"entry {promised.id} is no refund that is still to be paid")
    if promised.payment != (payment.key if payment else None):
        raise ValueError(f"entry {promised.id} is of payment {promised.payment}")
    own = replace(deed, key=promised.id, effective_at=max(deed.effective_at, promised.effective_at))
    source = payment.kept_on if payment else LedgerName.CASH
    legs = (Leg(LedgerName.REFUNDS_PAYABLE, minor), Leg(source, -minor))
    entry = own.entry(
        promised.account_id,
        EntryKind.REFUND_PAID,
        Money(minor, promised.amount.currency),
        legs,
        invoice=promised.invoice,
        payment=promised.payment,
    )
    return Posting(promised.account_id, (entry,))


def refund_credit(
    account_id: str, credit: Credit, deed: Deed, *, amount: Money | None = None, paid: bool = True
) -> Posting:
    """Credit that came from a credit note or a release is paid out. Raises InvalidInput (`amount`) and Conflict for the
    credit of a payment: that payment is refunded."""
    if credit.source is CreditSource.PAYMENT:
        raise Conflict(f"credit {credit.id} is of payment {credit.key!r}: refund that")
    asked = credit.balance if amount is None else _asked(amount, credit.balance)
    if asked > credit.balance:
        raise InvalidInput("amount", f"is more than the {credit.balance} that are left of the credit")
    own = deed.at(max(deed.effective_at, credit.effective_at))
    legs = (
        Leg(LedgerName.UNAPPLIED, asked.minor, credit.id),
        Leg(LedgerName.CASH if paid else LedgerName.REFUNDS_PAYABLE, -asked.minor),
    )
    entry = own.entry(account_id, EntryKind.REFUND, asked, legs, credit.id)
    return Posting(account_id, (entry,), credits=(reduced_credit(credit, asked.minor),))


def chargeback(
    record: PaymentRecord,
    holdings: Holdings,
    unapplied: Iterable[Credit],
    deed: Deed,
    *,
    amount: Money | None = None,
) -> Posting:
    """The payer's bank takes money of a payment back; as `refund`, but what went back already is not taken twice: `amount` is
    cut to what is left. Raises InvalidInput (`amount`) and Conflict (nothing left)."""
    left = money_left(record)
    asked = left if amount is None else min(_asked(amount, left), left)
    outflow = _back(record, holdings, unapplied, deed, asked, EntryKind.CHARGEBACK)
    outflow.record = replace(outflow.record, charged_back=outflow.record.charged_back + asked.minor)
    return _returned(record, outflow, asked, record.payment.kept_on)


def take_back(
    record: PaymentRecord,
    holdings: Holdings,
    unapplied: Iterable[Credit],
    deed: Deed,
    *,
    amount: Money | None = None,
) -> Posting:
    """The payment failed after its money had come, or its bank took it back without a dispute: as `chargeback`, in effect when
    it went back. Raises InvalidInput (`amount`) and Conflict (nothing left)."""
    own = deed if deed.reason else replace(deed, reason="the payment failed after its money had come")
    return chargeback(record, holdings, unapplied, own, amount=amount)


def money_left(record: PaymentRecord) -> Money:
    """What of a payment has not gone back. Raises Conflict when it is in suspense, nothing is left, or it was a payout."""
    if record.state is PaymentState.SUSPENSE:
        raise Conflict(
            f"payment {record.payment.key!r} is in suspense: place it first, or return it from there"
        )
    if record.state is PaymentState.PAYOUT:
        raise Conflict(f"payment {record.payment.key!r} is a payout: nobody paid it")
    left = record.payment.amount - Money(record.gone, record.payment.amount.currency)
    if not left:
        raise Conflict(f"nothing is left of payment {record.payment.key!r}: all of it went back")
    return left


def _asked(amount: Money, left: Money) -> Money:
    if amount.currency != left.currency:
        raise CurrencyMismatch(f"{amount.currency} and {left.currency}")
    if amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero")
    return amount


def _back(
    record: PaymentRecord,
    holdings: Holdings,
    unapplied: Iterable[Credit],
    deed: Deed,
    amount: Money,
    kind: EntryKind,
) -> Outflow:
    own = replace(
        deed,
        key=derived_id(kind.value, record.payment.key, deed.key),
        effective_at=max(deed.effective_at, record.payment.effective_at),
    )
    outflow = Outflow(record, holdings, own, kind)
    outflow.take(amount.minor, unapplied)
    return outflow


def _returned(before: PaymentRecord, outflow: Outflow, amount: Money, ledger: LedgerName) -> Posting:
    account_id, deed = before.account_id or "", outflow.deed
    outflow.journal.post(deed.effective_at, ledger, -amount.minor)
    entries = outflow.journal.entries(
        account_id, outflow.kind, amount, deed, invoice=before.invoice, payment=before.payment.key
    )
    return Posting(
        account_id,
        (*entries, *outflow.discounts),
        outflow.sheet.changes(),
        tuple(outflow.credits),
        PaymentChange(before, replace(outflow.record, rev=before.rev + 1)),
    )
