"""Coming back: money of a payment that had gone back is here again - a chargeback that was won, a refund that did not arrive."""

from __future__ import annotations

from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import account_id as account_of
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.crediting import allocated_more
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.inflow import Inflow
from receivables.ledger.outflow import Outflow
from receivables.ledger.payments import PaymentRecord, PaymentState
from receivables.ledger.posting import SUSPENSE_CUSTOMER, CreditChange, PaymentChange, Posting
from receivables.ledger.receiving import release
from receivables.ledger.settling import Settling
from receivables.ledger.sheet import Sheet

_OUT: Final = (LedgerName.CASH, LedgerName.CLEARING, LedgerName.REFUNDS_PAYABLE)
"""Where money goes back from, or is promised."""


def reverse_chargeback(
    record: PaymentRecord,
    taken: Entry,
    holdings: Holdings,
    deed: Deed,
    *,
    tz: ZoneInfo,
    amount: Money | None = None,
) -> Posting:
    """The bank gives the money of a chargeback (`taken` is its entry), or `amount` of it, back: it pays again what it had paid
    (`holdings`: the receivables of its legs), as far as that is open, discounts included; the rest becomes credit. What had been
    taken out of suspense goes there again or, where the payment was placed since, becomes credit. Once for each chargeback, in
    part once for each `deed.key` too. Raises Conflict and InvalidInput (`amount`)."""
    minor = -sum(taken.moved(ledger) for ledger in _OUT)
    if taken.kind is not EntryKind.CHARGEBACK or taken.payment != record.payment.key or minor <= 0:
        raise Conflict(f"entry {taken.id} is no chargeback of payment {record.payment.key!r}")
    back = _part(amount, minor, taken)
    if _taken_on_account(record, taken) < back:
        raise Conflict(f"the chargeback {taken.id} was reversed already")
    kind = EntryKind.CHARGEBACK_REVERSAL
    own = replace(deed, key=taken.id if back == minor else f"{taken.id}/{deed.key}")
    return _Return(record, taken, own, kind, record.payment.kept_on, back).posting(holdings, tz)


def return_refund(
    record: PaymentRecord,
    gone: Entry,
    holdings: Holdings,
    deed: Deed,
    *,
    tz: ZoneInfo,
    paid: bool = True,
    amount: Money | None = None,
) -> Posting:
    """A refund (`gone` is its entry), or `amount` of it, did not reach the payer: its money is here, again or still, as with a
    chargeback that was won (see `reverse_chargeback`). `paid` False: it had been promised only, and is not owed any more. Once for
    each refund and `deed.key`. Raises Conflict and InvalidInput (`amount`)."""
    minor = -sum(gone.moved(ledger) for ledger in _OUT)
    if gone.kind is not EntryKind.REFUND or gone.payment != record.payment.key or minor <= 0:
        raise Conflict(f"entry {gone.id} is no refund of payment {record.payment.key!r}")
    minor = _part(amount, minor, gone)
    if _taken_on_account(record, gone) < minor:
        raise Conflict(f"the refund {gone.id} came back already")
    promised = bool(gone.moved(LedgerName.REFUNDS_PAYABLE)) and not paid
    ledger = LedgerName.REFUNDS_PAYABLE if promised else record.payment.kept_on
    own = replace(deed, key=f"{gone.id}/{deed.key}")
    return _Return(record, gone, own, EntryKind.REFUND_RETURNED, ledger, minor).posting(holdings, tz)


