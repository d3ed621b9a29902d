"""Payment plans: previewed, agreed and recorded with what is charged for them, all in one transaction."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from receivables.arrangements import Covered, Plan
from receivables.arrangements.parts import check_covers, sum_of
from receivables.arrangements.plan_making import Understanding, make_plan
from receivables.arrangements.plan_schedule import Outline, PlanTerms, outline
from receivables.core.clock import local_date
from receivables.core.ids import new_id
from receivables.ledger import ArrangementChange, LedgerStore, Posting, WorkingSet
from receivables.usecases.booking import post_again, working_set_of
from receivables.usecases.covering import covers_of
from receivables.usecases.plan_charges import PlanCharge, plan_charges
from receivables.usecases.readers import CustomerReader


@dataclass(frozen=True, slots=True)
class PlanOrder:
    """What was agreed, for which receivables (none named: for all that is open)."""

    terms: PlanTerms
    agreed: Understanding
    receivables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlanAgreed:
    """A plan, how its parts came about, and what is charged for it."""

    plan: Plan
    outline: Outline
    charges: tuple[PlanCharge, ...]


class AgreePlan:
    """Agrees on payment plans."""

    def __init__(self, ledger: LedgerStore, customers: CustomerReader) -> None:
        self._ledger, self._customers = ledger, customers

    def preview(self, account_id: str, order: PlanOrder, by: str, at: datetime) -> PlanAgreed:
        """The plan as `agree` would record it now; writes nothing. Raises what `agree` raises."""
        return self._work_out(working_set_of(self._ledger, account_id), order, new_id("pln", at), by, at)

    def agree(
        self, account_id: str, order: PlanOrder, by: str, at: datetime, recorded_at: datetime
    ) -> PlanAgreed:
        """The plan as recorded, with its fee and interest as receivables of their own that it covers; the account is woken.

        Raises NotFound, InvalidFields (`receivables.0`, `parts.0.on`, `schedule.count`...), and Conflict when nothing is
        open that could be planned.
        """
        plan_id, agreed = new_id("pln", at), []

        def build() -> Posting:
            working_set = working_set_of(self._ledger, account_id)
            done = self._work_out(working_set, order, plan_id, by, at)
            agreed.append(done)
            return Posting(
                account_id,
                entries=tuple(charge.entry(f"api/{by}", recorded_at) for charge in done.charges),
                items=tuple(charge.change() for charge in done.charges),
                arrangements=(ArrangementChange(None, done.plan),),
                account_rev=working_set.account.rev,
            )

        post_again(self._ledger, build)
        return agreed[-1]

    def _work_out(
        self, working_set: WorkingSet, order: PlanOrder, plan_id: str, by: str, at: datetime
    ) -> PlanAgreed:
        account_id = working_set.account.id
        today = local_date(at, self._customers.get(working_set.account.customer_id).tz)
        principal = covers_of(working_set, order.receivables)
        check_covers(principal)
        found = outline(order.terms, sum_of(principal), today)
        charges = _charges(found, order.terms, plan_id, account_id, today, at)
        covers = (*principal, *(Covered(charge.number, charge.amount) for charge in charges))
        plan = make_plan(
            order.agreed,
            covers,
            found.parts,
            id=plan_id,
            account_id=account_id,
            recorded_by=by,
            agreed_at=at,
            today=today,
        )
        return PlanAgreed(plan, found, charges)


def _charges(
    found: Outline, terms: PlanTerms, plan_id: str, account_id: str, today: date, at: datetime
) -> tuple[PlanCharge, ...]:
    return tuple(plan_charges(found, terms.annual_percent, plan_id, account_id, today, at))
