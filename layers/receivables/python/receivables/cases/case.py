"""The case, its stages, and the approvals it asks for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.dunning.policy import Playbook


class Stage(StrEnum):
    """Where a case stands."""

    OPENED = "opened"
    NOTIFIED = "notified"
    """Finance knows and the formal notice is out; the customer has the playbook's days to pay."""
    AWAITING_SUSPENSION = "awaiting_suspension"
    SUSPENDED = "suspended"
    AWAITING_PLACEMENT = "awaiting_placement"
    PLACING = "placing"
    """Approved, and from now on recalled if it is paid; the agency's file is on its way."""
    PLACED = "placed"
    IN_REVIEW = "in_review"
    """Finance rejected the last request; it is asked again after the review days."""
    CLOSED = "closed"


class Outcome(StrEnum):
    """Why a case was closed."""

    PAID = "paid"
    HANDED_OVER = "handed_over"
    WITHDRAWN = "withdrawn"


class ApprovalAction(StrEnum):
    """What a person is asked to approve."""

    SUSPEND_SERVICE = "suspend_service"
    PLACE_WITH_AGENCY = "place_with_agency"


class ApprovalState(StrEnum):
    PENDING = "pending"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    """The case closed before anybody decided."""


@dataclass(frozen=True, slots=True)
class Approval:
    """A question to finance, decided once, by somebody other than who asked. `delivered`: the case was woken."""

    id: str
    case_id: str
    account_id: str
    action: ApprovalAction
    requested_by: str
    requested_at: datetime
    state: ApprovalState = ApprovalState.PENDING
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str = ""
    delivered: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """The active collection case of an account.

    `wake_at` (UTC) is the date on which it goes on by itself. `wake_count` counts wakes, `token` is the workflow's
    callback while it waits; `clock` is the latest as_of that the case has seen. `run` numbers its workflow's
    executions: a new one is started when the last has ended though the case has not. `failure` says why the workflow
    gave up; the next step that succeeds clears it.
    """

    id: str
    account_id: str
    customer_id: str
    invoices: tuple[str, ...]
    opened_by: str
    opened_at: datetime
    playbook: Playbook
    policy: str
    stage: Stage = Stage.OPENED
    clock: datetime | None = None
    wake_at: datetime | None = None
    approval_id: str | None = None
    wake_count: int = 0
    token: str | None = None
    started: bool = False
    suspended: bool = False
    placed: bool = False
    outcome: Outcome | None = None
    closed_at: datetime | None = None
    run: int = 1
    failure: str = ""
    rev: int = 0

    @property
    def execution(self) -> str:
        """Name of its current execution: derived, so that a second start is the same start."""
        return self.id if self.run == 1 else f"{self.id}-{self.run}"
