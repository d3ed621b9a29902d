"""What matching made of payments in suspense, and what a person makes of it."""

from __future__ import annotations

from chalicelib.money_moves import move_id
from chalicelib.payment_forms import PaymentReply, happened
from chalicelib.proposal_forms import ConfirmationForm, CorrectionForm, ProposalReply, ReturnForm, ReturnReply
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.core.errors import NotFound
from receivables.usecases.proposals import ReturnOrder

routes = Routes(__name__)


@routes.get(
    "/payments/{payment_id}/proposal", reply=ProposalReply, summary="Read what matching made of a payment"
)
def read_proposal(call: Call, payment_id: str) -> Answer:
    _, proposal = call.services.money.proposals.read(payment_id)
    if proposal is None:
        raise NotFound("proposal", payment_id)
    return Answer(ProposalReply.of(proposal))


@routes.post(
    "/payments/{payment_id}/confirmation",
    allow=FINANCE,
    body=ConfirmationForm,
    reply=PaymentReply,
    status=200,
    summary="Place a payment as it was proposed",
)
def confirm(call: Call, payment_id: str, body: ConfirmationForm) -> Answer:
    record = call.services.money.proposals.confirm(
        payment_id, body.candidate, body.at, call.caller.name, call.recorded_at
    )
    return Answer(PaymentReply.of(record))


@routes.post(
    "/payments/{payment_id}/correction",
    allow=FINANCE,
    body=CorrectionForm,
    reply=PaymentReply,
    status=200,
    summary="Place a payment otherwise that is on an account already",
)
def correct(call: Call, payment_id: str, body: CorrectionForm) -> Answer:
    currency = call.services.ledger.payment(payment_id).payment.amount.currency
    record = call.services.money.proposals.correct(
        payment_id, body.targets(currency), body.placed_on, call.caller.name, call.recorded_at
    )
    return Answer(PaymentReply.of(record))


@routes.post(
    "/payments/{payment_id}/return",
    allow=FINANCE,
    body=ReturnForm,
    reply=ReturnReply,
    summary="Record that money in suspense went back to the payer",
)
def give_back(call: Call, payment_id: str, body: ReturnForm) -> Answer:
    order = ReturnOrder(
        payment_id,
        move_id(call, body.id),
        body.amount.money() if body.amount else None,
        happened(body.effective_at, call.as_of),
        body.reason,
    )
    booked, record = call.services.money.proposals.give_back(order, call.caller.name, call.recorded_at)
    return Answer(ReturnReply.beside(booked.entry, record), None if booked.new else 200)
