"""Statements through the API: now, page by page with a running balance; and as it was known then."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.builders import NOW
from tests.builders import customer as somebody
from tests.fakes.crash import Fuse
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import ACCOUNT, euros, owed, paid, payment_path
from tests.integration.api.world import World

STATEMENT = f"/accounts/{ACCOUNT}/statement"


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(somebody())


def finance_at(days: int) -> Gateway:
    return Gateway("finn", "finance", at=NOW + timedelta(days=days))


def a_month(world: World) -> None:
    """An invoice on the first day, a part paid on the tenth, the rest on the fifth but told on the twentieth, and
    a refund on the thirtieth."""
    owed(finance_at(0), due_date="2026-03-10")
    paid(finance_at(10), "a", "40.00", effective_at="2026-03-12T08:00:00Z")
    paid(finance_at(20), "b", "60.00", effective_at="2026-03-07T08:00:00Z")
    order = {"id": "r", "amount": euros("15.00"), "paid": True, "reason": "goodwill"}
    assert finance_at(30).post(f"{payment_path('b')}/refunds", order).status == 201


def test_the_statement_of_today_has_lines_with_a_running_balance(world: World) -> None:
    a_month(world)
    statement = finance_at(30).get(STATEMENT).body
    assert (statement["on"], statement["balance"], statement["overdue"]) == (
        "2026-04-01",
        euros("15.00"),
        euros("15.00"),
    )
    lines = [(line["entry"]["entry_kind"], line["change"], line["balance"]) for line in statement["lines"]]
    assert lines == [
        ("refund", euros("15.00"), euros("15.00")),
        ("payment", euros("-60.00"), euros("0.00")),
        ("payment", euros("-40.00"), euros("60.00")),
        ("invoice", euros("100.00"), euros("100.00")),
    ]
    [item] = statement["open_items"]
    assert (item["number"], item["days_overdue"], item["kind"]) == ("INV-1", 22, "invoice")
    assert (statement["next"], statement["credits"], statement["arrangements"]) == (None, [], [])


def test_the_running_balance_goes_on_from_page_to_page(world: World) -> None:
    a_month(world)
    whole = finance_at(30).get(STATEMENT).body["lines"]
    lines, following = [], ""
    for _ in range(len(whole)):
        page = finance_at(30).get(f"{STATEMENT}?limit=1{following}").body
        lines += page["lines"]
        following = f"&next={page['next']}"
    assert lines == whole
    assert page["next"] is None


def test_a_page_of_a_statement_is_two_reads_of_the_ledger(world: World, reader: Gateway) -> None:
    a_month(world)
    fuse = Fuse()
    world.ledger = fuse.wrap(world.stores.ledger)
    reader.get(STATEMENT)
    assert fuse.calls == ["working_set", "timeline"]


def lines_of(statement: Any) -> list[tuple[str, Any, Any]]:
    return [(line["entry"]["entry_kind"], line["change"], line["balance"]) for line in statement["lines"]]


def then(as_of: str | None = None, known_at: datetime | None = None) -> tuple[str, str]:
    """What was owed and unapplied then."""
    said = {"as_of": as_of, "known_at": known_at and f"{known_at:%Y-%m-%dT%H:%M:%SZ}"}
    query = "&".join(f"{name}={value}" for name, value in said.items() if value)
    view = finance_at(60).get(f"{STATEMENT}?{query}").body
    return view["balance"]["amount"], view["unapplied"]["amount"]


def test_a_statement_of_the_past_tells_what_was_owed_then(world: World) -> None:
    a_month(world)
    assert then("2026-03-02") == ("100.00", "0.00")
    assert then("2026-03-07") == ("40.00", "0.00")
    assert then("2026-03-12") == ("0.00", "0.00")
    assert then("2026-04-01") == ("15.00", "0.00")


def test_and_what_was_known_then(world: World) -> None:
    a_month(world)
    assert then("2026-03-12", NOW + timedelta(days=10)) == ("60.00", "0.00")
    assert then("2026-03-12", NOW + timedelta(days=20)) == ("0.00", "0.00")
    assert then(None, NOW + timedelta(days=5)) == ("100.00", "0.00")


def test_what_was_known_then_never_changes_afterwards(world: World) -> None:
    a_month(world)
    moments = [NOW + timedelta(days=days) for days in (0, 10, 20, 30)]
    before = [then("2026-03-31", moment) for moment in moments]
    paid(finance_at(40), "c", "5.00", effective_at="2026-03-08T00:00:00Z")
    note = {
        "number": "CN-1",
        "amount": euros("1.00"),
        "effective_at": "2026-03-03T00:00:00Z",
        "reason": "late",
    }
    assert finance_at(50).post("/invoices/INV-1/credit-notes", note).status == 201
    assert [then("2026-03-31", moment) for moment in moments] == before
    assert then("2026-03-31") == ("0.00", "6.00")


def test_a_statement_of_the_past_shows_what_was_open_and_all_totals(world: World) -> None:
    a_month(world)
    view = finance_at(60).get(f"{STATEMENT}?as_of=2026-03-07").body
    assert (view["on"], view["ageing"], view["next"]) == ("2026-03-07", None, None)
    assert lines_of(view) == [
        ("payment", euros("-60.00"), euros("40.00")),
        ("invoice", euros("100.00"), euros("100.00")),
    ]
    [receivable] = view["receivables"]
    assert (receivable["number"], receivable["balance"], receivable["due_date"]) == (
        "INV-1",
        euros("40.00"),
        "2026-03-10",
    )
    assert view["totals"] == {"cash": euros("60.00"), "receivable": euros("40.00"), "sales": euros("-100.00")}


def test_the_lines_of_a_statement_of_the_past_are_in_the_order_in_which_they_took_effect(
    world: World,
) -> None:
    a_month(world)
    paid(finance_at(40), "c", "5.00", effective_at="2026-03-03T00:00:00Z")
    asked = f"{STATEMENT}?known_at={NOW + timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    view = finance_at(60).get(asked).body
    assert lines_of(view) == [
        ("refund", euros("15.00"), euros("15.00")),
        ("payment", euros("-40.00"), euros("0.00")),
        ("payment", euros("-60.00"), euros("40.00")),
        ("invoice", euros("100.00"), euros("100.00")),
    ]
    assert view["balance"] == view["lines"][0]["balance"]
    now = finance_at(60).get(STATEMENT).body["lines"]
    assert view["lines"][0]["entry"] in [line["entry"] for line in now], "in the same form"
    lines, following = [], ""
    for _ in view["lines"]:
        page = finance_at(60).get(f"{asked}&limit=1{following}").body
        lines += page["lines"]
        following = f"&next={page['next']}"
    assert (lines, page["next"]) == (view["lines"], None)


def test_a_page_of_the_past_goes_on_where_it_was_though_more_became_known(world: World) -> None:
    a_month(world)
    first = finance_at(60).get(f"{STATEMENT}?as_of=2026-03-31&limit=1").body
    paid(finance_at(61), "c", "5.00", effective_at="2026-03-20T00:00:00Z")
    second = finance_at(62).get(f"{STATEMENT}?as_of=2026-03-31&limit=1&next={first['next']}").body
    assert [first["lines"][0]["entry"]["entry_kind"], second["lines"][0]["entry"]["payment"]] == [
        "payment",
        "api/manual/b",
    ]


def test_the_future_is_not_known(world: World, reader: Gateway) -> None:
    a_month(world)
    assert reader.get(f"{STATEMENT}?known_at=2026-03-02T08:00:01Z").fields == ["known_at"]
    assert reader.get(f"{STATEMENT}?known_at=2026-03-02T08:00:00").fields == ["known_at"]
    assert reader.get(f"{STATEMENT}?as_of=2026-02-30").fields == ["as_of"]
    assert reader.get(f"{STATEMENT}?as_of=9999-12-31").fields == ["as_of"]
    assert reader.get(f"{STATEMENT}?limit=0").fields == ["limit"]


def test_accounts_that_are_not_there_have_no_statement(world: World, reader: Gateway) -> None:
    assert reader.get("/accounts/C-1.USD/statement").status == 404
    assert reader.get("/accounts/C-9.EUR/statement?as_of=2026-03-01").status == 404
    assert reader.get("/accounts/nonsense/statement").fields == ["account_id"]
