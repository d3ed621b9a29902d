"""Write-offs: what is given up of an invoice. Money that comes for it later is a recovery."""

from __future__ import annotations

from pydantic import Field

from chalicelib.fields import Amount
from chalicelib.money_moves import EntryReply, MoveForm, booked, move_id
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.usecases.write_offs import WriteOffOrder

routes = Routes(__name__)


class WriteOffForm(MoveForm):
    """Give up what is open of an invoice, or a part of it."""

    amount: Amount | None = Field(default=None, description="Without one: all that is open")


@routes.post(
    "/invoices/{number}/write-off",
    allow=FINANCE,
    body=WriteOffForm,
    reply=EntryReply,
    summary="Write off what is open of an invoice, or a part of it",
)
def write_off_invoice(call: Call, number: str, body: WriteOffForm) -> Answer:
    amount = body.amount.money() if body.amount else None
    order = WriteOffOrder(number, move_id(call, body.id), amount, body.reason)
    return booked(
        call.services.money.write_off.write_off(order, call.caller.name, call.as_of, call.recorded_at)
    )
