"""The tasks of a case's workflow: assess, then park, act or close. Every one reads again and works the step out again,
and may be repeated: the workflow repeats a task whose answer was lost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.cases.messages import workflow_failed
from receivables.cases.playbook import Do, Finish, Wait
from receivables.cases.ports import CaseStore, Operations, Workflow
from receivables.core.errors import StaleRevision
from receivables.usecases.case_acts import CaseActs
from receivables.usecases.case_situation import Situation, Situations

PARK_ATTEMPTS: Final = 3
MOST_ACTS: Final = 5
"""Acts (and readings, where facts change) of one task; a case needs two at most, and the workflow comes again."""


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the workflow does next: `park`, `act`, `close` or `end`, and why; `seen` wakes were counted before the facts
    were read. `events` are those that the task stored before it assessed."""

    next: str
    seen: int
    as_of: datetime
    reason: str
    events: tuple[str, ...] = ()


class AdvanceCase:
    """The tasks. `as_of` moves on with the case's own clock: a task never goes back in time."""

    def __init__(
        self,
        *,
        cases: CaseStore,
        situations: Situations,
        acts: CaseActs,
        operations: Operations,
        workflow: Workflow,
        console: str,
    ) -> None:
        self._cases, self._situations, self._acts = cases, situations, acts
        self._operations, self._workflow, self._console = operations, workflow, console.rstrip("/")

    def assess(self, case_id: str, account_id: str, as_of: datetime) -> Assessment:
        """Read everything again and say what is next."""
        return _assessment(self._situations.now(case_id, account_id, as_of), as_of)

    def park(self, case_id: str, account_id: str, token: str, seen: int) -> bool:
        """Keep the token until something wakes the case; False: something has since it was assessed, or it is closed,
        and the token was sent at once.

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

    def act(self, case_id: str, account_id: str, as_of: datetime) -> Assessment:
        """Carry out what is due until nothing is, then say what is next."""
        events: list[str] = []
        for _ in range(MOST_ACTS):
            now = self._situations.now(case_id, account_id, as_of)
            if now is None or not isinstance(now.step, Do):
                return _assessment(now, as_of, *events)
            try:
                event = self._acts.carry_out(now, now.step.act)
            except StaleRevision:
                continue
            if event is not None:
                events.append(event)
        return _assessment(self._situations.now(case_id, account_id, as_of), as_of, *events)

    def close(self, case_id: str, account_id: str, as_of: datetime) -> Assessment:
        """Close the case, if it still is to be closed, and say what is next."""
        now = self._situations.now(case_id, account_id, as_of)
        if now is None or not isinstance(now.step, Finish):
            return _assessment(now, as_of)
        try:
            event = self._acts.close(now, now.step.outcome)
        except StaleRevision:
            return self.assess(case_id, account_id, as_of)
        return Assessment("end", now.case.wake_count, now.as_of, now.step.reason, (event,))

    def fail(self, case_id: str, account_id: str, error: str) -> bool:
        """The workflow gives up: mark the case and tell operations. False: it is closed, and nothing is wrong any more."""
        case = self._situations.case(case_id, account_id)
        if case is None:
            return False
        self._operations.alert(workflow_failed(case, error, self._console))
        self._cases.failed(case, error)
        return True

    def _park(self, case_id: str, account_id: str, token: str, seen: int) -> bool:
        case = self._situations.case(case_id, account_id)
        if case is not None and self._cases.park(case, token, seen):
            return True
        self._workflow.resume(token)
        return False


def _assessment(now: Situation | None, as_of: datetime, *events: str) -> Assessment:
    if now is None:
        return Assessment("end", 0, as_of, "the case is closed", events)
    step = now.step
    following = "park" if isinstance(step, Wait) else "act" if isinstance(step, Do) else "close"
    return Assessment(following, now.case.wake_count, now.as_of, step.reason, events)
