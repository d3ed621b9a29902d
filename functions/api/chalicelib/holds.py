"""Holds: collection of an invoice, an account or a customer pauses."""

from __future__ import annotations

from pydantic import Field

from chalicelib.account_forms import AccountReply, HoldReply
from chalicelib.fields import Form, Note, Reply, Text, When
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.arrangements import Hold
from receivables.usecases.holds import HoldOrder

routes = Routes(__name__)


class HoldForm(Form):
    """Collection pauses until an instant that must be said. `owner` answers for it; without one, who asks."""

    reason: Note
    until: When
    owner: Text | None = None

    def order(self) -> HoldOrder:
        return HoldOrder(self.reason, self.until, self.owner)


class HeldReply(Reply):
    """What is held, or was: an invoice by its number, or a customer by its id."""

    id: str
    hold: HoldReply | None = Field(description="null: none (any more)")

    @classmethod
    def of(cls, held_id: str, hold: Hold | None) -> HeldReply:
        return cls(id=held_id, hold=HoldReply.of(hold) if hold else None)


@routes.put(
    "/accounts/{account_id}/hold",
    allow=FINANCE,
    body=HoldForm,
    reply=AccountReply,
    summary="Pause collection",
)
def place_hold(call: Call, account_id: str, body: HoldForm) -> Answer:
    return _account(call, account_id, body.order())


@routes.delete("/accounts/{account_id}/hold", allow=FINANCE, reply=AccountReply, summary="Resume collection")
def lift_hold(call: Call, account_id: str) -> Answer:
    return _account(call, account_id, None)


@routes.put(
    "/invoices/{number}/hold",
    allow=FINANCE,
    body=HoldForm,
    reply=HeldReply,
    summary="Pause collection of an invoice",
)
def hold_invoice(call: Call, number: str, body: HoldForm) -> Answer:
    return _invoice(call, number, body.order())


@routes.delete(
    "/invoices/{number}/hold", allow=FINANCE, reply=HeldReply, summary="Resume collection of an invoice"
)
def release_invoice(call: Call, number: str) -> Answer:
    return _invoice(call, number, None)


@routes.put(
    "/customers/{customer_id}/hold",
    allow=FINANCE,
    body=HoldForm,
    reply=HeldReply,
    summary="Pause collection of all that a customer owes",
)
def hold_customer(call: Call, customer_id: str, body: HoldForm) -> Answer:
    return _customer(call, customer_id, body.order())


@routes.delete(
    "/customers/{customer_id}/hold",
    allow=FINANCE,
    reply=HeldReply,
    summary="Resume collection of what a customer owes",
)
def release_customer(call: Call, customer_id: str) -> Answer:
    return _customer(call, customer_id, None)


def _account(call: Call, account_id: str, order: HoldOrder | None) -> Answer:
    holds = call.services.arrangements.holds
    return Answer(AccountReply.of(holds.account(account_id, order, call.caller.name, call.as_of)))


def _invoice(call: Call, number: str, order: HoldOrder | None) -> Answer:
    holds = call.services.arrangements.holds
    item = holds.invoice(number, order, call.caller.name, call.as_of, call.recorded_at)
    return Answer(HeldReply.of(number, item.hold))


def _customer(call: Call, customer_id: str, order: HoldOrder | None) -> Answer:
    holds = call.services.arrangements.holds
    customer = holds.customer(customer_id, order, call.caller.name, call.as_of)
    return Answer(HeldReply.of(customer.id, customer.hold))
