"""Money that goes back: refunds, chargebacks and their reversal; and money that was set against the wrong invoice."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Number, When
from chalicelib.money_moves import DatedMoveForm, EntryReply, MoveForm, booked, entry_fields, move_id
from chalicelib.path_ids import to_path
from chalicelib.payment_forms import happened
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.usecases.chargebacks import ChargebackOrder, ReversalOrder
from receivables.usecases.refunds import CreditRefundOrder, Refund, RefundOrder
from receivables.usecases.transfers import TransferOrder

routes = Routes(__name__)


class RefundForm(DatedMoveForm):
    """Money that goes back to the payer."""

    amount: Amount | None = Field(default=None, description="Without one: all that is left of the payment")
    paid: bool = Field(default=False, description="Whether the money has left; else it is owed until it has")


class CreditRefundForm(RefundForm):
    """Credit of a credit note, or of something that was taken back, goes to the customer."""

    credit_id: str = Field(min_length=1, max_length=80)


class RefundPaidForm(Form):
    """The money of a refund has left."""

    effective_at: When | None = Field(
        default=None, description="When it left; not later than now, its default"
    )
    reason: str = Field(default="", max_length=500)


class RefundReply(EntryReply):
    """A refund: the entry that made it, and whether the money has left. `refund` is its path."""

    refund: str
    state: Literal["payable", "paid"]
    paid_at: Instant | None

    @classmethod
    def of(cls, refund: Refund) -> RefundReply:  # type: ignore[override]
        return cls(
            **entry_fields(refund.entry),
            refund=f"/refunds/{to_path(refund.key)}",
            state="paid" if refund.paid_at else "payable",
            paid_at=refund.paid_at,
        )


class ChargebackForm(DatedMoveForm):
    """The payer's bank has taken the money back."""

    amount: Amount | None = Field(default=None, description="Without one: all that is left of the payment")


class ChargebackReversalForm(DatedMoveForm):
    """The bank has returned what it had taken back."""

    chargeback: str = Field(max_length=64, description="The `id` that the chargeback was recorded under")


class TransferForm(MoveForm):
    """What a payment had paid of one invoice pays another of the account."""

    from_: Number = Field(alias="from")
    to: Number
    amount: Amount | None = Field(default=None, description="Without one: all that it had paid")


@routes.post(
    "/payments/{payment_id}/refunds",
    allow=FINANCE,
    body=RefundForm,
    reply=RefundReply,
    summary="Refund a payment, or a part of it",
)
def refund_payment(call: Call, payment_id: str, body: RefundForm) -> Answer:
    order = RefundOrder(
        payment_id,
        move_id(call, body.id),
        body.amount.money() if body.amount else None,
        body.paid,
        happened(body.effective_at, call.as_of),
        body.reason,
    )
    refund, new = call.services.money.refund_payment.refund(order, call.caller.name, call.recorded_at)
    return Answer(RefundReply.of(refund), None if new else 200)


@routes.get("/refunds/{refund_id}", reply=RefundReply, summary="Read a refund")
def read_refund(call: Call, refund_id: str) -> Answer:
    return Answer(RefundReply.of(call.services.money.refund_payment.read(refund_id)))


@routes.post(
    "/refunds/{refund_id}/payment",
    allow=FINANCE,
    body=RefundPaidForm,
    reply=RefundReply,
    summary="Record that the money of a refund has left",
)
def pay_refund(call: Call, refund_id: str, body: RefundPaidForm) -> Answer:
    at = happened(body.effective_at, call.as_of)
    refund, new = call.services.money.refund_payment.pay(
        refund_id, at, body.reason, call.caller.name, call.recorded_at
    )
    return Answer(RefundReply.of(refund), None if new else 200)


@routes.post(
    "/payments/{payment_id}/chargebacks",
    allow=FINANCE,
    body=ChargebackForm,
    reply=EntryReply,
    summary="Record that a payment was charged back",
)
def charge_back_payment(call: Call, payment_id: str, body: ChargebackForm) -> Answer:
    order = ChargebackOrder(
        payment_id,
        move_id(call, body.id),
        body.amount.money() if body.amount else None,
        happened(body.effective_at, call.as_of),
        body.reason,
    )
    return booked(call.services.money.charge_back.charge_back(order, call.caller.name, call.recorded_at))


@routes.post(
    "/payments/{payment_id}/chargeback-reversals",
    allow=FINANCE,
    body=ChargebackReversalForm,
    reply=EntryReply,
    summary="Record that a chargeback was reversed",
)
def reverse_chargeback(call: Call, payment_id: str, body: ChargebackReversalForm) -> Answer:
    order = ReversalOrder(payment_id, body.chargeback, happened(body.effective_at, call.as_of), body.reason)
    return booked(call.services.money.charge_back.reverse(order, call.caller.name, call.recorded_at))


@routes.post(
    "/payments/{payment_id}/transfers",
    allow=FINANCE,
    body=TransferForm,
    reply=EntryReply,
    summary="Set money of a payment against another invoice",
)
def transfer_payment(call: Call, payment_id: str, body: TransferForm) -> Answer:
    order = TransferOrder(
        payment_id,
        move_id(call, body.id),
        body.from_,
        body.to,
        body.amount.money() if body.amount else None,
        body.reason,
    )
    return booked(call.services.money.transfer_payment.transfer(order, call.caller.name, call.recorded_at))


@routes.post(
    "/accounts/{account_id}/refunds",
    allow=FINANCE,
    body=CreditRefundForm,
    reply=RefundReply,
    summary="Pay out credit that no payment brought",
)
def refund_credit(call: Call, account_id: str, body: CreditRefundForm) -> Answer:
    order = CreditRefundOrder(
        account_id,
        move_id(call, body.id),
        body.credit_id,
        body.amount.money() if body.amount else None,
        body.paid,
        happened(body.effective_at, call.as_of),
        body.reason,
    )
    refund, new = call.services.money.refund_payment.refund_credit(order, call.caller.name, call.recorded_at)
    return Answer(RefundReply.of(refund), None if new else 200)
