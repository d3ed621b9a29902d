"""What does reading an account of 100 items cost, in CPU of the client, and what would other ways cost?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import boto3
from boto3.dynamodb.conditions import Key
from botocore.config import Config
from pynamodb.attributes import MapAttribute, NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.binding import bind
from receivables.runtime.clients import client
from receivables.runtime.work_account import work_account
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Row, Section, budgeted
from tests.benchmarks.world import World

ITEMS: Final = 100
BUDGET_MS: Final = 4
_READS: Final = 8
_ROUNDS: Final = 5


class _Record(Model):
    """Any item of an account's working set."""

    pk = UnicodeAttribute(hash_key=True)
    sk = UnicodeAttribute(range_key=True)
    kind = UnicodeAttribute()
    number = UnicodeAttribute(null=True)
    currency = UnicodeAttribute(null=True)
    amount = NumberAttribute(null=True)
    balance = NumberAttribute(null=True)
    issue_date = UnicodeAttribute(null=True)
    due_date = UnicodeAttribute(null=True)
    description = UnicodeAttribute(null=True)
    customer_id = UnicodeAttribute(null=True)
    unapplied = NumberAttribute(null=True)
    open_items = NumberAttribute(null=True)
    rev = NumberAttribute(null=True)
    due_shard = UnicodeAttribute(null=True)
    next_action_at = UnicodeAttribute(null=True)
    progress: Any = MapAttribute(null=True)  # type: ignore[no-untyped-call]


def measure(world: World, yardstick: float, tell: Callable[[str], None]) -> Section:
    """Our adapter, down to domain objects, and the usual ways, each over the same items and the same engine."""
    tell("reading 100 items: making them")
    account = world.account(ITEMS - 1)
    ways = {
        "our adapter, to domain objects": _ours(account),
        "botocore's client, to attribute values": _botocore(world, account),
        "boto3's resource, to dictionaries": _boto3(world, account),
        "PynamoDB, to models": _pynamodb(world, account),
    }
    takes = _measured(ways, tell)
    ours = takes["our adapter, to domain objects"]
    rows = []
    for what, ms in takes.items():
        if ms is ours:
            rows.append(budgeted(what, ms, BUDGET_MS, yardstick))
        else:
            rows.append(Row(what, f"{ms / ours:.2f} x", note=f"{ms:.3g} ms here"))
    return Section(f"Reading an account of {ITEMS} items, strongly consistent (CPU)", rows)


def _measured(ways: dict[str, Callable[[], int]], tell: Callable[[str], None]) -> dict[str, float]:
    """CPU ms of one read in the least disturbed round, the ways taking turns."""
    takes: dict[str, list[float]] = {what: [] for what in ways}
    for what, read in ways.items():
        found = read()
        if found != ITEMS:
            raise AssertionError(f"{what}: {found} items instead of {ITEMS}")
    for turn in range(_ROUNDS):
        tell(f"reading 100 items: round {turn + 1} of {_ROUNDS}")
        for what, read in ways.items():
            takes[what].append(cpu_of(lambda read=read: [read() for _ in range(_READS)]) / _READS)  # type: ignore[misc]
    return {what: min(measured) for what, measured in takes.items()}


def _ours(account: str) -> Callable[[], int]:
    accounts = work_account().accounts

    def read() -> int:
        working_set = accounts.working_set(account)
        return len(working_set.open_items) + 1 if working_set else 0

    return read


def _botocore(world: World, account: str) -> Callable[[], int]:
    dynamodb = client("dynamodb")
    values = {":pk": {"S": keys.partition(account)}, ":sk": {"S": keys.WORKING_SET}}
    return lambda: len(
        dynamodb.query(
            TableName=world.receivables,
            KeyConditionExpression="pk = :pk AND begins_with(sk, :sk)",
            ExpressionAttributeValues=values,
            ConsistentRead=True,
        )["Items"]
    )


def _boto3(world: World, account: str) -> Callable[[], int]:
    resource = boto3.resource("dynamodb", config=Config(tcp_keepalive=True))
    table = resource.Table(world.receivables)
    condition = Key("pk").eq(keys.partition(account)) & Key("sk").begins_with(keys.WORKING_SET)
    return lambda: len(table.query(KeyConditionExpression=condition, ConsistentRead=True)["Items"])


def _pynamodb(world: World, account: str) -> Callable[[], int]:
    records = bind(_Record, world.receivables, client("dynamodb"))
    within = records.sk.startswith(keys.WORKING_SET)
    return lambda: len(list(records.query(keys.partition(account), within, consistent_read=True)))
