"""Payments: recorded by hand, waiting in suspense, placed by a person."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Number, Reply, Text, When
from chalicelib.path_ids import to_path
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.errors import InvalidInput
from receivables.core.ids import derived_id
from receivables.ledger import PaymentRecord
from receivables.usecases.record_payment import PaymentOrder

routes = Routes(__name__)


class PaymentForm(Form):
    """Money that a person knows of. `id` makes it unique for ever; without one the Idempotency-Key does."""

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$")
    amount: Amount
    reference: Number | None = Field(
        default=None, description="The invoice it pays; without one it goes to suspense"
    )
    effective_at: When = Field(description="When the money moved; not later than now")
    payer: Text | None = None


class PlacementForm(Form):
    """Where a payment in suspense belongs."""

    account_id: str = Field(max_length=80)
    invoice: Number | None = Field(default=None, description="Without one it becomes unapplied credit")


class PaymentReply(Reply):
    """A payment and where its money went. `id` is its key as part of a path."""

    id: str
    key: str
    state: str
    amount: Amount
    reference: str | None
    account_id: str | None
    invoice: str | None
    effective_at: Instant
    received_at: Instant
    source: str
    payer: str | None

    @classmethod
    def of(cls, record: PaymentRecord) -> PaymentReply:
        payment = record.payment
        return cls(
            id=to_path(payment.key),
            key=payment.key,
            state=record.state.value,
            amount=Amount.of(payment.amount),
            reference=payment.reference,
            account_id=record.account_id,
            invoice=record.invoice,
            effective_at=payment.effective_at,
            received_at=payment.received_at,
            source=payment.source,
            payer=payment.payer,
        )


class PaymentQuery(ListQuery):
    """Which payments."""

    state: Literal["suspense"]


@routes.post("/payments", allow=FINANCE, body=PaymentForm, reply=PaymentReply, summary="Record a payment")
def record_payment(call: Call, body: PaymentForm) -> Answer:
    order = PaymentOrder(_key(call, body), body.amount.money(), body.effective_at, body.reference, body.payer)
    record, new = call.services.record_payment.record(order, call.caller.name, call.as_of)
    return Answer(PaymentReply.of(record), None if new else 200)


@routes.get("/payments", query=PaymentQuery, reply=Listing[PaymentReply], summary="List payments in suspense")
def list_payments(call: Call, query: PaymentQuery) -> Answer:
    page = call.services.ledger.suspense(query.limit, call.start(query))
    items = [PaymentReply.of(record) for record in page.items]
    return Answer(Listing[PaymentReply](items=items, next=call.seal(query, page.position)))


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
    record = call.services.place_payment.place(
        payment_id, body.account_id, body.invoice, call.caller.name, call.as_of
    )
    return Answer(PaymentReply.of(record))


def _key(call: Call, body: PaymentForm) -> str:
    """Permanent, unlike a kept answer: the same money is never booked twice, whenever it is sent again."""
    if body.id is not None:
        return f"api/manual/{body.id}"
    if call.idempotency_key is None:
        raise InvalidInput("Idempotency-Key", "send one, or an id in the body: money needs a key of its own")
    return f"api/manual/{derived_id('pay', call.caller.name, call.idempotency_key)}"
