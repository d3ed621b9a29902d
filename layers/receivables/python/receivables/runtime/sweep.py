"""Composes the sweep."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final, cast

from receivables.core.errors import InvalidInput
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.front_door import tick_time
from receivables.runtime.settings import setting
from receivables.usecases.sweep import Found, Sweep

if TYPE_CHECKING:
    from receivables.core.configuration import CompanyStore
    from receivables.core.versions import VersionStore
    from receivables.dunning.policy import Policy

SCOPES: Final = ("full", "outstanding")
RESERVE_MS: Final = 60_000
"""What is left of an invocation when a walk stops and keeps its place: a page of the table, and the cases on it."""


@cache
def sweep() -> Sweep:
    """The use case with its adapters."""
    from receivables.adapters.dynamodb.cases import DynamoCases
    from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
    from receivables.adapters.dynamodb.inbox import DynamoInbox
    from receivables.adapters.dynamodb.ledger_reads import LedgerReads
    from receivables.adapters.dynamodb.notices import DynamoNotices
    from receivables.adapters.dynamodb.sweep import DynamoCensus, DynamoSweepLog
    from receivables.adapters.sns_finance import SnsTopic
    from receivables.adapters.sqs import SqsAccounts
    from receivables.adapters.stepfunctions import StepFunctionsWorkflow
    from receivables.usecases.applicable import applicable_policies
    from receivables.usecases.overdue_decisions import OverdueDecisions, TellOverdue
    from receivables.usecases.sweep_accounts import SweepAccounts

    dynamodb, table = client("dynamodb"), setting("RECEIVABLES_TABLE")
    configuration = HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE"))
    log, ledger = DynamoSweepLog(dynamodb, table), LedgerReads(dynamodb, table)
    finance = SnsTopic(LazyClient("sns", repeat=True), setting("FINANCE_TOPIC_ARN"))
    return Sweep(
        notices=DynamoNotices(dynamodb, table, setting("CUSTOMERS_TABLE")),
        cases=DynamoCases(dynamodb, table),
        inbox=DynamoInbox(dynamodb, setting("INBOX_TABLE")),
        workflow=StepFunctionsWorkflow(LazyClient("stepfunctions"), setting("CASE_STATE_MACHINE_ARN")),
        operations=SnsTopic(LazyClient("sns", repeat=True), setting("OPERATIONS_TOPIC_ARN")),
        log=log,
        switch=configuration,
        accounts=SweepAccounts(
            DynamoCensus(dynamodb, table),
            log,
            ledger,
            HotCustomers(dynamodb, setting("CUSTOMERS_TABLE")),
            applicable_policies(
                cast("VersionStore[Policy]", configuration.policies),
                cast("CompanyStore", configuration),
                time.monotonic,
            ),
            SqsAccounts(LazyClient("sqs"), setting("ACCOUNTS_QUEUE_URL")),
        ),
        decisions=TellOverdue(OverdueDecisions(ledger), finance),
    )


def carry_out(event: Mapping[str, Any], remaining_ms: Callable[[], int]) -> Found:
    """The sweep that the schedule's event names. Raises InvalidInput (fields `time`, `scope`)."""
    as_of, scope = tick_time(event), event.get("scope")
    if scope not in SCOPES:
        raise InvalidInput("scope", f"must be one of {', '.join(SCOPES)}")
    carry = sweep().full if scope == "full" else sweep().outstanding
    return carry(as_of, lambda: remaining_ms() > RESERVE_MS)
