"""Terms, late charges, arrangements and corrections on the deployed template: what finance does, what the ledger makes of it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pytest

from receivables.core.clock import format_instant
from receivables_cli.api import ApiProblem
from tests.e2e.world import World, at

pytestmark = pytest.mark.engine


def euro(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def agreed(world: World, terms_id: str, **terms: Any) -> str:
    """Terms that an admin has written, in force since ever."""
    body = {"id": terms_id, "name": terms_id, "in_force_from": "2020-01-01"} | terms
    return str(world.api("admin", at("2026-01-01")).post("/terms", body)["id"])


def billed(world: World, customer: str, terms_id: str, issued: str, amount: str, **more: Any) -> str:
    """An invoice by those terms; its number."""
    number = f"MONEY-{customer}-{issued}-{amount}".replace(".", "_")
    body = {"number": number, "customer_id": customer, "amount": euro(amount), "issue_date": issued}
    world.api("finance", at(issued, "06:00")).post("/invoices", body | {"terms_id": terms_id} | more)
    return number


def paid_by_bank(world: World, body: Mapping[str, Any], when: datetime) -> Mapping[str, Any]:
    return dict(world.api("finance", when).post("/payments", dict(body)))


def charges(world: World, customer: str) -> list[Mapping[str, Any]]:
    """The late charges of the customer's account, as finance reads them, with their working."""
    found = world.api("read-only").listed("/charges", account_id=f"{customer}.EUR")
    return [world.api("read-only").get(charge["self"]) for charge in found]


def checked(world: World, as_of: datetime) -> Mapping[str, Any]:
    """The nightly check, now, and what it found."""
    world.stack.invoke("check_ledger", {"time": format_instant(as_of), "scope": "full"})
    return dict(world.api("read-only", as_of).get("/trial-balance"))


def test_late_charges_are_worked_out_shown_and_corrected_by_a_payment_that_arrives_late(world: World) -> None:
    agreed(
        world,
        "eu-statutory",
        due={"kind": "net_days", "days": 14},
        late_charges={"pack": "eu-2011-7", "accrual": "monthly"},
    )
    customer = world.customer(at("2025-01-05"))
    number = billed(world, customer, "eu-statutory", "2025-01-06", "1000.00")
    world.tick(at("2025-01-20"))
    assert charges(world, customer) == []
    for day in ("2025-01-21", "2025-02-03", "2025-03-03"):
        world.tick(at(day))
    found = charges(world, customer)
    assert sorted(charge["kind"] for charge in found) == ["fee", "interest", "interest"]
    assert {charge["invoice"] for charge in found} == {number}
    fee = next(charge for charge in found if charge["kind"] == "fee")
    assert fee["amount"] == euro("40.00")
    # Directive 2011/7/EU: the ECB's rate of 1 January 2025 (3.15) and eight points.
    rows = [row for charge in found for row in charge["rows"] if charge["kind"] == "interest"]
    assert {row["rate"] for row in rows} == {"11.15"}
    assert sum(row["days"] for row in rows) == 11 + 28
    assert any("11.15" in mail.html for mail in world.mails(customer)), "the working is in the notice"

    # On 4 March finance learns of a transfer that had come on 10 February.
    body = {"id": f"late-{customer}", "amount": euro("1000.00"), "reference": number}
    paid_by_bank(world, body | {"effective_at": "2025-02-10T09:00:00Z"}, at("2025-03-04", "09:00"))
    world.tick(at("2025-03-04"))
    invoice = world.api("read-only").get(f"/invoices/{number}")
    assert (invoice["status"], invoice["balance"]) == ("closed", euro("0.00"))
    owed = sum(
        cents(charge["balance"]) for charge in charges(world, customer) if charge["kind"] == "interest"
    )
    preview = world.api("read-only", at("2025-03-04")).post(
        "/charges/preview",
        {
            "amount": euro("1000.00"),
            "due_date": "2025-01-20",
            "events": [{"on": "2025-02-10", "amount": euro("1000.00")}],
            "late_charges": {"pack": "eu-2011-7"},
            "as_of": "2025-03-04",
        },
    )
    assert owed == cents(preview["interest"])
    result = checked(world, at("2025-03-05"))
    assert [f for f in result["findings"] if customer in f["account_id"]] == []
    assert all(balance["sum"]["amount"] in {"0.00", "0", "0.000"} for balance in result["balances"])


