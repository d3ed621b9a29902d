"""Invoices."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.fields import Amount, Form, Key, Number
from chalicelib.invoice_forms import InvoiceReply
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.ids import split_account_id
from receivables.ledger import Invoice, OpenItem
from receivables.usecases.issue_invoice import InvoiceOrder

routes = Routes(__name__)


class InvoiceForm(Form):
    """A new invoice, under the terms that apply to the customer on the issue date, or those that are named. A due date that
    is stated takes the place of the terms' dates and instalments, and of nothing else in them."""

    number: Number
    customer_id: Key
    amount: Amount
    issue_date: date
    due_date: date | None = None
    description: str = Field(default="", max_length=200)
    tax: Amount | None = Field(default=None, description="The part of the amount that is sales tax")
    terms_id: Key | None = None

    def order(self) -> InvoiceOrder:
        return InvoiceOrder(
            self.number,
            self.customer_id,
            self.amount.money(),
            self.issue_date,
            self.due_date,
            self.description,
            self.tax.money("tax") if self.tax else None,
            self.terms_id,
        )


class InvoiceChange(Form):
    """An invoice that was issued stays as it is, amounts and dates included; only what it is called may change."""

    rev: int | None = Field(default=None, ge=0)
    description: str = Field(max_length=200)


class InvoiceQuery(ListQuery):
    """Which invoices."""

    account_id: str = Field(max_length=80)


@routes.post("/invoices", allow=FINANCE, body=InvoiceForm, reply=InvoiceReply, summary="Issue an invoice")
def issue_invoice(call: Call, body: InvoiceForm) -> Answer:
    invoice, new = call.services.issue_invoice.issue(
        body.order(), f"api/{call.caller.name}", call.recorded_at
    )
    item = call.services.ledger.open_item(invoice.account_id, invoice.number)
    return _one(invoice, item, None if new else 200)


@routes.get(
    "/invoices", query=InvoiceQuery, reply=Listing[InvoiceReply], summary="List an account's invoices"
)
def list_invoices(call: Call, query: InvoiceQuery) -> Answer:
    split_account_id(query.account_id)
    page = call.services.ledger.invoices(query.account_id, query.limit, call.start(query))
    items = [InvoiceReply.of(invoice, item) for invoice, item in page.items]
    return Answer(Listing[InvoiceReply](items=items, next=call.seal(query, page.position)))


@routes.get("/invoices/{number}", reply=InvoiceReply, summary="Read an invoice")
def read_invoice(call: Call, number: str) -> Answer:
    return _one(*call.services.ledger.invoice(number))


@routes.patch(
    "/invoices/{number}",
    allow=FINANCE,
    body=InvoiceChange,
    reply=InvoiceReply,
    summary="Change what an invoice is called",
)
def describe_invoice(call: Call, number: str, body: InvoiceChange) -> Answer:
    rev = call.revision(body.rev)
    call.services.ledger.describe(number, body.description, rev, call.as_of, call.caller.name)
    return _one(*call.services.ledger.invoice(number))


def _one(invoice: Invoice, item: OpenItem | None, status: int | None = None) -> Answer:
    return Answer(InvoiceReply.of(invoice, item), status, {"ETag": f'"{invoice.rev}"'})
