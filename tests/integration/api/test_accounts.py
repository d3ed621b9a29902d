"""Accounts through the API: overview, timeline, statement."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.amounts import Amounts
from receivables.ledger import (
    ItemChange,
    OpenItem,
    Posting,
    PostOutcome,
    ShortPayment,
    ShortPaymentReason,
)
from receivables.ledger.adjusting import claim_short_payment
from receivables.ledger.deeds import Deed
from receivables.usecases.keep_up_credit import limit_crossed
from tests.builders import NOW, eur
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import INVOICE, PAYMENT, euros
from tests.integration.api.world import World


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(somebody())


def test_a_statement_shows_what_is_owed_and_how_long(world: World, finance: Gateway) -> None:
    finance.post("/invoices", INVOICE | {"number": "A", "due_date": "2026-03-02"})
    finance.post("/invoices", INVOICE | {"number": "B", "issue_date": "2026-01-01", "due_date": "2026-01-20"})
    finance.post("/payments", PAYMENT | {"reference": "B"})
    reader = Gateway("rita", "read-only", at=NOW)
    statement = reader.get("/accounts/C-1.EUR").body
    assert (statement["on"], statement["customer_name"]) == ("2026-03-02", "Ada Blum")
    assert (statement["balance"], statement["overdue"]) == (euros("160.00"), euros("60.00"))
    assert statement["ageing"] == {
        "current": euros("100.00"),
        "1-30": euros("0.00"),
        "31-60": euros("60.00"),
        "61-90": euros("0.00"),
        "91+": euros("0.00"),
    }
    assert [(item["number"], item["days_overdue"]) for item in statement["open_invoices"]] == [
        ("B", 41),
        ("A", 0),
    ]
    assert statement["next_action_at"] == "at once"
    assert {fact["entry_kind"] for fact in statement["entries"]} == {"invoice", "payment"}
    assert statement["entries"][0]["amount"]["currency"] == "EUR"
    assert statement["entries"][0]["legs"][0]["amount"]["currency"] == "EUR"
    assert (statement["credits"], statement["arrangements"], statement["over_limit"]) == ([], [], False)
    assert statement["promises"] == {"kept": 0, "partly_kept": 0, "broken": 0}
    assert statement["case"] is None
    assert reader.get("/accounts/C-9.EUR").status == 404


def test_a_timeline_is_paged_newest_first(world: World) -> None:
    for hours, number in enumerate("ABC"):
        Gateway("finn", "finance", at=NOW + timedelta(hours=hours)).post(
            "/invoices", INVOICE | {"number": number}
        )
    reader = Gateway("rita", "read-only")
    first = reader.get("/accounts/C-1.EUR/timeline?limit=2").body
    rest = reader.get(f"/accounts/C-1.EUR/timeline?limit=2&next={first['next']}").body
    assert [fact["invoice"] for fact in first["items"] + rest["items"]] == ["C", "B", "A"]
    assert rest["next"] is None


def test_accounts_are_listed_by_customer(world: World, finance: Gateway, reader: Gateway) -> None:
    finance.post("/invoices", INVOICE)
    finance.post("/invoices", INVOICE | {"number": "Y", "amount": {"amount": "500", "currency": "JPY"}})
    listed = reader.get("/accounts?customer_id=C-1").body["items"]
    assert [(account["id"], account["balance"]["amount"]) for account in listed] == [
        ("C-1.EUR", "100.00"),
        ("C-1.JPY", "500"),
    ]
    assert reader.get("/accounts?customer_id=C-9").status == 404


def test_a_hold_pauses_until_an_instant_and_can_be_lifted(world: World, finance: Gateway) -> None:
    finance.post("/invoices", INVOICE)
    hold = {"reason": "disputed", "until": "2026-04-01T00:00:00+02:00"}
    held = finance.put("/accounts/C-1.EUR/hold", hold)
    assert held.body["hold"] == {
        "reason": "disputed",
        "by": "finn",
        "owner": "finn",
        "placed_at": "2026-03-02T08:00:00.000000Z",
        "until": "2026-03-31T22:00:00.000000Z",
    }
    assert finance.delete("/accounts/C-1.EUR/hold").body["hold"] is None
    assert finance.put("/accounts/C-9.EUR/hold", hold).status == 404
    for until in ("2026-03-02T08:00:00Z", "2026-04-01", None):
        assert finance.put("/accounts/C-1.EUR/hold", hold | {"until": until}).fields == ["until"]


def test_facts_with_amounts_that_moved_no_money_are_shown_in_the_timeline(
    world: World, finance: Gateway
) -> None:
    """A credit limit that was exceeded, and a short payment that was claimed."""
    customer = world.customers.update(
        replace(world.customers.get("C-1"), credit_limit=Amounts.of(eur(5_000)))
    )
    finance.post("/invoices", INVOICE)
    working_set = world.stores.ledger.working_set("C-1.EUR")
    assert working_set is not None
    (crossed,) = limit_crossed(working_set, customer, NOW)
    world.stores.ledger.post(crossed)
    item = world.stores.ledger.open_item("C-1.EUR", "INV/1 a")
    assert item is not None
    short = ShortPayment("bank-1", eur(200), ShortPaymentReason.DISCOUNT_TOO_LATE, "claim it")
    deed = Deed("s", "api/finn", NOW, NOW, "too late")
    world.stores.ledger.post(claim_short_payment("C-1.EUR", marked(world, item, short), deed))
    facts = {fact.get("event"): fact for fact in finance.get("/accounts/C-1.EUR/timeline").body["items"]}
    exceeded = facts["credit_limit_exceeded"]
    assert (exceeded["exposure"], exceeded["limit"]) == (euros("100.00"), euros("50.00"))
    assert facts["short_payment_claimed"]["amount"] == euros("2.00")
    assert finance.get("/accounts/C-1.EUR").status == 200


def marked(world: World, item: OpenItem, short: ShortPayment) -> OpenItem:
    """The open item, paid short."""
    after = replace(item, short=short)
    change = ItemChange(item.number, item, after)
    assert world.stores.ledger.post(Posting("C-1.EUR", items=(change,))) is PostOutcome.POSTED
    return after