def cents(amount: Mapping[str, str]) -> int:
    return round(float(amount["amount"]) * 100)


def test_a_discount_in_time_closes_the_invoice_and_a_late_one_is_in_front_of_a_person(world: World) -> None:
    tier = {"within": {"kind": "net_days", "days": 10}, "percent": "2"}
    agreed(world, "two-ten-net-30", discount={"tiers": [tier]})
    customer = world.customer(at("2026-01-05"))
    first = billed(world, customer, "two-ten-net-30", "2026-01-05", "100.00")
    second = billed(world, customer, "two-ten-net-30", "2026-01-05", "200.00")
    world.pay(world.receipt(first, at("2026-01-15", "10:00"), "98.00"))
    world.pay(world.receipt(second, at("2026-01-16", "10:00"), "196.00"))
    assert world.api("read-only").get(f"/invoices/{first}")["status"] == "closed"
    short = [s for s in world.api("read-only").listed("/short-payments") if s["invoice"] == second]
    assert len(short) == 1
    world.api("finance", at("2026-01-17")).post(
        f"/invoices/{second}/short-payment",
        {"id": f"grant-{customer}", "decision": "grant", "reason": "one day late, a good customer"},
    )
    assert world.api("read-only").get(f"/invoices/{second}")["status"] == "closed"
    account = world.account(customer)
    assert account["balance"] == euro("0.00")


def test_each_instalment_is_collected_by_its_own_date(world: World) -> None:
    thirds = [
        {"share": {"kind": "percent_of_total", "percent": "50"}, "due": {"kind": "on_receipt"}},
        {"share": {"kind": "remainder"}, "due": {"kind": "net_days", "days": 30}},
    ]
    agreed(world, "deposit-and-rest", instalments=thirds)
    customer = world.customer(at("2026-06-01"))
    number = billed(world, customer, "deposit-and-rest", "2026-06-01", "100.01")
    parts = world.api("read-only").get(f"/invoices/{number}")["instalments"]
    assert [part["due_date"] for part in parts] == ["2026-06-01", "2026-07-01"]
    assert sum(cents(part["amount"]) for part in parts) == 10_001
    world.days("2026-06-01", "2026-06-04")
    assert world.steps(customer) == ["due", "reminder-1"]
    world.pay(world.receipt(number, at("2026-06-05", "10:00"), parts[0]["amount"]["amount"]))
    world.days("2026-06-05", "2026-06-23")
    assert world.steps(customer) == ["due", "reminder-1"], "the second part is not due yet"
    world.days("2026-06-24", "2026-06-25")
    assert world.steps(customer) == ["due", "reminder-1", "friendly"]


def test_a_promise_pauses_reminders_and_a_broken_one_resumes_them(world: World) -> None:
    customer = world.customer(at("2026-03-02"))
    number = world.invoice(customer, "2026-03-02", "2026-03-16")
    world.days("2026-03-16", "2026-03-19")
    assert world.steps(customer)[-1] == "reminder-1"
    had = len(world.steps(customer))
    promise = world.api("finance", at("2026-03-20")).post(
        f"/accounts/{customer}.EUR/promises",
        {
            "parts": [{"on": "2026-03-31", "amount": euro("100.00")}],
            "made_by": "Ms Blum",
            "channel": "phone",
            "receivables": [number],
        },
    )
    world.days("2026-03-20", "2026-03-31")
    assert len(world.steps(customer)) == had, "nothing is sent while the promise stands"
    world.days("2026-04-01", "2026-04-08")
    assert len(world.steps(customer)) > had
    ended = world.api("read-only").get(f"/arrangements/{promise['id']}")
    assert ended["state"] == "broken"


