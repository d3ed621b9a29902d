"""Cheques: taken in by a person, cleared or bounced by the bank."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Note, Number, Reply, Text, When
from chalicelib.money_moves import MoveId, move_id
from chalicelib.path_ids import to_path
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.core.errors import InvalidInput
from receivables.usecases.cheques import Cheque, ChequeOrder

routes = Routes(__name__)


class ChequeForm(Form):
    """A cheque for an invoice, for an account - its configured order says what is paid first - or for what is to be found
    out. Nobody is asked for what it is to pay until it is cleared or bounces."""

    id: MoveId | None = None
    number: Text = Field(description="As printed on the cheque")
    amount: Amount
    invoice: Number | None = None
    account_id: str | None = Field(default=None, max_length=80)
    taken_at: When | None = Field(
        default=None, description="When it was taken in; not later than now, its default"
    )
    payer: Text | None = None


class ClearingForm(Form):
    """The bank has credited it for good."""

    at: When | None = Field(default=None, description="When; not later than now, its default")


class BounceForm(ClearingForm):
    """It was not honoured, or was taken back after it had cleared."""

    reason: Note


class ChequeReply(Reply):
    """A cheque, and what became of it. `payment_id` is the payment's, once its money is booked."""

    id: str
    number: str
    amount: Amount
    invoice: str | None
    account_id: str | None
    taken_at: Instant
    payer: str | None
    state: Literal["pending", "cleared", "bounced"]
    since: Instant
    payment_id: str

    @classmethod
    def of(cls, cheque: Cheque) -> ChequeReply:
        order = cheque.order
        return cls(
            id=order.key,
            number=order.number,
            amount=Amount.of(order.amount),
            invoice=order.invoice,
            account_id=order.account_id,
            taken_at=order.taken_at,
            payer=order.payer,
            state=cheque.state.value,
            since=cheque.since,
            payment_id=to_path(cheque.payment),
        )


@routes.post("/cheques", allow=FINANCE, body=ChequeForm, reply=ChequeReply, summary="Take a cheque in")
def take_cheque(call: Call, body: ChequeForm) -> Answer:
    if body.invoice is not None and body.account_id is not None:
        raise InvalidInput("account_id", "name the invoice or the account, not both")
    order = ChequeOrder(
        move_id(call, body.id),
        body.number,
        body.amount.money(),
        body.taken_at or call.as_of,
        body.invoice,
        body.account_id,
        body.payer,
    )
    return Answer(ChequeReply.of(call.services.money.cheques.take(order, call.as_of)))


@routes.get("/cheques/{cheque_id}", reply=ChequeReply, summary="Read a cheque")
def read_cheque(call: Call, cheque_id: str) -> Answer:
    return Answer(ChequeReply.of(call.services.money.cheques.read(cheque_id)))


@routes.post(
    "/cheques/{cheque_id}/clearing",
    allow=FINANCE,
    body=ClearingForm,
    reply=ChequeReply,
    status=200,
    summary="A cheque has cleared",
)
def clear_cheque(call: Call, cheque_id: str, body: ClearingForm) -> Answer:
    happened = body.at or call.as_of
    return Answer(ChequeReply.of(call.services.money.cheques.clear(cheque_id, happened, call.as_of)))


@routes.post(
    "/cheques/{cheque_id}/bounce",
    allow=FINANCE,
    body=BounceForm,
    reply=ChequeReply,
    status=200,
    summary="A cheque has bounced",
)
def bounce_cheque(call: Call, cheque_id: str, body: BounceForm) -> Answer:
    happened = body.at or call.as_of
    bounced = call.services.money.cheques.bounce(cheque_id, happened, body.reason, call.as_of)
    return Answer(ChequeReply.of(bounced))
