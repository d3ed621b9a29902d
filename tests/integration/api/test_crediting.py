"""Credit notes, unapplied credit and write-offs through the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import (
    ACCOUNT,
    balance,
    books_are_right,
    charged,
    euros,
    owed,
    paid,
    payment_path,
    unapplied,
)
from tests.integration.api.world import World

NOTE = {"number": "CN-1", "amount": euros("20.00"), "reason": "damaged"}


@pytest.fixture(autouse=True)
def ada(world: World, finance: Gateway) -> None:
    world.customers.create(somebody())
    owed(finance)
    owed(finance, "INV-2", "50.00")


def test_a_credit_note_reduces_what_is_owed_once(world: World, finance: Gateway) -> None:
    note = finance.post("/invoices/INV-1/credit-notes", NOTE)
    assert (note.status, note.body["kind"], note.body["invoice"]) == (201, "credit_note", "INV-1")
    assert balance(finance) == "80.00"
    again = finance.post("/invoices/INV-1/credit-notes", NOTE)
    assert (again.status, again.body) == (200, note.body)
    assert balance(finance) == "80.00"
    assert finance.post("/invoices/INV-1/credit-notes", NOTE | {"amount": euros("21.00")}).status == 409
    assert finance.post("/invoices/INV-2/credit-notes", NOTE).status == 409
    books_are_right(world, finance)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": euros("100.01")}, "amount"),
        ({"amount": euros("0.00")}, "amount"),
        ({"tax": euros("20.01")}, "tax"),
        ({"number": "#1"}, "number"),
        ({"effective_at": "2026-03-03T00:00:00Z"}, "effective_at"),
        ({"reason": None}, "reason"),
    ],
)
def test_a_credit_note_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    answer = finance.post("/invoices/INV-1/credit-notes", NOTE | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert balance(finance) == "100.00"


def test_a_credit_note_needs_its_invoice_and_a_number_of_its_own(world: World, finance: Gateway) -> None:
    assert finance.post("/invoices/INV-9/credit-notes", NOTE).status == 404
    assert finance.post("/invoices/INV-1/credit-notes", NOTE | {"number": "INV-2"}).status == 409
    charged(world)
    assert finance.post("/invoices/LC-1/credit-notes", NOTE).status == 409


def test_what_is_too_much_waits_as_credit_until_somebody_asks(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    paid(finance, amount="120.00")
    [credit] = reader.get(f"/accounts/{ACCOUNT}/credits").body["items"]
    assert (credit["balance"], credit["source"]) == (euros("20.00"), "payment")
    assert credit["effective_at"] == "2026-03-01T12:00:00.000000Z"
    order = {"id": "a-1", "invoices": [{"number": "INV-2", "amount": euros("15.00")}]}
    applied = finance.post(f"/accounts/{ACCOUNT}/credit-applications", order)
    assert applied.status == 201
    assert [entry["kind"] for entry in applied.body["entries"]] == ["allocation"]
    assert applied.body["unapplied"] == euros("5.00")
    assert balance(finance, "INV-2") == "35.00"
    again = finance.post(f"/accounts/{ACCOUNT}/credit-applications", order)
    assert (again.status, again.body["entries"]) == (200, applied.body["entries"])
    assert balance(finance, "INV-2") == "35.00"
    rest = finance.post(f"/accounts/{ACCOUNT}/credit-applications", {"id": "a-2"})
    assert (rest.status, rest.body["credits"], balance(finance, "INV-2")) == (201, [], "30.00")
    nothing = finance.post(f"/accounts/{ACCOUNT}/credit-applications", {"id": "a-3"})
    assert (nothing.status, nothing.body["entries"]) == (200, [])
    books_are_right(world, finance)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"credit_id": "cr_9"}, "credit_id"),
        ({"invoices": [{"number": "INV-9"}]}, "invoices.0.number"),
        ({"invoices": [{"number": "INV-2"}, {"number": "INV-2"}]}, "invoices.1.number"),
        ({"invoices": [{"number": "INV-2", "amount": euros("0")}]}, "invoices.0.amount"),
        ({"invoices": [{"number": "INV-2", "amount": euros("21")}]}, "invoices"),
        ({"id": None}, "Idempotency-Key"),
    ],
)
def test_an_application_of_credit_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    paid(finance, amount="120.00")
    answer = finance.post(f"/accounts/{ACCOUNT}/credit-applications", {"id": "a-1"} | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert unapplied(finance) == "20.00"


def test_accounts_that_are_not_there_have_no_credit(world: World, finance: Gateway) -> None:
    assert finance.get("/accounts/C-9.EUR/credits").status == 404
    assert finance.post("/accounts/C-9.EUR/credit-applications", {"id": "a-1"}).status == 404


def test_what_is_written_off_is_bad_debt_until_money_comes_after_all(world: World, finance: Gateway) -> None:
    paid(finance, amount="40.00")
    order = {"id": "w-1", "reason": "insolvent"}
    gone = finance.post("/invoices/INV-1/write-off", order)
    assert (gone.status, gone.body["kind"], gone.body["reason"]) == (201, "write_off", "insolvent")
    invoice = finance.get("/invoices/INV-1").body
    assert (invoice["status"], invoice["balance"]) == ("written_off", euros("0.00"))
    assert finance.post("/invoices/INV-1/write-off", order).status == 200
    assert finance.post("/invoices/INV-1/write-off", order | {"id": "w-2"}).status == 409
    sums = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert sums["bad_debt"] == euros("60.00")
    recovered = paid(finance, "bank-2", "25.00").body
    assert (recovered["recovered"], recovered["credit"]) == (euros("25.00"), euros("0.00"))
    sums = finance.get(f"/accounts/{ACCOUNT}/trial-balance").body["ledgers"]
    assert sums["bad_debt"] == euros("35.00")
    books_are_right(world, finance)


def test_a_part_can_be_written_off(world: World, finance: Gateway) -> None:
    order = {"id": "w-1", "amount": euros("30.00"), "reason": "settled"}
    assert finance.post("/invoices/INV-1/write-off", order).status == 201
    assert balance(finance) == "70.00"
    too_much = finance.post("/invoices/INV-1/write-off", order | {"id": "w-2", "amount": euros("70.01")})
    assert (too_much.status, too_much.fields) == (400, ["amount"])
    books_are_right(world, finance)


def test_there_is_nothing_to_write_off_of_what_is_not_there(world: World, finance: Gateway) -> None:
    assert finance.post("/invoices/INV-9/write-off", {"id": "w", "reason": "x"}).status == 404
    assert finance.post("/invoices/INV-1/write-off", {"id": "w"}).fields == ["reason"]
    paid(finance)
    assert finance.post("/invoices/INV-1/write-off", {"id": "w", "reason": "x"}).status == 409
    assert finance.get(payment_path()).status == 200