def test_a_dispute_takes_its_part_out_and_ends_with_a_credit_note(world: World) -> None:
    customer = world.customer(at("2026-03-02"))
    number = world.invoice(customer, "2026-03-02", "2026-03-16")
    dispute = world.api("finance", at("2026-03-10")).post(
        f"/invoices/{number}/disputes",
        {
            "reason": "damaged",
            "raised_by": "Ms Blum",
            "channel": "email",
            "owner": "finance",
            "deadline": "2026-04-30",
            "amount": euro("30.00"),
        },
    )
    world.tick(at("2026-03-16"))
    mail = world.mails(customer)[-1]
    assert "70.00" in mail.text
    world.api("finance", at("2026-03-18")).post(
        f"/arrangements/{dispute['id']}/resolution",
        {"decision": "partial_credit", "credited": euro("20.00"), "resolution": "two of three were damaged"},
    )
    assert world.api("read-only").get(f"/invoices/{number}")["balance"] == euro("80.00")


def test_what_went_back_is_owed_again_and_the_past_stays_as_it_was_known(world: World) -> None:
    customer = world.customer(at("2026-05-04"))
    number = world.invoice(customer, "2026-05-04", "2026-06-03")
    account = f"/accounts/{customer}.EUR"
    paid = paid_by_bank(
        world,
        {
            "id": f"bank-{customer}",
            "amount": euro("100.00"),
            "reference": number,
            "effective_at": "2026-05-11T10:00:00Z",
        },
        at("2026-05-11", "12:00"),
    )
    world.api("finance", at("2026-05-20")).post(
        f"/payments/{paid['id']}/chargebacks", {"id": "cb-1", "reason": "the bank took it back"}
    )
    again = {"id": "cb-1", "reason": "the bank took it back"}
    assert world.api("finance", at("2026-05-21")).post(f"/payments/{paid['id']}/chargebacks", again)
    assert world.api("read-only").get(f"/invoices/{number}")["balance"] == euro("100.00")
    assert world.account(customer)["balance"] == euro("100.00")
    then = world.api("read-only", at("2026-05-22")).get(
        f"{account}/statement", as_of="2026-05-15T00:00:00Z", known_at="2026-05-15T00:00:00Z"
    )
    assert then["balance"] == euro("0.00")
    with pytest.raises(ApiProblem) as refused:
        world.api("finance", at("2026-05-22")).post(
            f"/invoices/{number}/credit-notes",
            {"number": f"CN-{customer}", "amount": {"amount": "1.00", "currency": "USD"}, "reason": "wrong"},
        )
    assert refused.value.status == 400
    result = checked(world, at("2026-05-23"))
    assert [f for f in result["findings"] if customer in f["account_id"]] == []


def test_a_payment_plan_replaces_the_due_dates_and_completes(world: World) -> None:
    customer = world.customer(at("2026-02-02"))
    number = world.invoice(customer, "2026-02-02", "2026-02-16")
    plan = world.api("finance", at("2026-02-20")).post(
        f"/accounts/{customer}.EUR/plans",
        {
            "receivables": [number],
            "schedule": {"count": 3, "first": "2026-03-02"},
            "agreed_by": "Ms Blum",
            "channel": "phone",
        },
    )["arrangement"]
    agreed_parts = plan["plan"]["parts"]
    parts = [cents(part["amount"]) for part in agreed_parts]
    assert (sum(parts), max(parts) - min(parts)) == (10_000, 1)
    for day, part in zip(("2026-03-02", "2026-04-02", "2026-05-04"), agreed_parts, strict=True):
        world.pay(world.receipt(number, at(day, "08:00"), part["amount"]["amount"]))
        world.tick(at(day))
    assert world.api("read-only").get(f"/arrangements/{plan['id']}")["state"] == "completed"
    assert world.account(customer)["balance"] == euro("0.00")
