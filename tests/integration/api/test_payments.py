"""Payments through the API: recorded, in suspense, placed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.ledger import PostOutcome
from receivables.ledger.receiving import to_suspense
from tests.builders import NOW, payment
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import INVOICE, PATH, PAYMENT, euros
from tests.integration.api.world import World


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(somebody())


def test_a_payment_is_applied_to_the_invoice_that_it_names(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    finance.post("/invoices", INVOICE)
    paid = finance.post("/payments", PAYMENT)
    assert (paid.status, paid.body["state"], paid.body["account_id"]) == (201, "applied", "C-1.EUR")
    assert paid.body["source"] == "api/finn"
    assert reader.get(f"/payments/{paid.body['id']}").body == paid.body
    assert reader.get(PATH).body["balance"] == euros("60.00")
    rest = finance.post("/payments", PAYMENT | {"id": "bank-2", "amount": euros("70.00")})
    assert rest.body["state"] == "overpaid"
    closed = reader.get(PATH).body
    assert (closed["status"], closed["balance"]) == ("closed", euros("0.00"))
    assert reader.get("/accounts/C-1.EUR").body["unapplied"] == euros("10.00")


def test_the_same_payment_again_books_nothing_and_another_with_its_key_is_refused(
    world: World, finance: Gateway
) -> None:
    finance.post("/invoices", INVOICE)
    first = finance.post("/payments", PAYMENT)
    again = finance.post("/payments", PAYMENT)
    assert (again.status, again.body) == (200, first.body)
    assert finance.get(PATH).body["balance"] == euros("60.00")
    assert finance.post("/payments", PAYMENT | {"amount": euros("41.00")}).status == 409


def test_a_key_that_was_used_for_money_of_another_account_is_refused(world: World, finance: Gateway) -> None:
    world.customers.create(somebody("C-2"))
    owed(finance, "A", "100.00", "2026-04-01")
    owed(finance, "D", "100.00", "2026-04-01", "C-2")
    for account, status in (("C-1.EUR", 201), ("C-1.EUR", 200), ("C-2.EUR", 409)):
        order = PAYMENT | {"reference": None, "account_id": account}
        assert finance.post("/payments", order).status == status


def test_a_key_that_was_used_for_another_invoice_of_the_account_is_refused(
    world: World, finance: Gateway
) -> None:
    owed(finance, "A", "100.00", "2026-04-01")
    owed(finance, "B", "100.00", "2026-04-02")

    def send(*numbers: str) -> int:
        order = PAYMENT | {"reference": None, "invoices": [{"number": number} for number in numbers]}
        return finance.post("/payments", order).status

    assert [send("A"), send("A"), send("B"), send("A", "B")] == [201, 200, 409, 409]
    assert [finance.get(f"/invoices/{number}").body["balance"] for number in "AB"] == [
        euros("60.00"),
        euros("100.00"),
    ]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "INV-9"}, "reference"),
        ({"amount": euros("0")}, "amount"),
        ({"amount": {"amount": "40", "currency": "USD"}}, "amount.currency"),
        ({"effective_at": "2026-03-02T08:00:01Z"}, "effective_at"),
        ({"effective_at": "2026-03-01T12:00:00"}, "effective_at"),
        ({"effective_at": 1772366400}, "effective_at"),
        ({"effective_at": "0001-01-01T00:00:00+14:00"}, "effective_at"),
        ({"id": None}, "Idempotency-Key"),
        ({"id": "a/b"}, "id"),
    ],
)
def test_a_payment_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    finance.post("/invoices", INVOICE)
    answer = finance.post("/payments", PAYMENT | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert finance.get(PATH).body["balance"] == euros("100.00")


def test_money_without_a_reference_waits_in_suspense_until_a_person_places_it(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    finance.post("/invoices", INVOICE)
    waiting = finance.post("/payments", PAYMENT | {"reference": None}).body
    assert waiting["state"] == "suspense"
    assert [each["key"] for each in reader.get("/payments?state=suspense").body["items"]] == [waiting["key"]]
    place = f"/payments/{waiting['id']}/placement"
    placed = finance.post(place, {"account_id": "C-1.EUR", "invoice": "INV/1 a"})
    assert (placed.status, placed.body["state"], placed.body["invoice"]) == (200, "placed", "INV/1 a")
    assert reader.get(PATH).body["balance"] == euros("60.00")
    assert reader.get("/payments?state=suspense").body["items"] == []
    assert finance.post(place, {"account_id": "C-1.EUR", "invoice": "INV/1 a"}).status == 200
    assert finance.post(place, {"account_id": "C-1.EUR"}).status == 409
    assert reader.get(PATH).body["balance"] == euros("60.00")


def test_money_of_a_webhook_is_placed_by_its_key_with_slashes(world: World, finance: Gateway) -> None:
    finance.post("/invoices", INVOICE)
    world.ledger.post(to_suspense(payment("no such", 4000, "stripe/main/pi_1")))
    placed = finance.post("/payments/stripe~2Fmain~2Fpi_1/placement", {"account_id": "C-1.EUR"})
    assert (placed.status, placed.body["state"]) == (200, "placed")
    assert finance.get("/accounts/C-1.EUR").body["unapplied"] == euros("40.00")


@pytest.mark.parametrize(
    ("placement", "field"),
    [
        ({"account_id": "C-9.EUR"}, "account_id"),
        ({"account_id": "C-1.USD"}, "account_id"),
        ({"account_id": "nonsense"}, "account_id"),
        ({"account_id": "C-1.EUR", "invoice": "INV-9"}, "invoice"),
    ],
)
def test_money_is_not_placed_where_it_cannot_be(
    world: World, finance: Gateway, placement: dict[str, str], field: str
) -> None:
    finance.post("/invoices", INVOICE)
    waiting = finance.post("/payments", PAYMENT | {"reference": None}).body
    answer = finance.post(f"/payments/{waiting['id']}/placement", placement)
    assert (answer.status, answer.fields) == (400, [field])


def test_payments_that_are_not_there_are_not_found(world: World, finance: Gateway) -> None:
    assert finance.get("/payments/nowhere").status == 404
    assert finance.post("/payments/nowhere/placement", {"account_id": "C-1.EUR"}).status == 404
    assert finance.get("/payments").fields == ["state"]


def test_a_payment_that_is_always_overtaken_books_nothing(
    world: World, finance: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance.post("/invoices", INVOICE)
    monkeypatch.setattr(world.ledger, "post", lambda posting: PostOutcome.STALE)
    answer = finance.post("/payments", PAYMENT)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert finance.get("/payments/api~2Fmanual~2Fbank-1").status == 404


def owed(finance: Gateway, number: str, amount: str, due_date: str, customer: str = "C-1") -> None:
    order = {"number": number, "customer_id": customer, "amount": euros(amount), "due_date": due_date}
    assert finance.post("/invoices", INVOICE | order).status == 201


def left(finance: Gateway, *numbers: str) -> list[str]:
    return [finance.get(f"/invoices/{number}").body["balance"]["amount"] for number in numbers]


def test_one_payment_pays_several_invoices_as_it_says(world: World, finance: Gateway) -> None:
    for number, amount in (("A", "100.00"), ("B", "50.00"), ("C", "70.00")):
        owed(finance, number, amount, "2026-04-01")
    several = [{"number": "C"}, {"number": "A", "amount": euros("25.00")}]
    order = PAYMENT | {"reference": None, "amount": euros("100.00"), "invoices": several}
    paid = finance.post("/payments", order)
    assert (paid.status, paid.body["state"], paid.body["account_id"]) == (201, "overpaid", "C-1.EUR")
    assert left(finance, "A", "B", "C") == ["75.00", "50.00", "0.00"]
    assert paid.body["credit"] == euros("5.00")
    assert finance.post("/payments", order).status == 200
    assert left(finance, "A", "B", "C") == ["75.00", "50.00", "0.00"]


def test_a_payment_on_an_account_pays_what_was_due_first(world: World, finance: Gateway) -> None:
    owed(finance, "A", "100.00", "2026-04-01")
    owed(finance, "B", "50.00", "2026-03-10")
    order = PAYMENT | {"reference": None, "account_id": "C-1.EUR", "amount": euros("80.00")}
    paid = finance.post("/payments", order).body
    assert [part["invoice"] for part in paid["allocated"]] == ["B", "A"]
    assert left(finance, "A", "B") == ["70.00", "0.00"]


def test_a_payment_of_more_invoices_than_a_transaction_takes_pays_the_first_and_keeps_the_rest(
    world: World, finance: Gateway
) -> None:
    for number in range(60):
        owed(finance, f"N-{number:02}", "1.00", "2026-04-01")
    order = PAYMENT | {"reference": None, "account_id": "C-1.EUR", "amount": euros("60.00")}
    paid = finance.post("/payments", order)
    assert paid.status == 201
    assert len(paid.body["allocated"]) >= 20
    kept = int(paid.body["credit"]["amount"].split(".")[0])
    assert kept + len(paid.body["allocated"]) == 60
    for turn in range(3):
        applied = finance.post("/accounts/C-1.EUR/credit-applications", {"id": f"turn-{turn}"})
        assert applied.status in {200, 201}
    assert applied.body["unapplied"] == euros("0.00")
    assert finance.get("/accounts/C-1.EUR").body["balance"] == euros("0.00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"reference": "A", "invoices": [{"number": "B"}]}, "invoices"),
        ({"invoices": [{"number": "A"}, {"number": "A"}]}, "invoices.1.number"),
        ({"invoices": [{"number": "A"}, {"number": "X"}]}, "invoices.1.number"),
        ({"invoices": [{"number": "A"}, {"number": "D"}]}, "invoices.1.number"),
        ({"invoices": [{"number": "A", "amount": euros("41.00")}]}, "invoices"),
        ({"invoices": [{"number": "A", "amount": euros("-1.00")}]}, "invoices.0.amount"),
        ({"invoices": [{"number": "A", "amount": euros("1.001")}]}, "invoices.0.amount.amount"),
        (
            {"invoices": [{"number": "A", "amount": {"amount": "1", "currency": "USD"}}]},
            "invoices.0.amount.currency",
        ),
        ({"invoices": [{"number": "A"}], "account_id": "C-2.EUR"}, "invoices.0.number"),
        ({"account_id": "C-9.EUR"}, "account_id"),
        ({"account_id": "C-1.USD"}, "account_id"),
        ({"account_id": "nonsense"}, "account_id"),
    ],
)
def test_what_a_payment_is_for_is_checked_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    world.customers.create(somebody("C-2"))
    owed(finance, "A", "100.00", "2026-04-01")
    owed(finance, "B", "100.00", "2026-04-01")
    owed(finance, "D", "100.00", "2026-04-01", "C-2")
    answer = finance.post("/payments", PAYMENT | {"reference": None} | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert left(finance, "A", "B", "D") == ["100.00"] * 3


def test_money_in_suspense_is_placed_on_several_invoices(world: World, finance: Gateway) -> None:
    owed(finance, "A", "30.00", "2026-04-01")
    owed(finance, "B", "50.00", "2026-04-01")
    waiting = finance.post("/payments", PAYMENT | {"reference": None}).body
    where = {"account_id": "C-1.EUR", "invoices": [{"number": "A"}, {"number": "B"}]}
    placed = finance.post(f"/payments/{waiting['id']}/placement", where)
    assert (placed.status, placed.body["state"]) == (200, "placed")
    assert left(finance, "A", "B") == ["0.00", "40.00"]
    assert finance.post(f"/payments/{waiting['id']}/placement", where).status == 200
    twice = where | {"invoice": "A"}
    assert finance.post(f"/payments/{waiting['id']}/placement", twice).fields == ["invoices"]


def test_a_payment_is_recorded_when_it_is_booked_and_not_before(world: World, finance: Gateway) -> None:
    finance.post("/invoices", INVOICE)
    world.clock = lambda: NOW + timedelta(seconds=20)
    finance.post("/payments", PAYMENT)
    [entry] = [e for e in world.ledger.entries("C-1.EUR") if e.payment]
    assert entry.recorded_at == NOW + timedelta(seconds=20)
    assert entry.effective_at < NOW
