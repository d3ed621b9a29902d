"""Mandates: what a customer owes is drawn when it is due, instead of being asked for."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.customers import CustomerReply
from chalicelib.fields import Form, Text
from chalicelib.payment_settings import ProcessorName
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.customers import Customer, Mandate

routes = Routes(__name__)

ProcessorsId = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.:\-]{0,127}$")]
"""An id that a payment processor has given."""


class MandateForm(Form):
    """A mandate that the customer has given at the processor. `processor` and `endpoint` are one of the company's accounts."""

    processor: ProcessorName = Field(examples=["gocardless"])
    endpoint: ProcessorName = Field(examples=["main"])
    id: ProcessorsId = Field(
        examples=["MD0000X1Y2Z3"], description="The mandate's; at Stripe the payment method's"
    )
    customer: ProcessorsId | None = Field(default=None, description="The processor's own id of the customer")
    method: Text | None = Field(default=None, examples=["sepa_debit"], description="The kind of account")

    def mandate(self) -> Mandate:
        return Mandate(self.processor, self.endpoint, self.id, self.customer, self.method or "")


@routes.put(
    "/customers/{customer_id}/mandate",
    allow=FINANCE,
    body=MandateForm,
    reply=CustomerReply,
    summary="Draw what the customer owes when it is due",
)
def give_mandate(call: Call, customer_id: str, body: MandateForm) -> Answer:
    keep = call.services.processors.keep_mandate
    return _one(keep.give(customer_id, body.mandate(), call.caller.name, call.as_of))


@routes.delete(
    "/customers/{customer_id}/mandate",
    allow=FINANCE,
    reply=CustomerReply,
    summary="Ask for what the customer owes, instead of drawing it",
)
def remove_mandate(call: Call, customer_id: str) -> Answer:
    keep = call.services.processors.keep_mandate
    return _one(keep.take(customer_id, call.caller.name, call.as_of))


def _one(customer: Customer) -> Answer:
    return Answer(CustomerReply.of(customer), headers={"ETag": f'"{customer.rev}"'})
