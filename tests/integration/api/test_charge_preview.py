"""What would be charged for a late payment, through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.api.harness import Answer, Gateway
from tests.integration.api.money_world import euros
from tests.integration.api.world import World

QUESTION: dict[str, Any] = {
    "amount": euros("1000.00"),
    "due_date": "2024-06-20",
    "late_charges": {"pack": "eu-2011-7"},
    "as_of": "2024-07-10",
}
RULES = {
    "interest": {"key": "interest", "rate": {"kind": "fixed", "annual_percent": "3.65"}},
    "fees": [{"key": "fee", "flat": [euros("40.00")]}],
}


def ask(gateway: Gateway, **changes: Any) -> Answer:
    question = {**QUESTION, **changes}
    return gateway.post(
        "/charges/preview", {name: value for name, value in question.items() if value is not None}
    )


@pytest.mark.usefixtures("world")
def test_a_pack_shows_rows_total_fees_and_the_law_at_work(reader: Gateway) -> None:
    answer = ask(reader)
    assert answer.status == 200
    assert answer.body["rows"] == [
        {
            "first": "2024-06-21", "last": "2024-06-30", "days": 10, "balance": euros("1000.00"),
            "rate": "12.5", "amount": "342.465753",
        },
        {
            "first": "2024-07-01", "last": "2024-07-10", "days": 10, "balance": euros("1000.00"),
            "rate": "12.25", "amount": "335.616438",
        },
    ]  # fmt: skip
    assert answer.body["interest"] == euros("6.78")
    assert answer.body["fees"][0]["amount"] == euros("40.00")
    assert answer.body["total"] == euros("46.78")
    assert any("European Central Bank" in note for note in answer.body["notes"])


@pytest.mark.usefixtures("world")
def test_payments_and_credits_split_the_rows(reader: Gateway) -> None:
    events = [
        {"on": "2024-06-25", "amount": euros("400.00")},
        {"on": "2024-06-28", "amount": euros("100.00"), "kind": "credit_note"},
        {"on": "2024-07-02", "amount": euros("400.00"), "kind": "chargeback"},
    ]
    answer = ask(reader, late_charges=RULES, events=events)
    assert [(row["days"], row["balance"]["amount"]) for row in answer.body["rows"]] == [
        (5, "1000.00"),
        (3, "600.00"),
        (4, "500.00"),
        (8, "900.00"),
    ]
    assert answer.body["interest"] == euros("1.60")


@pytest.mark.usefixtures("world")
def test_instalments_are_late_each_by_its_own_day(reader: Gateway) -> None:
    parts = [
        {"due_date": "2024-06-20", "amount": euros("600.00")},
        {"due_date": "2024-07-05", "amount": euros("400.00")},
    ]
    answer = ask(reader, due_date=None, instalments=parts, late_charges=RULES)
    assert [(row["days"], row["balance"]["amount"]) for row in answer.body["rows"]] == [
        (15, "600.00"),
        (5, "1000.00"),
    ]


@pytest.mark.usefixtures("world")
def test_consumers_are_free_where_the_law_is_for_businesses(reader: Gateway) -> None:
    answer = ask(reader, customer_kind="consumer")
    assert answer.body["total"] == euros("0.00")
    assert "consumer" in answer.body["notes"][0]


@pytest.mark.usefixtures("world")
def test_rules_of_terms_that_exist_can_be_tried(admin: Gateway, reader: Gateway) -> None:
    admin.post("/terms", {"id": "own", "name": "Own", "in_force_from": "2024-01-01", "late_charges": RULES})
    by_id = ask(reader, late_charges=None, terms_id="own")
    assert by_id.body["total"] == euros("42.00")
    assert ask(reader, late_charges=None, terms_id="own", version=1).body == by_id.body
    assert ask(reader, late_charges=None, terms_id="own", version=2).status == 404
    without = ask(reader, late_charges=None, terms_id="net-30")
    assert (without.status, without.fields) == (400, ["terms_id"])


def test_without_a_day_it_is_today(world: World, reader: Gateway) -> None:
    answer = ask(reader, as_of=None, late_charges=RULES)
    assert answer.body["as_of"] == "2026-03-02"
    assert not world.stores.shelf.invoices


@pytest.mark.usefixtures("world")
@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"amount": euros("0.00")}, "amount"),
        ({"amount": euros("1.001")}, "amount.amount"),
        ({"due_date": None}, "body"),
        ({"late_charges": None}, "body"),
        ({"terms_id": "net-30"}, "body"),
        ({"late_charges": {"pack": "moon"}}, "late_charges.pack"),
        ({"late_charges": {"pack": "us-contract-1.5-month", "region": "ZZ"}}, "late_charges.region"),
        ({"late_charges": {"grace_days": -1, "fees": RULES["fees"]}}, "late_charges.grace_days"),
        (
            {
                "late_charges": {
                    "interest": {
                        "key": "i",
                        "rate": {"kind": "reference", "table": "moon", "margin": "8"},
                    }
                }
            },
            "late_charges.interest.rate.table",
        ),
        (
            {
                "late_charges": {
                    "interest": {
                        "key": "i",
                        "rate": {"kind": "fixed", "annual_percent": "5"},
                        "minimum": [euros("5.00")],
                        "cap_per_invoice": [euros("4.00")],
                    }
                }
            },
            "late_charges.interest.cap_per_invoice",
        ),
        ({"events": [{"on": "2024-06-25", "amount": euros("1000.01")}]}, "events.0.amount"),
        ({"events": [{"on": "2024-06-25", "amount": euros("-1.00")}]}, "events.0.amount"),
        (
            {"events": [{"on": "2024-06-25", "amount": {"amount": "1.00", "currency": "USD"}}]},
            "events.0.amount",
        ),
        (
            {"due_date": None, "instalments": [{"due_date": "2024-06-20", "amount": euros("999.99")}]},
            "instalments",
        ),
        ({"as_of": "9999-12-31"}, "as_of"),
    ],
)
def test_what_cannot_be_is_refused_with_the_field_named(
    changes: dict[str, Any], field: str, reader: Gateway
) -> None:
    answer = ask(reader, **changes)
    assert answer.status == 400
    assert answer.fields == [field]
