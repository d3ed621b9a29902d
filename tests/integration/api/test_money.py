"""Invoices, payments and accounts through the API."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.core.configuration import Company
from receivables.ledger import PostOutcome, post_payment
from tests.builders import NOW, payment
from tests.builders import customer as somebody
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

INVOICE = {
    "number": "INV/1 a",
    "customer_id": "C-1",
    "amount": {"amount": "100.00", "currency": "EUR"},
    "issue_date": "2026-03-02",
}
PATH = "/invoices/INV~2F1~20a"
PAYMENT = {
    "id": "bank-1",
    "amount": {"amount": "40.00", "currency": "EUR"},
    "reference": "INV/1 a",
    "effective_at": "2026-03-01T12:00:00Z",
}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


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
        admin.post(
            "/terms", {"id": f"net-{days}", "name": "X", "net_days": days, "in_force_from": "2026-01-01"}
        )
    world.company.put(Company(terms_id="net-14"))
    assert finance.post("/invoices", INVOICE | {"number": "A"}).body["due_date"] == "2026-03-16"
    finance.patch("/customers/C-1", {"rev": 1, "terms_id": "net-7"})
    assert finance.post("/invoices", INVOICE | {"number": "B"}).body["due_date"] == "2026-03-09"
    # On that day nothing of the customer's or the company's was in force yet.
    earlier = finance.post("/invoices", INVOICE | {"number": "C", "issue_date": "2025-12-01"})
    assert earlier.body["terms_id"] == "net-30"


def test_a_due_date_of_its_own_wins_over_terms(world: World, finance: Gateway) -> None:
    issued = finance.post("/invoices", INVOICE | {"due_date": "2026-03-05"}).body
    assert (issued["due_date"], issued["terms_id"]) == ("2026-03-05", None)


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
    world.ledger.post(post_payment(payment("no such", 4000, "stripe/main/pi_1"), None, None))
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
        "placed_at": "2026-03-02T08:00:00.000000Z",
        "until": "2026-03-31T22:00:00.000000Z",
    }
    assert finance.delete("/accounts/C-1.EUR/hold").body["hold"] is None
    assert finance.put("/accounts/C-9.EUR/hold", hold).status == 404
    for until in ("2026-03-02T08:00:00Z", "2026-04-01", None):
        assert finance.put("/accounts/C-1.EUR/hold", hold | {"until": until}).fields == ["until"]


def test_a_payment_that_is_always_overtaken_books_nothing(
    world: World, finance: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    finance.post("/invoices", INVOICE)
    monkeypatch.setattr(world.ledger, "post", lambda posting: PostOutcome.STALE)
    answer = finance.post("/payments", PAYMENT)
    assert (answer.status, answer.headers["Retry-After"]) == (503, "1")
    assert finance.get("/payments/api~2Fmanual~2Fbank-1").status == 404
