"""Invoices."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Key, Number, Reply
from chalicelib.path_ids import to_path
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import Invoice, OpenItem
from receivables.usecases.issue_invoice import InvoiceOrder

routes = Routes(__name__)


class InvoiceForm(Form):
    """A new invoice. Without a due date the terms that are in force on the issue date give it."""

    number: Number
    customer_id: Key
    amount: Amount
    issue_date: date
    due_date: date | None = None
    description: str = Field(default="", max_length=200)


class InvoiceChange(Form):
    """An invoice that was issued stays as it is, amounts and dates included; only what it is called may change."""

    rev: int | None = Field(default=None, ge=0)
    description: str = Field(max_length=200)


class InvoiceReply(Reply):
    """An invoice and what is still to be paid of it. `self` is its path: the number may hold what a path cannot."""

    number: str
    self_: str = Field(serialization_alias="self")
    account_id: str
    amount: Amount
    balance: Amount
    issue_date: date
    due_date: date
    issued_at: Instant
    terms_id: str | None
    terms_version: int | None
    description: str
    status: str
    closed_at: Instant | None
    case_id: str | None
    rev: int

    @classmethod
    def of(cls, invoice: Invoice, item: OpenItem | None) -> InvoiceReply:
        return cls(
            number=invoice.number,
            self_=f"/invoices/{to_path(invoice.number)}",
            account_id=invoice.account_id,
            amount=Amount.of(invoice.amount),
            balance=Amount.of(item.balance if item else Money.zero(invoice.amount.currency)),
            issue_date=invoice.issue_date,
            due_date=invoice.due_date,
            issued_at=invoice.issued_at,
            terms_id=invoice.terms_id,
            terms_version=invoice.terms_version,
            description=invoice.description,
            status=invoice.status.value,
            closed_at=invoice.closed_at,
            case_id=item.case_id if item else None,
            rev=invoice.rev,
        )


class InvoiceQuery(ListQuery):
    """Which invoices."""

    account_id: str = Field(max_length=80)


@routes.post("/invoices", allow=FINANCE, body=InvoiceForm, reply=InvoiceReply, summary="Issue an invoice")
def issue_invoice(call: Call, body: InvoiceForm) -> Answer:
    order = InvoiceOrder(
        body.number, body.customer_id, body.amount.money(), body.issue_date, body.due_date, body.description
    )
    invoice, new = call.services.issue_invoice.issue(order, f"api/{call.caller.name}", call.as_of)
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