class _Return:
    """Money on its way back to us: `minor` of what the entry `gone` had moved, to the ledger account `ledger`."""

    def __init__(
        self,
        record: PaymentRecord,
        gone: Entry,
        deed: Deed,
        kind: EntryKind,
        ledger: LedgerName,
        minor: int,
    ) -> None:
        self._record, self._gone, self._kind = record, gone, kind
        self._ledger, self._amount = ledger, Money(minor, gone.amount.currency)
        self._deed = deed.at(max(deed.effective_at, gone.effective_at))

    def posting(self, holdings: Holdings, tz: ZoneInfo) -> Posting:
        if not _of_suspense(self._gone):
            return self._on_account(holdings, tz)
        return self._into_suspense() if self._record.account_id is None else self._through_suspense()

    def _on_account(self, holdings: Holdings, tz: ZoneInfo) -> Posting:
        """It pays again what it had paid; the rest is credit."""
        account_id, key, minor = self._gone.account_id, self._record.payment.key, self._amount.minor
        # The outflow only lays the receivables down.
        outflow = Outflow(self._record, holdings, self._deed, self._kind, sheet=Sheet(tz))
        sheet, journal = outflow.sheet, outflow.journal
        inflow = Inflow(sheet, journal, self._kind, (self._kind.value, self._deed.key))
        journal.post(self._deed.effective_at, self._ledger, minor)
        inflow.fresh(self._deed.effective_at, minor)
        settling = Settling(account_id, sheet, self._deed, tz, key)
        paid: dict[str, int] = {}
        for leg in self._gone.legs:
            if leg.ledger is LedgerName.RECEIVABLE and leg.item is not None:
                outflow.lay(leg.item)
                if sheet.item(leg.item).balance and (back := inflow.pay(leg.item, leg.minor)):
                    paid[leg.item] = back
                    settling.paid(leg.item)
        entries = journal.entries(
            account_id,
            self._kind,
            self._amount,
            self._deed,
            invoice=self._gone.invoice,
            payment=key,
            reverses=self._gone.id,
        )
        after = replace(
            self._less_gone(),
            allocated=allocated_more(self._record.allocated, paid, settling.discounts),
            credit=self._record.credit + inflow.rest,
        )
        return Posting(
            account_id,
            (*entries, *settling.entries),
            sheet.changes(),
            inflow.left_over(self._amount.currency, CreditSource.PAYMENT, key),
            PaymentChange(self._record, after),
        )

    def _into_suspense(self) -> Posting:
        entry = self._back_in_suspense()
        return Posting(entry.account_id, (entry,), payment=PaymentChange(self._record, self._less_gone()))

    def _through_suspense(self) -> Posting:
        """The payment was placed since: what comes back follows, as credit."""
        record, minor, at = self._record, self._amount.minor, self._deed.effective_at
        if record.account_id is None or record.state is PaymentState.PAYOUT:
            raise Conflict(f"payment {record.payment.key!r} is not on the account of a customer")
        credit = Credit(
            derived_id("crd", self._kind.value, self._deed.key),
            self._amount,
            at,
            CreditSource.PAYMENT,
            record.payment.key,
        )
        placed = self._deed.entry(
            record.account_id,
            EntryKind.PLACEMENT,
            self._amount,
            (Leg(record.payment.kept_on, minor), Leg(LedgerName.UNAPPLIED, -minor, credit.id)),
            payment=record.payment.key,
        )
        return Posting(
            record.account_id,
            (placed, self._back_in_suspense(), release(record.payment, self._amount, self._deed)),
            credits=(CreditChange(None, credit),),
            payment=PaymentChange(record, replace(self._less_gone(), credit=record.credit + minor)),
        )

    def _back_in_suspense(self) -> Entry:
        return self._deed.entry(
            account_of(SUSPENSE_CUSTOMER, self._amount.currency),
            self._kind,
            self._amount,
            (Leg(self._ledger, self._amount.minor), Leg(LedgerName.SUSPENSE, -self._amount.minor)),
            payment=self._record.payment.key,
            reverses=self._gone.id,
        )

    def _less_gone(self) -> PaymentRecord:
        """The record without what had gone back."""
        record, minor = self._record, self._amount.minor
        rev = record.rev + 1
        if _of_suspense(self._gone):
            waits = record.account_id is None
            state = PaymentState.SUSPENSE if waits else record.state
            return replace(record, returned=record.returned - minor, state=state, rev=rev)
        if self._kind is EntryKind.REFUND_RETURNED:
            return replace(record, refunded=record.refunded - minor, rev=rev)
        return replace(record, charged_back=record.charged_back - minor, rev=rev)


def _part(amount: Money | None, minor: int, gone: Entry) -> int:
    if amount is None:
        return minor
    if amount.currency != gone.amount.currency or not 0 < amount.minor <= minor:
        most = Money(minor, gone.amount.currency)
        raise InvalidInput("amount", f"must be more than zero and at most {most}")
    return amount.minor


def _of_suspense(gone: Entry) -> bool:
    return bool(gone.moved(LedgerName.SUSPENSE))


def _taken_on_account(record: PaymentRecord, gone: Entry) -> int:
    """Minor units that the record says went back in the way in which the entry took them."""
    if _of_suspense(gone):
        return record.returned
    return record.refunded if gone.kind is EntryKind.REFUND else record.charged_back
