"""Composes the nightly check of the ledger."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final

from receivables.core.errors import InvalidInput
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.front_door import tick_time
from receivables.runtime.settings import setting
from receivables.usecases.check_books import CheckBooks, Walk

SCOPES: Final = ("full", "rest")
RESERVE_MS: Final = 60_000
"""What is left of an invocation when the walk stops and keeps its place: one page, with a giant account on it."""


@cache
def check_books() -> CheckBooks:
    """The use case with its adapters."""
    from receivables.adapters.dynamodb.books import DynamoBooks
    from receivables.adapters.dynamodb.check_log import DynamoCheckLog
    from receivables.adapters.sns_finance import SnsTopic

    dynamodb, table = client("dynamodb"), setting("RECEIVABLES_TABLE")
    return CheckBooks(
        DynamoBooks(dynamodb, table),
        DynamoCheckLog(dynamodb, table),
        SnsTopic(LazyClient("sns", repeat=True), setting("OPERATIONS_TOPIC_ARN")),
    )


def carry_out(event: Mapping[str, Any], remaining_ms: Callable[[], int]) -> Walk:
    """The check that the schedule's event names. Raises InvalidInput (fields `time`, `scope`)."""
    as_of, scope = tick_time(event), event.get("scope")
    if scope not in SCOPES:
        raise InvalidInput("scope", f"must be one of {', '.join(SCOPES)}")
    carry = check_books().begin if scope == "full" else check_books().go_on
    return carry(as_of, lambda: remaining_ms() > RESERVE_MS)
