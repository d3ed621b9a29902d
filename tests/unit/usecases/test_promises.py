"""Promises are taken down within what the policy allows, and decided by the ledger."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time, timedelta

import pytest

from receivables.arrangements import Covered, Promise, PromiseState
from receivables.arrangements.promise_verdict import verdict
from receivables.core.clock import local_instant
from receivables.core.errors import Conflict, InvalidFields, NotFound
from receivables.core.money import Money
from receivables.dunning.policy import DEFAULT_POLICY, PromiseRules
from receivables.ledger import AT_ONCE, PostOutcome
from receivables.usecases.arrangement_endings import end_promise
from receivables.usecases.arrangement_progress import paid_by, settled_since, unread_covers
from receivables.usecases.promises import PromiseOrder
from tests.builders import NOW, day, eur
from tests.unit.usecases.desk import ACCOUNT, BERLIN, Desk, part

ORDER = PromiseOrder((part(day(5), 10_000),), "Ada Blum", "phone", ("INV-1",), "after the fair")


def noon(number: int) -> datetime:
    return local_instant(day(number), time(12), BERLIN)


def progress(desk: Desk, promise: Promise, by_day: date) -> Money:
    items = desk.working_set.items
    documents = {number: desk.ledger.invoice(number)[0] for number in unread_covers(promise.covers, items)}
    return settled_since(promise.covers, items, documents, BERLIN, by_day)


def judge(desk: Desk, promise: Promise, number: int) -> Promise:
    """What upkeep does with a promise on a day."""
    working_set = desk.working_set
    documents = {n: desk.ledger.invoice(n)[0] for n in unread_covers(promise.covers, working_set.items)}
    found = verdict(promise, paid_by(promise.covers, working_set.items, documents, BERLIN), day(number))
    posting = end_promise(promise, found, working_set, noon(number))
    assert desk.ledger.post(posting) is PostOutcome.POSTED
    stored = desk.ledger.arrangement(promise.id)
    assert isinstance(stored, Promise)
    return stored


def test_a_promise_covers_what_is_open_and_wakes_the_account() -> None:
    desk = Desk()
    desk.pay(2_500)
    desk.settle()
    promise = desk.promises.take(ACCOUNT, replace(ORDER, parts=(part(day(5), 7_500),)), "finn", NOW)
    assert desk.ledger.arrangement(promise.id) == promise
    assert promise.covers == (Covered("INV-1", eur(7_500)),)
    assert promise.grace_days == DEFAULT_POLICY.promises.grace_days
    assert desk.account.next_action_at == AT_ONCE
    [fact] = desk.facts("arrangement")
    assert (fact["arrangement_id"], fact["event"]) == (promise.id, "made")


def test_without_names_all_that_is_open_and_free_is_covered_oldest_due_first() -> None:
    desk = Desk()
    everything = desk.promises.take(
        ACCOUNT, replace(ORDER, receivables=(), parts=(part(day(5), 15_000),)), "finn", NOW
    )
    assert [covered.number for covered in everything.covers] == ["INV-1", "INV-2"]


def test_what_is_promised_is_not_promised_again() -> None:
    desk = Desk()
    desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    with pytest.raises(InvalidFields) as caught:
        desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    assert caught.value.errors[0].field == "receivables.0"
    rest = desk.promises.take(
        ACCOUNT, replace(ORDER, receivables=(), parts=(part(day(5), 5_000),)), "finn", NOW
    )
    assert [covered.number for covered in rest.covers] == ["INV-2"]


@pytest.mark.parametrize(
    ("order", "field"),
    [
        (replace(ORDER, receivables=("INV-9",)), "receivables.0"),
        (replace(ORDER, parts=(part(day(5), 10_001),)), "parts"),
        (replace(ORDER, parts=(part(day(31), 10_000),)), "parts.0.on"),
    ],
    ids=["not open", "more than is open", "further than the policy takes"],
)
def test_what_cannot_be_promised_is_refused(order: PromiseOrder, field: str) -> None:
    desk = Desk()
    with pytest.raises(InvalidFields) as caught:
        desk.promises.take(ACCOUNT, order, "finn", NOW)
    assert [each.field for each in caught.value.errors] == [field]
    assert desk.working_set.arrangements == ()


def test_an_account_that_does_not_exist_is_not_found() -> None:
    with pytest.raises(NotFound):
        Desk().promises.take("C-9.EUR", ORDER, "finn", NOW)


def test_the_policy_limits_how_many_promises_are_open_at_a_time() -> None:
    desk = Desk(replace(DEFAULT_POLICY, promises=PromiseRules(most_open=1)))
    desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    with pytest.raises(Conflict):
        desk.promises.take(
            ACCOUNT, replace(ORDER, receivables=("INV-2",), parts=(part(day(5), 5_000),)), "finn", NOW
        )


def test_who_broke_more_promises_than_the_policy_forgives_is_not_trusted_again() -> None:
    desk = Desk(replace(DEFAULT_POLICY, promises=PromiseRules(most_broken=0)))
    judge(desk, desk.promises.take(ACCOUNT, ORDER, "finn", NOW), 8)
    with pytest.raises(Conflict):
        desk.promises.take(ACCOUNT, ORDER, "finn", NOW)


def test_a_kept_promise_counts_for_the_customer_and_raises_nothing() -> None:
    desk = Desk()
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    desk.pay(10_000, noon(7))
    done = judge(desk, promise, 7)
    assert (done.state, done.active, done.ended_at) == (PromiseState.KEPT, False, noon(7))
    assert (desk.account.promises.kept, desk.account.promises.broken) == (1, 0)
    assert desk.account.raised == {}
    assert desk.working_set.arrangements == ()
    assert [fact["event"] for fact in desk.facts("arrangement")] == ["kept", "made"]


def test_a_broken_promise_counts_and_resumes_at_the_step_of_the_policy() -> None:
    desk = Desk(replace(DEFAULT_POLICY, promises=PromiseRules(resume_at="reminder-2")))
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    assert judge(desk, promise, 8).state is PromiseState.BROKEN
    assert desk.account.promises.broken == 1
    assert desk.account.raised == {"INV-1": 10}
    assert desk.account.next_action_at == AT_ONCE


def test_a_broken_promise_can_go_straight_to_escalation() -> None:
    desk = Desk(replace(DEFAULT_POLICY, promises=PromiseRules(escalate=True)))
    judge(desk, desk.promises.take(ACCOUNT, ORDER, "finn", NOW), 8)
    assert desk.account.raised == {"INV-1": 30}


def test_a_promise_that_was_partly_kept_resumes_where_it_stood() -> None:
    desk = Desk(replace(DEFAULT_POLICY, promises=PromiseRules(escalate=True)))
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    desk.pay(1, noon(3))
    assert judge(desk, promise, 8).state is PromiseState.PARTLY_KEPT
    assert desk.account.promises.partly_kept == 1
    assert desk.account.raised == {}


def test_money_counts_on_the_day_on_which_it_came_where_the_customer_is() -> None:
    desk = Desk()
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    last_second = local_instant(day(8), time(), BERLIN) - timedelta(seconds=1)
    desk.pay(4_000, last_second)
    desk.pay(6_000, last_second + timedelta(seconds=1))
    assert progress(desk, promise, day(6)) == eur(0)
    assert progress(desk, promise, day(7)) == eur(4_000)
    assert progress(desk, promise, day(8)) == eur(10_000)


def test_money_that_had_come_before_the_promise_does_not_count_for_it() -> None:
    desk = Desk()
    desk.pay(2_500)
    promise = desk.promises.take(ACCOUNT, replace(ORDER, parts=(part(day(5), 7_500),)), "finn", NOW)
    assert progress(desk, promise, day(5)) == eur(0)


def test_a_promise_that_has_ended_is_not_ended_again() -> None:
    desk = Desk()
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    done = judge(desk, promise, 8)
    with pytest.raises(Conflict):
        judge(desk, done, 9)
    # A worker that still holds what it had read before: the ledger refuses, and counts nothing twice.
    found = verdict(promise, lambda _: eur(0), day(8))
    stale = end_promise(promise, found, desk.working_set, noon(8))
    assert desk.ledger.post(stale) is PostOutcome.STALE
    assert desk.account.promises.broken == 1


def test_a_promise_can_be_taken_back_once() -> None:
    desk = Desk()
    promise = desk.promises.take(ACCOUNT, ORDER, "finn", NOW)
    desk.settle()
    done = desk.cancel.cancel(promise.id, "was for somebody else", "fay", noon(1))
    assert isinstance(done, Promise)
    assert (done.state, done.ended_by, done.ending) == (
        PromiseState.CANCELLED,
        "fay",
        "was for somebody else",
    )
    assert desk.account.next_action_at == AT_ONCE
    with pytest.raises(Conflict):
        desk.cancel.cancel(promise.id, "again", "fay", noon(1))
