"""Adjusting: what people decide about single receivables - write-offs, waivers, claims, grants, more time."""

from __future__ import annotations

from dataclasses import replace

from receivables.arrangements import Extension, Hold
from receivables.core.clock import format_instant
from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import derived_id
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.crediting import allocated_more
from receivables.ledger.credits import Credit, CreditSource
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.entries import EntryKind, LedgerName, Leg
from receivables.ledger.facts import account_event
from receivables.ledger.invoices import InvoiceStatus
from receivables.ledger.items import ItemKind, OpenItem
from receivables.ledger.moves import ShortPayment
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.posting import (
    NO_CHANGE,
    AccountChange,
    CreditChange,
    Fact,
    PaymentChange,
    Posting,
)
from receivables.ledger.settling import discount_entry
from receivables.ledger.sheet import Sheet
from receivables.ledger.timing import paid_in_all

_INCOME = {ItemKind.FEE: LedgerName.FEES, ItemKind.INTEREST: LedgerName.INTEREST_INCOME}


def write_off(held: Held, deed: Deed, *, amount: Money | None = None) -> Posting:
    """All that is open of a receivable, or `amount` of it, is given up as bad debt; without a rest it closes as written off, at
    once. Relief for its sales tax is no matter of the write-off: laws grant it later, and on conditions. Raises
    InvalidInput (`amount`) and Conflict when nothing is open, and for a charge that is not claimed: that is waived."""
    document, item = held
    if item is None or not item.balance:
        raise Conflict(f"nothing is open of {document.number}")
    if not item.claimed:
        raise Conflict(f"{document.number} has not been claimed: waive it")
    minor = _part(amount, item.balance, "are open")
    number = document.number
    sheet = Sheet()
    sheet.put_held(held)
    sheet.move(number, deed.effective_at, -minor, EntryKind.WRITE_OFF)
    sheet.give_up(number, minor)
    legs = (Leg(LedgerName.BAD_DEBT, minor, number), Leg(LedgerName.RECEIVABLE, -minor, number))
    given = Money(minor, item.balance.currency)
    entry = deed.entry(document.account_id, EntryKind.WRITE_OFF, given, legs, number, invoice=number)
    return Posting(document.account_id, (entry,), sheet.changes())


def waive(held: Held, deed: Deed, *, amount: Money | None = None) -> Posting:
    """A late charge, claimed or not, is waived: `amount` of it; None: all that is open or, when nothing is, all that was
    paid. What of it was paid already becomes credit, in effect from the waiver; what was given up stays given up. Raises
    InvalidInput (`amount`: more than is open or was paid) and Conflict for an invoice, for a charge that was written
    off, and where nothing is left."""
    document, _ = held
    if document.kind is ItemKind.INVOICE:
        raise Conflict(f"{document.number} is an invoice: credit it, or write it off")
    if document.status is InvoiceStatus.WRITTEN_OFF:
        raise Conflict(f"{document.number} was written off")
    sheet, number, at = Sheet(), document.number, deed.effective_at
    sheet.put_held(held)
    item = sheet.item(number)
    left = item.balance + Money(paid_in_all(item.moves), item.balance.currency)
    if not left:
        raise Conflict(f"nothing of {number} is open or was paid: it was waived already")
    minor = _part(amount, left, "are open or were paid") if amount else min(item.balance or left, left).minor
    open_part = min(minor, item.balance.minor)
    paid_part = minor - open_part
    sheet.move(number, at, -minor, EntryKind.WAIVER)
    if paid_part:  # the money that had paid it is free again
        sheet.move(number, at, paid_part, EntryKind.ALLOCATION)
    waived = Money(minor, left.currency)
    credit_id = derived_id("crd", "waiver", deed.key, number)
    legs = (
        Leg(_INCOME[document.kind], minor, number),
        Leg(LedgerName.RECEIVABLE, -open_part, number),
        Leg(LedgerName.UNAPPLIED, -paid_part, credit_id),
    )
    entry = deed.entry(
        document.account_id, EntryKind.WAIVER, waived, legs, number, invoice=document.concerns or number
    )
    released = Credit(credit_id, Money(paid_part, left.currency), at, CreditSource.RELEASE, entry.id)
    free = (CreditChange(None, released),) if paid_part else ()
    return Posting(document.account_id, (entry,), sheet.changes(), free)


def claim_charge(account_id: str, item: OpenItem, deed: Deed) -> Posting:
    """A charge is asked for from now on; with a fact. Raises Conflict when it is no charge, or is claimed."""
    if not item.is_charge:
        raise Conflict(f"{item.number} is an invoice: it is asked for as it is")
    if item.claimed:
        raise Conflict(f"{item.number} is claimed already")
    fact = _event("charge_claimed", item, deed, reason=deed.reason)
    return _marked(account_id, item, fact, claimed=True)


