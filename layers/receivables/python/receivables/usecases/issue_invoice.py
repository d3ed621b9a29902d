"""Issue an invoice: the one way in, for the API and for files."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from receivables.core.calendar import business_day
from receivables.core.errors import AlreadyExists, InvalidInput, NotFound
from receivables.core.ids import account_id
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.ledger import Invoice, InvoicePointer, LedgerStore, issue_invoice
from receivables.usecases.applicable import ApplicableTerms


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An invoice to be issued. Without a due date the terms that apply to the customer give it."""

    number: str
    customer_id: str
    amount: Money
    issue_date: date
    due_date: date | None = None
    description: str = ""


class Directory(Protocol):
    """Where customers are found."""

    def get(self, customer_id: str) -> Customer:
        """Raises NotFound."""


class IssueInvoice:
    """Issues invoices to customers that exist."""

    def __init__(self, ledger: LedgerStore, customers: Directory, terms: ApplicableTerms) -> None:
        self._ledger, self._customers, self._terms = ledger, customers, terms

    def issue(self, order: InvoiceOrder, source: str, at: datetime) -> tuple[Invoice, bool]:
        """The invoice, and whether it is new. `at` is when it is recorded; the same invoice again is harmless.

        Raises InvalidInput (`customer_id`, `amount`, `due_date`), AlreadyExists when the number is taken by an
        invoice with another customer, amount or date, and Conflict when the account is full.
        """
        invoice = self._draft(order, at)
        known = self._ledger.pointer(order.number)
        if known is not None:
            if not _same(known, invoice):
                raise AlreadyExists("invoice", order.number)
            return self._ledger.invoice(order.number)[0], False
        item, posting = issue_invoice(invoice, source)
        return self._ledger.issue(invoice, item, posting), True

    def _draft(self, order: InvoiceOrder, at: datetime) -> Invoice:
        try:
            customer = self._customers.get(order.customer_id)
        except NotFound:
            raise InvalidInput("customer_id", f"customer {order.customer_id!r} does not exist") from None
        business_day(order.issue_date, field="issue_date")  # before days are counted on from it
        terms = None if order.due_date else self._terms.for_customer(customer, order.issue_date)
        return Invoice(
            number=order.number,
            account_id=account_id(customer.id, order.amount.currency),
            amount=order.amount,
            issue_date=order.issue_date,
            due_date=order.due_date or (terms.due_date(order.issue_date) if terms else order.issue_date),
            issued_at=at,
            terms_id=terms.id if terms else None,
            terms_version=terms.version if terms else None,
            description=order.description,
        )


def _same(known: InvoicePointer, invoice: Invoice) -> bool:
    return (known.account_id, known.amount, known.issue_date, known.due_date) == (
        invoice.account_id,
        invoice.amount,
        invoice.issue_date,
        invoice.due_date,
    )
