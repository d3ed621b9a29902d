"""Composes the consumer of the inbox's stream."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.dynamodb.inbox import DynamoInbox, message_from_stream
from receivables.payments.inbox import InboxMessage
from receivables.runtime.clients import client
from receivables.runtime.front_door import recording_time
from receivables.runtime.settings import setting
from receivables.usecases.apply_payment import ApplyPayment, Outcome

if TYPE_CHECKING:
    from receivables.customers import Customer
    from receivables.usecases.readers import CustomerReader

METRICS: Final[Mapping[Outcome, str]] = {
    Outcome.APPLIED: "Applied",
    Outcome.UNAPPLIED: "Unapplied",
    Outcome.SUSPENDED: "Suspended",
    Outcome.DUPLICATE: "Duplicate",
    Outcome.PLACED: "Placed",
    Outcome.IGNORED: "Ignored",
    Outcome.PARKED: "Parked",
}
"""The metric that counts each outcome."""


class Customers:
    """The directory, imported at the first invoice whose terms make the customer's days matter: most do not."""

    def get(self, customer_id: str) -> Customer:
        return _directory().get(customer_id)


@cache
def _directory() -> CustomerReader:
    from receivables.adapters.dynamodb.hot_directory import HotCustomers

    return HotCustomers(client("dynamodb"), setting("CUSTOMERS_TABLE"))


@cache
def apply_payment() -> ApplyPayment:
    """The use case with its adapters, made at the first record and kept."""
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.adapters.processors.registry import processor

    dynamodb, inbox = client("dynamodb"), setting("INBOX_TABLE")
    ledger = DynamoLedger(dynamodb, setting("RECEIVABLES_TABLE"), inbox)
    return ApplyPayment(ledger, DynamoInbox(dynamodb, inbox), processor, Customers(), recording_time)


def message(record: Mapping[str, Any]) -> InboxMessage:
    """The message in a record of the stream, as it was when the record was written."""
    return message_from_stream(record["dynamodb"]["NewImage"])
