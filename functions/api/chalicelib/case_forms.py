"""Cases and approvals as callers see them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Form, Instant, Number, Reply
from receivables.cases.case import Approval, Case
from receivables.usecases.cases import MAX_REASON


class CaseForm(Form):
    """Open a case before the policy would: for all overdue invoices of an account, or for those named."""

    account_id: str = Field(max_length=80)
    invoices: list[Number] | None = Field(default=None, min_length=1, max_length=500)


class CaseReply(Reply):
    """A collection case. `wake_at` is when it goes on by itself; `failure` why its workflow gave up, if it did."""

    id: str
    account_id: str
    customer_id: str
    stage: str
    invoices: list[str]
    opened_by: str
    opened_at: Instant
    policy: str
    wake_at: Instant | None
    approval_id: str | None
    suspended: bool
    placed: bool
    outcome: str | None
    closed_at: Instant | None
    failure: str

    @classmethod
    def of(cls, case: Case) -> CaseReply:
        return cls(
            id=case.id,
            account_id=case.account_id,
            customer_id=case.customer_id,
            stage=case.stage.value,
            invoices=list(case.invoices),
            opened_by=case.opened_by,
            opened_at=case.opened_at,
            policy=case.policy,
            wake_at=case.wake_at,
            approval_id=case.approval_id,
            suspended=case.suspended,
            placed=case.placed,
            outcome=case.outcome.value if case.outcome else None,
            closed_at=case.closed_at,
            failure=case.failure,
        )


class DecisionForm(Form):
    """A person's decision, given once. A rejection says why."""

    decision: Literal["approve", "reject"]
    reason: str = Field(default="", max_length=MAX_REASON)


class ApprovalReply(Reply):
    """A question to finance, to be decided by somebody other than who asked."""

    id: str
    case_id: str
    account_id: str
    action: str
    state: str
    requested_by: str
    requested_at: Instant
    decided_by: str | None
    decided_at: Instant | None
    reason: str

    @classmethod
    def of(cls, approval: Approval) -> ApprovalReply:
        return cls(
            id=approval.id,
            case_id=approval.case_id,
            account_id=approval.account_id,
            action=approval.action.value,
            state=approval.state.value,
            requested_by=approval.requested_by,
            requested_at=approval.requested_at,
            decided_by=approval.decided_by,
            decided_at=approval.decided_at,
            reason=approval.reason,
        )
