"""Composes the recorder of what the mail provider reports."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from typing import Any

from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.adapters.ses import delivery_report
from receivables.notices.delivery import DeliveryReport
from receivables.runtime.clients import client
from receivables.runtime.settings import setting
from receivables.usecases.record_delivery import RecordDelivery


@cache
def record_delivery() -> RecordDelivery:
    """The use case with its adapters, made at the first event and kept."""
    from receivables.adapters.dynamodb.customers import DynamoCustomers

    dynamodb, customers = client("dynamodb"), setting("CUSTOMERS_TABLE")
    notices = DynamoNotices(dynamodb, setting("RECEIVABLES_TABLE"), customers)
    return RecordDelivery(notices, DynamoCustomers(customers, dynamodb))


def report(record: Mapping[str, Any]) -> DeliveryReport | None:
    """What the event in a record of the queue says of a notice; None: nothing, it is not about one of ours."""
    return delivery_report(json.loads(record["body"]))
