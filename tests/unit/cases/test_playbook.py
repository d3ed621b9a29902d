"""What a case does next: every path ends or waits for something, and what hurts needs a person's approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.cases.case import Approval, ApprovalAction, ApprovalState, Case, Outcome, Stage
from receivables.cases.playbook import (
    REMINDER_DAYS,
    Act,
    Do,
    Facts,
    Finish,
    Wait,
    carry_out,
    close,
    next_step,
)
from receivables.core.money import Money
from receivables.dunning.pauses import Pause
from receivables.dunning.policy import Playbook
from receivables.usecases.formal_notice import moment_of

START = datetime(2026, 3, 2, 8, tzinfo=UTC)
OWED = Facts(Money(10_000, "EUR"))
PAID = Facts(Money(0, "EUR"))
PLAYBOOK = Playbook(formal_notice_days=10, suspension_days=14, review_days=30, agency_days=180)


def a_case(**changes: object) -> Case:
    case = Case(
        id="case_1",
        account_id="C-1.EUR",
        customer_id="C-1",
        invoices=("I-1", "I-2"),
        opened_by="system",
        opened_at=START,
        playbook=PLAYBOOK,
        policy="standard/1",
        clock=START,
    )
    return replace(case, **changes)  # type: ignore[arg-type]


class Run:
    """A case run by hand: what the store and finance would do, without either."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.approval: Approval | None = None
        self.done: list[tuple[Act, datetime]] = []

    def go(self, as_of: datetime, facts: Facts = OWED) -> Wait | Finish:
        """Act until it waits or ends."""
        for _ in range(10):
            step = next_step(self.case, facts, self.approval, as_of)
            if not isinstance(step, Do):
                return step
            self.done.append((step.act, as_of))
            change = carry_out(self.case, step.act, as_of)
            self.case = replace(change.case, rev=self.case.rev + 1)
            if self.case.approval_id is None:
                self.approval = None
            self.approval = change.approval or self.approval
        pytest.fail(f"it never comes to rest: {self.done}")

    def decide(self, state: ApprovalState, at: datetime) -> None:
        assert self.approval is not None
        self.approval = replace(self.approval, state=state, decided_by="ann", decided_at=at)

    @property
    def acts(self) -> list[Act]:
        return [act for act, _ in self.done]


def test_a_new_case_notifies_and_gives_the_customer_the_days_of_the_formal_notice() -> None:
    run = Run(a_case())
    step = run.go(START)
    assert run.acts == [Act.NOTIFY]
    assert step == Wait(START + timedelta(days=10), "notified: its date has not come")


def test_after_the_formal_notice_finance_is_asked_and_told_at_once() -> None:
    run = Run(a_case())
    run.go(START)
    later = START + timedelta(days=10)
    step = run.go(later)
    assert run.acts == [Act.NOTIFY, Act.ASK, Act.REMIND]
    assert run.case.stage is Stage.AWAITING_SUSPENSION
    assert run.approval is not None
    assert (run.approval.action, run.approval.requested_by) == (ApprovalAction.SUSPEND_SERVICE, "system")
    assert isinstance(step, Wait)
    assert step.until == later + timedelta(days=REMINDER_DAYS)


def test_a_request_that_nobody_decides_is_reminded_of_every_week_and_nothing_else_happens() -> None:
    run = Run(a_case())
    for day in range(60):
        run.go(START + timedelta(days=day))
    assert run.acts.count(Act.REMIND) == 1 + 49 // REMINDER_DAYS
    assert set(run.acts) == {Act.NOTIFY, Act.ASK, Act.REMIND}


def test_the_whole_way_to_the_agency() -> None:
    run, day = Run(a_case()), START
    run.go(day)
    run.go(day := day + timedelta(days=10))
    run.decide(ApprovalState.APPROVED, day)
    run.go(day)
    assert (run.case.stage, run.case.suspended) == (Stage.SUSPENDED, True)
    run.go(day := day + timedelta(days=14))
    assert run.case.stage is Stage.AWAITING_PLACEMENT
    run.decide(ApprovalState.APPROVED, day)
    run.go(day)
    assert (run.case.stage, run.case.placed) == (Stage.PLACED, True)
    step = run.go(day + timedelta(days=180))
    assert step == Finish(Outcome.HANDED_OVER, "the agency keeps it: its days are over")


def test_a_rejected_request_is_reviewed_and_asked_again_as_a_new_request() -> None:
    run, day = Run(a_case()), START
    run.go(day)
    run.go(day := day + timedelta(days=10))
    first = run.approval
    run.decide(ApprovalState.REJECTED, day)
    step = run.go(day)
    assert run.case.stage is Stage.IN_REVIEW
    assert isinstance(step, Wait)
    assert step.until == day + timedelta(days=30)
    run.go(day + timedelta(days=30))
    assert first is not None
    assert run.approval is not None
    assert run.approval.id != first.id
    assert run.approval.action is ApprovalAction.SUSPEND_SERVICE


def test_a_rejected_placement_is_asked_again_as_a_placement() -> None:
    run = Run(a_case(stage=Stage.IN_REVIEW, suspended=True, wake_at=START))
    run.go(START)
    assert run.approval is not None
    assert run.approval.action is ApprovalAction.PLACE_WITH_AGENCY


def test_after_an_outage_the_customer_still_has_all_the_days_of_a_stage() -> None:
    run = Run(a_case())
    late = START + timedelta(days=90)
    run.go(late)
    assert run.acts == [Act.NOTIFY]
    assert run.case.wake_at == late + timedelta(days=10)


