"""Composes the collection of payments under mandates."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.front_door import tick_time
from receivables.runtime.processors import collector
from receivables.runtime.settings import setting
from receivables.usecases.collect_payments import Collected, CollectPayments

RESERVE_MS: Final = 40_000
"""What is left of an invocation when no further order is begun: a processor that answers slowly."""


@cache
def collect_payments() -> CollectPayments:
    """The use case with its adapters, made at the first invocation and kept."""
    from receivables.adapters.dynamodb.hot_directory import HotCustomers
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.adapters.sns_finance import SnsTopic

    dynamodb = client("dynamodb")
    return CollectPayments(
        ledger=DynamoLedger(dynamodb, setting("RECEIVABLES_TABLE"), setting("INBOX_TABLE")),
        customers=HotCustomers(dynamodb, setting("CUSTOMERS_TABLE")),
        collectors=collector,
        finance=SnsTopic(LazyClient("sns", repeat=True), setting("FINANCE_TOPIC_ARN")),
    )


def carry_out(event: Mapping[str, Any], remaining_ms: Callable[[], int]) -> Collected:
    """What an event asks for: one collection that was announced on our bus, or all that are left (a schedule's event). Raises
    InvalidInput (`time`, `detail.at`, `detail.arrangement_id`), and for one what makes it worth another try."""
    if "detail" not in event:
        return collect_payments().left(tick_time(event), lambda: remaining_ms() > RESERVE_MS)
    detail = event["detail"]
    arrangement_id = detail.get("arrangement_id")
    if not isinstance(arrangement_id, str):
        raise InvalidInput("detail.arrangement_id", "is required")
    outcome = collect_payments().one(arrangement_id, parse_instant(detail.get("at", ""), field="detail.at"))
    return Collected({outcome.value: 1})
