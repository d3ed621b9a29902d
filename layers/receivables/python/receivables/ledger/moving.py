"""Moving: money of a payment that pays something else than it had."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import derived_id
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.crediting import allocated_more
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.entries import EntryKind
from receivables.ledger.inflow import Inflow
from receivables.ledger.outflow import Outflow
from receivables.ledger.payments import Allocated, PaymentRecord
from receivables.ledger.posting import PaymentChange, Posting
from receivables.ledger.settling import Settling
from receivables.ledger.sheet import Sheet


def transfer(
    record: PaymentRecord,
    source: Held,
    target: Held,
    deed: Deed,
    *,
    amount: Money | None = None,
    tz: ZoneInfo,
) -> Posting:
    """What a payment has paid of one receivable pays another of the same account instead: all of it as far as the other is
    open, or `amount`. Counts from the payment's own date, as if it had been so at once; the discount that was granted on
    the first is taken back in proportion, one on the second is earned. Raises InvalidInput (`amount`, `to`) and Conflict.
    """
    own = replace(deed, key=derived_id("transfer", record.payment.key, deed.key))
    return moved(record, source, target, own, EntryKind.TRANSFER, amount=amount, tz=tz)


def moved(
    record: PaymentRecord,
    source: Held,
    target: Held,
    deed: Deed,
    kind: EntryKind,
    *,
    amount: Money | None,
    tz: ZoneInfo,
    reverses: str | None = None,
) -> Posting:
    """A transfer, as entries of `kind`. See `transfer`."""
    paid = _allocated(record, source, target)
    minor = _most(paid, target, amount)
    account_id, number = source[0].account_id, target[0].number
    own = deed.at(record.payment.effective_at)
    holdings = {held[0].number: held for held in (source, target)}
    outflow = Outflow(record, holdings, own, kind, undone=True, sheet=Sheet(tz))
    outflow.lay(number)
    outflow.take_allocated(paid, minor)
    sheet, journal = outflow.sheet, outflow.journal
    # What was taken off is free from the payment's own instant on: the legs of both meet there.
    inflow = Inflow(sheet, journal, EntryKind.TRANSFER, ("transfer", own.key))
    inflow.fresh(own.effective_at, minor)
    settling = Settling(account_id, sheet, own, tz, record.payment.key)
    inflow.pay(number, minor)
    settling.paid(number)
    allocated = allocated_more(outflow.record.allocated, {number: minor}, settling.discounts)
    entries = journal.entries(
        account_id,
        kind,
        Money(minor, record.payment.amount.currency),
        own,
        later=EntryKind.TRANSFER,
        invoice=number,
        payment=record.payment.key,
        reverses=reverses,
    )
    return Posting(
        account_id,
        (*entries, *outflow.discounts, *settling.entries),
        sheet.changes(),
        payment=PaymentChange(record, replace(outflow.record, allocated=allocated, rev=record.rev + 1)),
    )


def _allocated(record: PaymentRecord, source: Held, target: Held) -> Allocated:
    number = source[0].number
    if target[0].account_id != source[0].account_id or target[0].number == number:
        raise InvalidInput("to", "must be another receivable of the same account")
    paid = next((each for each in record.allocated if each.item == number and each.minor), None)
    if paid is None:
        raise Conflict(f"payment {record.payment.key!r} has paid nothing of {number}")
    return paid


def _most(paid: Allocated, target: Held, amount: Money | None) -> int:
    document, item = target
    if item is None or not item.balance:
        raise InvalidInput("to", f"{document.number} is not open")
    if not item.claimed:
        raise InvalidInput("to", f"{document.number} has not been claimed")
    most = min(paid.minor, item.balance.minor)
    if amount is None:
        return most
    if amount.currency != item.balance.currency:
        raise CurrencyMismatch(f"{amount.currency} and {item.balance.currency}")
    if not 0 < amount.minor <= most:
        raise InvalidInput("amount", f"must be more than zero and at most {Money(most, amount.currency)}")
    return amount.minor
