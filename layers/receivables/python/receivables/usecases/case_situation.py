"""Where a case stands right now: read anew at every turn."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from receivables.cases.case import Approval, Case
from receivables.cases.playbook import CaseStep, Facts, next_step
from receivables.cases.ports import CaseStore
from receivables.core.clock import local_date
from receivables.core.money import total
from receivables.customers import Customer
from receivables.dunning.dues import Due, at_rest, dues, rest, to_collect
from receivables.dunning.pauses import Pause
from receivables.ledger import OpenItem, WorkingSet
from receivables.usecases.readers import AccountReader, CustomerReader


@dataclass(frozen=True, slots=True)
class Situation:
    """A case, what the ledger says about it, and what it asked for last."""

    case: Case
    working_set: WorkingSet
    customer: Customer
    approval: Approval | None
    as_of: datetime

    @property
    def items(self) -> tuple[OpenItem, ...]:
        """What is still to be collected of its invoices, disputed or not."""
        return to_collect(self.working_set, self.customer, self.as_of, frozenset(self.case.invoices))

    @property
    def asked(self) -> tuple[Due, ...]:
        """What the customer is asked for now: what is disputed, promised or on hold is left out, and so are instalments of
        the future."""
        collected = frozenset(self.case.invoices)
        today = local_date(self.as_of, self.customer.tz)
        return tuple(
            due
            for due in dues(self.working_set, self.customer, self.as_of)
            if due.number in collected and due.pause is None and (not due.part or due.due_date <= today)
        )

    @property
    def step(self) -> CaseStep:
        account = self.working_set.account
        facts = Facts(open=total((item.balance for item in self.items), account.currency), pause=self._pause)
        return next_step(self.case, facts, self.approval, self.as_of)

    @property
    def _pause(self) -> Pause | None:
        hold = rest(self.working_set.account, self.customer, self.as_of)
        if hold is not None:
            return Pause(hold.until, "the account is on hold")
        return at_rest(self.working_set, self.customer, self.as_of, frozenset(self.case.invoices))

    @property
    def account_rev(self) -> int:
        return self.working_set.account.rev


class Situations:
    """Reads situations."""

    def __init__(self, cases: CaseStore, ledger: AccountReader, customers: CustomerReader) -> None:
        self._cases, self._ledger, self._customers = cases, ledger, customers

    def case(self, case_id: str, account_id: str) -> Case | None:
        """The case, if it is active."""
        case = self._cases.active(account_id)
        return case if case is not None and case.id == case_id else None

    def now(self, case_id: str, account_id: str, as_of: datetime) -> Situation | None:
        """The case at `as_of`, or at its own clock if that is later; None: it is closed."""
        # The case before its facts: a payment in between is then in the facts, and its wake only comes for nothing.
        case = self.case(case_id, account_id)
        working_set = self._ledger.working_set(account_id) if case else None
        if case is None or working_set is None:
            return None
        approval = self._cases.approval(case.approval_id) if case.approval_id else None
        customer = self._customers.get(case.customer_id)
        return Situation(case, working_set, customer, approval, max(as_of, case.clock or as_of))

    def again(self, before: Situation) -> Situation | None:
        """The same case after something that took time; None: it has moved on meanwhile."""
        now = self.now(before.case.id, before.case.account_id, before.as_of)
        return replace(now, as_of=before.as_of) if now and now.case.rev == before.case.rev else None