def grant_short_payment(
    held: Held, deed: Deed, *, amount: Money | None = None, record: PaymentRecord | None = None
) -> Posting:
    """What was kept back as a discount is granted after all - all that is missing, or `amount` of it - as a DISCOUNT entry; the
    mark goes. `record`, of the payment that the mark names, keeps the discount, to be taken back with it. Raises
    InvalidInput (`amount`) and Conflict when it is not marked."""
    document, item = held
    if item is None:
        raise Conflict(f"{document.number} is closed")
    short, number = _short(item), document.number
    minor = _part(amount, min(short.missing, item.balance), "are missing")
    sheet = Sheet()
    sheet.put(item)
    payment = record.payment.key if record else None
    entry = discount_entry(document.account_id, sheet, number, minor, deed, payment)
    sheet.mark(number, short=None)
    change = None
    if record is not None:
        granted = allocated_more(record.allocated, {}, {number: minor})
        change = PaymentChange(record, replace(record, allocated=granted, rev=record.rev + 1))
    return Posting(document.account_id, (entry,), sheet.changes(), payment=change)


def claim_short_payment(account_id: str, item: OpenItem, deed: Deed) -> Posting:
    """What was kept back is to be paid: the mark goes, with a fact. Raises Conflict when it is not marked."""
    short = _short(item)
    fact = _event(
        "short_payment_claimed",
        item,
        deed,
        reason=deed.reason,
        amount=short.missing.minor,
        currency=short.missing.currency,
        payment=short.payment,
    )
    return _marked(account_id, item, fact, short=None)


def extend(account_id: str, item: OpenItem, extension: Extension | None, deed: Deed) -> Posting:
    """More time for a receivable (None: taken back), with a fact; its dunning progress is forgotten. Raises InvalidInput
    (`due_date`: not after the one it has) and Conflict when there is none to take back, or nothing is open."""
    _open(item)
    has = item.extension.due_date if item.extension else item.due_date
    if extension is None:
        if item.extension is None:
            raise Conflict(f"{item.number} has no extension")
        fact = _event("extension_taken_back", item, deed, reason=deed.reason)
    else:
        if extension.due_date <= has:
            raise InvalidInput("due_date", f"must be after {has.isoformat()}, the one that it has")
        fact = _event(
            "extended",
            item,
            deed,
            reason=extension.reason,
            due_date=extension.due_date.isoformat(),
            interest=extension.interest.value,
        )
    parts = (f"{item.number}#{place}" for place in range(1, len(item.schedule) + 1))
    forget = AccountChange(forget=(item.number, *parts))
    return _marked(account_id, item, fact, forget, extension=extension)


def hold_item(account_id: str, item: OpenItem, hold: Hold | None, deed: Deed) -> Posting:
    """Collection of a receivable pauses (None: goes on), with a fact. Raises InvalidInput (`until`: not after the
    beginning) and Conflict when there is none to lift, or nothing is open."""
    _open(item)
    if hold is None:
        if item.hold is None:
            raise Conflict(f"{item.number} is not on hold")
        fact = _event("hold_lifted", item, deed, reason=deed.reason or None)
    else:
        if hold.until <= hold.placed_at:
            raise InvalidInput("until", "must be after the hold begins")
        fact = _event("hold_placed", item, deed, reason=hold.reason, until=format_instant(hold.until))
    return _marked(account_id, item, fact, hold=hold)


def _part(amount: Money | None, most: Money, which: str) -> int:
    if amount is None:
        return most.minor
    if amount.currency != most.currency:
        raise CurrencyMismatch(f"{amount.currency} and {most.currency}")
    if amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero")
    if amount > most:
        raise InvalidInput("amount", f"is more than the {most} that {which}")
    return amount.minor


def _short(item: OpenItem) -> ShortPayment:
    if item.short is None:
        raise Conflict(f"{item.number} was not paid short")
    return item.short


def _open(item: OpenItem) -> None:
    if not item.balance:
        raise Conflict(f"nothing is open of {item.number}")


def _event(event: str, item: OpenItem, deed: Deed, **details: str | int | None) -> Fact:
    event_id = derived_id("evt", event, item.number, deed.key)
    return account_event(event, event_id, deed.recorded_at, deed.source, invoice=item.number, **details)


def _marked(
    account_id: str, item: OpenItem, fact: Fact, account: AccountChange = NO_CHANGE, **changes: object
) -> Posting:
    """An open item is changed in something that is not what is owed."""
    sheet = Sheet()
    sheet.put(item)
    sheet.mark(item.number, **changes)
    return Posting(account_id, items=sheet.changes(), account=account, facts=(fact,))
