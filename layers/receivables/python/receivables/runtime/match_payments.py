"""Composes cash application."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from receivables.core.clock import parse_instant
from receivables.runtime.clients import client
from receivables.runtime.front_door import recording_time, tick_time
from receivables.runtime.settings import setting
from receivables.usecases.match_payments import Matched, MatchPayments

if TYPE_CHECKING:
    from receivables.core.configuration import CompanyStore
    from receivables.core.versions import VersionStore
    from receivables.terms import Terms

RESERVE_MS: Final = 60_000
"""What is left of an invocation when a run stops and keeps its place: a page of payments, each read and placed."""


@cache
def match_payments() -> MatchPayments:
    """The use case with its adapters, made at the first invocation and kept."""
    from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
    from receivables.adapters.dynamodb.ledger import DynamoLedger
    from receivables.adapters.dynamodb.matching import (
        DynamoHabits,
        DynamoMatchLog,
        DynamoNames,
        DynamoProposals,
    )
    from receivables.usecases.applicable import applicable_terms
    from receivables.usecases.payouts import BookPayout
    from receivables.usecases.place_match import PlaceMatch
    from receivables.usecases.settling import Settling

    dynamodb, table = client("dynamodb"), setting("RECEIVABLES_TABLE")
    customers = setting("CUSTOMERS_TABLE")
    configuration = HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE"))
    ledger = DynamoLedger(dynamodb, table, setting("INBOX_TABLE"))
    terms = applicable_terms(
        cast("VersionStore[Terms]", configuration.terms), cast("CompanyStore", configuration), time.monotonic
    )
    return MatchPayments(
        ledger,
        PlaceMatch(ledger, Settling(HotCustomers(dynamodb, customers), terms)),
        DynamoProposals(dynamodb, table),
        DynamoHabits(dynamodb, table),
        DynamoNames(dynamodb, customers),
        configuration,
        ledger,
        BookPayout(ledger),
        DynamoMatchLog(dynamodb, table),
    )


def carry_out(event: Mapping[str, Any], remaining_ms: Callable[[], int]) -> Matched:
    """A run, for the schedule's event or for that of an imported statement; both say when. Raises InvalidInput (field `time`)."""
    return match_payments().run(recording_time(_when(event)), lambda: remaining_ms() > RESERVE_MS)


def _when(event: Mapping[str, Any]) -> datetime:
    """The bus stamps its events with the time of its own clock; when the statement was handed in is in the detail."""
    detail = event.get("detail")
    return parse_instant(detail["at"], field="detail.at") if detail else tick_time(event)
