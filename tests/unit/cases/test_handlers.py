"""The functions of cases, called with the sample events as Lambda would."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.advance_case.app import handler as advance_case
from functions.publish_facts.app import handler as publish_facts
from functions.sweep.app import handler as sweep
from functions.wake_case.app import handler as wake_case
from receivables.adapters.dynamodb.notice_codec import notice_item
from receivables.core.errors import InvalidInput
from receivables.runtime import advance_case as advancing
from receivables.runtime import publish_facts as publishing
from receivables.runtime import sweep as sweeping
from receivables.usecases.publish_facts import PublishFacts
from receivables.usecases.wake_case import WakeCase
from tests.fakes.case_world import ACCOUNT, World
from tests.fakes.cases_gateways import InMemoryBus
from tests.unit.cases.test_sweep import Broom

EVENTS = Path(__file__).parents[3] / "events"
CONTEXT: Any = SimpleNamespace(aws_request_id="request-1", get_remaining_time_in_millis=lambda: 300_000)


def event(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    world = World()
    monkeypatch.setattr(advancing, "advance_case", lambda: world.advance)
    monkeypatch.setattr(
        "functions.wake_case.app.wake_case", lambda: WakeCase(world.stores.cases, world.workflow)
    )
    monkeypatch.setattr(sweeping, "sweep", lambda: Broom(world).sweep)
    return world


def task(world: World, name: str) -> Any:
    """The sample task, for the world's own case."""
    return {**event(f"advance_case/{name}"), "case_id": world.case_id, "account_id": ACCOUNT}


def test_the_tasks_of_a_turn(world: World) -> None:
    assessed = advance_case(task(world, "assess"), CONTEXT)
    assert (assessed["next"], assessed["seen"]) == ("act", 0)
    assert assessed["as_of"] == "2026-05-01T08:00:00.000000Z"
    acted = advance_case(task(world, "act"), CONTEXT)
    assert (acted["events"], acted["next"]) == (["notified"], "park")
    assert advance_case(task(world, "park"), CONTEXT) == {"parked": True}
    assert world.case.token == event("advance_case/park")["token"]
    assert advance_case(task(world, "close"), CONTEXT)["events"] == []
    world.pay_all()
    closed = advance_case(task(world, "close"), CONTEXT)
    assert (closed["events"], closed["next"]) == (["closed"], "end")
    assert advance_case(task(world, "assess"), CONTEXT)["next"] == "end"


def test_a_failure_is_recorded(world: World) -> None:
    assert advance_case(task(world, "fail"), CONTEXT) == {"events": ["failed"]}
    assert world.case.failure == "Lambda.Unknown"


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"op": "dance"}, "op"),
        ({"op": "assess", "case_id": "case_1", "account_id": "C-1.EUR"}, "as_of"),
        ({"op": "park", "case_id": "case_1", "account_id": "C-1.EUR", "token": "t", "seen": "1"}, "seen"),
        ({"op": "act", "case_id": "", "account_id": "C-1.EUR"}, "case_id"),
    ],
)
def test_a_task_that_lacks_something_is_refused_by_the_field(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        advance_case(wrong, CONTEXT)
    assert refused.value.field == field


@pytest.mark.parametrize("name", ["payment", "part_payment", "promise"])
def test_a_payment_in_the_stream_wakes_the_case(world: World, name: str) -> None:
    world.run()
    records = json.loads(
        json.dumps(event(f"wake_case/{name}"))
        .replace("C-001.EUR", ACCOUNT)
        .replace("case_AHR6Q1B5356FBFQYBFD188WSZ4", world.case_id)
    )
    assert wake_case(records, CONTEXT) == {"batchItemFailures": []}
    assert world.workflow.resumed == ["token-1"]


def test_a_wake_that_fails_is_reported_so_that_its_record_comes_again(world: World) -> None:
    records = event("wake_case/decision")
    number = records["Records"][0]["dynamodb"]["SequenceNumber"]
    assert wake_case(records, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": number}]}


def test_facts_in_the_stream_are_published(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = InMemoryBus()
    monkeypatch.setattr(publishing, "publish_facts", lambda: PublishFacts(bus))
    batch = event("publish_facts/facts_of_a_new_case")
    assert publish_facts(batch, CONTEXT) == {"batchItemFailures": []}
    assert sorted(e.type for e in bus.events) == [
        "case.notified",
        "case.opened",
        "invoice.issued",
        "invoice.issued",
        "notice.sent",
    ]


def test_of_a_batch_the_first_record_that_was_not_published_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    batch = event("publish_facts/facts_of_a_new_case")
    numbers = [record["dynamodb"]["SequenceNumber"] for record in batch["Records"]]
    healthy = InMemoryBus()
    monkeypatch.setattr(publishing, "publish_facts", lambda: PublishFacts(healthy))
    publish_facts(batch, CONTEXT)
    unlucky = InMemoryBus(refuse={healthy.events[2].id, healthy.events[4].id})
    monkeypatch.setattr(publishing, "publish_facts", lambda: PublishFacts(unlucky))
    assert publish_facts(batch, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": numbers[2]}]}


def test_a_promise_in_the_stream_is_published(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = InMemoryBus()
    monkeypatch.setattr(publishing, "publish_facts", lambda: PublishFacts(bus))
    assert publish_facts(event("publish_facts/promise"), CONTEXT) == {"batchItemFailures": []}
    [told] = bus.events
    assert (told.type, told.detail["amount"], told.detail["invoices"]) == (
        "promise.made",
        "100.00",
        ["INV-1"],
    )


def test_a_record_that_cannot_be_read_lets_those_before_it_through(monkeypatch: pytest.MonkeyPatch) -> None:
    bus = InMemoryBus()
    monkeypatch.setattr(publishing, "publish_facts", lambda: PublishFacts(bus))
    batch = event("publish_facts/facts_of_a_new_case")
    del batch["Records"][1]["dynamodb"]["NewImage"]["id"], batch["Records"][1]["dynamodb"]["NewImage"]["kind"]
    number = batch["Records"][1]["dynamodb"]["SequenceNumber"]
    assert publish_facts(batch, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": number}]}
    assert len(bus.events) == 1


@pytest.mark.parametrize("scope", ["full", "outstanding"])
def test_the_sweep_answers_what_it_found(world: World, scope: str) -> None:
    assert sweep(event(f"sweep/{scope}"), CONTEXT)["started"] == 1


def test_a_sweep_without_a_known_scope_is_refused() -> None:
    with pytest.raises(InvalidInput, match="scope"):
        sweep({"time": "2026-05-01T08:15:00Z"}, CONTEXT)


def test_the_sample_of_a_notice_is_what_the_store_writes_today(world: World) -> None:
    world.run()
    [written] = world.stores.shelf.notices.values()
    sample = event("publish_facts/facts_of_a_new_case")["Records"][4]["dynamodb"]["NewImage"]
    assert sample.keys() == notice_item(written).keys()
