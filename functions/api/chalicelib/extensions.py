"""Extensions: more time for an invoice."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.account_forms import ExtensionReply
from chalicelib.fields import Day, Form, Note, Reply
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.arrangements import InterestFrom
from receivables.ledger import OpenItem
from receivables.usecases.extensions import ExtensionOrder

routes = Routes(__name__)


class ExtensionForm(Form):
    """More time, until a day of the customer. `interest` says from when late interest counts, should that be missed."""

    due_date: Day
    interest: InterestFrom
    reason: Note


class ExtendedReply(Reply):
    """An invoice's due date by its terms, which ageing keeps, and the extension that reminders go by."""

    number: str
    due_date: date
    extension: ExtensionReply | None = Field(description="null: none (any more)")

    @classmethod
    def of(cls, item: OpenItem) -> ExtendedReply:
        extension = ExtensionReply.of(item.extension) if item.extension else None
        return cls(number=item.number, due_date=item.due_date, extension=extension)


@routes.post(
    "/invoices/{number}/extension",
    allow=FINANCE,
    body=ExtensionForm,
    reply=ExtendedReply,
    summary="Grant more time for an invoice",
)
def extend_invoice(call: Call, number: str, body: ExtensionForm) -> Answer:
    order = ExtensionOrder(body.due_date, body.interest, body.reason)
    extensions = call.services.arrangements.extensions
    item = extensions.grant(number, order, call.caller.name, call.as_of, call.recorded_at)
    return Answer(ExtendedReply.of(item))


@routes.delete(
    "/invoices/{number}/extension",
    allow=FINANCE,
    reply=ExtendedReply,
    summary="Take back the time that was granted for an invoice",
)
def unextend_invoice(call: Call, number: str) -> Answer:
    extensions = call.services.arrangements.extensions
    return Answer(
        ExtendedReply.of(extensions.take_back(number, call.caller.name, call.as_of, call.recorded_at))
    )
