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
from receivables.ledger import Invoice, InvoicePointer, LedgerStore
from receivables.ledger.issuing import issue_invoice
from receivables.terms import BusinessCalendar, HolidayCalendars, Terms
from receivables.terms.schedule import schedule
from receivables.usecases.applicable import ApplicableTerms


@dataclass(frozen=True, slots=True)
class InvoiceOrder:
    """An invoice to be issued, under the terms that apply to the customer unless it names some (`terms_id`).

    A due date that is stated takes the place of the terms' dates and instalments, and of nothing else in them. `tax` is
    the part of the amount that is sales tax; None: not known.
    """

    number: str
    customer_id: str
    amount: Money
    issue_date: date
    due_date: date | None = None
    description: str = ""
    tax: Money | None = None
    terms_id: str | None = None


class Directory(Protocol):
    """Where customers are found."""

    def get(self, customer_id: str) -> Customer:
        """Raises NotFound."""


class IssueInvoice:
    """Issues invoices to customers that exist."""

    def __init__(
        self,
        ledger: LedgerStore,
        customers: Directory,
        terms: ApplicableTerms,
        holidays: HolidayCalendars,
    ) -> None:
        self._ledger, self._customers = ledger, customers
        self._terms, self._holidays = terms, holidays

    def issue(self, order: InvoiceOrder, source: str, at: datetime) -> tuple[Invoice, bool]:
        """The invoice, and whether it is new. `at` is when it is recorded; the same invoice again is harmless, also
        after the terms have changed.

        Raises InvalidFields (`customer_id`, `terms_id`, `amount`, `tax`, `issue_date`, `due_date`), AlreadyExists when the
        number is taken by an invoice with another customer, amount, date or other terms, and Conflict when the account
        is full.
        """
        if order.amount.minor <= 0:
            raise InvalidInput(
                "amount", "must be more than zero; what is owed to a customer is a credit note"
            )
        known = self._ledger.pointer(order.number)
        if known is not None:
            return self._again(known, order), False
        return self._ledger.issue(issue_invoice(self._draft(order, at), source)), True

    def _again(self, known: InvoicePointer, order: InvoiceOrder) -> Invoice:
        invoice, _ = self._ledger.invoice(order.number)
        if not _same(known, invoice, order):
            raise AlreadyExists("invoice", order.number)
        return invoice

    def _draft(self, order: InvoiceOrder, at: datetime) -> Invoice:
        customer = self._customer(order.customer_id)
        business_day(order.issue_date, field="issue_date")  # before anything is asked for by it
        terms = self._agreed(order, customer)
        calendar = BusinessCalendar(terms.calendar, self._holidays, self._terms.company().closed_days)
        made = schedule(terms, order.issue_date, order.amount, order.tax, calendar, due_date=order.due_date)
        return Invoice(
            number=order.number,
            account_id=account_id(customer.id, order.amount.currency),
            amount=order.amount,
            issue_date=order.issue_date,
            due_date=made.due_date,
            issued_at=at,
            terms_id=terms.id,
            terms_version=terms.version,
            description=order.description,
            tax=order.tax,
            conditions=made.conditions,
        )

    def _customer(self, customer_id: str) -> Customer:
        try:
            return self._customers.get(customer_id)
        except NotFound:
            raise InvalidInput("customer_id", f"customer {customer_id!r} does not exist") from None

    def _agreed(self, order: InvoiceOrder, customer: Customer) -> Terms:
        if order.terms_id is None:
            return self._terms.for_customer(customer, order.issue_date)
        try:
            return self._terms.named(order.terms_id, order.issue_date)
        except NotFound as error:
            raise InvalidInput("terms_id", str(error)) from None


def _same(known: InvoicePointer, invoice: Invoice, order: InvoiceOrder) -> bool:
    """Whether an order asks for the invoice that is there: what it leaves to the terms is as they were then."""
    return (known.account_id, known.amount, known.issue_date) == (
        account_id(order.customer_id, order.amount.currency),
        order.amount,
        order.issue_date,
    ) and all(
        asked is None or asked == there
        for asked, there in (
            (order.due_date, known.due_date),
            (order.tax, invoice.tax),
            (order.terms_id, invoice.terms_id),
        )
    )
