"""Postings: what one event does to the ledger, worked out purely; the adapter writes it in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from receivables.core.calendar import business_day
from receivables.core.errors import Conflict, InvalidInput
from receivables.core.ids import account_id as account_of
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.invoices import Invoice, InvoiceStatus, OpenItem

SUSPENSE_CUSTOMER = "suspense"
"""The customer id of the pseudo-accounts that hold money nobody could place yet."""


class PaymentState(StrEnum):
    """Where the money of a payment went."""

    APPLIED = "applied"
    """All of it to the invoice."""
    OVERPAID = "overpaid"
    """The invoice was closed and the rest became unapplied credit of the account."""
    UNAPPLIED = "unapplied"
    """All of it is unapplied credit: the invoice was closed already, or a person placed it on the account."""
    SUSPENSE = "suspense"
    """Nobody knows yet whose it is."""
    PLACED = "placed"
    """It was in suspense and a person placed it."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money that came in. `key` is unique for ever (for example `stripe/main/pi_123`); `reference` the invoice
    number that the payer or processor named; `effective_at` when the money moved (UTC)."""

    key: str
    amount: Money
    effective_at: datetime
    received_at: datetime
    reference: str | None
    source: str
    payer: str | None = None

    def __post_init__(self) -> None:
        if self.amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")


@dataclass(frozen=True, slots=True)
class Posting:
    """One atomic change of the ledger.

    `before`: the open item that the working assumes (its balance is the condition of the write), `after` what remains
    of it (None: the invoice is closed and leaves the open items). `balance` and `unapplied` are the changes of the
    account's totals in minor units.
    """

    entry: Entry
    before: OpenItem | None
    after: OpenItem | None
    balance: int
    unapplied: int
    state: PaymentState | None = None
    payment: Payment | None = None

    @property
    def closes(self) -> bool:
        return self.before is not None and self.after is None


def issue_invoice(invoice: Invoice, source: str) -> tuple[OpenItem, Posting]:
    """The open item and the posting that a new invoice makes. Raises InvalidInput for an amount of zero or less, and
    for dates that are out of order or out of range."""
    if invoice.amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero")
    business_day(invoice.issue_date, field="issue_date")
    business_day(invoice.due_date, field="due_date")
    if invoice.due_date < invoice.issue_date:
        raise InvalidInput("due_date", "is before the issue date")
    if invoice.status is not InvoiceStatus.OPEN:
        raise Conflict(f"invoice {invoice.number} is not open")
    minor = invoice.amount.minor
    item = OpenItem(
        invoice.number,
        invoice.amount,
        invoice.amount,
        invoice.issue_date,
        invoice.due_date,
        invoice.description,
    )
    entry = Entry(
        id=derived_id("ent", "invoice", invoice.number),
        account_id=invoice.account_id,
        kind=EntryKind.INVOICE,
        amount=invoice.amount,
        effective_at=invoice.issued_at,
        recorded_at=invoice.issued_at,
        legs=(Leg(LedgerName.RECEIVABLE, minor), Leg(LedgerName.SALES, -minor)),
        source=source,
        invoice=invoice.number,
    )
    return item, Posting(entry, None, item, balance=minor, unapplied=0)


def post_payment(payment: Payment, account_id: str | None, item: OpenItem | None) -> Posting:
    """What a payment does: to its open item as far as that goes, the rest to unapplied credit; without an account
    to suspense. `item` is None when the invoice is closed already. A payment in another currency than its invoice
    is not mixed with it: call with no account, so that it waits in suspense for a person."""
    minor = payment.amount.minor
    cash = Leg(LedgerName.CASH, minor)
    if account_id is None:
        account_id = account_of(SUSPENSE_CUSTOMER, payment.amount.currency)
        entry = _entry(
            payment, account_id, EntryKind.SUSPENSE, (cash, Leg(LedgerName.SUSPENSE, -minor)), None
        )
        return Posting(entry, None, None, 0, 0, PaymentState.SUSPENSE, payment)
    if item is None:
        credit = (cash, Leg(LedgerName.UNAPPLIED, -minor))
        entry = _entry(payment, account_id, EntryKind.PAYMENT, credit, payment.reference)
        return Posting(entry, None, None, 0, minor, PaymentState.UNAPPLIED, payment)
    applied = min(payment.amount, item.balance)
    rest = payment.amount - applied
    legs = (cash, Leg(LedgerName.RECEIVABLE, -applied.minor), Leg(LedgerName.UNAPPLIED, -rest.minor))
    entry = _entry(
        payment, account_id, EntryKind.PAYMENT, tuple(leg for leg in legs if leg.minor), item.number
    )
    remaining = item.balance - applied
    after = replace(item, balance=remaining) if remaining else None
    state = PaymentState.OVERPAID if rest else PaymentState.APPLIED
    return Posting(entry, item, after, -applied.minor, rest.minor, state, payment)


def place(
    payment: Payment, account_id: str, item: OpenItem | None, by: str, at: datetime
) -> tuple[Entry, Posting]:
    """Move a payment out of suspense to an account: the entry that empties suspense, and the posting on the account.

    The second is like that of a payment, paid from suspense instead of cash. `by` is the person who decided.
    """
    suspense = account_of(SUSPENSE_CUSTOMER, payment.amount.currency)
    minor = payment.amount.minor
    source = f"placed/{by}"
    release = Entry(
        id=derived_id("ent", "release", payment.key),
        account_id=suspense,
        kind=EntryKind.PLACEMENT,
        amount=-payment.amount,
        effective_at=payment.effective_at,
        recorded_at=at,
        legs=(Leg(LedgerName.SUSPENSE, minor), Leg(LedgerName.CASH, -minor)),
        source=source,
    )
    posted = post_payment(replace(payment, received_at=at, source=source), account_id, item)
    entry = replace(posted.entry, id=derived_id("ent", "placed", payment.key), kind=EntryKind.PLACEMENT)
    return release, replace(posted, entry=entry, state=PaymentState.PLACED)


def _entry(
    payment: Payment, account_id: str, kind: EntryKind, legs: tuple[Leg, ...], invoice: str | None
) -> Entry:
    return Entry(
        id=derived_id("ent", "payment", payment.key),
        account_id=account_id,
        kind=kind,
        amount=payment.amount,
        effective_at=payment.effective_at,
        recorded_at=payment.received_at,
        legs=legs,
        source=payment.source,
        invoice=invoice,
    )
