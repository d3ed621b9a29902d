"""What a case does next, and why: pure. Each stage waits for a date, a person or a payment, and never for nothing.

    opened -> notified -> awaiting_suspension -> suspended -> awaiting_placement -> placing -> placed -> closed
                                |                                  |
                                +----------> in_review <-----------+       (rejected: asked again after the review)

Payment of all its invoices closes a case from any stage. Days are calendar days from the moment the stage was really
entered, so that after an outage the customer still has all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from receivables.cases.case import Approval, ApprovalAction, ApprovalState, Case, Outcome, Stage
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.dunning.pauses import Pause

REMINDER_DAYS: Final = 7
"""Finance is reminded weekly of a request nobody has decided: rarely enough to be read, and never forgotten."""

RETRY_AFTER: Final = timedelta(hours=1)
"""When the formal notice is tried again after it could certainly not be sent (kill switch, throttling)."""


class Act(StrEnum):
    """Something that a case does."""

    NOTIFY = "notify"
    """Formal notice to the customer, message to finance."""
    ASK = "ask"
    """Record the request for approval; telling finance of it is the reminder that is due at once."""
    REMIND = "remind"
    """Tell finance that an approval waits."""
    SUSPEND = "suspend"
    REVIEW = "review"
    """Finance said no: wait, then ask again."""
    BEGIN_PLACEMENT = "begin_placement"
    """Record the hand-over before the agency is told, so that a payment from here on recalls it."""
    HAND_OVER = "hand_over"
    """Give the agency its file."""
    HOLD = "hold"
    """Collection is paused - the account is on hold, or all that is collected is promised, disputed or in a payment plan:
    stay due, so that the account's planner wakes the case once the pause has ended."""


@dataclass(frozen=True, slots=True)
class Do:
    """Carry out an act now."""

    act: Act
    reason: str


