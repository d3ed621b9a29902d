"""Collecting and reconciling as their events call them, over the real adapters: tables and secrets of the embedded AWS, and a
processor that plays what was recorded."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from functions.collect_payments.app import handler as collect
from functions.reconcile_payments.app import handler as reconcile
from receivables.adapters.dynamodb.configuration import ConfigurationTable, DynamoCompany
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.dynamodb.reconciliations import DynamoReconciliations
from receivables.arrangements import Cause, Covered, InFlight
from receivables.core.clock import parse_instant
from receivables.core.configuration import Company, ProcessorAccount
from receivables.core.errors import InvalidInput
from receivables.customers import Mandate
from receivables.ledger import ArrangementChange, Posting, PostOutcome
from receivables.payments.inbox import Form, InboxState
from receivables.payments.reconciliations import DifferenceState
from receivables.payments.stored import load_events
from receivables.runtime import clients, collect_payments, processors, reconcile_payments
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.builders import customer, invoice, issued
from tests.fakes.recorded_server import Exchange, RecordedServer, reply

EVENTS = Path(__file__).resolve().parents[3] / "events"
AUTH = {"authorization": "Bearer token-1"}
FIRST_PAGE = {
    "created_at[gte]": "2026-03-28T02:00:00.000Z",
    "created_at[lt]": "2026-05-02T02:00:00.000Z",
    "limit": "250",
    "resource_type": "payments",
    "include": "payment",
}
KEPT = (
    clients.client,
    clients._session,
    processors._kept,
    processors._http,
    collect_payments.collect_payments,
    reconcile_payments.night,
)

pytestmark = pytest.mark.engine


def sample(function: str, name: str) -> Any:
    return json.loads((EVENTS / function / f"{name}.json").read_text(encoding="utf-8"))


def context(remaining_ms: int = 600_000) -> Any:
    return SimpleNamespace(aws_request_id="req-1", get_remaining_time_in_millis=lambda: remaining_ms)


@dataclass
class Town:
    """The tables, and a customer with a mandate who owes INV-1."""

    ledger: DynamoLedger
    inbox: DynamoInbox
    log: DynamoReconciliations
    server: RecordedServer


@pytest.fixture
def town(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    names = deploy_data(engine)
    prefix = f"processors-{names['INBOX_TABLE']}"
    topic = engine.client("sns").create_topic(Name="finance-of-processors")["TopicArn"]
    told = {"FINANCE_TOPIC_ARN": topic, "OPERATIONS_TOPIC_ARN": topic, "PROCESSOR_SECRETS_PREFIX": prefix}
    for name, value in {**engine.environment(), **names, **told}.items():
        monkeypatch.setenv(name, value)
    for each in KEPT:
        each.cache_clear()
    client = clients.client("dynamodb")
    table = names["RECEIVABLES_TABLE"]
    ledger = DynamoLedger(client, table, names["INBOX_TABLE"])
    mandate = Mandate("gocardless", "main", "MD1", customer="CU1")
    DynamoCustomers(names["CUSTOMERS_TABLE"], client).create(customer("C-001", mandate=mandate))
    accounts = (ProcessorAccount("gocardless", "main", reconciled=True),)
    settings = ConfigurationTable(names["CONFIGURATION_TABLE"], client)
    DynamoCompany(settings).put(Company("Blum AG", processors=accounts))
    issued(ledger, invoice("INV-1", "C-001.EUR"))
    with RecordedServer() as server:
        document = {"values": {"access_token": "token-1"}, "base_url": server.url}
        engine.client("secretsmanager").create_secret(
            Name=f"{prefix}/gocardless/main", SecretString=json.dumps(document)
        )
        inbox = DynamoInbox(client, names["INBOX_TABLE"])
        yield Town(ledger, inbox, DynamoReconciliations(client, table), server)
    for each in KEPT:
        each.cache_clear()


def get(path: str, document: Any, query: Any = ()) -> Exchange:
    return Exchange("GET", path, headers=AUTH, query=query, reply=reply(document))


def announce(town: Town) -> InFlight:
    """What the sample event is about."""
    announced = sample("collect_payments", "announced")["detail"]
    at = parse_instant(announced["at"])
    (item,) = (town.ledger.working_set("C-001.EUR") or SimpleNamespace(items=())).items
    collection = InFlight(
        id=announced["arrangement_id"],
        account_id="C-001.EUR",
        covers=(Covered("INV-1", item.balance),),
        cause=Cause.COLLECTING,
        amount=item.balance,
        payment="",
        since=at,
        until=at + timedelta(days=3),
        mandate="gocardless/main/MD1",
    )
    change = ArrangementChange(None, collection)
    assert town.ledger.post(Posting("C-001.EUR", arrangements=(change,))) is PostOutcome.POSTED
    return collection


def ordering(collection: InFlight) -> tuple[Exchange, Exchange]:
    usable = {"id": "MD1", "status": "active", "next_possible_charge_date": "2026-05-06"}
    made = {"id": "PM1", "charge_date": "2026-05-06", "amount": 10_000, "currency": "EUR"}
    wanted = {
        "amount": 10_000,
        "currency": "EUR",
        "charge_date": "2026-05-06",
        "description": "INV-1",
        "metadata": {"invoice": "INV-1", "account": "C-001.EUR"},
        "links": {"mandate": "MD1"},
    }
    keyed = {**AUTH, "idempotency-key": collection.id}
    return (
        get("/mandates/MD1", {"mandates": usable}),
        Exchange(
            "POST",
            "/payments",
            headers=keyed,
            json={"payments": wanted},
            reply=reply({"payments": made}, 201),
        ),
    )


@pytest.mark.parametrize("name", ["announced", "left"])
def test_what_was_announced_is_ordered_by_its_event_or_by_the_sweep(town: Town, name: str) -> None:
    collection = announce(town)
    town.server.play(*ordering(collection))
    assert collect(sample("collect_payments", name), context()) == {
        "ordered": 1,
        "failed": 0,
        "unfinished": 0,
    }
    stored = town.ledger.arrangement(collection.id)
    assert isinstance(stored, InFlight)
    assert (stored.payment, stored.until.date().isoformat()) == ("gocardless/main/PM1", "2026-05-20")
    assert town.ledger.known_payment("gocardless/main/PM1") is not None
    again = collect(sample("collect_payments", "left"), context())
    assert again == {"failed": 0, "unfinished": 0}


def test_an_event_that_names_no_arrangement_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInput) as refused:
        collect({"detail": {"at": "2026-05-02T09:00:00Z"}}, context())
    assert refused.value.field == "detail.arrangement_id"


def listing(until: str = "2026-05-02T02:00:00.000Z") -> tuple[Exchange, ...]:
    """The night of the sample event: one payment that nobody here has heard of, and the payout that it is in."""
    payment = {
        "id": "PM9",
        "amount": 10_000,
        "currency": "EUR",
        "status": "paid_out",
        "metadata": {"invoice": "INV-1"},
        "links": {"mandate": "MD1", "payout": "PO1"},
    }
    event = {
        "id": "EV1",
        "created_at": "2026-05-01T12:00:00.000Z",
        "resource_type": "payments",
        "action": "confirmed",
        "details": {"cause": "payment_confirmed"},
        "links": {"payment": "PM9"},
    }
    payout = {
        "id": "PO1",
        "amount": 9_900,
        "deducted_fees": 100,
        "currency": "EUR",
        "status": "paid",
        "created_at": "2026-05-01T13:00:00.000Z",
        "links": {},
    }
    window = {
        "created_at[gte]": "2026-03-28T02:00:00.000Z",
        "created_at[lt]": until,
        "limit": "250",
    }
    nothing = {"events": [], "linked": {}, "meta": {"cursors": {"after": None}}}
    of_payments = {**window, "resource_type": "payments", "include": "payment"}
    of_refunds = {**window, "resource_type": "refunds", "include": "refund"}
    return (
        get("/events", {**nothing, "events": [event], "linked": {"payments": [payment]}}, of_payments),
        get("/events", nothing, of_refunds),
        get("/payouts", {"payouts": [payout], "meta": {"cursors": {"after": None}}}, window),
    )


def test_a_night_finds_what_is_missing_and_hands_it_in(town: Town) -> None:
    town.server.play(*listing())
    found = reconcile(sample("reconcile_payments", "full"), context())
    assert found == {
        "finished": 1,
        "unfinished": 0,
        "failed": 0,
        "payments": 1,
        "payouts": 1,
        "missing": 2,
    }
    waiting = town.log.waiting("gocardless/main", 10).items
    assert {each.key for each in waiting} == {"gocardless/main/PM9", "gocardless/main/PO1"}
    for each in waiting:
        message = town.inbox.get(each.message)
        assert (message.form, message.state) == (Form.EVENTS, InboxState.RECEIVED)
        assert load_events(message.body) == each.events
        assert each.state is DifferenceState.REPAIRED


def test_what_did_not_fit_into_the_night_is_gone_on_with(town: Town) -> None:
    town.server.play(*listing())
    found = reconcile(sample("reconcile_payments", "full"), context(remaining_ms=1))
    assert (found["finished"], found["unfinished"]) == (0, 1)
    found = reconcile(sample("reconcile_payments", "rest"), context())
    assert (found["finished"], found["unfinished"], found["failed"]) == (1, 0, 0)
    assert len(town.log.waiting(None, 10).items) == 2
    assert reconcile(sample("reconcile_payments", "rest"), context())["finished"] == 0


def test_a_processor_that_cannot_be_asked_is_told_of_by_the_run(town: Town) -> None:
    town.server.play(Exchange("GET", "/events", reply=reply({"error": {}}, 401), query=FIRST_PAGE))
    found = reconcile(sample("reconcile_payments", "full"), context())
    assert (found["finished"], found["failed"]) == (0, 1)
    run = town.log.under_way("gocardless/main")
    assert run is not None
    assert run.failure.startswith("Refused")


@pytest.mark.parametrize("event", [{}, {"time": "2026-05-02T03:00:00Z"}, {"time": "x", "scope": "full"}])
def test_a_tick_that_is_none_is_refused(town: Town, event: dict[str, str]) -> None:
    with pytest.raises(InvalidInput):
        reconcile(event, context())
