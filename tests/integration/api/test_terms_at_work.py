"""What the terms agree on, through the API from the invoice to the money: instalments, discounts, order, rounding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import NOW
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import ACCOUNT, balance, books_are_right, euros, owed, paid, unapplied
from tests.integration.api.world import World

TERMS: dict[str, Any] = {"id": "own", "name": "Own", "in_force_from": "2026-01-01"}
HALVES = [
    {
        "share": {"kind": "percent_of_total", "percent": "50"},
        "due": {"kind": "net_days", "days": 10},
        "name": "",
    },
    {"share": {"kind": "remainder"}, "due": {"kind": "net_days", "days": 40}, "name": ""},
]
TWO_IN_TEN = {"tiers": [{"within": {"kind": "net_days", "days": 10}, "percent": "2", "amount": None}]}
SETTLEMENT = {
    "order": "oldest_due",
    "charges": "after_principal",
    "credit": "automatic",
    "credit_notes": "last_first",
    "rounding": [],
}


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(somebody(terms_id="own"))


def at(days: int) -> Gateway:
    return Gateway("finn", "finance", at=NOW + timedelta(days=days))


def test_an_invoice_in_instalments_is_paid_and_ages_by_instalment(
    world: World, admin: Gateway, finance: Gateway
) -> None:
    assert admin.post("/terms", TERMS | {"instalments": HALVES}).status == 201
    owed(finance)
    paid(finance, amount="30.00")
    statement = at(20).get(f"/accounts/{ACCOUNT}/statement").body
    [item] = statement["open_items"]
    assert [(part["due_date"], part["balance"], part["days_overdue"]) for part in item["instalments"]] == [
        ("2026-03-12", euros("20.00"), 10),
        ("2026-04-11", euros("50.00"), 0),
    ]
    assert (item["balance"], item["days_overdue"]) == (euros("70.00"), 10)
    assert (statement["overdue"], statement["ageing"]["1-30"]) == (euros("20.00"), euros("20.00"))
    note = {"number": "CN-1", "amount": euros("10.00"), "reason": "damaged"}
    finance.post("/invoices/INV-1/credit-notes", note)
    [item] = at(20).get(f"/accounts/{ACCOUNT}").body["open_invoices"]
    assert [part["balance"]["amount"] for part in item["instalments"]] == ["20.00", "40.00"]
    books_are_right(world, finance)


def test_a_discount_that_is_earned_has_an_entry_of_its_own(
    world: World, admin: Gateway, finance: Gateway
) -> None:
    assert admin.post("/terms", TERMS | {"discount": TWO_IN_TEN}).status == 201
    owed(finance)
    payment = paid(at(11), amount="98.00", effective_at="2026-03-12T22:00:00Z").body
    assert payment["allocated"] == [{"invoice": "INV-1", "amount": euros("98.00"), "discount": euros("2.00")}]
    assert balance(finance) == "0.00"
    ledgers = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert (ledgers["discounts"], ledgers["cash"]) == (euros("2.00"), euros("98.00"))
    books_are_right(world, finance)


def test_a_discount_that_is_taken_too_late_waits_as_a_short_payment(
    world: World, admin: Gateway, finance: Gateway
) -> None:
    assert admin.post("/terms", TERMS | {"discount": TWO_IN_TEN}).status == 201
    owed(finance)
    # In Berlin the tenth day has ended an hour before it does in UTC.
    paid(at(11), amount="98.00", effective_at="2026-03-12T23:00:00Z")
    assert balance(finance) == "2.00"
    [waiting] = finance.get("/short-payments").body["items"]
    assert (waiting["missing"], waiting["reason"]) == (euros("2.00"), "discount_too_late")
    grant = {"id": "g", "decision": "grant", "reason": "an hour"}
    assert at(12).post("/invoices/INV-1/short-payment", grant).body["balance"] == euros("0.00")
    books_are_right(world, finance)


def test_a_discount_goes_back_with_the_money_that_earned_it(
    world: World, admin: Gateway, finance: Gateway
) -> None:
    assert admin.post("/terms", TERMS | {"discount": TWO_IN_TEN}).status == 201
    owed(finance)
    paid(at(1), amount="98.00", effective_at="2026-03-03T08:00:00Z")
    back = at(5).post("/payments/api~2Fmanual~2Fbank-1/chargebacks", {"id": "cb", "reason": "fraud"})
    assert back.status == 201
    assert balance(finance) == "100.00"
    ledgers = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert ledgers.get("discounts", euros("0.00")) == euros("0.00")
    books_are_right(world, finance)


@pytest.mark.parametrize(
    ("order", "left"),
    [("oldest_due", ["0.00", "30.00", "10.00"]), ("smallest", ["0.00", "40.00", "0.00"])],
)
def test_money_that_names_nothing_goes_in_the_order_of_the_terms(
    world: World, admin: Gateway, finance: Gateway, order: str, left: list[str]
) -> None:
    assert admin.post("/terms", TERMS | {"settlement": SETTLEMENT | {"order": order}}).status == 201
    for number, amount, due in (
        ("A", "20.00", "2026-03-05"),
        ("B", "50.00", "2026-03-06"),
        ("C", "10.00", "2026-03-07"),
    ):
        owed(finance, number, amount, due_date=due)
    paid(finance, amount="40.00", account_id=ACCOUNT)
    assert [balance(finance, number) for number in "ABC"] == left


def test_a_rest_within_the_tolerance_is_let_go(world: World, admin: Gateway, finance: Gateway) -> None:
    assert (
        admin.post("/terms", TERMS | {"settlement": SETTLEMENT | {"rounding": [euros("0.02")]}}).status == 201
    )
    owed(finance)
    owed(finance, "INV-2")
    paid(finance, amount="99.98")
    paid(finance, "bank-2", "100.01", reference="INV-2")
    assert (balance(finance), balance(finance, "INV-2"), unapplied(finance)) == ("0.00", "0.00", "0.00")
    ledgers = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert ledgers["rounding"] == euros("0.01")
    books_are_right(world, finance)
