"""Cases and approvals: opened once, woken for certain, decided once, closed with everything that belongs to them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.cases.case import Approval, ApprovalState, Case, Outcome, Stage
from receivables.core.errors import AlreadyExists, Conflict, NotFound, StaleRevision
from receivables.ledger import AT_ONCE
from tests.builders import NOW, approval, case, eur, invoice, issued, payment
from tests.contract.conftest import Stores
from tests.contract.steps import account, opened, pay, working_set

LATER = NOW + timedelta(hours=1)


def advanced(stores: Stores, was: Case, event: str = "notified", **changes: object) -> Case:
    return stores.cases.advance(
        replace(was, **changes),  # type: ignore[arg-type]
        event,
        account_rev=account(stores).rev,
        facts={},
    )


def closed(stores: Stores, was: Case, **options: object) -> None:
    ended = replace(was, stage=Stage.CLOSED, outcome=Outcome.PAID, closed_at=LATER, clock=LATER, wake_at=None)
    stores.cases.close(ended, options.get("approval"), facts={"outcome": "paid"})  # type: ignore[arg-type]


def test_an_open_case_marks_its_invoices_and_sets_the_plan(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-2"))
    fresh = opened(stores)
    found = working_set(stores)
    assert {item.number: item.case_id for item in found.open_items} == {"INV-1": fresh.id, "INV-2": None}
    assert found.case is not None
    assert (found.case.id, found.case.stage, found.case.invoices, found.case.started) == (
        fresh.id,
        "opened",
        ("INV-1",),
        False,
    )
    assert (found.account.progress, found.account.worked_at, found.account.next_action_at) == (
        {"INV-1": 6},
        NOW,
        NOW,
    )
    assert stores.cases.get(fresh.id) == fresh
    _, item = stores.ledger.invoice("INV-1")
    assert item is not None
    assert item.case_id == fresh.id
    assert [pair[1].case_id for pair in stores.ledger.invoices("C-1.EUR", 9).items if pair[1]] == [
        fresh.id,
        None,
    ]


def test_opening_the_same_case_again_is_success_and_changes_nothing(stores: Stores) -> None:
    fresh = opened(stores)
    before = working_set(stores)
    stores.cases.open(fresh, rev=1, progress={}, next_action_at=None)
    assert working_set(stores) == before
    assert len(stores.ledger.timeline("C-1.EUR", 9).items) == 2


def test_an_account_has_one_case_at_a_time(stores: Stores) -> None:
    fresh = opened(stores)
    with pytest.raises(AlreadyExists):
        stores.cases.open(
            replace(fresh, id="case_other"), rev=account(stores).rev, progress={}, next_action_at=None
        )


def test_no_case_is_opened_from_old_facts(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment(minor=1))
    with pytest.raises(StaleRevision):
        stores.cases.open(case(), rev=1, progress={}, next_action_at=None)
    assert stores.cases.active("C-1.EUR") is None
    assert working_set(stores).open_items[0].case_id is None


def test_no_case_is_opened_for_an_invoice_that_is_closed(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    pay(stores, payment("INV-1"))
    with pytest.raises(StaleRevision):
        stores.cases.open(
            case("C-1.EUR", "INV-1", "INV-2"), rev=account(stores).rev, progress={}, next_action_at=None
        )
    assert stores.cases.active("C-1.EUR") is None


def test_invoices_join_a_case_that_is_open(stores: Stores) -> None:
    fresh = opened(stores)
    issued(stores.ledger, invoice("INV-2"))
    stores.cases.join(
        replace(fresh, clock=LATER),
        ["INV-2"],
        rev=account(stores).rev,
        progress={"INV-1": 6, "INV-2": 6},
        next_action_at=LATER,
    )
    joined = stores.cases.get(fresh.id)
    assert (joined.invoices, joined.rev, joined.clock) == (("INV-1", "INV-2"), 1, LATER)
    assert {item.case_id for item in working_set(stores).open_items} == {fresh.id}
    assert account(stores).progress == {"INV-1": 6, "INV-2": 6}
    with pytest.raises(StaleRevision):
        stores.cases.join(fresh, ["INV-2"], rev=account(stores).rev, progress={}, next_action_at=None)
    with pytest.raises(StaleRevision):
        stores.cases.join(joined, ["INV-2"], rev=1, progress={}, next_action_at=None)


def test_an_unknown_case_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.cases.get("case_1")
    assert stores.cases.active("C-1.EUR") is None


def test_a_workflow_that_runs_is_known_to_run(stores: Stores) -> None:
    fresh = opened(stores)
    stores.cases.started(fresh)
    stored = stores.cases.get(fresh.id)
    assert (stored.started, stored.rev) == (True, 0)
    found = working_set(stores).case
    assert found is not None
    assert found.started


def test_a_new_run_forgets_the_token_of_the_old_one(stores: Stores) -> None:
    fresh = opened(stores)
    stores.cases.started(fresh)
    stores.cases.park(fresh, "token-1", 0)
    again = stores.cases.rerun(fresh)
    assert (again.run, again.token, again.started, again.rev) == (2, None, False, 0)
    assert again.execution == f"{fresh.id}-2"
    assert stores.cases.rerun(fresh) == again
    stores.cases.started(fresh)
    assert not stores.cases.get(fresh.id).started
    closed(stores, again)
    with pytest.raises(StaleRevision):
        stores.cases.rerun(again)


def test_a_wake_while_nobody_waits_is_remembered(stores: Stores) -> None:
    fresh = opened(stores)
    assert stores.cases.wake("C-1.EUR", fresh.id, LATER) is None
    assert not stores.cases.park(fresh, "token-1", seen=0)
    assert stores.cases.park(fresh, "token-1", seen=1)
    stored = stores.cases.get(fresh.id)
    assert (stored.wake_count, stored.token, stored.clock, stored.rev) == (1, "token-1", LATER, 0)


def test_a_wake_after_parking_gets_the_token(stores: Stores) -> None:
    fresh = opened(stores)
    assert stores.cases.park(fresh, "token-1", seen=0)
    assert stores.cases.wake("C-1.EUR", fresh.id, None) == "token-1"
    assert stores.cases.wake("C-1.EUR", fresh.id, None) == "token-1"
    assert stores.cases.get(fresh.id).wake_count == 2


def test_parking_the_same_token_again_is_success_also_after_a_wake(stores: Stores) -> None:
    fresh = opened(stores)
    assert stores.cases.park(fresh, "token-1", seen=0)
    assert stores.cases.park(fresh, "token-1", seen=0)
    stores.cases.wake("C-1.EUR", fresh.id, None)
    assert stores.cases.park(fresh, "token-1", seen=0)
    assert not stores.cases.park(fresh, "token-2", seen=0)


def test_the_clock_of_a_case_only_moves_on(stores: Stores) -> None:
    fresh = opened(stores)
    stores.cases.wake("C-1.EUR", fresh.id, LATER)
    stores.cases.wake("C-1.EUR", fresh.id, NOW)
    stores.cases.wake("C-1.EUR", fresh.id, None)
    stored = stores.cases.get(fresh.id)
    assert (stored.clock, stored.wake_count) == (LATER, 3)
    # A step that was worked out before the wake does not turn the clock back either.
    assert advanced(stores, fresh, clock=NOW).rev == 1
    assert stores.cases.get(fresh.id).clock == LATER


def test_a_case_that_is_closed_is_not_woken_and_keeps_no_token(stores: Stores) -> None:
    fresh = opened(stores)
    closed(stores, fresh)
    assert stores.cases.wake("C-1.EUR", fresh.id, LATER) is None
    assert not stores.cases.park(fresh, "token-1", seen=0)
    stores.cases.started(fresh)
    stores.cases.failed(fresh, "too late")
    assert stores.cases.active("C-1.EUR") is None
    assert stores.cases.get(fresh.id).failure == ""


def test_a_wake_of_a_case_before_it_is_nothing_to_the_next_one(stores: Stores) -> None:
    fresh = opened(stores)
    assert stores.cases.wake("C-1.EUR", "case_before", LATER) is None
    assert stores.cases.get(fresh.id).wake_count == 0


def test_a_step_is_stored_and_forgets_the_token(stores: Stores) -> None:
    fresh = opened(stores)
    stores.cases.started(fresh)
    stores.cases.park(fresh, "token-1", seen=0)
    stores.cases.failed(stores.cases.get(fresh.id), "broken")
    stores.cases.wake("C-1.EUR", fresh.id, LATER)
    rev = account(stores).rev
    was = stores.cases.get(fresh.id)
    assert (was.failure, was.rev) == ("broken", 1)
    moved = advanced(
        stores,
        was,
        stage=Stage.NOTIFIED,
        wake_at=LATER + timedelta(days=10),
        suspended=True,
        placed=True,
        approval_id="apr_1",
        clock=LATER,
    )
    stored = stores.cases.get(fresh.id)
    assert moved == stored
    assert (stored.stage, stored.wake_at, stored.suspended, stored.placed, stored.approval_id) == (
        Stage.NOTIFIED,
        LATER + timedelta(days=10),
        True,
        True,
        "apr_1",
    )
    assert (stored.token, stored.failure, stored.rev, stored.wake_count, stored.started) == (
        None,
        "",
        2,
        1,
        True,
    )
    assert (account(stores).rev, account(stores).next_action_at) == (rev + 1, AT_ONCE)
    found = working_set(stores).case
    assert found is not None
    assert (found.stage, found.wake_at) == ("notified", stored.wake_at)
    assert advanced(stores, stored, approval_id=None, wake_at=None).approval_id is None
    assert (stores.cases.get(fresh.id).approval_id, stores.cases.get(fresh.id).wake_at) == (None, None)


def test_a_step_from_old_facts_is_refused(stores: Stores) -> None:
    fresh = opened(stores)
    rev = account(stores).rev
    advanced(stores, fresh)
    with pytest.raises(StaleRevision):
        advanced(stores, fresh)
    current = stores.cases.get(fresh.id)
    with pytest.raises(StaleRevision):
        stores.cases.advance(current, "notified", account_rev=rev, facts={})
    assert stores.cases.get(fresh.id) == current


def test_no_step_after_a_payment_since_the_facts_were_read(stores: Stores) -> None:
    fresh = opened(stores)
    rev = account(stores).rev
    pay(stores, payment())
    with pytest.raises(StaleRevision):
        stores.cases.advance(fresh, "placing", account_rev=rev, facts={})


def test_a_closed_case_is_kept_and_unmarks_what_is_still_open(stores: Stores) -> None:
    fresh = opened(stores, ["INV-1", "INV-2"])
    pay(stores, payment("INV-1"))
    rev = account(stores).rev
    closed(stores, fresh)
    assert stores.cases.active("C-1.EUR") is None
    kept = stores.cases.get(fresh.id)
    assert (kept.stage, kept.outcome, kept.closed_at, kept.rev) == (Stage.CLOSED, Outcome.PAID, LATER, 1)
    found = working_set(stores)
    assert found.case is None
    assert [(item.number, item.case_id) for item in found.open_items] == [("INV-2", None)]
    assert (found.account.rev, found.account.next_action_at) == (rev + 1, AT_ONCE)
    assert stores.ledger.timeline("C-1.EUR", 1).items[0]["facts"] == {"outcome": "paid"}


def test_a_case_that_changed_meanwhile_is_not_closed(stores: Stores) -> None:
    fresh = opened(stores)
    advanced(stores, fresh)
    with pytest.raises(StaleRevision):
        closed(stores, fresh)
    closed(stores, stores.cases.get(fresh.id))
    with pytest.raises(StaleRevision):
        closed(stores, stores.cases.get(fresh.id))


def test_a_wake_does_not_keep_a_case_from_being_closed(stores: Stores) -> None:
    fresh = opened(stores)
    stores.cases.wake("C-1.EUR", fresh.id, LATER)
    closed(stores, fresh)
    assert stores.cases.active("C-1.EUR") is None


def test_a_new_case_may_follow_a_closed_one(stores: Stores) -> None:
    fresh = opened(stores)
    closed(stores, fresh)
    second = replace(fresh, id="case_second")
    stores.cases.open(second, rev=account(stores).rev, progress={}, next_action_at=None)
    assert stores.cases.active("C-1.EUR") == second
    assert stores.cases.get(fresh.id).stage is Stage.CLOSED
    assert working_set(stores).open_items[0].case_id == "case_second"


def test_a_case_of_more_invoices_than_a_transaction_holds(stores: Stores) -> None:
    numbers = [f"INV-{number:03}" for number in range(98)]
    fresh = opened(stores, numbers[:95])
    issued(stores.ledger, *(invoice(number) for number in numbers[95:]))
    stores.cases.join(fresh, numbers[95:], rev=account(stores).rev, progress={}, next_action_at=None)
    assert {item.case_id for item in working_set(stores).open_items} == {fresh.id}
    joined = stores.cases.get(fresh.id)
    assert joined.invoices == tuple(numbers)
    closed(stores, joined)
    assert {item.case_id for item in working_set(stores).open_items} == {None}
    assert account(stores).balance == eur(98 * 10_000)


def asked(stores: Stores) -> tuple[Case, Approval]:
    fresh = opened(stores)
    request = approval(fresh)
    moved = stores.cases.advance(
        replace(fresh, stage=Stage.AWAITING_SUSPENSION, approval_id=request.id),
        "approval_requested",
        account_rev=account(stores).rev,
        facts={},
        approval=request,
    )
    return moved, request


def test_a_request_is_stored_with_the_step_that_asks(stores: Stores) -> None:
    _, request = asked(stores)
    assert stores.cases.approval(request.id) == request
    assert stores.cases.pending_approvals(9).items == (request,)
    assert list(stores.cases.undelivered_approvals(9)) == []
    with pytest.raises(NotFound):
        stores.cases.approval("apr_other")


def test_a_request_is_decided_once(stores: Stores) -> None:
    _, request = asked(stores)
    decided = stores.cases.decide(request, ApprovalState.APPROVED, "ada", "long overdue", LATER)
    assert decided == stores.cases.approval(request.id)
    assert (decided.state, decided.decided_by, decided.decided_at, decided.reason, decided.delivered) == (
        ApprovalState.APPROVED,
        "ada",
        LATER,
        "long overdue",
        False,
    )
    for state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
        with pytest.raises(Conflict):
            stores.cases.decide(request, state, "ben", "", LATER)
    assert stores.cases.approval(request.id) == decided
    decisions = [f for f in stores.ledger.timeline("C-1.EUR", 9).items if f["kind"] == "decision"]
    assert len(decisions) == 1


def test_a_decision_is_undelivered_until_the_case_was_woken(stores: Stores) -> None:
    _, request = asked(stores)
    decided = stores.cases.decide(request, ApprovalState.REJECTED, "ada", "", LATER)
    assert stores.cases.pending_approvals(9).items == ()
    assert list(stores.cases.undelivered_approvals(9)) == [decided]
    stores.cases.delivered(decided)
    stores.cases.delivered(decided)
    assert list(stores.cases.undelivered_approvals(9)) == []
    assert stores.cases.approval(request.id) == replace(decided, delivered=True)


def test_what_nobody_decided_cannot_be_delivered(stores: Stores) -> None:
    _, request = asked(stores)
    stores.cases.delivered(request)
    assert stores.cases.pending_approvals(9).items == (request,)
    assert not stores.cases.approval(request.id).delivered


def test_closing_withdraws_a_request_that_nobody_decided(stores: Stores) -> None:
    moved, request = asked(stores)
    closed(stores, moved, approval=request)
    assert stores.cases.approval(request.id).state is ApprovalState.WITHDRAWN
    assert stores.cases.pending_approvals(9).items == ()
    with pytest.raises(Conflict):
        stores.cases.decide(request, ApprovalState.APPROVED, "ada", "", LATER)


def test_closing_leaves_a_decision_as_it_is(stores: Stores) -> None:
    moved, request = asked(stores)
    decided = stores.cases.decide(request, ApprovalState.APPROVED, "ada", "", LATER)
    closed(stores, moved, approval=request)
    assert stores.cases.active("C-1.EUR") is None
    assert stores.cases.approval(request.id) == decided


def test_a_request_that_does_not_exist_cannot_be_decided(stores: Stores) -> None:
    fresh = opened(stores)
    with pytest.raises(NotFound):
        stores.cases.decide(approval(fresh), ApprovalState.APPROVED, "ada", "", LATER)


def test_cases_and_requests_are_listed_oldest_first(stores: Stores) -> None:
    for number, age in ((1, 1), (2, 3), (3, 2)):
        account_id = f"C-{number}.EUR"
        issued(stores.ledger, invoice(f"INV-{number}", account_id))
        at = NOW - timedelta(days=age)
        one = case(account_id, f"INV-{number}", opened_at=at, clock=at)
        stores.cases.open(one, rev=1, progress={}, next_action_at=None)
        stores.cases.advance(
            one, "approval_requested", account_rev=2, facts={}, approval=approval(one, requested_at=at)
        )
    page = stores.cases.active_cases(2)
    assert [one.account_id for one in page.items] == ["C-2.EUR", "C-3.EUR"]
    rest = stores.cases.active_cases(2, page.position)
    assert ([one.account_id for one in rest.items], rest.position) == (["C-1.EUR"], None)
    requests = stores.cases.pending_approvals(2)
    assert [one.account_id for one in requests.items] == ["C-2.EUR", "C-3.EUR"]
    last = stores.cases.pending_approvals(2, requests.position)
    assert ([one.account_id for one in last.items], last.position) == (["C-1.EUR"], None)
