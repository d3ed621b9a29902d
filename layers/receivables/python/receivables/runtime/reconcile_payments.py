"""Composes reconciliation, and what is looked for every night beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

from receivables.core.errors import InvalidInput
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.front_door import tick_time
from receivables.runtime.processors import processor_api
from receivables.runtime.settings import setting
from receivables.usecases.payouts import TellLatePayouts
from receivables.usecases.reconcile import Reconcile, Reconciled

SCOPES: Final = ("full", "rest")
RESERVE_MS: Final = 90_000
"""What is left of an invocation when no further step is begun: a page of a processor that is slow, and of what it lists."""


@dataclass(frozen=True, slots=True)
class Night:
    """The use cases with their adapters."""

    reconcile: Reconcile
    payouts: TellLatePayouts


@cache
def night() -> Night:
    """Made at the first invocation and kept."""
    from receivables.adapters.dynamodb.hot_directory import HotConfiguration
    from receivables.adapters.dynamodb.inbox import DynamoInbox
    from receivables.adapters.dynamodb.ledger_reads import LedgerReads
    from receivables.adapters.dynamodb.reconciliations import DynamoReconciliations
    from receivables.adapters.sns_finance import SnsTopic
    from receivables.usecases.compare_books import CompareBooks

    dynamodb, table = client("dynamodb"), setting("RECEIVABLES_TABLE")
    ledger, log = LedgerReads(dynamodb, table), DynamoReconciliations(dynamodb, table)
    topics = LazyClient("sns", repeat=True)
    finance = SnsTopic(topics, setting("FINANCE_TOPIC_ARN"))
    books = CompareBooks(ledger, DynamoInbox(dynamodb, setting("INBOX_TABLE")), log)
    operations = SnsTopic(topics, setting("OPERATIONS_TOPIC_ARN"))
    company = HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE"))
    return Night(
        Reconcile(company, log, books, processor_api, finance, operations),
        TellLatePayouts(ledger, finance),
    )


def carry_out(event: Mapping[str, Any], remaining_ms: Callable[[], int]) -> Reconciled:
    """What the schedule's event names. Raises InvalidInput (fields `time`, `scope`)."""
    as_of, scope = tick_time(event), event.get("scope")
    if scope not in SCOPES:
        raise InvalidInput("scope", f"must be one of {', '.join(SCOPES)}")

    def time_left() -> bool:
        return remaining_ms() > RESERVE_MS

    if scope == "rest":
        return night().reconcile.go_on(as_of, time_left)
    night().payouts(as_of)
    return night().reconcile.nightly(as_of, time_left)
