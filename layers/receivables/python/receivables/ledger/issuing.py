"""Issuing: what a new invoice makes."""

from __future__ import annotations

from datetime import UTC, datetime, time

from receivables.core.calendar import business_day
from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money
from receivables.ledger.deeds import Deed
from receivables.ledger.entries import EntryKind, LedgerName, Leg
from receivables.ledger.invoices import Invoice, InvoiceStatus
from receivables.ledger.items import OpenItem
from receivables.ledger.ports import InvoicePointer
from receivables.ledger.posting import ItemChange, Posting


def issue_invoice(invoice: Invoice, source: str) -> Posting:
    """The open item and the entry (receivable against sales and tax) that a new invoice makes; the posting's one item.

    It takes effect at the beginning (UTC) of its issue date and is recorded at `issued_at`. Raises InvalidInput
    (`amount`, `tax`, `issue_date`, `due_date`, `instalments`, `discounts`) and Conflict when it is not open.
    """
    _check(invoice)
    minor, tax = invoice.amount.minor, invoice.tax.minor if invoice.tax else 0
    begins = datetime.combine(invoice.issue_date, time(), UTC)
    deed = Deed(invoice.number, source, begins, invoice.issued_at)
    entry = deed.entry(
        invoice.account_id,
        EntryKind.INVOICE,
        invoice.amount,
        (
            Leg(LedgerName.RECEIVABLE, minor, invoice.number),
            Leg(LedgerName.SALES, tax - minor),
            Leg(LedgerName.TAX, -tax),
        ),
        invoice=invoice.number,
        due_date=invoice.due_date,
    )
    change = ItemChange(invoice.number, None, open_item(invoice), document=invoice)
    return Posting(invoice.account_id, (entry,), (change,))


def open_item(invoice: Invoice) -> OpenItem:
    """The open item of a receivable on which nothing has happened yet."""
    return OpenItem(
        invoice.number,
        invoice.amount,
        invoice.amount,
        invoice.issue_date,
        invoice.due_date,
        invoice.description,
        kind=invoice.kind,
        concerns=invoice.concerns,
        terms=invoice.terms,
        conditions=invoice.conditions,
        schedule=invoice.conditions.instalments,
    )


def untouched(pointer: InvoicePointer) -> OpenItem:
    """The open item as it is if nothing has happened to the receivable since it was issued (rev 0)."""
    return OpenItem(
        pointer.number,
        pointer.amount,
        pointer.amount,
        pointer.issue_date,
        pointer.due_date,
        pointer.description,
        kind=pointer.kind,
        concerns=pointer.concerns,
        terms=pointer.terms,
        conditions=pointer.conditions,
        schedule=pointer.conditions.instalments,
    )


def _check(invoice: Invoice) -> None:
    if invoice.amount.minor <= 0:
        raise InvalidInput("amount", "must be more than zero; what is to be given back is a credit note")
    if invoice.tax is not None and not Money.zero(invoice.amount.currency) <= invoice.tax <= invoice.amount:
        raise InvalidInput("tax", "must be between zero and the amount")
    business_day(invoice.issue_date, field="issue_date")
    business_day(invoice.due_date, field="due_date")
    if invoice.due_date < invoice.issue_date:
        raise InvalidInput("due_date", "is before the issue date")
    if invoice.status is not InvoiceStatus.OPEN:
        raise Conflict(f"invoice {invoice.number} is not open")
    _check_conditions(invoice)


def _check_conditions(invoice: Invoice) -> None:
    parts = invoice.conditions.instalments
    if parts and sum(part.amount.minor for part in parts) != invoice.amount.minor:
        raise InvalidInput("instalments", "do not add up to the amount")
    if any(part.amount.minor < 0 or part.amount.currency != invoice.amount.currency for part in parts):
        raise InvalidInput("instalments", "must be amounts of the invoice's currency, and not negative")
    if any(
        not Money.zero(invoice.amount.currency) <= offer.tax <= offer.amount < invoice.amount
        for offer in invoice.conditions.discounts
    ):
        raise InvalidInput("discounts", "must be less than the amount, and their tax not more than they are")
