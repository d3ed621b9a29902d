"""The function as its schedules call it, over its real adapters, on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from functions.check_ledger.app import handler
from receivables.adapters.dynamodb.check_log import PARTITION, DynamoCheckLog
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.core.errors import InvalidInput
from receivables.ledger import LedgerName
from receivables.runtime import check_ledger, clients
from receivables_local.engine import ROOT
from receivables_local.template import read
from tests.builders import invoice, issued, payment
from tests.unit.usecases.money import received, to_suspense

EVENTS = Path(__file__).resolve().parents[3] / "events" / "check_ledger"
TABLES = ("Receivables", "Inbox")
KEPT = (clients.client, clients._session, check_ledger.check_books)


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def context(remaining_ms: int = 600_000) -> Any:
    return SimpleNamespace(aws_request_id="req-1", get_remaining_time_in_millis=lambda: remaining_ms)


class Town:
    """The tables, a topic whose messages can be read, and a ledger with four accounts and money in suspense."""

    def __init__(self) -> None:
        self.dynamodb = clients.client("dynamodb")
        self.ledger = DynamoLedger(self.dynamodb, "Receivables", "Inbox")
        self.log = DynamoCheckLog(self.dynamodb, "Receivables")
        for number in range(4):
            issued(self.ledger, invoice(f"INV-{number}", f"C-{number}.EUR"))
        received(self.ledger, payment("INV-1", 4_000))
        received(self.ledger, payment("INV-2", 12_000))
        to_suspense(self.ledger, payment(None, 700))

    def tamper(self, account_id: str) -> None:
        self.dynamodb.update_item(
            TableName="Receivables",
            Key={"pk": {"S": f"A#{account_id}"}, "sk": {"S": "0#account"}},
            UpdateExpression="ADD balance :one",
            ExpressionAttributeValues={":one": {"N": "1"}},
        )

    def told(self) -> list[str]:
        """What operations were told."""
        sqs = clients.client("sqs")
        queue = sqs.get_queue_url(QueueName="operations")["QueueUrl"]
        found = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10).get("Messages", [])
        return [json.loads(message["Body"])["Message"] for message in found]


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    resources = read(ROOT / "infrastructure" / "data.yaml")["Resources"]
    with mock_aws():
        for each in KEPT:
            each.cache_clear()
        for kind in TABLES:
            described = resources[f"{kind}Table"]["Properties"]
            parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
            known = {part: described[part] for part in parts if part in described}
            clients.client("dynamodb").create_table(TableName=kind, **known)
        topic = clients.client("sns").create_topic(Name="operations")["TopicArn"]
        queue = clients.client("sqs").create_queue(QueueName="operations")["QueueUrl"]
        arn = clients.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])
        clients.client("sns").subscribe(
            TopicArn=topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"]
        )
        monkeypatch.setenv("RECEIVABLES_TABLE", "Receivables")
        monkeypatch.setenv("OPERATIONS_TOPIC_ARN", topic)
        yield Town()
    for each in KEPT:
        each.cache_clear()


def test_books_as_the_stores_write_them_are_right(town: Town) -> None:
    assert handler(sample("full"), context()) == {"scanned": 5, "unfinished": 0, "differing": 0}
    assert town.told() == []
    last = town.log.last()
    assert last is not None
    assert last.balance.sums["EUR"] == {
        LedgerName.RECEIVABLE: 26_000,
        LedgerName.SALES: -40_000,
        LedgerName.CASH: 16_700,
        LedgerName.UNAPPLIED: -2_000,
        LedgerName.SUSPENSE: -700,
    }


def test_a_balance_that_was_tampered_with_alarms_with_the_account_named(
    town: Town, capsys: pytest.CaptureFixture[str]
) -> None:
    town.tamper("C-3.EUR")
    assert handler(sample("full"), context())["differing"] == 1
    [message] = town.told()
    assert "C-3.EUR: " in message
    metrics = [
        json.loads(line) for line in capsys.readouterr().out.splitlines() if "LedgerDifferences" in line
    ]
    assert [each["LedgerDifferences"] for each in metrics] == [[1]]
    last = town.log.last()
    assert last is not None
    assert [finding.account_id for finding in last.findings] == ["C-3.EUR"]


def test_what_did_not_fit_into_a_run_is_checked_by_the_next(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    town.tamper("C-0.EUR")
    town.tamper("C-3.EUR")
    scan = town.dynamodb.scan
    books = check_ledger.check_books()._books
    narrow = SimpleNamespace(scan=lambda **request: scan(**request, Limit=2), query=town.dynamodb.query)
    narrow.get_item = town.dynamodb.get_item
    monkeypatch.setattr(books, "_client", narrow)
    first = handler(sample("full"), context(remaining_ms=1))
    assert first["unfinished"] == 1
    assert town.log.under_way() is not None
    runs = [first]
    while runs[-1]["unfinished"]:
        runs.append(handler(sample("rest"), context(remaining_ms=1)))
    assert sum(run["scanned"] for run in runs) == 5
    assert sum(run["differing"] for run in runs) == 2
    last = town.log.last()
    assert last is not None
    assert (last.checked, last.differing, town.log.under_way()) == (5, 2, None)
    assert f"{last.began_at:%H:%M}" == "02:00"
    assert handler(sample("rest"), context()) == {"scanned": 0, "unfinished": 0, "differing": 0}


def test_a_result_comes_back_as_it_was_kept(town: Town) -> None:
    town.tamper("C-2.EUR")
    handler(sample("full"), context())
    last = town.log.last()
    assert last is not None
    town.log.keep(replace(last, finished_at=None, position={"pk": "A#C-2.EUR", "sk": "0#account"}))
    assert town.log.under_way() == replace(
        last, finished_at=None, position={"pk": "A#C-2.EUR", "sk": "0#account"}
    )


def test_it_writes_nowhere_but_where_it_stands(town: Town) -> None:
    def written() -> set[str]:
        items = town.dynamodb.scan(TableName="Receivables", ConsistentRead=True)["Items"]
        return {json.dumps(item, sort_keys=True) for item in items if item["pk"]["S"] != PARTITION}

    before = written()
    town.tamper("C-1.EUR")
    tampered = written()
    handler(sample("full"), context())
    assert written() == tampered != before


@pytest.mark.parametrize(
    ("event", "field"),
    [({"scope": "full"}, "time"), ({"time": "2026-05-02T02:00:00Z"}, "scope")],
)
def test_an_event_without_its_time_or_a_known_scope_is_refused(
    town: Town, event: dict[str, str], field: str
) -> None:
    with pytest.raises(InvalidInput, match=field):
        handler(event, context())