@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until` (UTC; None: without a date), unless a payment or a person comes first."""

    until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Finish:
    """Close the case."""

    outcome: Outcome
    reason: str


CaseStep = Do | Wait | Finish


@dataclass(frozen=True, slots=True)
class Facts:
    """What the ledger says about a case: how much it has still to collect, disputed or not, and what pauses it now."""

    open: Money
    pause: Pause | None = None


def next_step(case: Case, facts: Facts, approval: Approval | None, as_of: datetime) -> CaseStep:
    """The step that the case has earned at `as_of`. `approval` is the one that the case asked for last, if any."""
    if case.stage is Stage.CLOSED:
        return Finish(case.outcome or Outcome.WITHDRAWN, "the case is closed")
    if facts.open.minor <= 0:
        return Finish(Outcome.PAID, f"nothing is open of its {len(case.invoices)} invoices")
    step = _earned(case, approval, as_of)
    if isinstance(step, Do) and facts.pause is not None and facts.pause.lasts(as_of):
        return _paused(case, facts.pause, as_of)
    return step


def _earned(case: Case, approval: Approval | None, as_of: datetime) -> CaseStep:
    if case.stage in (Stage.AWAITING_SUSPENSION, Stage.AWAITING_PLACEMENT):
        return _awaiting(case, approval, as_of)
    if case.wake_at is not None and as_of < case.wake_at:
        return Wait(case.wake_at, f"{case.stage}: its date has not come")
    return _WHEN_ITS_DATE_COMES[case.stage]


def _paused(case: Case, pause: Pause, as_of: datetime) -> CaseStep:
    if case.wake_at is not None and case.wake_at <= as_of:
        return Wait(pause.until, pause.reason)
    return Do(Act.HOLD, pause.reason)


def _awaiting(case: Case, approval: Approval | None, as_of: datetime) -> CaseStep:
    if approval is None or approval.state is ApprovalState.WITHDRAWN:
        return Do(Act.ASK, f"{case.stage}: no request stands")
    if approval.state is ApprovalState.REJECTED:
        return Do(Act.REVIEW, f"{approval.action} was rejected by {approval.decided_by}")
    if approval.state is ApprovalState.APPROVED:
        act = Act.SUSPEND if case.stage is Stage.AWAITING_SUSPENSION else Act.BEGIN_PLACEMENT
        return Do(act, f"{approval.action} was approved by {approval.decided_by}")
    if case.wake_at is not None and as_of < case.wake_at:
        return Wait(case.wake_at, f"{approval.action} waits for a decision; finance is reminded then")
    return Do(Act.REMIND, f"{approval.action} waits for a decision since {approval.requested_at:%Y-%m-%d}")


_WHEN_ITS_DATE_COMES: Final[Mapping[Stage, CaseStep]] = {
    Stage.OPENED: Do(Act.NOTIFY, "the case is new"),
    Stage.NOTIFIED: Do(Act.ASK, "the days of the formal notice are over"),
    Stage.SUSPENDED: Do(Act.ASK, "the days of the suspension are over"),
    Stage.IN_REVIEW: Do(Act.ASK, "the review is over"),
    Stage.PLACING: Do(Act.HAND_OVER, "the agency has no file yet"),
    Stage.PLACED: Finish(Outcome.HANDED_OVER, "the agency keeps it: its days are over"),
}


@dataclass(frozen=True, slots=True)
class Change:
    """What carrying out an act makes of a case: to be stored with the event, and the approval it asks for."""

    case: Case
    event: str
    approval: Approval | None = None


def carry_out(case: Case, act: Act, as_of: datetime) -> Change:
    """The case after an act at `as_of`."""
    days = case.playbook
    case = replace(case, clock=as_of)
    if act is Act.NOTIFY:
        return Change(_enter(case, Stage.NOTIFIED, as_of, days.formal_notice_days), "notified")
    if act is Act.ASK:
        return _ask(case, as_of)
    if act is Act.REMIND:
        return Change(_enter(case, case.stage, as_of, REMINDER_DAYS), "finance_told")
    if act is Act.SUSPEND:
        suspended = _enter(case, Stage.SUSPENDED, as_of, days.suspension_days)
        return Change(replace(suspended, suspended=True, approval_id=None), "suspended")
    if act is Act.REVIEW:
        return Change(
            replace(_enter(case, Stage.IN_REVIEW, as_of, days.review_days), approval_id=None), "rejected"
        )
    if act is Act.HOLD:
        # Never on: a date that stays the same keeps the formal notice that it stands for the same one.
        return Change(replace(case, wake_at=min(case.wake_at or case.opened_at, as_of)), "held")
    if act is Act.BEGIN_PLACEMENT:
        placing = _enter(case, Stage.PLACING, as_of, 0)
        return Change(replace(placing, placed=True, approval_id=None), "placing")
    return Change(_enter(case, Stage.PLACED, as_of, days.agency_days), "placed")


def put_off(case: Case, as_of: datetime) -> Change:
    """The case when its formal notice could certainly not be sent: it stays where it is and tries again."""
    return Change(replace(case, clock=as_of, wake_at=as_of + RETRY_AFTER), "notice_put_off")


def close(case: Case, outcome: Outcome, at: datetime) -> Case:
    """The case closed at `at`."""
    return replace(
        case, stage=Stage.CLOSED, outcome=outcome, closed_at=at, clock=at, wake_at=None, token=None
    )


def _enter(case: Case, stage: Stage, as_of: datetime, days: int) -> Case:
    return replace(case, stage=stage, wake_at=as_of + timedelta(days=days))


def _ask(case: Case, as_of: datetime) -> Change:
    action = ApprovalAction.PLACE_WITH_AGENCY if case.suspended else ApprovalAction.SUSPEND_SERVICE
    stage = Stage.AWAITING_PLACEMENT if case.suspended else Stage.AWAITING_SUSPENSION
    approval = Approval(
        # The case's rev numbers the rounds: a retry of this round asks for the same approval.
        id=derived_id("apr", case.id, action, str(case.rev)),
        case_id=case.id,
        account_id=case.account_id,
        action=action,
        requested_by=case.opened_by,
        requested_at=as_of,
    )
    asked = replace(_enter(case, stage, as_of, 0), approval_id=approval.id)
    return Change(asked, "approval_requested", approval)
