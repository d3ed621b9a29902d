"""What cases need of the outside: their store, the workflow, the people and the systems that are told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from receivables.cases.case import Approval, ApprovalState, Case
from receivables.ledger import Page


class CaseStore(Protocol):
    """Cases and approvals. Every change of a case also appends a case event to the account's timeline."""

    def open(
        self, case: Case, *, rev: int, progress: Mapping[str, int], next_action_at: datetime | None
    ) -> None:
        """Open a case: marks its open items, sets the account's progress and plan, all or nothing (account still at
        `rev`, no case there). Raises StaleRevision or AlreadyExists."""

    def join(
        self,
        case: Case,
        invoices: Sequence[str],
        *,
        rev: int,
        progress: Mapping[str, int],
        next_action_at: datetime | None,
    ) -> None:
        """Add invoices that reached escalation to the case that is open. Raises StaleRevision."""

    def active(self, account_id: str) -> Case | None:
        """The account's active case, strongly consistent."""

    def get(self, case_id: str) -> Case:
        """A case, active or closed. Raises NotFound."""

    def started(self, case: Case) -> None:
        """The workflow is known to run."""

    def wake(self, account_id: str, case_id: str, at: datetime) -> str | None:
        """Remember a wake (count it, move the clock on); the token to send if the workflow waits. None also when the
        case is closed."""

    def park(self, case: Case, token: str, seen: int) -> bool:
        """Keep the workflow's token, if nothing woke the case since it was assessed (`wake_count` still `seen`).
        False: go on at once. A repeat of the same token is True."""

    def advance(
        self, case: Case, event: str, *, facts: Mapping[str, str], approval: Approval | None = None
    ) -> Case:
        """Store the case's next stage (condition: its rev), with the approval it asks for, the account's plan
        (`wake_at`) and the event. Returns it with its new rev. Raises StaleRevision."""

    def close(self, case: Case, approval: Approval | None) -> None:
        """Close it: unmark its open items, keep it as history; a pending approval is withdrawn. Raises StaleRevision."""

    def approval(self, approval_id: str) -> Approval:
        """Raises NotFound."""

    def decide(
        self, approval: Approval, state: ApprovalState, by: str, reason: str, at: datetime
    ) -> Approval:
        """PENDING to APPROVED or REJECTED, once. Raises Conflict when it was decided or withdrawn before."""

    def delivered(self, approval: Approval) -> None:
        """The case was woken after the decision."""

    def pending_approvals(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Approval]:
        """Oldest first."""

    def active_cases(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Case]:
        """Oldest first."""


class Workflow(Protocol):
    """The state machine of cases."""

    def start(self, case_id: str, account_id: str, as_of: datetime) -> None:
        """Start the execution named after the case; one that exists is success."""

    def resume(self, token: str, as_of: datetime) -> None:
        """Send the token; one that was used or timed out is success."""


class Finance(Protocol):
    """The people of finance, by topic."""

    def tell(self, subject: str, message: str, attributes: Mapping[str, str]) -> None:
        """Publish a readable message."""


class EventBus(Protocol):
    """The systems that are told."""

    def publish(self, event_type: str, event_id: str, detail: Mapping[str, object], at: datetime) -> None:
        """Put one event; `event_id` lets a consumer drop a repeat."""


class Agency(Protocol):
    """The collection agency's drop folder."""

    def deliver(self, name: str, content: bytes, content_type: str) -> str:
        """Write a file; the same name again overwrites it with the same content. Returns its address."""
