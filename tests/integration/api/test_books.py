"""The ledger itself through the API: corrections by reversal, trial balances."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.usecases.check_books import CheckState, Finding
from tests.builders import NOW
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import (
    ACCOUNT,
    balance,
    books_are_right,
    euros,
    owed,
    paid,
    payment_path,
    unapplied,
)
from tests.integration.api.world import World


@pytest.fixture(autouse=True)
def ada(world: World, finance: Gateway) -> None:
    world.customers.create(somebody())
    owed(finance)


def reversal(entry: dict[str, Any]) -> dict[str, Any]:
    return {"entry_id": entry["id"], "recorded_at": entry["recorded_at"], "reason": "a slip"}


def test_a_credit_note_that_was_a_mistake_is_reversed_once(world: World, finance: Gateway) -> None:
    note = {"number": "CN-1", "amount": euros("20.00"), "reason": "damaged"}
    entry = finance.post("/invoices/INV-1/credit-notes", note).body
    undone = finance.post(f"/accounts/{ACCOUNT}/reversals", reversal(entry))
    assert (undone.status, undone.body["kind"], undone.body["reverses"]) == (201, "reversal", entry["id"])
    assert undone.body["reason"] == "a slip"
    assert balance(finance) == "100.00"
    again = finance.post(f"/accounts/{ACCOUNT}/reversals", reversal(entry))
    assert (again.status, again.body) == (200, undone.body)
    books_are_right(world, finance)


def test_a_payment_that_was_recorded_by_mistake_is_reversed(world: World, finance: Gateway) -> None:
    paid(finance, amount="120.00")
    [entry] = [f for f in finance.get(f"/accounts/{ACCOUNT}").body["entries"] if f["entry_kind"] == "payment"]
    order = {"entry_id": entry["id"], "recorded_at": entry["at"], "reason": "not ours"}
    undone = finance.post(f"/accounts/{ACCOUNT}/reversals", order)
    assert undone.status == 201, undone.body
    assert (balance(finance), unapplied(finance)) == ("100.00", "0.00")
    assert finance.post(f"{payment_path()}/refunds", {"id": "r", "reason": "x"}).status == 409
    books_are_right(world, finance)


def test_an_invoice_is_not_reversed_but_credited(world: World, finance: Gateway) -> None:
    [entry] = finance.get(f"/accounts/{ACCOUNT}").body["entries"]
    order = {"entry_id": entry["id"], "recorded_at": entry["at"], "reason": "wrong"}
    assert finance.post(f"/accounts/{ACCOUNT}/reversals", order).status == 409
    assert balance(finance) == "100.00"


def test_an_entry_that_is_not_there_is_not_found(world: World, finance: Gateway) -> None:
    order = {"entry_id": "ent_9", "recorded_at": "2026-03-02T08:00:00Z", "reason": "x"}
    assert finance.post(f"/accounts/{ACCOUNT}/reversals", order).status == 404
    assert finance.post(f"/accounts/{ACCOUNT}/reversals", order | {"recorded_at": "today"}).fields == [
        "recorded_at"
    ]
    assert finance.post(f"/accounts/{ACCOUNT}/reversals", {}).fields == ["entry_id", "recorded_at", "reason"]


def test_the_trial_balance_of_an_account_adds_up_to_nothing(world: World, reader: Gateway) -> None:
    paid(Gateway("finn", "finance"), amount="120.00")
    found = reader.get(f"/accounts/{ACCOUNT}/trial-balance").body
    assert found["ledgers"] == {
        "cash": euros("120.00"),
        "receivable": euros("0.00"),
        "sales": euros("-100.00"),
        "unapplied_credit": euros("-20.00"),
    }
    assert (found["sum"], found["entries"], found["differences"]) == (euros("0.00"), 2, [])
    assert reader.get("/accounts/C-9.EUR/trial-balance").status == 404
    assert reader.get("/accounts/nonsense/trial-balance").fields == ["account_id"]


def test_the_trial_balance_of_all_accounts_is_that_of_the_last_check(world: World, reader: Gateway) -> None:
    assert reader.get("/trial-balance").status == 404
    state = CheckState(
        NOW, checked=7, differing=1, findings=(Finding("C-7.EUR", "balance is 1"),), finished_at=NOW
    )
    world.money.check_log.conclude(state)
    checked = reader.get("/trial-balance").body
    assert (checked["accounts"], checked["differing"], checked["balances"]) == (7, 1, [])
    assert checked["findings"] == [{"account_id": "C-7.EUR", "difference": "balance is 1"}]
    assert checked["finished_at"] == "2026-03-02T08:00:00.000000Z"
