"""Does the tick stay as cheap when the ledger grows and as many accounts are due?

Counted in requests, pages and units, which do not depend on the engine; its milliseconds would only show that the
embedded engine walks through a whole partition for a query, which AWS does not. The table has the keys and indexes of
the template, but no stream, which would keep every one of a hundred thousand loaded items a second time.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.core.clock import format_instant
from receivables.runtime.clients import client
from receivables.runtime.nominate import nominate
from receivables_local import template
from receivables_local.engine import ROOT, Engine
from tests.benchmarks.metering import Count
from tests.benchmarks.report import Row, Section, Verdict, bounded, number
from tests.benchmarks.world import AS_OF, World

DUE: Final = 100
SIZES: Final = (1_000, 10_000, 100_000)
MOST_QUERIES: Final = keys.DUE_SHARDS
TABLE: Final = "grown"
_LATER: Final = "2026-04-01T09:00:00.000000Z"
_BATCH: Final = 25
_LOADERS: Final = 3


def counted(world: World, table: str) -> Count:
    """One tick over the accounts of a table. Raises AssertionError unless exactly those that are due are queued."""
    with world.using(RECEIVABLES_TABLE=table):
        nominate.cache_clear()
        tick = nominate()
    with world.meter.counting() as count:
        done = tick(AS_OF)
    if done.count != DUE:
        raise AssertionError(f"{DUE} accounts are due, {done.count} were nominated")
    return count


def measure(
    world: World, tell: Callable[[str], None], sizes: tuple[int, ...] = SIZES
) -> tuple[Section, Count]:
    """The answers, and the count of a tick."""
    world.meter.watch(client("sqs"))
    make_table(world.engine)
    loaded, counts = 0, []
    for size in sizes:
        load(world.engine, loaded, size, tell)
        loaded = size
        tell(f"nominate at {size:,} accounts")
        counts.append(counted(world, TABLE))
    return Section(f"A tick at which {DUE} accounts are due", [*_rows(sizes, counts)]), counts[-1]


def _rows(sizes: tuple[int, ...], counts: list[Count]) -> Iterator[Row]:
    first = counts[0]
    for size, count in zip(sizes, counts, strict=True):
        queries = count.requests("dynamodb", "Query")
        note = f"{queries} pages, {count.requests('sqs')} to SQS, the kill switch; {number(count.read)} RRU"
        yield bounded(
            f"{size:,} open accounts: DynamoDB requests",
            count.requests("dynamodb"),
            MOST_QUERIES + 1,
            note=note,
        )
    flat = all((c.read, len(c.calls)) == (first.read, len(first.calls)) for c in counts)
    verdict = Verdict.HELD if flat else Verdict.BROKEN
    yield Row("requests, pages and units as the ledger grows", "flat" if flat else "growing", "flat", verdict)
    each = len(first.calls) / DUE
    yield Row("per nominated account", f"{number(each)} requests, {number(first.read / DUE)} RRU + 0 WRU")


def make_table(engine: Engine, name: str = TABLE) -> None:
    """A table as the template has it, without its stream."""
    described = template.read(ROOT / "infrastructure" / "data.yaml")["Resources"]["ReceivablesTable"][
        "Properties"
    ]
    kept = ("AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode")
    engine.client("dynamodb").create_table(TableName=name, **{part: described[part] for part in kept})


def load(engine: Engine, first: int, last: int, tell: Callable[[str], None], name: str = TABLE) -> None:
    """Accounts from number `first` to before `last`; the first hundred of all are due at AS_OF."""
    batches = iter(range(first, last, _BATCH))

    def one(start: int) -> None:
        puts = [{"PutRequest": {"Item": _account(n)}} for n in range(start, min(start + _BATCH, last))]
        _post(engine, "BatchWriteItem", {"RequestItems": {name: puts}})

    done = first
    with ThreadPoolExecutor(_LOADERS) as pool:
        while some := list(islice(batches, 100)):
            list(pool.map(one, some))
            done = min(done + len(some) * _BATCH, last)
            tell(f"loading accounts: {done:,} of {last:,}")


def _account(n: int) -> dict[str, Any]:
    account = f"G-{n:06d}.EUR"
    return {
        **keys.account_key(account),
        "kind": {"S": "account"},
        "customer_id": {"S": f"G-{n:06d}"},
        "currency": {"S": "EUR"},
        "balance": {"N": "123456"},
        "unapplied": {"N": "0"},
        "rev": {"N": "1"},
        "progress": {"M": {}},
        "due_shard": {"S": keys.due_shard(account)},
        "next_action_at": {"S": format_instant(AS_OF) if n < DUE else _LATER},
    }


def _post(engine: Engine, operation: str, body: dict[str, Any]) -> None:
    """Without botocore, which would take half of the loading's time."""
    host = engine.url.removeprefix("http://")
    connection = http.client.HTTPConnection(host, timeout=60)
    headers = {
        "Content-Type": "application/x-amz-json-1.0",
        "X-Amz-Target": f"DynamoDB_20120810.{operation}",
        "Authorization": "AWS4-HMAC-SHA256 Credential=bench/20260305/us-east-1/dynamodb/aws4_request",
    }
    try:
        connection.request("POST", "/", json.dumps(body), headers)
        answer = connection.getresponse()
        text = answer.read()
        if answer.status != 200 or json.loads(text).get("UnprocessedItems"):
            raise AssertionError(f"loading failed: {answer.status} {text[:200]!r}")
    finally:
        connection.close()
