"""The function as its schedule and an imported statement call it, over its real adapters, on moto."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from moto import mock_aws

from functions.match_payments.app import handler
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.dynamodb.matching import DynamoHabits, DynamoMatchLog, DynamoProposals
from receivables.core.errors import InvalidInput
from receivables.ledger import Payment, PaymentState
from receivables.ledger.payments import Remittance
from receivables.ledger.receiving import to_suspense
from receivables.matching.ports import Standing
from receivables.runtime import clients, match_payments
from receivables_local.engine import ROOT
from receivables_local.template import read
from tests.builders import NOW, customer, eur, invoice, issued

EVENTS = Path(__file__).resolve().parents[3] / "events" / "match_payments"
TABLES = ("Receivables", "Inbox", "Customers", "Configuration")
KEPT = (clients.client, clients._session, match_payments.match_payments)
IBAN = "DE89370400440532013000"


def sample(name: str) -> Any:
    return json.loads((EVENTS / f"{name}.json").read_text(encoding="utf-8"))


def context(remaining_ms: int = 600_000) -> Any:
    return SimpleNamespace(aws_request_id="req-1", get_remaining_time_in_millis=lambda: remaining_ms)


class Town:
    """The tables, a customer who owes two invoices, and three lines of the bank in suspense."""

    def __init__(self) -> None:
        dynamodb = clients.client("dynamodb")
        self.ledger = DynamoLedger(dynamodb, "Receivables", "Inbox")
        self.proposals = DynamoProposals(dynamodb, "Receivables")
        self.habits = DynamoHabits(dynamodb, "Receivables")
        self.log = DynamoMatchLog(dynamodb, "Receivables")
        DynamoCustomers("Customers", dynamodb).create(customer("C-1", name="Müller Logistik GmbH"))
        issued(self.ledger, invoice("INV-2026-0001"), invoice("INV-2026-0002", minor=5_000))
        for place, minor, text in (
            (1, 10_000, "Rechnung 2026-0001"),
            (2, 5_000, "thanks"),
            (3, 123, "Zinsen"),
        ):
            told = Remittance(
                (text,), name="MUELLER LOGISTIK" if place < 3 else None, account=IBAN if place < 3 else None
            )
            key = f"bank/main/{place}"
            self.ledger.post(to_suspense(Payment(key, eur(minor), NOW, NOW, None, key, remittance=told)))


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
            monkeypatch.setenv(f"{kind.upper()}_TABLE", kind)
        yield Town()
    for each in KEPT:
        each.cache_clear()


@pytest.mark.parametrize("event", ["every_quarter_of_an_hour", "statement_imported"])
def test_what_waits_is_placed_or_left_with_its_reasons(town: Town, event: str) -> None:
    found = handler(sample(event), context())

    assert found == {
        "count": 3,
        "applied": 2,
        "proposed": 0,
        "unknown": 1,
        "payouts": 0,
        "skipped": 0,
        "unfinished": 0,
    }
    assert [town.ledger.payment(f"bank/main/{place}").invoice for place in (1, 2)] == [
        "INV-2026-0001",
        "INV-2026-0002",
    ]
    assert town.ledger.payment("bank/main/3").state is PaymentState.SUSPENSE
    proposal = town.proposals.get("bank/main/1")
    assert proposal is not None
    assert proposal.standing is Standing.APPLIED
    assert town.habits.of([f"account/{IBAN}"])[f"account/{IBAN}"].accounts == {"C-1.EUR": 1}
    assert handler(sample(event), context())["count"] == 1


def test_a_run_without_a_time_is_refused(town: Town) -> None:
    with pytest.raises(InvalidInput) as refused:
        handler({}, context())
    assert refused.value.field == "time"
