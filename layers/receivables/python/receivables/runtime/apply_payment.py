"""Composes the consumer of the inbox's stream. What few messages need is imported when one does."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.payments.inbox import InboxMessage
from receivables.runtime.clients import client
from receivables.runtime.front_door import recording_time
from receivables.runtime.settings import setting
from receivables.usecases.apply_payment import ApplyPayment, Elsewhere, Outcome
from receivables.usecases.hear_money import HearMoney
from receivables.usecases.know_payment import KnowPayment

if TYPE_CHECKING:
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.customers import Customer
    from receivables.payments.events import MoneyEvent
    from receivables.payments.processors import ProcessorApi
    from receivables.usecases.readers import CustomerReader

METRICS: Final[Mapping[Outcome, str]] = {
    Outcome.APPLIED: "Applied",
    Outcome.UNAPPLIED: "Unapplied",
    Outcome.SUSPENDED: "Suspended",
    Outcome.DUPLICATE: "Duplicate",
    Outcome.PLACED: "Placed",
    Outcome.RETURNED: "Returned",
    Outcome.RESTORED: "Restored",
    Outcome.NOTED: "Noted",
    Outcome.BOOKED: "Booked",
    Outcome.IGNORED: "Ignored",
    Outcome.PARKED: "Parked",
    Outcome.WAITING: "Unanswered",
}
"""The metric that counts each outcome."""


class Customers:
    """The directory, imported at the first payment to which the customer's days matter: to most they do not."""

    def get(self, customer_id: str) -> Customer:
        return _directory().get(customer_id)


class Payouts:
    """Processors' payouts: a few a day."""

    def __init__(self, ledger: DynamoLedger) -> None:
        self._ledger = ledger

    def __call__(self, event: MoneyEvent, processor: str, endpoint: str, received_at: datetime) -> None:
        from receivables.usecases.payouts import BookPayout

        BookPayout(self._ledger)(event, processor, endpoint, recording_time(received_at))


class Mandates:
    """Mandates that end: rare."""

    def __init__(self, ledger: DynamoLedger) -> None:
        self._ledger = ledger

    def __call__(self, processor: str, endpoint: str, mandate_id: str, reason: str, at: datetime) -> None:
        from receivables.adapters.dynamodb.configuration import ConfigurationTable, DynamoMandates
        from receivables.adapters.dynamodb.customers import DynamoCustomers
        from receivables.adapters.sns_finance import SnsTopic
        from receivables.usecases.mandates import EndMandate

        dynamodb = client("dynamodb")
        end = EndMandate(
            DynamoCustomers(setting("CUSTOMERS_TABLE"), dynamodb),
            DynamoMandates(ConfigurationTable(setting("CONFIGURATION_TABLE"), dynamodb)),
            self._ledger,
            SnsTopic(client("sns", repeat=True), setting("FINANCE_TOPIC_ARN")),
        )
        end(processor, endpoint, mandate_id, reason, at)


@cache
def _directory() -> CustomerReader:
    from receivables.adapters.dynamodb.hot_directory import HotCustomers

    return HotCustomers(client("dynamodb"), setting("CUSTOMERS_TABLE"))


def _api(processor: str, endpoint: str) -> ProcessorApi:
    from receivables.runtime.processors import processor_api

    return processor_api(processor, endpoint)


@cache
def apply_payment() -> ApplyPayment:
    """The use case with its adapters, made at the first record and kept."""
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.adapters.processors.registry import webhooks

    dynamodb, inbox = client("dynamodb"), setting("INBOX_TABLE")
    ledger = DynamoLedger(dynamodb, setting("RECEIVABLES_TABLE"), inbox)
    return ApplyPayment(
        DynamoInbox(dynamodb, inbox),
        HearMoney(webhooks, _api),
        KnowPayment(ledger, Customers()),
        Elsewhere(Payouts(ledger), Mandates(ledger)),
        recording_time,
    )


def message(record: Mapping[str, Any]) -> InboxMessage:
    """The message in a record of the stream, as it was when the record was written."""
    inbox = DynamoInbox(client("dynamodb"), setting("INBOX_TABLE"))
    return inbox.from_stream(record["dynamodb"]["NewImage"])
