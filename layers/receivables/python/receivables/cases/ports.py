"""What cases need of the outside: their store, the workflow, the people and the systems that are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from receivables.cases.case import Approval, ApprovalState, Case
from receivables.ledger import Page


class CaseStore(Protocol):
    """Cases and approvals.

    `open`, `join`, `advance`, `failed` and `close` append a case event to the account's timeline, a decision appends a
    decision; the time of an event is the case's `clock`. Each of these moves the account to its next rev and, but for
    `open` and `join` which bring the plan, wakes it AT_ONCE. Wakes, tokens, `started` and `run` change no rev.
    """

    def open(
        self, case: Case, *, rev: int, progress: Mapping[str, int], next_action_at: datetime | None
    ) -> None:
        """Open a case at `opened_at`: marks its open items, sets the account's progress, worked_at and plan, all or
        nothing (account still at `rev`, no case there). Opening the same case again is success. Raises StaleRevision,
        or AlreadyExists when the account has another case."""

    def join(
        self,
        case: Case,
        invoices: Sequence[str],
        *,
        rev: int,
        progress: Mapping[str, int],
        next_action_at: datetime | None,
    ) -> None:
        """Add invoices that reached escalation to the case that is open, at its `clock`. Raises StaleRevision when the
        account or the case changed."""

    def active(self, account_id: str) -> Case | None:
        """The account's active case, strongly consistent."""

    def get(self, case_id: str) -> Case:
        """A case, active or closed. Raises NotFound."""

    def started(self, case: Case) -> None:
        """The workflow of the case's run is known to run."""

    def rerun(self, case: Case) -> Case:
        """Number a new run, because the last one has ended though the case has not; forgets its token. Returns the
        case as stored; somebody else's rerun in the meantime is success. Raises StaleRevision when it was closed."""

    def failed(self, case: Case, reason: str) -> None:
        """The workflow gave up: kept as `failure` until it next advances. Nothing when the case is closed."""

    def wake(self, account_id: str, case_id: str, at: datetime | None) -> str | None:
        """Remember a wake (count it, and move the clock on to `at` if that is later); the token to send if the workflow
        waits. None also when the case is closed."""

    def park(self, case: Case, token: str, seen: int) -> bool:
        """Keep the workflow's token, if nothing woke the case since it was assessed (`wake_count` still `seen`).
        False: go on at once. A repeat of the same token is True."""

    def advance(
        self,
        case: Case,
        event: str,
        *,
        account_rev: int,
        facts: Mapping[str, str],
        approval: Approval | None = None,
    ) -> Case:
        """Store the case's next stage, dates and approval, with the event, if case and account are still at their revs
        (so that nothing was paid since they were read). Clears `failure` and the token, which the workflow used to
        come here. Returns the case with its new rev. Raises StaleRevision."""

    def close(self, case: Case, approval: Approval | None, *, facts: Mapping[str, str]) -> None:
        """Close it, with the outcome and closed_at given: unmarks its open items and keeps it as history; the approval,
        if it is still pending, is withdrawn. Raises StaleRevision when the case changed."""

    def approval(self, approval_id: str) -> Approval:
        """Strongly consistent. Raises NotFound."""

    def decide(
        self, approval: Approval, state: ApprovalState, by: str, reason: str, at: datetime
    ) -> Approval:
        """PENDING to APPROVED or REJECTED, once. Raises Conflict when it was decided or withdrawn before."""

    def delivered(self, approval: Approval) -> None:
        """The case was woken after the decision."""

    def undelivered_approvals(self, limit: int) -> Sequence[Approval]:
        """Decided, and the case not known to have been woken; oldest first."""

    def pending_approvals(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Approval]:
        """Oldest first."""

    def active_cases(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Case]:
        """Oldest first."""


class WorkflowState(StrEnum):
    """What the workflow service knows of an execution."""

    RUNNING = "running"
    ENDED = "ended"
    MISSING = "missing"


class Workflow(Protocol):
    """The state machine of cases. `execution` is `Case.execution`."""

    def start(self, execution: str, case_id: str, account_id: str, as_of: datetime) -> None:
        """Start an execution by its name; one that exists is success."""

    def resume(self, token: str) -> None:
        """Send the token; one that was used or timed out is success."""

    def give_up(self, token: str, error: str, cause: str) -> None:
        """Fail the task that waits for the token, so that the state machine's retries decide."""

    def state(self, execution: str) -> WorkflowState:
        """Whether it still runs."""


@dataclass(frozen=True, slots=True)
class Message:
    """A readable message to people. `id` stays the same when it is sent again after a lost response."""

    id: str
    subject: str
    text: str
    attributes: Mapping[str, str]


class Finance(Protocol):
    """The people of finance, by topic."""

    def tell(self, message: Message) -> None:
        """Publish it."""


class Operations(Protocol):
    """The people who run the system, by topic."""

    def alert(self, message: Message) -> None:
        """Publish it."""


@dataclass(frozen=True, slots=True)
class BusEvent:
    """Something that happened, for other systems. `id` lets a consumer drop a repeat."""

    id: str
    type: str
    at: datetime
    detail: Mapping[str, object]


class EventBus(Protocol):
    """The systems that are told."""

    def publish(self, events: Sequence[BusEvent]) -> Sequence[BusEvent]:
        """Put them; returns those that the bus did not take."""


class Agency(Protocol):
    """The collection agency's drop folder."""

    def deliver(self, name: str, content: bytes, content_type: str) -> str:
        """Write a file; the same name again replaces it. Returns its address."""
