"""What working an account does to its case: open it, let it grow, start its workflow, wake it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from receivables.cases.opening import new_case
from receivables.cases.ports import CaseStore, Workflow
from receivables.core.errors import StaleRevision
from receivables.dunning import OpenCase, Policy
from receivables.ledger import WorkingSet
from receivables.usecases.courier import Tally


@dataclass(frozen=True, slots=True)
class CaseWork:
    """Every step is safe to repeat: a case has one id, its execution one name, its token one use."""

    store: CaseStore
    workflow: Workflow

    def open(
        self, working_set: WorkingSet, action: OpenCase, policy: Policy, as_of: datetime, tally: Tally
    ) -> None:
        """Open a case for the invoices that reached escalation, or add them to the one that is open. The account stays
        due: starting the case's workflow is the next thing to do. Raises StaleRevision or AlreadyExists."""
        account = working_set.account
        progress = {**account.progress, **dict.fromkeys(action.keys, policy.steps[-1].offset_days)}
        if working_set.case is None:
            case = new_case(account, action.invoices, policy, as_of)
            self.store.open(case, rev=account.rev, progress=progress, next_action_at=as_of)
            tally["CasesOpened"] += 1
            return
        active = self.store.active(account.id)
        if active is None:
            raise StaleRevision(f"the case of account {account.id!r} was closed meanwhile")
        seen = replace(active, clock=max(active.clock or as_of, as_of))
        self.store.join(seen, action.invoices, rev=account.rev, progress=progress, next_action_at=as_of)

    def start(self, account_id: str, as_of: datetime) -> None:
        """See to it that the workflow of the account's case runs."""
        case = self.store.active(account_id)
        if case is None or case.started:
            return
        self.workflow.start(case.execution, case.id, account_id, as_of)
        self.store.started(case)

    def wake(self, account_id: str, case_id: str, as_of: datetime) -> None:
        """Wake the case: at once if its workflow waits; else it finds that it was woken when it comes to wait."""
        token = self.store.wake(account_id, case_id, as_of)
        if token is not None:
            self.workflow.resume(token)
