"""Customers."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from chalicelib.fields import MAX_TEXT, Form, Key, Reply, Text, checked
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.ids import derived_id, new_id
from receivables.customers import Customer
from receivables.imports.values import as_email, as_phone, as_timezone

routes = Routes(__name__)


def _known_locale(text: str) -> str:
    """Notices are worded and formatted in it: what would not be known there is refused here."""
    from receivables.notices.formats import known_locale

    return known_locale(text)


Email = Annotated[
    str, Field(max_length=320), checked(lambda text: as_email(text, "")), Field(examples=["a@example.com"])
]
Phone = Annotated[
    str, Field(max_length=40), checked(lambda text: as_phone(text, "")), Field(examples=["+4930901820"])
]
Locale = Annotated[str, Field(max_length=40), checked(_known_locale), Field(examples=["de_DE"])]
Timezone = Annotated[
    str, Field(max_length=60), checked(lambda text: as_timezone(text, "")), Field(examples=["Europe/Berlin"])
]


class CustomerForm(Form):
    """A new customer. Without an id one is made."""

    id: Key | None = None
    name: Text
    email: Email | None = None
    phone: Phone | None = Field(default=None, description="E.164")
    locale: Locale = Field(default="en_US", description="CLDR: language and region of what is sent")
    timezone: Timezone = Field(default="UTC", description="IANA: whose days and hours count")
    sms_consent: bool = False
    terms_id: Key | None = Field(default=None, description="Payment terms of their own")
    policy_id: Key | None = Field(default=None, description="Dunning policy of their own")


class CustomerChange(Form):
    """What changes; what is left out stays, null removes. Says which revision is meant, here or in If-Match."""

    rev: int | None = Field(default=None, ge=1)
    name: Text = Field(default_factory=str)
    email: Email | None = None
    phone: Phone | None = None
    locale: Locale = Field(default_factory=str)
    timezone: Timezone = Field(default_factory=str)
    sms_consent: bool = Field(default_factory=bool)
    terms_id: Key | None = None
    policy_id: Key | None = None


class CustomerReply(Reply):
    """A customer. `suppressed`: channels that must not be used, and why. `rev` counts changes."""

    id: str
    name: str = Field(max_length=MAX_TEXT)
    email: str | None
    phone: str | None
    locale: str
    timezone: str
    sms_consent: bool
    terms_id: str | None
    policy_id: str | None
    suppressed: dict[str, str]
    rev: int

    @classmethod
    def of(cls, customer: Customer) -> CustomerReply:
        values = {name: getattr(customer, name) for name in cls.model_fields}
        return cls(**(values | {"suppressed": dict(customer.suppressed)}))


@routes.post("/customers", allow=FINANCE, body=CustomerForm, reply=CustomerReply, summary="Create a customer")
def create_customer(call: Call, body: CustomerForm) -> Answer:
    given = body.model_dump() | {"id": body.id or _made_id(call)}
    return _one(call.services.keep_customers.create(Customer(**given)))


@routes.get("/customers", query=ListQuery, reply=Listing[CustomerReply], summary="List customers")
def list_customers(call: Call, query: ListQuery) -> Answer:
    found, position = call.services.customers.page(query.limit, call.start(query))
    items = [CustomerReply.of(customer) for customer in found]
    return Answer(Listing[CustomerReply](items=items, next=call.seal(query, position)))


@routes.get("/customers/{customer_id}", reply=CustomerReply, summary="Read a customer")
def read_customer(call: Call, customer_id: str) -> Answer:
    return _one(call.services.customers.get(customer_id))


@routes.patch(
    "/customers/{customer_id}",
    allow=FINANCE,
    body=CustomerChange,
    reply=CustomerReply,
    summary="Change a customer",
)
def change_customer(call: Call, customer_id: str, body: CustomerChange) -> Answer:
    changes = body.model_dump(exclude_unset=True, exclude={"rev"})
    wanted = replace(call.services.customers.get(customer_id), **changes, rev=call.revision(body.rev))
    return _one(call.services.keep_customers.update(wanted))


def _one(customer: Customer) -> Answer:
    return Answer(CustomerReply.of(customer), headers={"ETag": f'"{customer.rev}"'})


def _made_id(call: Call) -> str:
    """The same for a repeat under the same key, so that even without the kept answer it makes no second customer."""
    if call.idempotency_key is None:
        return new_id("cus", call.as_of)
    return derived_id("cus", call.caller.name, call.idempotency_key)
