"""Reversing: an entry was a mistake, and another one undoes it. Nothing is ever changed or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Final
from zoneinfo import ZoneInfo

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money
from receivables.ledger.credits import Credit
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName
from receivables.ledger.moving import moved
from receivables.ledger.outflow import Outflow
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.posting import PaymentChange, Posting
from receivables.ledger.returning import money_left
from receivables.ledger.undo import receivables_in
from receivables.ledger.undoing import undone

_UTC: Final = ZoneInfo("UTC")

_INSTEAD: Final = {
    EntryKind.INVOICE: "an invoice is taken back by a credit note",
    EntryKind.REFUND: "money that went back is recorded as a payment when it returns",
    EntryKind.REFUND_PAID: "money that went back is recorded as a payment when it returns",
    EntryKind.CHARGEBACK: "a chargeback has a reversal of its own, by the bank",
    EntryKind.CHARGEBACK_REVERSAL: "what the bank takes again is another chargeback",
    EntryKind.REFUND_RETURNED: "what the payer gets in the end is another refund",
    EntryKind.SUSPENSE: "money in suspense is placed or returned",
    EntryKind.PAYOUT: "a payout that did not arrive is booked as failed",
    EntryKind.PAYOUT_FAILED: "what the processor sends in the end is another payout",
    EntryKind.PAYOUT_ARRIVED: "what the bank takes back is a line of its own",
    EntryKind.PLACEMENT: "money that was placed wrongly is transferred or refunded",
    EntryKind.REVERSAL: "what was reversed by mistake is recorded again",
}


def reverse_entry(
    entry: Entry,
    holdings: Holdings,
    unapplied: Iterable[Credit],
    deed: Deed,
    *,
    record: PaymentRecord | None = None,
    tz: ZoneInfo = _UTC,
) -> Posting:
    """Undo an entry, once for ever (the id derives from that of the entry, not from `deed.key`), in effect from when the entry
    was, as if it had never been.

    Possible for: a payment or recovery (`record` is needed; `holdings`: all that it pays now), a credit note, fee, interest,
    waiver, write-off, discount, rounding, transfer, allocation of credit (`record` where `entry.payment` names one). `holdings`: see
    `receivables_of`; `unapplied`: the credits of the account. `tz` is the customer's zone, for the discount that a
    transfer may earn. Raises Conflict in words for every other kind, and where what followed stands in the way (credit that
    was used, a charge that was paid, a recovery).
    """
    if entry.kind in _INSTEAD:
        raise Conflict(f"a {entry.kind.value} is not reversed: {_INSTEAD[entry.kind]}")
    own = replace(deed, key=entry.id, effective_at=entry.effective_at)
    if entry.payment is not None and (record is None or record.payment.key != entry.payment):
        raise InvalidInput("record", f"must be that of payment {entry.payment!r}")
    if entry.kind is EntryKind.TRANSFER and record is not None:
        return _back_again(entry, holdings, own, record, tz)
    if entry.kind in {EntryKind.PAYMENT, EntryKind.RECOVERY} and record is not None:
        return _payment(entry, holdings, unapplied, own, record)
    return undone(entry, holdings, {credit.id: credit for credit in unapplied}, own, record)


def receivables_of(entry: Entry, record: PaymentRecord | None = None) -> frozenset[str]:
    """Numbers of the receivables that `reverse_entry` needs for this entry."""
    if record is not None and entry.kind in {EntryKind.PAYMENT, EntryKind.RECOVERY}:
        recovered = {record.invoice} if record.recovered and record.invoice else set()
        return frozenset({each.item for each in record.allocated} | recovered)
    return receivables_in(entry)


def _payment(
    entry: Entry, holdings: Holdings, unapplied: Iterable[Credit], deed: Deed, record: PaymentRecord
) -> Posting:
    """The payment was recorded by mistake: its money is taken from where it is, as if it had never come."""
    left = money_left(record)
    if left != record.payment.amount:
        raise Conflict(f"money of payment {record.payment.key!r} went back already")
    own = deed.at(record.payment.effective_at)
    outflow = Outflow(record, holdings, own, EntryKind.REVERSAL, undone=True)
    outflow.take(left.minor, unapplied)
    outflow.journal.post(own.effective_at, record.payment.kept_on, -left.minor)
    entries = outflow.journal.entries(
        entry.account_id,
        EntryKind.REVERSAL,
        -left,
        own,
        invoice=entry.invoice,
        payment=record.payment.key,
        reverses=entry.id,
    )
    after = replace(outflow.record, reversed=left.minor, rev=record.rev + 1)
    return Posting(
        entry.account_id,
        (*entries, *outflow.discounts),
        outflow.sheet.changes(),
        tuple(outflow.credits),
        PaymentChange(record, after),
    )


def _back_again(entry: Entry, holdings: Holdings, deed: Deed, record: PaymentRecord, tz: ZoneInfo) -> Posting:
    """A transfer is undone by one the other way."""
    to = [leg for leg in entry.legs if leg.ledger is LedgerName.RECEIVABLE and leg.minor < 0]
    came = [leg for leg in entry.legs if leg.ledger is LedgerName.RECEIVABLE and leg.minor > 0]
    if len(to) != 1 or len(came) != 1 or to[0].item is None or came[0].item is None:
        raise Conflict(f"entry {entry.id} moved money at several times: transfer it back instead")
    amount = Money(came[0].minor, entry.amount.currency)
    try:
        return moved(
            record,
            holdings[to[0].item],
            holdings[came[0].item],
            deed,
            EntryKind.REVERSAL,
            amount=amount,
            tz=tz,
            reverses=entry.id,
        )
    except InvalidInput as error:
        raise Conflict(f"the transfer cannot be undone: {error.message}") from error
