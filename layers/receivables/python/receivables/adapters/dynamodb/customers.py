"""The customer directory in its table.

`attempt` is drawn for each write. A conditional write that is retried after its answer was lost fails against itself;
whoever then finds its own attempt on the record knows that it succeeded.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pynamodb.attributes import BooleanAttribute, MapAttribute, UnicodeAttribute
from pynamodb.exceptions import DoesNotExist, PynamoDBException
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from receivables.adapters.dynamodb.binding import IntAttribute, TreeAttribute, bind, is_condition, translated
from receivables.arrangements import CreditRelease, Hold
from receivables.core.amounts import Amounts
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.customers import Channel, Customer, CustomerKind, Mandate
from receivables.customers.customer import lift_suppressions

_FIELDS = (
    "name", "email", "phone", "locale", "timezone", "sms_consent", "terms_id", "policy_id", "suppressed",
    "kind", "segment", "credit_limit", "credit_release", "hold", "mandate",
)  # fmt: skip


class CustomerRecord(Model):
    """One customer. Optional attributes are absent, never null."""

    id = UnicodeAttribute(hash_key=True)
    name = UnicodeAttribute()
    email = UnicodeAttribute(null=True)
    phone = UnicodeAttribute(null=True)
    locale = UnicodeAttribute()
    timezone = UnicodeAttribute()
    sms_consent = BooleanAttribute()
    terms_id = UnicodeAttribute(null=True)
    policy_id = UnicodeAttribute(null=True)
    suppressed: Any = MapAttribute()  # type: ignore[no-untyped-call]
    kind = UnicodeAttribute()
    segment = UnicodeAttribute(null=True)
    credit_limit = TreeAttribute(Amounts, null=True)
    credit_release = TreeAttribute(CreditRelease, null=True)
    hold = TreeAttribute(Hold, null=True)
    mandate = TreeAttribute(Mandate, null=True)
    rev = IntAttribute()
    attempt = UnicodeAttribute(null=True)


class DynamoCustomers:
    """`customers.ports.Customers` in DynamoDB."""

    def __init__(self, table: str, client: Any) -> None:
        self._record = bind(CustomerRecord, table, client)

    def get(self, customer_id: str) -> Customer:
        return _customer(self._load(customer_id))

    def create(self, customer: Customer) -> Customer:
        record = self._record(**_values(replace(customer, rev=1)), attempt=_attempt())
        try:
            with translated("customers"):
                record.save(self._record.id.does_not_exist())
        except PynamoDBException as error:
            if self._load(customer.id).attempt != record.attempt:
                raise AlreadyExists("customer", customer.id) from error
        return _customer(record)

    def update(self, customer: Customer) -> Customer:
        stored = self._load(customer.id)
        if stored.rev != customer.rev:
            raise StaleRevision(f"customer {customer.id!r} has changed since it was read")
        wanted = lift_suppressions(replace(customer, rev=customer.rev + 1), _customer(stored))
        attempt = _attempt()
        actions = [*self._changes(wanted), self._record.attempt.set(attempt)]
        try:
            with translated("customers"):
                stored.update(actions, self._record.rev == customer.rev)
        except PynamoDBException as error:
            if self._load(customer.id).attempt != attempt:
                raise StaleRevision(f"customer {customer.id!r} has changed since it was read") from error
        return wanted

    def suppress(self, customer_id: str, channel: Channel, address: str, reason: str) -> None:
        record = self._record(customer_id)
        at = self._record.email if channel is Channel.EMAIL else self._record.phone
        actions: list[Action] = [
            self._record.suppressed[channel.value].set(reason),
            self._record.rev.set(self._record.rev + 1),
        ]
        still_new = self._record.suppressed[channel.value].does_not_exist()
        try:
            with translated("customers"):
                record.update(actions, (at == address) & still_new)
        except PynamoDBException as error:
            if not is_condition(error):
                raise

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[Customer], str | None]:
        start = None if position is None else {"id": {"S": position}}
        with translated("customers"):
            found = self._record.scan(limit=limit, page_size=limit, last_evaluated_key=start)
            customers = [_customer(record) for record in found]
        following = found.last_evaluated_key
        return customers, following["id"]["S"] if following else None

    def _load(self, customer_id: str) -> CustomerRecord:
        try:
            with translated("customers"):
                return self._record.get(customer_id, consistent_read=True)
        except DoesNotExist:
            raise NotFound("customer", customer_id) from None

    def _changes(self, customer: Customer) -> list[Action]:
        actions = []
        for name, value in _values(customer).items():
            attribute = getattr(self._record, name)
            if name != "id":
                actions.append(attribute.remove() if value is None else attribute.set(value))
        return actions


def _values(customer: Customer) -> dict[str, Any]:
    values = {name: getattr(customer, name) for name in _FIELDS}
    return values | {
        "id": customer.id,
        "rev": customer.rev,
        "suppressed": dict(customer.suppressed),
        "kind": customer.kind.value,
        "credit_limit": customer.credit_limit or None,
    }


def _customer(record: CustomerRecord) -> Customer:
    stored = {name: getattr(record, name) for name in _FIELDS}
    stored |= {
        "suppressed": record.suppressed.as_dict(),
        "kind": CustomerKind(record.kind or CustomerKind.BUSINESS),
    }
    values = {name: value for name, value in stored.items() if value is not None}
    return Customer(id=record.id, rev=record.rev, **values)


def _attempt() -> str:
    return secrets.token_hex(8)
