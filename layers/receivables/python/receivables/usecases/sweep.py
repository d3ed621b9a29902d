"""The sweep: whatever was begun and not finished is found again and finished. Every part is harmless when repeated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Final, TypeVar

from receivables.cases.case import Approval, Case
from receivables.cases.ports import CaseStore, Message, Operations, Workflow, WorkflowState
from receivables.core.errors import StaleRevision
from receivables.core.ids import derived_id
from receivables.notices.notice import Notice
from receivables.notices.ports import KillSwitch, NoticeStore
from receivables.payments.inbox import Inbox
from receivables.usecases.overdue_decisions import TellOverdue
from receivables.usecases.redrive_webhooks import redrive_unprocessed
from receivables.usecases.sweep_accounts import GRACE, SweepAccounts, SweepLog, Walk
from receivables.usecases.wake_case import deliver, wake

UNKNOWN_AFTER: Final = timedelta(minutes=15)
"""A claim that old was not interrupted between claim and mark: nobody knows whether it was sent."""
UNPROCESSED_AFTER: Final = timedelta(minutes=5)
"""The stream hands a webhook out within seconds, and its retries within a minute or two."""
AT_ONCE: Final = 100
MOST_NAMED: Final = 50

T = TypeVar("T")
Found = Counter[str]
"""Counts of what was found, by name: unknown, delivered, redriven, parked, started, restarted, woken, overdue, scanned,
missed."""


@dataclass(frozen=True, slots=True)
class Sweep:
    """Both sweeps. Neither parts nor the things in them stop each other: the first failure is raised when all had
    their turn."""

    notices: NoticeStore
    cases: CaseStore
    inbox: Inbox
    workflow: Workflow
    operations: Operations
    log: SweepLog
    switch: KillSwitch
    accounts: SweepAccounts
    decisions: TellOverdue

    def outstanding(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        """Every few minutes: unknown notices, undelivered decisions, unprocessed webhooks, cases that do not run, and
        the rest of a walk that ran out of time."""
        return _each(
            (
                lambda: self._report_unknown(as_of),
                self._deliver_decisions,
                lambda: self._redrive(as_of),
                lambda: self._start_cases(as_of, time_left),
                lambda: self._walk_on(as_of, time_left),
            )
        )

    def full(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        """Daily: the same, the executions behind all active cases, overdue decisions, and the walk through all accounts."""
        return _each(
            (
                lambda: self._report_unknown(as_of),
                self._deliver_decisions,
                lambda: self._redrive(as_of),
                lambda: self._revive_cases(as_of, time_left),
                lambda: Found(overdue=self.decisions(as_of)),
                lambda: self._walk(as_of, time_left),
            )
        )

    def _report_unknown(self, as_of: datetime) -> Found:
        unknown = self.notices.unsettled(as_of - UNKNOWN_AFTER)
        state = self.log.read()
        told = frozenset(state.reported)
        if fresh := [notice for notice in unknown if notice.id not in told]:
            self.operations.alert(unknown_notices(fresh))
        ids = tuple(sorted(notice.id for notice in unknown))
        if ids != state.reported:
            self.log.keep(replace(state, reported=ids))
        return Found(unknown=len(unknown), reported=len(fresh))

    def _deliver_decisions(self) -> Found:
        return _every(self.cases.undelivered_approvals(AT_ONCE), self._deliver)

    def _deliver(self, approval: Approval) -> Found:
        deliver(self.cases, self.workflow, approval)
        return Found(delivered=1)

    def _redrive(self, as_of: datetime) -> Found:
        done = redrive_unprocessed(self.inbox, as_of - UNPROCESSED_AFTER)
        return Found(redriven=done.redriven, parked=done.parked)

    def _start_cases(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        # One that has failed before is left to the daily sweep: nothing that is broken is started all day long.
        unstarted = (case for case in self._active(time_left) if not case.started and not case.failure)
        return _every(unstarted, lambda case: self._start(case, as_of))

    def _revive_cases(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        return _every(self._active(time_left), lambda case: self._revive(case, as_of))

    def _revive(self, case: Case, as_of: datetime) -> Found:
        state = self.workflow.state(case.execution)
        if state is WorkflowState.MISSING:
            return self._start(case, as_of)
        if state is WorkflowState.ENDED:
            return self._restart(case, as_of)
        if case.wake_at is not None and case.wake_at <= as_of - GRACE:
            return Found(woken=wake(self.cases, self.workflow, case.account_id, case.id, as_of))
        return Found()

    def _start(self, case: Case, as_of: datetime) -> Found:
        self.workflow.start(case.execution, case.id, case.account_id, as_of)
        self.cases.started(case)
        return Found(started=1)

    def _restart(self, case: Case, as_of: datetime) -> Found:
        try:
            again = self.cases.rerun(case)
        except StaleRevision:
            return Found()  # It was closed, and the list did not know it yet.
        self._start(again, as_of)
        return Found(restarted=1)

    def _active(self, time_left: Callable[[], bool]) -> Iterator[Case]:
        page = self.cases.active_cases(AT_ONCE)
        while True:
            yield from page.items
            if page.position is None or not time_left():
                return
            page = self.cases.active_cases(AT_ONCE, page.position)

    def _walk(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        if self.switch.engaged():
            return Found(halted=1)
        walk = self.accounts.begin(as_of, time_left)
        return _walked(walk)

    def _walk_on(self, as_of: datetime, time_left: Callable[[], bool]) -> Found:
        if self.switch.engaged():
            return Found()
        walk = self.accounts.go_on(as_of, time_left)
        if walk is None:
            return Found()
        return _walked(walk)


def _walked(walk: Walk) -> Found:
    return Found(scanned=walk.scanned, missed=walk.missed, unfinished=not walk.finished)


def unknown_notices(notices: list[Notice]) -> Message:
    """For operations: notices of which nobody knows whether they were sent. Names no customer and no address."""
    named = [
        f"  {n.id} of account {n.account_id}, claimed {n.claimed_at:%Y-%m-%d %H:%M} UTC" for n in notices
    ]
    more = [f"  and {len(named) - MOST_NAMED} more"] if len(named) > MOST_NAMED else []
    text = "\n".join(
        (
            f"{len(notices)} notices were handed to the provider, and its answer never came.",
            "They are not sent again. The provider's own events settle most of them; else look there, and resolve each",
            "by hand as sent or not sent:",
            *named[:MOST_NAMED],
            *more,
        )
    )
    ids = [notice.id for notice in notices]
    return Message(
        derived_id("msg", "unknown", *ids),
        f"Notices with unknown outcome: {len(notices)}",
        text,
        {"event": "unknown_notices"},
    )


def _every(things: Iterable[T], do: Callable[[T], Found]) -> Found:
    return _each(partial(do, thing) for thing in things)


def _each(parts: Iterable[Callable[[], Found]]) -> Found:
    found, failures = Found(), []
    for part in parts:
        try:
            found.update(part())
        except Exception as failure:  # noqa: BLE001 - the others must have their turn; it is raised below
            failures.append(failure)
    if failures:
        raise failures[0]
    return found
