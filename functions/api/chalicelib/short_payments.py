"""Short payments: less came than was owed, as if a discount had been earned. A person claims the rest, or grants it."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Note, Reply
from chalicelib.money_moves import MoveId, move_id
from chalicelib.path_ids import to_path
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.ledger import OpenItem, ShortPayment
from receivables.usecases.short_payments import ShortPaymentDecision

routes = Routes(__name__)


class ShortPaymentReply(Reply):
    """An invoice that was paid short: what is missing, why, and what is proposed."""

    account_id: str
    invoice: str
    self_: str = Field(serialization_alias="self")
    payment: str = Field(description="Path of the payment")
    balance: Amount
    missing: Amount
    reason: str
    proposal: str

    @classmethod
    def of(cls, account_id: str, item: OpenItem, short: ShortPayment) -> ShortPaymentReply:
        return cls(
            account_id=account_id,
            invoice=item.number,
            self_=f"/invoices/{to_path(item.number)}",
            payment=f"/payments/{to_path(short.payment)}",
            balance=Amount.of(item.balance),
            missing=Amount.of(short.missing),
            reason=short.reason.value,
            proposal=short.proposal,
        )


class ShortPaymentForm(Form):
    """`claim`: the customer is asked for the rest. `grant`: it is let go, as a discount."""

    id: MoveId | None = None
    decision: Literal["claim", "grant"]
    reason: Note


class DecidedReply(Reply):
    """What was decided, and what is open of the invoice now."""

    invoice: str
    decision: Literal["claim", "grant"]
    balance: Amount


@routes.get(
    "/short-payments",
    query=ListQuery,
    reply=Listing[ShortPaymentReply],
    summary="List short payments that wait for a decision",
)
def list_short_payments(call: Call, query: ListQuery) -> Answer:
    page = call.services.ledger.short_payments(query.limit, call.start(query))
    items = [ShortPaymentReply.of(account, item, item.short) for account, item in page.items if item.short]
    return Answer(Listing[ShortPaymentReply](items=items, next=call.seal(query, page.position)))


@routes.post(
    "/invoices/{number}/short-payment",
    allow=FINANCE,
    body=ShortPaymentForm,
    reply=DecidedReply,
    status=200,
    summary="Claim or grant what is missing of a short payment",
)
def decide_short_payment(call: Call, number: str, body: ShortPaymentForm) -> Answer:
    decision = ShortPaymentDecision(number, move_id(call, body.id), body.decision == "grant", body.reason)
    balance = call.services.money.decide_short_payment.decide(
        decision, call.caller.name, call.as_of, call.recorded_at
    )
    return Answer(DecidedReply(invoice=number, decision=body.decision, balance=Amount.of(balance)))
