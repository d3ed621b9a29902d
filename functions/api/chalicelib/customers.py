"""Customers."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from chalicelib.account_forms import HoldReply
from chalicelib.fields import (
    MAX_TEXT,
    Amount,
    AmountList,
    Form,
    Instant,
    Key,
    Reply,
    Text,
    as_amounts,
    checked,
)
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.arrangements import CreditRelease
from receivables.core.ids import derived_id, new_id
from receivables.customers import Customer, CustomerKind, Mandate
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
    kind: CustomerKind = Field(default=CustomerKind.BUSINESS, description="Whether trade law applies")
    segment: Key | None = Field(default=None, description="One of the company's segments")
    credit_limit: AmountList = Field(default=[], description="What may be owed, for each currency")

    def customer(self, customer_id: str) -> Customer:
        given = self.model_dump(exclude={"credit_limit"}) | {"id": customer_id}
        return Customer(**given, credit_limit=as_amounts(self.credit_limit))


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
    kind: CustomerKind = Field(default=CustomerKind.BUSINESS)
    segment: Key | None = None
    credit_limit: AmountList = Field(default_factory=list)

    def on(self, customer: Customer) -> Customer:
        """The customer with what is said here."""
        changes = self.model_dump(exclude_unset=True, exclude={"rev", "credit_limit"})
        if "credit_limit" in self.model_fields_set:
            changes["credit_limit"] = as_amounts(self.credit_limit)
        return replace(customer, **changes)


class CreditReleaseReply(Reply):
    """Leave to owe up to `limit`, for a time: why, by whom, since when, until when."""

    limit: list[Amount]
    until: Instant
    reason: str
    by: str
    granted_at: Instant

    @classmethod
    def of(cls, release: CreditRelease) -> CreditReleaseReply:
        return cls(
            limit=[Amount.of(amount) for amount in release.limit.each],
            until=release.until,
            reason=release.reason,
            by=release.by,
            granted_at=release.granted_at,
        )


class MandateReply(Reply):
    """The customer's permission to draw what is due. Not active: `ended` says why."""

    processor: str
    endpoint: str
    id: str
    customer: str | None
    method: str
    active: bool
    ended: str

    @classmethod
    def of(cls, mandate: Mandate) -> MandateReply:
        return cls(**{name: getattr(mandate, name) for name in cls.model_fields})


class CustomerReply(Reply):
    """A customer. `suppressed`: channels that must not be used, and why. `hold`, `credit_release` and `mandate` have
    routes of their own. `rev` counts changes."""

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
    kind: CustomerKind
    segment: str | None
    credit_limit: list[Amount]
    credit_release: CreditReleaseReply | None
    hold: HoldReply | None
    mandate: MandateReply | None
    rev: int

    @classmethod
    def of(cls, customer: Customer) -> CustomerReply:
        values = {name: getattr(customer, name) for name in cls.model_fields}
        release, hold = customer.credit_release, customer.hold
        values |= {
            "suppressed": dict(customer.suppressed),
            "credit_limit": [Amount.of(amount) for amount in customer.credit_limit.each],
            "credit_release": CreditReleaseReply.of(release) if release else None,
            "hold": HoldReply.of(hold) if hold else None,
            "mandate": MandateReply.of(customer.mandate) if customer.mandate else None,
        }
        return cls(**values)


@routes.post("/customers", allow=FINANCE, body=CustomerForm, reply=CustomerReply, summary="Create a customer")
def create_customer(call: Call, body: CustomerForm) -> Answer:
    return _one(call.services.keep_customers.create(body.customer(body.id or _made_id(call))))


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
    stored = call.services.customers.get(customer_id)
    wanted = replace(body.on(stored), rev=call.revision(body.rev))
    updated = call.services.keep_customers.update(wanted)
    if updated.credit_limit != stored.credit_limit:
        # Whether the limit is exceeded is found when the accounts are worked on.
        for account in call.services.ledger.accounts_of(customer_id):
            call.services.ledger.wake(account.id)
    return _one(updated)


def _one(customer: Customer) -> Answer:
    return Answer(CustomerReply.of(customer), headers={"ETag": f'"{customer.rev}"'})


def _made_id(call: Call) -> str:
    """The same for a repeat under the same key, so that even without the kept answer it makes no second customer."""
    if call.idempotency_key is None:
        return new_id("cus", call.as_of)
    return derived_id("cus", call.caller.name, call.idempotency_key)
