"""Postings made by hand, as plain as can be: what a store does with them must not depend on who worked them out."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from receivables.arrangements import Arrangement, Covered, Hold, Part, Promise
from receivables.core.ids import account_id as account_of
from receivables.core.ids import derived_id, new_id
from receivables.core.money import Money
from receivables.ledger import (
    SUSPENSE_CUSTOMER,
    Allocated,
    ArrangementChange,
    Closing,
    Credit,
    CreditChange,
    CreditSource,
    Entry,
    EntryKind,
    Invoice,
    InvoiceStatus,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    Move,
    OpenItem,
    Payment,
    PaymentChange,
    PaymentRecord,
    PaymentState,
    Posting,
)
from receivables.ledger.facts import account_event
from receivables.ledger.posting import AccountChange
from tests.builders import NOW, day, eur, invoice

ACCOUNT = "C-1.EUR"


def entry(
    kind: EntryKind, minor: int, debit: Leg, *credits_: Leg, account_id: str = ACCOUNT, **changes: Any
) -> Entry:
    """An entry of so many euro cents, recorded at NOW; its id is fresh."""
    known = {"id": new_id("ent", NOW), "effective_at": NOW, "recorded_at": NOW, "source": "test"}
    legs = (debit, *credits_)
    money = Money(minor, account_id.rpartition(".")[2])
    return Entry(account_id=account_id, kind=kind, amount=money, legs=legs, **{**known, **changes})


def reduced(
    item: OpenItem, minor: int, at: datetime = NOW, kind: EntryKind = EntryKind.PAYMENT
) -> ItemChange:
    """An open item that becomes smaller by so much, and goes at zero."""
    left = item.balance.minor - minor
    moves, rev = (*item.moves, Move(at, -minor, kind)), item.rev + 1
    if left:
        after = replace(item, balance=Money(left, item.amount.currency), moves=moves, rev=rev)
        return ItemChange(item.number, item, after)
    closing = Closing(at, moves=moves, accrued=item.accrued, schedule=item.schedule, rev=rev)
    return ItemChange(item.number, item, None, closing)


def paying(paid: Payment, account_id: str | None, item: OpenItem | None) -> Posting:
    """A payment of one receivable as far as that goes, the rest as credit; without an account to suspense."""
    if account_id is None:
        return suspending(paid)
    return _received(paid, account_id, item, LedgerName.CASH)


def suspending(paid: Payment) -> Posting:
    minor, currency = paid.amount.minor, paid.amount.currency
    account_id = account_of(SUSPENSE_CUSTOMER, currency)
    booked = _entry_of(
        paid, account_id, EntryKind.SUSPENSE, Leg(LedgerName.CASH, minor), Leg(LedgerName.SUSPENSE, -minor)
    )
    record = PaymentRecord(paid, PaymentState.SUSPENSE, None, None)
    return Posting(account_id, (booked,), payment=PaymentChange(None, record))


def placing(record: PaymentRecord, account_id: str, item: OpenItem | None, at: datetime = NOW) -> Posting:
    """A payment moves out of suspense."""
    paid, minor = record.payment, record.payment.amount.minor
    posting = _received(replace(paid, received_at=at), account_id, item, LedgerName.SUSPENSE)
    suspense = account_of(SUSPENSE_CUSTOMER, paid.amount.currency)
    release = Entry(
        derived_id("ent", "release", paid.key),
        suspense,
        EntryKind.PLACEMENT,
        -paid.amount,
        paid.effective_at,
        at,
        (Leg(LedgerName.SUSPENSE, minor), Leg(LedgerName.CASH, -minor)),
        "test",
    )
    assert posting.payment is not None
    after = replace(posting.payment.after, payment=paid, state=PaymentState.PLACED)
    return replace(posting, entries=(*posting.entries, release), payment=PaymentChange(record, after))


def noting(
    account_id: str = ACCOUNT, at: datetime = NOW, event_id: str | None = None, **change: Any
) -> Posting:
    """A change of the account that moves no money, with its fact."""
    fact = account_event("noted", event_id or new_id("evt", at), at, "ada")
    return Posting(account_id, account=AccountChange(**change), facts=(fact,))


def holding(hold: Hold | None, account_id: str = ACCOUNT, at: datetime = NOW) -> Posting:
    """The account is held, or released."""
    return noting(account_id, at, hold=hold)


def promise(promise_id: str = "prm_1", **changes: Any) -> Promise:
    """A word that INV-1 is paid in ten days."""
    known = {
        "covers": (Covered("INV-1", eur(10_000)),),
        "parts": (Part(day(10), eur(10_000)),),
        "made_by": "Ada Blum",
        "channel": "phone",
        "recorded_by": "ben",
        "made_at": NOW,
    }
    return Promise(promise_id, ACCOUNT, **{**known, **changes})


def arranging(*made: Arrangement, before: Arrangement | None = None, **change: Any) -> Posting:
    """Arrangements are made, or one becomes another."""
    changes = tuple(ArrangementChange(before, each) for each in made)
    return Posting(made[0].account_id, arrangements=changes, account=AccountChange(**change))


def charging(number: str = "LC-1", concerns: str = "INV-1", minor: int = 400, **changes: Any) -> Posting:
    """A late fee arises."""
    known = {"kind": ItemKind.FEE, "concerns": concerns, "due_date": day(0), "description": "Late fee"}
    document = invoice(number, ACCOUNT, minor, **known)
    item = OpenItem(
        number,
        eur(minor),
        eur(minor),
        document.issue_date,
        document.due_date,
        "Late fee",
        kind=ItemKind.FEE,
        concerns=concerns,
        **changes,
    )
    booked = entry(
        EntryKind.FEE,
        minor,
        Leg(LedgerName.RECEIVABLE, minor, number),
        Leg(LedgerName.FEES, -minor),
        id=derived_id("ent", "fee", number),
        invoice=number,
        due_date=day(0),
    )
    return Posting(ACCOUNT, (booked,), (ItemChange(number, None, item, document=document),))


def reopening(document: Invoice, minor: int, key: str | None = None) -> Posting:
    """Money that had paid a closed receivable is taken back."""
    booked = entry(
        EntryKind.CHARGEBACK,
        minor,
        Leg(LedgerName.RECEIVABLE, minor, document.number),
        Leg(LedgerName.CASH, -minor),
        id=derived_id("ent", "chargeback", document.number, str(document.rev)),
        invoice=document.number,
    )
    item = OpenItem(
        document.number,
        document.amount,
        eur(minor),
        document.issue_date,
        document.due_date,
        document.description,
        moves=(*document.moves, Move(NOW, minor, EntryKind.CHARGEBACK)),
        accrued=document.accrued,
        rev=document.item_rev + 1,
    )
    open_again = replace(
        document, status=InvoiceStatus.OPEN, closed_at=None, moves=(), accrued=(), schedule=(), item_rev=0
    )
    change = ItemChange(document.number, None, item, document=open_again, document_rev=document.rev)
    return Posting(ACCOUNT, (booked,), (change,), key=key)


def crediting(minor: int, credit_id: str = "crd-1", at: datetime = NOW) -> Posting:
    """Money without a receivable."""
    credit = Credit(credit_id, eur(minor), at, CreditSource.CREDIT_NOTE, "CN-1")
    booked = entry(
        EntryKind.CREDIT_NOTE,
        minor,
        Leg(LedgerName.SALES, minor),
        Leg(LedgerName.UNAPPLIED, -minor, credit_id),
        id=derived_id("ent", "credit", credit_id),
    )
    return Posting(ACCOUNT, (booked,), credits=(CreditChange(None, credit),))


def applying(credit: Credit, item: OpenItem, minor: int) -> Posting:
    """Credit is set against a receivable."""
    booked = entry(
        EntryKind.ALLOCATION,
        minor,
        Leg(LedgerName.UNAPPLIED, minor, credit.id),
        Leg(LedgerName.RECEIVABLE, -minor, item.number),
    )
    left = credit.balance.minor - minor
    after = replace(credit, balance=eur(left), rev=credit.rev + 1) if left else None
    change = reduced(item, minor, credit.effective_at)
    return Posting(ACCOUNT, (booked,), (change,), (CreditChange(credit, after),))


def _received(paid: Payment, account_id: str, item: OpenItem | None, source: LedgerName) -> Posting:
    minor, currency = paid.amount.minor, paid.amount.currency
    applied = min(minor, item.balance.minor) if item else 0
    rest = minor - applied
    credit = Credit(
        derived_id("crd", paid.key), Money(rest, currency), paid.effective_at, CreditSource.PAYMENT, paid.key
    )
    legs = [Leg(source, minor)]
    if item and applied:
        legs.append(Leg(LedgerName.RECEIVABLE, -applied, item.number))
    if rest:
        legs.append(Leg(LedgerName.UNAPPLIED, -rest, credit.id))
    number = item.number if item else paid.reference
    state = PaymentState.UNAPPLIED if not applied else PaymentState.OVERPAID if rest else PaymentState.APPLIED
    record = PaymentRecord(
        paid,
        state,
        account_id,
        number,
        (Allocated(item.number, applied),) if item and applied else (),
        credit=rest,
    )
    return Posting(
        account_id,
        (_entry_of(paid, account_id, EntryKind.PAYMENT, *legs, invoice=number),),
        (reduced(item, applied, paid.effective_at),) if item and applied else (),
        (CreditChange(None, credit),) if rest else (),
        PaymentChange(None, record),
    )


def _entry_of(paid: Payment, account_id: str, kind: EntryKind, *legs: Leg, **more: Any) -> Entry:
    return Entry(
        derived_id("ent", kind, paid.key),
        account_id,
        kind,
        paid.amount,
        paid.effective_at,
        paid.received_at,
        legs,
        paid.source,
        payment=paid.key,
        **more,
    )
