"""Arrangements through the API: promises, plans, disputes, holds, extensions, credit limits, overdue decisions."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.ledger import AT_ONCE
from tests.builders import NOW, eur, invoice, issued
from tests.builders import customer as somebody
from tests.integration.api.harness import Answer, Gateway
from tests.integration.api.world import World

ACCOUNT = "/accounts/C-1.EUR"


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


def part(on: str, amount: str) -> dict[str, Any]:
    return {"on": on, "amount": euros(amount)}


PROMISE = {
    "parts": [part("2026-03-10", "100.00")],
    "made_by": "Ada Blum",
    "channel": "phone",
    "receivables": ["A/1"],
}
PLAN = {
    "schedule": {"count": 3, "first": "2026-03-31"},
    "down_payment": part("2026-03-09", "30.00"),
    "fee": euros("6.00"),
    "annual_percent": "7.3",
    "agreed_by": "Ada Blum",
    "channel": "phone",
}
DISPUTE = {
    "reason": "damaged",
    "raised_by": "Ada Blum",
    "channel": "e-mail",
    "owner": "olga",
    "deadline": "2026-03-16",
    "amount": euros("30.00"),
}
FILE = {"name": "scratch.pdf", "content_type": "application/pdf", "size": 1_000}
HOLD = {"reason": "flood", "until": "2026-03-20T00:00:00Z", "owner": "olga"}
MORE = {"due_date": "2026-05-01", "interest": "new_due_date", "reason": "asked"}
RELEASE = {"limit": [euros("200.00")], "until": "2026-03-20T00:00:00Z", "reason": "big order"}


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    """Ada owes A/1 of 100.00 and B of 50.00."""
    world.customers.create(somebody())
    issued(world.ledger, invoice("A/1"), invoice("B", minor=5_000))
    world.stores.shelf.changed("C-1.EUR", next_action_at=NOW + timedelta(days=9))


def made(answer: Answer, status: int = 201) -> Any:
    assert answer.status == status, answer.body
    return answer.body


def test_a_promise_is_taken_read_listed_and_taken_back(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    promise = made(finance.post(f"{ACCOUNT}/promises", PROMISE))
    assert (promise["kind"], promise["state"], promise["amount"]) == ("promise", "open", euros("100.00"))
    assert promise["promise"]["receivables"] == [
        {"number": "A/1", "invoice": "/invoices/A~2F1", "balance": euros("100.00")}
    ]
    assert (promise["plan"], promise["dispute"]) == (None, None)
    assert world.account().next_action_at == AT_ONCE
    assert reader.get(promise["self"]).body == promise
    assert [each["id"] for each in reader.get(f"{ACCOUNT}/arrangements").body["items"]] == [promise["id"]]
    ended = made(finance.post(f"{promise['self']}/cancellation", {"reason": "wrong customer"}), 200)
    assert (ended["state"], ended["active"], ended["ending"]) == ("cancelled", False, "wrong customer")
    assert finance.post(f"{promise['self']}/cancellation", {"reason": "again"}).status == 409


def test_a_repeated_request_makes_no_second_promise(world: World, finance: Gateway) -> None:
    made(finance.post(f"{ACCOUNT}/promises", PROMISE))
    again = finance.post(f"{ACCOUNT}/promises", PROMISE)
    assert (again.status, again.fields) == (400, ["receivables.0"])
    assert len(world.stores.shelf.arrangements) == 1


def test_a_plan_is_as_its_preview_said(world: World, finance: Gateway, reader: Gateway) -> None:
    seen = made(reader.post(f"{ACCOUNT}/plans/preview", PLAN), 200)
    assert world.stores.shelf.arrangements == {}
    plan = made(finance.post(f"{ACCOUNT}/plans", PLAN))
    for name in ("principal", "fee", "interest", "total", "interest_rows"):
        assert plan[name] == seen[name]
    arrangement = plan["arrangement"]
    assert arrangement["plan"]["parts"] == seen["arrangement"]["plan"]["parts"]
    assert (plan["principal"], plan["fee"]) == (euros("150.00"), euros("6.00"))
    assert arrangement["amount"] == plan["total"]
    assert world.account().balance == eur(15_600) + Money.parse(plan["interest"]["amount"], "EUR")
    charge = finance.get(f"/invoices/{plan['charges'][0]}").body
    assert charge["balance"] == euros("6.00")


def test_a_plan_of_ones_own_parts_adds_up_or_is_refused(finance: Gateway) -> None:
    own = {
        "parts": [part("2026-04-01", "100.00"), part("2026-05-01", "49.99")],
        "agreed_by": "Ada",
        "channel": "phone",
    }
    refused = finance.post(f"{ACCOUNT}/plans", own)
    assert (refused.status, refused.fields) == (400, ["parts"])
    own["parts"] = [part("2026-04-01", "100.00"), part("2026-05-01", "50.00")]
    assert made(finance.post(f"{ACCOUNT}/plans", own))["total"] == euros("150.00")


def test_a_dispute_is_raised_supported_and_credited(world: World, finance: Gateway, reader: Gateway) -> None:
    dispute = made(finance.post("/invoices/A~2F1/disputes", DISPUTE))
    assert (dispute["kind"], dispute["dispute"]["disputed"]) == ("dispute", euros("30.00"))
    upload = made(finance.post(f"{dispute['self']}/evidence", FILE))
    assert upload["url"] == f"put:{upload['key']}:1000"
    assert upload["headers"] == {"Content-Type": "application/pdf", "Content-Length": "1000"}
    [file] = reader.get(dispute["self"]).body["dispute"]["evidence"]
    assert (file["name"], file["link"]) == ("scratch.pdf", f"get:{upload['key']}")
    ended = made(
        finance.post(
            f"{dispute['self']}/resolution",
            {"decision": "partial_credit", "credited": euros("12.50"), "resolution": "as measured"},
        ),
        200,
    )
    assert (ended["state"], ended["dispute"]["credited"]) == ("partly_credited", euros("12.50"))
    assert ended["credit_note"].startswith("CN-")
    assert reader.get("/invoices/A~2F1").body["balance"] == euros("87.50")
    again = finance.post(f"{dispute['self']}/resolution", {"decision": "credit", "resolution": "more"})
    assert again.status == 409


def test_a_dispute_of_lines_or_of_all_is_rejected(finance: Gateway) -> None:
    lines = DISPUTE | {"amount": None, "lines": [{"name": "chair", "amount": euros("7.00")}]}
    raised = made(finance.post("/invoices/A~2F1/disputes", lines))
    assert (raised["dispute"]["lines"], raised["amount"]) == (["chair"], euros("7.00"))
    rest = made(finance.post("/invoices/A~2F1/disputes", DISPUTE | {"amount": None}))
    assert rest["amount"] == euros("93.00")
    no = {"decision": "reject", "resolution": "as ordered"}
    ended = made(finance.post(f"{rest['self']}/resolution", no), 200)
    assert (ended["state"], ended["credit_note"]) == ("rejected", None)


def test_accounts_invoices_and_customers_are_held_and_released(world: World, finance: Gateway) -> None:
    for path in (f"{ACCOUNT}/hold", "/invoices/A~2F1/hold", "/customers/C-1/hold"):
        held = made(finance.put(path, HOLD), 200)["hold"]
        assert (held["reason"], held["by"], held["owner"]) == ("flood", "finn", "olga")
        world.stores.shelf.changed("C-1.EUR", next_action_at=NOW + timedelta(days=9))
        assert made(finance.delete(path), 200)["hold"] is None
        assert world.account().next_action_at == AT_ONCE


def test_more_time_is_granted_and_taken_back(finance: Gateway) -> None:
    given = made(finance.post("/invoices/A~2F1/extension", MORE))
    assert given["due_date"] == "2026-04-01"
    assert (given["extension"]["due_date"], given["extension"]["interest"]) == ("2026-05-01", "new_due_date")
    assert made(finance.delete("/invoices/A~2F1/extension"), 200)["extension"] is None


def test_a_credit_limit_is_read_released_and_restored(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    world.customers.update(replace(world.customers.get("C-1"), credit_limit=Amounts.of(eur(10_000))))
    [standing] = reader.get("/customers/C-1/credit").body["standings"]
    assert standing == {
        "currency": "EUR",
        "exposure": euros("150.00"),
        "limit": euros("100.00"),
        "available": euros("0.00"),
        "state": "exceeded",
    }
    released = made(finance.put("/customers/C-1/credit-release", RELEASE), 200)
    assert released["standings"][0]["state"] == "released"
    assert released["release"]["by"] == "finn"
    assert made(finance.delete("/customers/C-1/credit-release"), 200)["release"] is None


def test_overdue_decisions_are_listed_page_by_page(finance: Gateway) -> None:
    ids = {
        made(finance.post("/invoices/A~2F1/disputes", DISPUTE | {"amount": euros("1.00")}))["id"]
        for _ in range(3)
    }
    later = Gateway("rita", "read-only", at=NOW + timedelta(days=30))
    found, path = [], "/decisions/overdue?limit=2"
    for _ in range(20):
        page = later.get(path).body
        found += page["items"]
        if page["next"] is None:
            break
        path = f"/decisions/overdue?limit=2&next={page['next']}"
    assert {each["id"] for each in found} == ids
    assert {(each["kind"], each["owner"], each["since"]) for each in found} == {
        ("dispute", "olga", "2026-03-16")
    }
    assert found[0]["self"] == f"/arrangements/{found[0]['id']}"
    assert Gateway("rita", "read-only", at=NOW).get("/decisions/overdue?limit=200").body["items"] == []


@pytest.mark.parametrize(
    ("path", "body", "wrong"),
    [
        (f"{ACCOUNT}/promises", PROMISE | {"parts": []}, "parts"),
        (f"{ACCOUNT}/promises", PROMISE | {"parts": [part("2026-03-01", "1.00")]}, "parts.0.on"),
        (f"{ACCOUNT}/promises", PROMISE | {"parts": [part("2026-03-10", "0.001")]}, "parts.0.amount.amount"),
        (f"{ACCOUNT}/promises", PROMISE | {"receivables": ["B", "C"]}, "receivables.1"),
        (f"{ACCOUNT}/promises", PROMISE | {"made_by": "Ada\nBlum"}, "made_by"),
        (f"{ACCOUNT}/promises", PROMISE | {"colour": "red"}, "colour"),
        (f"{ACCOUNT}/plans", PLAN | {"parts": [part("2026-04-01", "150.00")]}, "schedule"),
        (f"{ACCOUNT}/plans", PLAN | {"annual_percent": "-1"}, "annual_percent"),
        (f"{ACCOUNT}/plans", PLAN | {"annual_percent": "100.5"}, "annual_percent"),
        (f"{ACCOUNT}/plans", PLAN | {"grace_days": -1}, "grace_days"),
        (f"{ACCOUNT}/plans", PLAN | {"missed_limit": 5}, "missed_limit"),
        (f"{ACCOUNT}/plans", PLAN | {"schedule": {"count": 0, "first": "2026-03-31"}}, "schedule.count"),
        (
            f"{ACCOUNT}/plans",
            PLAN | {"down_payment": part("2026-03-09", "150.00")},
            "down_payment.amount.amount",
        ),
        (f"{ACCOUNT}/plans", PLAN | {"fee": {"amount": "1", "currency": "USD"}}, "fee.currency"),
        ("/invoices/A~2F1/disputes", DISPUTE | {"amount": euros("100.01")}, "amount.amount"),
        ("/invoices/A~2F1/disputes", DISPUTE | {"reason": "mood"}, "reason"),
        ("/invoices/A~2F1/disputes", DISPUTE | {"deadline": "2026-03-01"}, "deadline"),
        ("/invoices/A~2F1/extension", MORE | {"due_date": "2026-04-01"}, "due_date"),
        ("/invoices/A~2F1/extension", MORE | {"interest": "never"}, "interest"),
    ],
)
def test_bad_input_is_refused_with_its_field_and_nothing_is_written(
    world: World, finance: Gateway, path: str, body: dict[str, Any], wrong: str
) -> None:
    refused = finance.post(path, body)
    assert (refused.status, refused.fields) == (400, [wrong]), refused.body
    assert world.stores.shelf.arrangements == {}
    assert world.account().balance == eur(15_000)


@pytest.mark.parametrize("path", [f"{ACCOUNT}/hold", "/invoices/A~2F1/hold", "/customers/C-1/hold"])
def test_a_hold_without_an_end_or_with_one_that_has_passed_is_refused(finance: Gateway, path: str) -> None:
    assert finance.put(path, {"reason": "flood"}).fields == ["until"]
    assert finance.put(path, HOLD | {"until": "2026-03-01T00:00:00Z"}).fields == ["until"]
    assert finance.put(path, HOLD | {"until": "2199-01-01T00:00:00Z"}).fields == ["until"]


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"content_type": "text/html"}, ["content_type"]),
        ({"name": "scratch.exe"}, ["name"]),
        ({"size": 20_000_001}, ["size"]),
    ],
)
def test_files_that_are_no_evidence_are_refused(
    finance: Gateway, changes: dict[str, Any], wrong: list[str]
) -> None:
    dispute = made(finance.post("/invoices/A~2F1/disputes", DISPUTE))
    assert finance.post(f"{dispute['self']}/evidence", FILE | changes).fields == wrong
    assert finance.get(dispute["self"]).body["dispute"]["evidence"] == []


@pytest.mark.parametrize(
    "answer",
    [{"decision": "partial_credit"}, {"decision": "credit", "credited": {"amount": "1", "currency": "EUR"}}],
)
def test_an_answer_to_a_dispute_says_how_much_when_it_is_a_part_and_only_then(
    finance: Gateway, answer: dict[str, Any]
) -> None:
    dispute = made(finance.post("/invoices/A~2F1/disputes", DISPUTE))
    refused = finance.post(f"{dispute['self']}/resolution", answer | {"resolution": "as measured"})
    assert (refused.status, refused.fields) == (400, ["credited"])
    assert finance.get(dispute["self"]).body["state"] == "open"


def test_what_does_not_exist_is_not_found(finance: Gateway) -> None:
    assert finance.post("/accounts/C-9.EUR/promises", PROMISE).status == 404
    assert finance.post("/invoices/X/disputes", DISPUTE).status == 404
    assert finance.put("/invoices/X/hold", HOLD).status == 404
    assert finance.post("/invoices/X/extension", MORE).status == 404
    assert finance.get("/arrangements/prm_X").status == 404
    assert finance.get("/customers/C-9/credit").status == 404


def test_readers_arrange_nothing(world: World, reader: Gateway) -> None:
    sent = [
        reader.post(f"{ACCOUNT}/promises", PROMISE),
        reader.post(f"{ACCOUNT}/plans", PLAN),
        reader.post("/invoices/A~2F1/disputes", DISPUTE),
        reader.post("/invoices/A~2F1/extension", MORE),
        reader.put(f"{ACCOUNT}/hold", HOLD),
        reader.put("/customers/C-1/credit-release", RELEASE),
    ]
    assert {answer.status for answer in sent} == {403}
    assert world.stores.shelf.arrangements == {}


STEPS = [{"key": "late", "offset_days": 5}, {"key": "case", "offset_days": 20, "action": "escalate"}]
STRICT: dict[str, Any] = {
    "id": "strict",
    "name": "Strict",
    "steps": STEPS,
    "in_force_from": "2026-01-01",
    "promises": {"most_open": 1, "longest_days": 10, "grace_days": 5, "escalate": True},
}


def test_a_policy_says_which_promises_are_taken(world: World, finance: Gateway) -> None:
    admin = Gateway("ada", "admin")
    written = made(admin.post("/policies", STRICT))
    assert written["promises"] == STRICT["promises"] | {"most_broken": None, "resume_at": None}
    world.customers.update(replace(world.customers.get("C-1"), policy_id="strict"))
    far = PROMISE | {"parts": [part("2026-03-13", "100.00")]}
    assert finance.post(f"{ACCOUNT}/promises", far).fields == ["parts.0.on"]
    taken = made(finance.post(f"{ACCOUNT}/promises", PROMISE))
    assert (taken["promise"]["grace_days"], taken["promise"]["resume_at"]) == (5, 20)
    second = PROMISE | {"receivables": ["B"], "parts": [part("2026-03-10", "50.00")]}
    assert finance.post(f"{ACCOUNT}/promises", second).status == 409


@pytest.mark.parametrize(
    ("rules", "wrong"),
    [
        ({"most_open": -1}, "promises.most_open"),
        ({"longest_days": 0}, "promises.longest_days"),
        ({"resume_at": "never"}, "promises.resume_at"),
        ({"resume_at": "late", "escalate": True}, "promises.escalate"),
    ],
)
def test_rules_for_promises_that_are_wrong_are_refused_by_field(rules: dict[str, Any], wrong: str) -> None:
    answer = Gateway("ada", "admin").post("/policies", STRICT | {"promises": rules})
    assert (answer.status, answer.fields) == (400, [wrong])