@pytest.mark.parametrize("stage", [stage for stage in Stage if stage is not Stage.CLOSED])
def test_payment_of_everything_closes_it_from_any_stage(stage: Stage) -> None:
    case = a_case(stage=stage, wake_at=START + timedelta(days=400))
    step = next_step(case, PAID, None, START)
    assert isinstance(step, Finish)
    assert step.outcome is Outcome.PAID


def test_a_hold_postpones_what_is_due_to_its_end_but_not_the_end_of_a_paid_case() -> None:
    until = START + timedelta(days=5)
    held = Facts(OWED.open, pause=Pause(until, "on hold"))
    run = Run(a_case())
    step = run.go(START, held)
    assert isinstance(step, Wait)
    assert step.until == until
    assert run.acts == [Act.HOLD]
    assert isinstance(run.go(START, Facts(PAID.open, pause=Pause(until, "on hold"))), Finish)
    run.go(until, held)
    assert run.acts == [Act.HOLD, Act.NOTIFY]


def test_a_case_on_hold_stays_due_so_that_lifting_the_hold_sets_it_going_again() -> None:
    run = Run(a_case())
    run.go(START, Facts(OWED.open, pause=Pause(START + timedelta(days=90), "on hold")))
    assert run.case.wake_at is not None
    assert run.case.wake_at <= START
    run.go(START + timedelta(days=1))
    assert run.case.stage is Stage.NOTIFIED


def test_a_hold_does_not_change_which_formal_notice_is_meant() -> None:
    held = carry_out(a_case(), Act.HOLD, START + timedelta(days=3)).case
    assert moment_of(held) == moment_of(a_case())
    put = a_case(wake_at=START + timedelta(hours=1))
    assert moment_of(carry_out(put, Act.HOLD, START + timedelta(days=3)).case) == moment_of(put)


def test_an_approval_given_during_a_hold_is_carried_out_after_it() -> None:
    until = START + timedelta(days=20)
    held = Facts(OWED.open, pause=Pause(until, "on hold"))
    run = Run(a_case())
    run.go(START)
    day = START + timedelta(days=10)
    run.go(day)
    run.decide(ApprovalState.APPROVED, day)
    run.go(day, held)
    run.go(day + timedelta(days=1), held)
    assert run.acts.count(Act.HOLD) == 1
    assert not run.case.suspended
    run.go(until, held)
    assert run.case.suspended


def test_a_dispute_of_everything_pauses_it_without_a_date() -> None:
    run = Run(a_case())
    step = run.go(START, Facts(OWED.open, Pause(None, "all of it is disputed")))
    assert isinstance(step, Wait)
    assert (step.until, step.reason, run.acts) == (None, "all of it is disputed", [Act.HOLD])


def test_a_closed_case_stays_closed() -> None:
    case = close(a_case(stage=Stage.PLACED, placed=True), Outcome.PAID, START)
    assert case.closed_at == START
    step = next_step(case, OWED, None, START + timedelta(days=900))
    assert isinstance(step, Finish)
    assert step.outcome is Outcome.PAID


@given(
    stage=st.sampled_from(Stage),
    wake=st.none() | st.integers(-50, 50),
    suspended=st.booleans(),
    state=st.none() | st.sampled_from(ApprovalState),
    hold=st.none() | st.integers(-50, 50),
)
def test_whatever_the_state_it_comes_to_rest_waiting_for_a_date_that_is_to_come_or_ends(
    stage: Stage, wake: int | None, suspended: bool, state: ApprovalState | None, hold: int | None
) -> None:
    case = a_case(
        stage=stage,
        suspended=suspended,
        wake_at=None if wake is None else START + timedelta(days=wake),
    )
    run = Run(case)
    if state is not None:
        action = ApprovalAction.PLACE_WITH_AGENCY if suspended else ApprovalAction.SUSPEND_SERVICE
        run.approval = Approval("apr_1", case.id, case.account_id, action, "system", START, state, "ann")
    facts = Facts(OWED.open, None if hold is None else Pause(START + timedelta(days=hold), "on hold"))
    step = run.go(START, facts)
    assert isinstance(step, Finish) or (step.until is not None and step.until > START)


@given(
    st.lists(
        st.tuples(st.integers(0, 45), st.sampled_from(["approve", "reject", "nothing", "pay"])), max_size=25
    )
)
def test_whatever_people_do_nothing_hurts_without_an_approval_and_nothing_is_done_twice_in_a_round(
    moves: list[tuple[int, str]],
) -> None:
    run, day, facts = Run(a_case()), START, OWED
    approved: set[ApprovalAction] = set()
    for days, move in moves:
        day += timedelta(days=days)
        if run.approval is not None and run.approval.state is ApprovalState.PENDING:
            if move == "approve":
                approved.add(run.approval.action)
                run.decide(ApprovalState.APPROVED, day)
            elif move == "reject":
                run.decide(ApprovalState.REJECTED, day)
        facts = PAID if move == "pay" else facts
        if isinstance(step := run.go(day, facts), Finish):
            assert (step.outcome is Outcome.PAID) == (facts is PAID)
            break
    once = (Act.NOTIFY, Act.SUSPEND, Act.BEGIN_PLACEMENT, Act.HAND_OVER)
    assert all(run.acts.count(act) <= 1 for act in once)
    assert not run.case.suspended or ApprovalAction.SUSPEND_SERVICE in approved
    assert not run.case.placed or ApprovalAction.PLACE_WITH_AGENCY in approved
    assert not run.case.placed or run.case.suspended
