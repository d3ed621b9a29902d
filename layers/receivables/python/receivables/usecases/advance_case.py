"""One turn of a case's workflow: assess, then park, act or close. Every turn reads again and works the step out again.

What may be repeated (the workflow repeats a task whose answer was lost) is arranged so that a repeat does no harm:
messages and files carry derived ids and go out before the step is stored, the formal notice is claimed before it is
sent, and what other systems must undo later (a suspension, a placement) is stored before anybody is told: they learn
it from the stored event itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from receivables.cases.case import Approval, ApprovalState, Case, Outcome
from receivables.cases.case_file import CaseFile
from receivables.cases.messages import approval_wanted, case_opened, workflow_failed
from receivables.cases.placement import (
    CONTENT_TYPE,
    placement_file,
    placement_name,
    recall_file,
    recall_name,
)
from receivables.cases.playbook import (
    RETRY_AFTER,
    Act,
    CaseStep,
    Change,
    Do,
    Facts,
    Finish,
    Wait,
    carry_out,
    close,
    next_step,
    put_off,
)
from receivables.cases.ports import Agency, CaseStore, Finance, Operations, Workflow
from receivables.core.errors import StaleRevision
from receivables.core.money import total
from receivables.ledger import OpenItem, WorkingSet
from receivables.usecases.case_file import CaseFiles
from receivables.usecases.formal_notice import FormalNotice, Tried
from receivables.usecases.readers import AccountReader

PARK_ATTEMPTS: Final = 3


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the workflow does next: `park`, `act`, `close` or `end`; `seen` wakes were counted before the facts were read."""

    next: str
    seen: int
    as_of: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Result:
    """What a task did: the event that was stored, or None and why nothing was."""

    event: str | None
    reason: str
    stage: str | None = None


@dataclass(frozen=True, slots=True)
class _Situation:
    case: Case
    working_set: WorkingSet
    approval: Approval | None
    as_of: datetime

    @property
    def items(self) -> tuple[OpenItem, ...]:
        return tuple(item for item in self.working_set.open_items if item.number in self.case.invoices)

    @property
    def step(self) -> CaseStep:
        account = self.working_set.account
        hold = account.hold
        facts = Facts(
            open=total((item.balance for item in self.items), account.currency),
            held_until=hold.until if hold is not None else None,
        )
        return next_step(self.case, facts, self.approval, self.as_of)

    @property
    def account_rev(self) -> int:
        return self.working_set.account.rev


