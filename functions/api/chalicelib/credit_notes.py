"""Credit notes: what is owed less, without money."""

from __future__ import annotations

from pydantic import Field

from chalicelib.fields import Amount, Form, Note, Number, When
from chalicelib.money_moves import EntryReply, booked
from chalicelib.payment_forms import happened
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.usecases.credit_notes import CreditNoteOrder

routes = Routes(__name__)


class CreditNoteForm(Form):
    """A credit note on an invoice. Its number makes it unique for ever."""

    number: Number
    amount: Amount
    tax: Amount | None = Field(
        default=None, description="The part of it that is sales tax; without one: in proportion"
    )
    effective_at: When | None = Field(
        default=None, description="When it took effect; not later than now, its default"
    )
    reason: Note


@routes.post(
    "/invoices/{number}/credit-notes",
    allow=FINANCE,
    body=CreditNoteForm,
    reply=EntryReply,
    summary="Issue a credit note on an invoice",
)
def issue_credit_note(call: Call, number: str, body: CreditNoteForm) -> Answer:
    order = CreditNoteOrder(
        number,
        body.number,
        body.amount.money(),
        body.tax.money("tax") if body.tax else None,
        happened(body.effective_at, call.as_of),
        body.reason,
    )
    return booked(call.services.money.issue_credit_note.issue(order, call.caller.name, call.recorded_at))
