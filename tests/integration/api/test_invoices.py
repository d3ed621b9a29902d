"""Invoices through the API."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from receivables.core.configuration import Company
from receivables.ledger import ChargeDetail, ItemKind, WorkingRow
from tests.builders import NOW, eur, invoice, issued
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.money_world import INVOICE, PATH, PAYMENT, euros
from tests.integration.api.world import World


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(somebody())


def test_an_invoice_is_due_by_the_terms_in_force_on_its_date(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    issued = finance.post("/invoices", INVOICE)
    assert issued.status == 201
    assert (issued.body["due_date"], issued.body["terms_id"], issued.body["terms_version"]) == (
        "2026-04-01",
        "net-30",
        1,
    )
    assert (issued.body["self"], issued.body["status"]) == (PATH, "open")
    assert (issued.body["balance"], issued.body["account_id"]) == (euros("100.00"), "C-1.EUR")
    assert reader.get(PATH).body == issued.body


def test_terms_are_the_customers_own_before_the_companys(
    world: World, admin: Gateway, finance: Gateway
) -> None:
    for days in (7, 14):
        due = {"kind": "net_days", "days": days}
        admin.post("/terms", {"id": f"net-{days}", "name": "X", "due": due, "in_force_from": "2026-01-01"})
    world.company.put(Company(terms_id="net-14"))
    assert finance.post("/invoices", INVOICE | {"number": "A"}).body["due_date"] == "2026-03-16"
    finance.patch("/customers/C-1", {"rev": 1, "terms_id": "net-7"})
    assert finance.post("/invoices", INVOICE | {"number": "B"}).body["due_date"] == "2026-03-09"
    # On that day nothing of the customer's or the company's was in force yet.
    earlier = finance.post("/invoices", INVOICE | {"number": "C", "issue_date": "2025-12-01"})
    assert earlier.body["terms_id"] == "net-30"


def test_a_due_date_of_its_own_wins_over_terms(world: World, finance: Gateway) -> None:
    issued = finance.post("/invoices", INVOICE | {"due_date": "2026-03-05"}).body
    assert (issued["due_date"], issued["terms_id"]) == ("2026-03-05", "net-30")


def test_a_segments_terms_come_before_the_companys(world: World, admin: Gateway, finance: Gateway) -> None:
    due = {"kind": "net_days", "days": 7}
    admin.post("/terms", {"id": "net-7", "name": "X", "due": due, "in_force_from": "2026-01-01"})
    settings = {"rev": 0, "name": "Blum AG", "segments": {"retail": {"terms_id": "net-7"}}}
    assert admin.put("/company", settings).status == 200
    assert finance.patch("/customers/C-1", {"rev": 1, "segment": "retail"}).status == 200
    assert finance.post("/invoices", INVOICE).body["due_date"] == "2026-03-09"
    named = finance.post("/invoices", INVOICE | {"number": "B", "terms_id": "net-30"})
    assert named.body["terms_id"] == "net-30"


SPLIT = {
    "id": "split",
    "name": "A half now",
    "in_force_from": "2026-01-01",
    "instalments": [
        {"share": {"kind": "percent_of_total", "percent": "50"}, "due": {"kind": "on_receipt"}},
        {"share": {"kind": "remainder"}, "due": {"kind": "net_days", "days": 30}},
    ],
    "discount": {"tiers": [{"within": {"kind": "on_receipt"}, "percent": "2"}], "tolerance_days": 1},
}


def test_an_invoice_shows_its_parts_and_its_discounts_as_its_preview_did(
    world: World, admin: Gateway, finance: Gateway, reader: Gateway
) -> None:
    assert admin.post("/terms", SPLIT).status == 201
    order = INVOICE | {"terms_id": "split", "tax": euros("15.97")}
    issued = finance.post("/invoices", order).body
    assert issued["instalments"] == [
        {"due_date": "2026-03-02", "amount": euros("50.00"), "outstanding": euros("50.00")},
        {"due_date": "2026-04-01", "amount": euros("50.00"), "outstanding": euros("50.00")},
    ]
    assert (issued["due_date"], issued["tax"], issued["kind"]) == ("2026-04-01", euros("15.97"), "invoice")
    question = {"id": "split", "amount": INVOICE["amount"], "tax": euros("15.97"), "issue_date": "2026-03-02"}
    told = reader.post("/terms/preview", question).body
    assert [(part["due_date"], part["amount"]) for part in told["instalments"]] == [
        (part["due_date"], part["amount"]) for part in issued["instalments"]
    ]
    (discount,), (foretold,) = issued["discounts"], told["discounts"]
    assert discount.items() <= foretold.items()
    assert (discount["until"], discount["forgiven_until"]) == ("2026-03-02", "2026-03-03")
    paid = PAYMENT | {"amount": euros("60.00"), "effective_at": "2026-03-20T12:00:00Z"}
    assert Gateway("finn", "finance", at=NOW + timedelta(days=20)).post("/payments", paid).status == 201
    left = [part["outstanding"] for part in reader.get(PATH).body["instalments"]]
    assert left == [euros("0.00"), euros("40.00")]


def test_a_late_charge_is_read_as_an_invoice_with_its_working(world: World, reader: Gateway) -> None:
    row = WorkingRow(date(2026, 4, 2), date(2026, 4, 30), 29, eur(10_000), "10.15", "80.64")
    detail = ChargeDetail("interest", "net-30/1", "2026-04", (row,), ("rounded to the cent",))
    charge = invoice(
        "LC-1",
        minor=81,
        kind=ItemKind.INTEREST,
        concerns="INV-1",
        charge=detail,
        terms_id="net-30",
        terms_version=1,
    )
    issued(world.ledger, charge)
    shown = reader.get("/invoices/LC-1").body
    assert (shown["kind"], shown["concerns"], shown["claimed"]) == ("interest", "INV-1", True)
    assert shown["charge"] == {
        "rule": "interest",
        "terms": "net-30/1",
        "period": "2026-04",
        "rows": [
            {
                "first": "2026-04-02",
                "last": "2026-04-30",
                "days": 29,
                "balance": euros("100.00"),
                "rate": "10.15",
                "amount": "80.64",
            }
        ],
        "notes": ["rounded to the cent"],
    }


def test_the_same_invoice_again_is_harmless_and_another_with_its_number_is_refused(
    world: World, finance: Gateway
) -> None:
    first = finance.post("/invoices", INVOICE)
    again = finance.post("/invoices", INVOICE)
    assert (again.status, again.body) == (200, first.body)
    assert finance.post("/invoices", INVOICE | {"amount": euros("99.00")}).status == 409
    assert finance.get("/accounts/C-1.EUR").body["balance"] == euros("100.00")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"number": " x"}, "number"),
        ({"number": "x" * 65}, "number"),
        ({"customer_id": "C-9"}, "customer_id"),
        ({"amount": euros("0")}, "amount"),
        ({"amount": euros("-1")}, "amount"),
        ({"amount": euros("1.001")}, "amount.amount"),
        ({"amount": euros("NaN")}, "amount.amount"),
        ({"amount": {"amount": 100, "currency": "EUR"}}, "amount.amount"),
        ({"amount": {"amount": "100", "currency": "eur"}}, "amount.currency"),
        ({"amount": {"amount": "100", "currency": "XXX"}}, "amount.currency"),
        ({"issue_date": "2026-02-30"}, "issue_date"),
        ({"issue_date": 20260302}, "issue_date"),
        ({"issue_date": "9999-12-31"}, "issue_date"),
        ({"due_date": "9999-12-31"}, "due_date"),
        ({"amount": euros("1E+9999999999999")}, "amount.amount"),
        ({"due_date": "2026-03-01"}, "due_date"),
        ({"tax": euros("1.001")}, "tax.amount"),
        ({"tax": euros("100.01")}, "tax"),
        ({"tax": {"amount": "1", "currency": "USD"}}, "tax"),
        ({"terms_id": "nowhere"}, "terms_id"),
        ({"description": "x" * 201}, "description"),
    ],
)
def test_an_invoice_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict[str, Any], field: str
) -> None:
    answer = finance.post("/invoices", INVOICE | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert world.ledger.accounts_of("C-1") == ()


def test_an_issued_invoice_changes_only_what_it_is_called(world: World, finance: Gateway) -> None:
    finance.post("/invoices", INVOICE)
    described = finance.patch(PATH, {"rev": 0, "description": "Consulting"})
    assert (described.status, described.body["description"], described.body["rev"]) == (200, "Consulting", 1)
    assert finance.get("/accounts/C-1.EUR").body["open_invoices"][0]["description"] == "Consulting"
    assert finance.patch(PATH, {"rev": 0, "description": "Late"}).status == 412
    assert finance.patch(PATH, {"rev": 1, "amount": euros("1.00")}).fields == ["description", "amount"]
    assert finance.patch("/invoices/nowhere", {"rev": 0, "description": "x"}).status == 404


def test_invoices_of_an_account_are_paged_by_a_token_that_is_good_for_it_only(
    world: World, finance: Gateway
) -> None:
    world.customers.create(somebody("C-2"))
    for number in "ABC":
        finance.post("/invoices", INVOICE | {"number": number})
    finance.post("/invoices", INVOICE | {"number": "D", "customer_id": "C-2"})
    first = finance.get("/invoices?account_id=C-1.EUR&limit=2").body
    rest = finance.get(f"/invoices?account_id=C-1.EUR&limit=2&next={first['next']}").body
    assert [invoice["number"] for invoice in first["items"] + rest["items"]] == ["A", "B", "C"]
    assert rest["next"] is None
    carried = finance.get(f"/invoices?account_id=C-2.EUR&limit=2&next={first['next']}")
    assert (carried.status, carried.fields) == (400, ["next"])
    assert finance.get("/invoices").fields == ["account_id"]
    assert finance.get("/invoices?account_id=nonsense").fields == ["account_id"]
