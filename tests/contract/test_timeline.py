"""The timeline: everything that happened on an account, as plain facts, newest first."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from receivables.arrangements import Hold
from receivables.core.errors import NotFound
from receivables.ledger import AT_ONCE, Posting, PostOutcome
from receivables.ledger.facts import account_event
from tests.builders import NOW, approval, customer, eur, invoice, issued, notice, payment
from tests.contract.conftest import Stores
from tests.contract.postings import arranging, holding, noting, promise
from tests.contract.steps import account, claim, known_customer, opened, pay


def facts(stores: Stores, limit: int = 50) -> list[dict]:
    return [dict(fact) for fact in stores.ledger.timeline("C-1.EUR", limit).items]


def test_nothing_has_happened_on_an_unknown_account(stores: Stores) -> None:
    page = stores.ledger.timeline("C-1.EUR", 5)
    assert (page.items, page.position) == ((), None)


def test_the_newest_comes_first_and_pages_follow_each_other(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    for minutes in (5, 1, 3, 2, 4):
        pay(stores, payment(minor=minutes, received_at=NOW + timedelta(minutes=minutes)))
    amounts, position = [], None
    for _ in range(3):
        page = stores.ledger.timeline("C-1.EUR", 2, position)
        amounts += [fact["amount"] for fact in page.items]
        position = page.position
    assert amounts == [5, 4, 3, 2, 1, 10_000]
    assert position is None


def test_a_page_that_holds_just_everything_is_the_last(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    assert stores.ledger.timeline("C-1.EUR", 2).position is None


def test_an_entry_tells_its_amount_and_invoice(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment(minor=400, key="stripe/main/pi_x", received_at=NOW + timedelta(hours=1)))
    fact = facts(stores)[0]
    fact.pop("id")
    assert fact == {
        "kind": "entry",
        "at": "2026-03-02T09:00:00.000000Z",
        "entry_kind": "payment",
        "amount": 400,
        "currency": "EUR",
        "effective_at": "2026-03-02T08:00:00.000000Z",
        "invoice": "INV-1",
        "source": "stripe/main",
        "legs": [
            {"ledger": "cash", "minor": 400, "item": None},
            {"ledger": "receivable", "minor": -400, "item": "INV-1"},
        ],
        "reason": "",
        "due_date": None,
        "payment": "stripe/main/pi_x",
        "reverses": None,
    }


def test_a_notice_is_shown_as_it_stands_now(stores: Stores) -> None:
    who = known_customer(stores)
    reminder = notice(at=NOW + timedelta(hours=1), reasons=("7 days before due",))
    claim(stores, who, reminder)
    stores.notices.sent(reminder, "message-1", NOW + timedelta(hours=2))
    assert facts(stores)[0] == {
        "kind": "notice",
        "id": reminder.id,
        "at": "2026-03-02T09:00:00.000000Z",
        "notice_kind": "dunning",
        "channel": "email",
        "address": "ada@example.com",
        "step_key": "friendly",
        "policy": "standard/1",
        "state": "sent",
        "state_reason": "",
        "message_id": "message-1",
        "settled_at": "2026-03-02T10:00:00.000000Z",
        "amount": 10_000,
        "currency": "EUR",
        "items": [{"number": "INV-1", "balance": 10_000, "step_offset": 1, "reached": True}],
        "reasons": ["7 days before due"],
    }


def test_a_case_tells_what_it_does_and_who_decided(stores: Stores) -> None:
    case = opened(stores)
    asked = approval(case, requested_at=NOW)
    case = stores.cases.advance(
        case, "approval_requested", account_rev=account(stores).rev, facts={"days": "10"}, approval=asked
    )
    stores.cases.decide(asked, asked.state.REJECTED, "ada", "not yet", NOW + timedelta(hours=1))
    told = facts(stores)
    assert [fact["kind"] for fact in told[:3]] == ["decision", "entry", "case_event"]
    assert {key: told[0][key] for key in ("decision", "by", "reason", "action", "case_id")} == {
        "decision": "rejected",
        "by": "ada",
        "reason": "not yet",
        "action": "suspend_service",
        "case_id": case.id,
    }
    events = [fact for fact in told if fact["kind"] == "case_event"]
    assert [(fact["event"], fact["id"]) for fact in events] == [
        ("approval_requested", f"{case.id}-00001"),
        ("opened", f"{case.id}-00000"),
    ]
    assert (events[0]["stage"], events[0]["facts"], events[0]["customer_id"]) == (
        "opened",
        {"days": "10"},
        "C-1",
    )


def test_what_moved_no_money_is_recorded_with_all_that_it_tells(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    placed = account_event(
        "hold_placed", "evt_1", NOW, "ada", reason="disputed", until="2026-03-09", days=7, lifted=None
    )
    stores.ledger.post(Posting("C-1.EUR", facts=(placed,)))
    (told,) = [fact for fact in facts(stores) if fact["kind"] == "account_event"]
    assert told == {
        "kind": "account_event",
        "id": "evt_1",
        "at": "2026-03-02T08:00:00.000000Z",
        "event": "hold_placed",
        "by": "ada",
        "reason": "disputed",
        "until": "2026-03-09",
        "days": 7,
    }


def test_every_fact_is_ready_for_json_and_says_what_it_is(stores: Stores) -> None:
    case = opened(stores)
    who = stores.customers.create(customer())
    claim(stores, who, notice())
    stores.ledger.post(holding(None))
    stores.ledger.post(arranging(promise()))
    stores.ledger.describe("INV-1", "Consulting", 0, NOW, "ada")
    stores.cases.failed(case, "broken")
    told = facts(stores)
    assert json.loads(json.dumps(told)) == told
    assert all({"kind", "id", "at"} <= fact.keys() for fact in told)
    assert {fact["kind"] for fact in told} == {
        "entry", "notice", "case_event", "account_event", "arrangement",
    }  # fmt: skip


def test_a_hold_is_kept_wakes_the_account_and_moves_its_rev(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan("C-1.EUR", 1, progress={}, worked_at=NOW, next_action_at=NOW + timedelta(days=3))
    hold = Hold("disputed", "ada", NOW, NOW + timedelta(days=7))
    assert stores.ledger.post(holding(hold)) is PostOutcome.POSTED
    held = account(stores)
    assert (held.hold, held.rev, held.next_action_at) == (hold, 3, AT_ONCE)
    stores.ledger.post(noting(over_limit=True))
    assert account(stores).hold == hold
    stores.ledger.post(holding(None))
    assert account(stores).hold is None


def test_an_account_that_does_not_exist_cannot_be_held(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.ledger.post(holding(None))
    assert stores.ledger.timeline("C-1.EUR", 5).items == ()


def test_entries_are_read_oldest_first(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    for minutes in (3, 1, 2):
        pay(stores, payment(minor=minutes, received_at=NOW + timedelta(minutes=minutes)))
    assert [entry.amount for entry in stores.ledger.entries("C-1.EUR")] == [
        eur(10_000),
        eur(1),
        eur(2),
        eur(3),
    ]
