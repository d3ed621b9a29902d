"""Payments: recorded by hand, waiting in suspense with what is proposed, placed by a person."""

from __future__ import annotations

from typing import Literal

from chalicelib.money_moves import move_id
from chalicelib.payment_forms import PaymentForm, PaymentReply, PlacementForm
from chalicelib.proposal_forms import SuspendedReply
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.usecases.record_payment import PaymentOrder

routes = Routes(__name__)


class PaymentQuery(ListQuery):
    """Which payments."""

    state: Literal["suspense"]


@routes.post("/payments", allow=FINANCE, body=PaymentForm, reply=PaymentReply, summary="Record a payment")
def record_payment(call: Call, body: PaymentForm) -> Answer:
    order = PaymentOrder(
        f"api/manual/{move_id(call, body.id)}",
        body.amount.money(),
        body.effective_at,
        body.targets(),
        body.reference,
        body.payer,
        body.method,
    )
    record, new = call.services.money.record_payment.record(
        order, call.caller.name, call.as_of, call.recorded_at
    )
    return Answer(PaymentReply.of(record), None if new else 200)


@routes.get(
    "/payments", query=PaymentQuery, reply=Listing[SuspendedReply], summary="List payments in suspense"
)
def list_payments(call: Call, query: PaymentQuery) -> Answer:
    page = call.services.ledger.suspense(query.limit, call.start(query))
    proposals = call.services.money.proposal_store.of(record.payment.key for record in page.items)
    items = [SuspendedReply.beside(record, proposals.get(record.payment.key)) for record in page.items]
    return Answer(Listing[SuspendedReply](items=items, next=call.seal(query, page.position)))


@routes.get("/payments/{payment_id}", reply=PaymentReply, summary="Read a payment")
def read_payment(call: Call, payment_id: str) -> Answer:
    return Answer(PaymentReply.of(call.services.ledger.payment(payment_id)))


@routes.post(
    "/payments/{payment_id}/placement",
    allow=FINANCE,
    body=PlacementForm,
    reply=PaymentReply,
    status=200,
    summary="Place a payment that is in suspense",
)
def place_payment(call: Call, payment_id: str, body: PlacementForm) -> Answer:
    currency = call.services.ledger.payment(payment_id).payment.amount.currency
    record = call.services.money.proposals.place(
        payment_id, body.targets(currency), call.caller.name, call.recorded_at
    )
    return Answer(PaymentReply.of(record))
