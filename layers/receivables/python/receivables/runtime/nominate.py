"""Composes the tick."""

from __future__ import annotations

from functools import cache

from receivables.adapters.dynamodb.agenda import DynamoAgenda
from receivables.adapters.dynamodb.hot_directory import HotConfiguration
from receivables.adapters.sqs import SqsAccounts
from receivables.runtime.clients import client
from receivables.runtime.settings import setting
from receivables.usecases.nominate import Nominate


@cache
def nominate() -> Nominate:
    """The use case with its adapters, made at the first tick and kept."""
    dynamodb = client("dynamodb")
    return Nominate(
        DynamoAgenda(dynamodb, setting("RECEIVABLES_TABLE")),
        SqsAccounts(client("sqs"), setting("ACCOUNTS_QUEUE_URL")),
        HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE")),
    )
