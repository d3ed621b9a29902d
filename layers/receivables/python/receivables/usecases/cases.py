"""What a person does about cases: opens one early, and decides what a case asks for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from typing import Final

from receivables.cases.case import Approval, ApprovalState, Case
from receivables.cases.opening import new_case
from receivables.cases.ports import CaseStore, Workflow
from receivables.core.clock import local_date
from receivables.core.errors import (
    Conflict,
    DependencyFailed,
    Forbidden,
    InvalidInput,
    NotFound,
    StaleRevision,
)
from receivables.customers import Customer
from receivables.dunning.dues import dues
from receivables.dunning.ports import Policies
from receivables.ledger import WorkingSet
from receivables.usecases.readers import AccountReader, CustomerReader
from receivables.usecases.wake_case import deliver

_ATTEMPTS: Final = 3
MAX_REASON: Final = 500


class OpenCase:
    """Finance opens a case before the policy would."""

    def __init__(
        self,
        cases: CaseStore,
        ledger: AccountReader,
        customers: CustomerReader,
        policies: Policies,
        workflow: Workflow,
    ) -> None:
        self._cases, self._ledger, self._customers = cases, ledger, customers
        self._policies, self._workflow = policies, workflow

    def open_by_hand(
        self, account_id: str, by: str, at: datetime, invoices: Iterable[str] | None = None
    ) -> Case:
        """Open a case for the account's overdue invoices, or for those of them that are named. `by` becomes the one
        who asks for its approvals, and so cannot give them.

        Raises NotFound (no such account), Conflict (it has a case, nothing is overdue) or InvalidInput (an invoice
        that is not open and overdue).
        """
        wanted = None if invoices is None else frozenset(invoices)
        for attempt in range(_ATTEMPTS):
            try:
                case = self._open(account_id, by, at, wanted)
            except StaleRevision:
                if attempt == _ATTEMPTS - 1:
                    raise
            else:
                self._start(case, at)
                return case
        raise AssertionError("unreachable")  # pragma: no cover

    def _open(self, account_id: str, by: str, at: datetime, wanted: frozenset[str] | None) -> Case:
        working_set = self._ledger.working_set(account_id)
        if working_set is None:
            raise NotFound("account", account_id)
        if working_set.case is not None:
            raise Conflict(f"account {account_id} has a case already: {working_set.case.id}")
        customer = self._customers.get(working_set.account.customer_id)
        keys = _choose(working_set, customer, at, wanted)
        chosen = sorted({key.partition("#")[0] for key in keys})
        policy = self._policies.for_customer(customer, local_date(at, customer.tz))
        case = new_case(working_set.account, chosen, policy, at, opened_by=by)
        # Escalation is the policy's last step: what is in a case has had them all.
        progress = {**working_set.account.progress, **dict.fromkeys(keys, policy.steps[-1].offset_days)}
        self._cases.open(case, rev=working_set.account.rev, progress=progress, next_action_at=at)
        return case

    def _start(self, case: Case, at: datetime) -> None:
        try:
            self._workflow.start(case.execution, case.id, case.account_id, at)
        except DependencyFailed:
            return  # The case is open: the account's next tick, and the sweep, start what is not known to run.
        self._cases.started(case)


def _choose(
    working_set: WorkingSet, customer: Customer, at: datetime, wanted: frozenset[str] | None
) -> tuple[str, ...]:
    """The keys of what is overdue, of those invoices. What is disputed, or in a payment plan, is not."""
    today = local_date(at, customer.tz)
    overdue = [due for due in dues(working_set, customer, at) if due.due_date < today and not due.is_plan]
    numbers = {due.number for due in overdue}
    if wanted is not None and (wrong := sorted(wanted - numbers)):
        raise InvalidInput("invoices", f"{wrong[0]!r} is not an open and overdue invoice of this account")
    chosen = [due.key for due in overdue if wanted is None or due.number in wanted]
    if not chosen:
        raise Conflict("the account has no overdue invoice")
    return tuple(chosen)


class DecideApproval:
    """A person of finance approves or rejects, once, for what somebody else asked."""

    def __init__(self, cases: CaseStore, ledger: AccountReader, workflow: Workflow) -> None:
        self._cases, self._ledger, self._workflow = cases, ledger, workflow

    def decide(self, approval_id: str, *, approve: bool, by: str, reason: str, at: datetime) -> Approval:
        """Decide, then wake the case; should the wake fail, the table's stream and the sweep deliver it.

        Raises NotFound, InvalidInput (no reason for a rejection), Forbidden (the requester), Conflict (decided
        before, or the case is closed or paid).
        """
        reason = reason.strip()
        if not approve and not reason:
            raise InvalidInput("reason", "is required to reject")
        if len(reason) > MAX_REASON:
            raise InvalidInput("reason", f"must be at most {MAX_REASON} characters")
        approval = self._cases.approval(approval_id)
        if by == approval.requested_by:
            raise Forbidden("who asked for an approval cannot decide it")
        if approval.state is not ApprovalState.PENDING:
            raise Conflict(f"approval {approval_id} is {approval.state.value} already")
        self._must_be_open(approval)
        state = ApprovalState.APPROVED if approve else ApprovalState.REJECTED
        decided = self._cases.decide(approval, state, by, reason, at)
        try:
            deliver(self._cases, self._workflow, decided)
        except Exception:  # noqa: BLE001 - it is decided: whatever is wrong now, the stream and the sweep deliver it
            return decided
        return replace(decided, delivered=True)

    def _must_be_open(self, approval: Approval) -> None:
        case = self._cases.active(approval.account_id)
        working_set = self._ledger.working_set(approval.account_id)
        if case is None or case.id != approval.case_id or working_set is None:
            raise Conflict("the case is closed")
        if not any(item.number in case.invoices for item in working_set.open_items):
            raise Conflict("the case is paid; it is about to be closed")