class AdvanceCase:
    """The tasks of the case workflow."""

    def __init__(
        self,
        *,
        cases: CaseStore,
        ledger: AccountReader,
        files: CaseFiles,
        formal: FormalNotice,
        finance: Finance,
        operations: Operations,
        agency: Agency,
        workflow: Workflow,
        console: str,
    ) -> None:
        self._cases, self._ledger, self._files, self._formal = cases, ledger, files, formal
        self._finance, self._operations, self._agency = finance, operations, agency
        self._workflow, self._console = workflow, console.rstrip("/")

    def assess(self, case_id: str, account_id: str, as_of: datetime) -> Assessment:
        """Read everything again and say what is next."""
        now = self._situation(case_id, account_id, as_of)
        if now is None:
            return Assessment("end", 0, as_of, "the case is closed")
        step = now.step
        following = "park" if isinstance(step, Wait) else "act" if isinstance(step, Do) else "close"
        return Assessment(following, now.case.wake_count, now.as_of, step.reason)

    def park(self, case_id: str, account_id: str, token: str, seen: int) -> Result:
        """Keep the token until something wakes the case; go on at once if something has since it was assessed.

        Never leaves the workflow waiting for nobody: what cannot be stored fails the task, and its retry parks again.
        """
        for attempt in range(PARK_ATTEMPTS):
            try:
                return self._park(case_id, account_id, token, seen)
            except Exception as error:
                if attempt == PARK_ATTEMPTS - 1:
                    self._workflow.give_up(token, "ParkFailed", type(error).__name__)
                    raise
        raise AssertionError("unreachable")  # pragma: no cover

    def _park(self, case_id: str, account_id: str, token: str, seen: int) -> Result:
        case = self._case(case_id, account_id)
        if case is not None and self._cases.park(case, token, seen):
            return Result("parked", "waits", case.stage)
        self._workflow.resume(token)
        return Result(None, "woken since it was assessed, or closed")

    def act(self, case_id: str, account_id: str, as_of: datetime) -> Result:
        """Carry out the act that is due now, if one still is."""
        now = self._situation(case_id, account_id, as_of)
        if now is None or not isinstance(now.step, Do):
            return Result(None, "nothing to do any more")
        try:
            return self._carry_out(now, now.step.act)
        except StaleRevision:
            return Result(None, "the case or its account changed meanwhile")

    def close(self, case_id: str, account_id: str, as_of: datetime) -> Result:
        """Close the case, if it still is to be closed."""
        now = self._situation(case_id, account_id, as_of)
        if now is None or not isinstance(now.step, Finish):
            return Result(None, "nothing to close any more")
        outcome, case = now.step.outcome, now.case
        at = self._paid_at(now) if outcome is Outcome.PAID else now.as_of
        if case.placed and outcome is Outcome.PAID:
            self._agency.deliver(recall_name(case), recall_file(case, at), CONTENT_TYPE)
        pending = now.approval
        if pending is not None and pending.state is not ApprovalState.PENDING:
            pending = None
        facts = {
            "outcome": outcome.value,
            "suspended": _yes(case.suspended),
            "placed": _yes(case.placed),
        }
        try:
            self._cases.close(close(case, outcome, at), pending, facts=facts)
        except StaleRevision:
            return Result(None, "the case changed meanwhile")
        return Result("closed", now.step.reason, outcome)

    def fail(self, case_id: str, account_id: str, error: str) -> Result:
        """The workflow gives up: mark the case and tell operations. Already closed: nothing is wrong any more."""
        case = self._case(case_id, account_id)
        if case is None:
            return Result(None, "the case is closed")
        self._operations.alert(workflow_failed(case, error, self._console))
        self._cases.failed(case, error)
        return Result("failed", error, case.stage)

    def _carry_out(self, now: _Situation, act: Act) -> Result:
        if act is Act.HOLD:
            hold = now.working_set.account.hold
            until = hold.until if hold is not None else now.as_of
            return self._store(now, put_off(now.case, "held", now.as_of, until), {})
        if act is Act.NOTIFY:
            return self._notify(now)
        if act is Act.REMIND and now.approval is not None:
            self._finance.tell(approval_wanted(self._file(now), now.approval, self._console))
            return self._store_if_still(now, act, {"approval_id": now.approval.id})
        if act is Act.HAND_OVER:
            name = placement_name(now.case)
            address = self._agency.deliver(name, placement_file(self._file(now)), CONTENT_TYPE)
            return self._store_if_still(now, act, {"file": address})
        return self._store(now, carry_out(now.case, act, now.as_of), _decided(now.approval))

    def _notify(self, now: _Situation) -> Result:
        file = self._file(now)
        tried = self._formal.send(file, now.working_set.account)
        if tried.outcome is Tried.STALE:
            return Result(None, "the account changed before the formal notice could be claimed")
        if tried.outcome is Tried.PUT_OFF:
            again = self._again(now)
            until = now.as_of + RETRY_AFTER
            change = put_off(now.case, "notice_put_off", now.as_of, until)
            return self._store(again, change, {"reason": tried.words}) if again else _GONE
        self._finance.tell(case_opened(file, tried.words, self._console))
        return self._store_if_still(now, Act.NOTIFY, {"notice": tried.words})

    def _store_if_still(self, before: _Situation, act: Act, facts: Mapping[str, str]) -> Result:
        """Store an act whose effects took time, unless the facts have changed under it."""
        now = self._again(before)
        if now is None or not isinstance(now.step, Do) or now.step.act is not act:
            return _GONE
        return self._store(now, carry_out(now.case, act, now.as_of), facts)

    def _store(self, now: _Situation, change: Change, facts: Mapping[str, str]) -> Result:
        self._cases.advance(
            change.case,
            change.event,
            account_rev=now.account_rev,
            facts=facts,
            approval=change.approval,
        )
        reason = now.step.reason
        return Result(change.event, reason, change.case.stage)

    def _situation(self, case_id: str, account_id: str, as_of: datetime) -> _Situation | None:
        # The case before its facts: a payment in between is then in the facts, and its wake only comes for nothing.
        case = self._case(case_id, account_id)
        working_set = self._ledger.working_set(account_id) if case else None
        if case is None or working_set is None:
            return None
        approval = self._cases.approval(case.approval_id) if case.approval_id else None
        return _Situation(case, working_set, approval, max(as_of, case.clock or as_of))

    def _again(self, before: _Situation) -> _Situation | None:
        now = self._situation(before.case.id, before.case.account_id, before.as_of)
        return replace(now, as_of=before.as_of) if now and now.case.rev == before.case.rev else None

    def _case(self, case_id: str, account_id: str) -> Case | None:
        case = self._cases.active(account_id)
        return case if case is not None and case.id == case_id else None

    def _file(self, now: _Situation) -> CaseFile:
        return self._files.compile(now.case, now.working_set, now.items, now.as_of)

    def _paid_at(self, now: _Situation) -> datetime:
        paid = self._files.last_payment(now.case)
        return max(now.as_of, paid) if paid is not None else now.as_of


_GONE: Final = Result(None, "the facts changed meanwhile")


def _decided(approval: Approval | None) -> dict[str, str]:
    if approval is None or approval.decided_by is None:
        return {}
    return {"approval_id": approval.id, "decided_by": approval.decided_by, "reason": approval.reason}


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"
