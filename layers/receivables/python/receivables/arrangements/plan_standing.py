"""Where a payment plan stands: which of its parts are paid, which were missed, and what that means."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from receivables.arrangements.arrangement import Part
from receivables.arrangements.parts import sum_of
from receivables.arrangements.plan import Plan, PlanState
from receivables.core.errors import Conflict
from receivables.core.money import Money


class PartState(StrEnum):
    """Where one part of a plan stands."""

    PAID = "paid"
    OPEN = "open"
    """Not paid, and its date with grace has not passed."""
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class PartStanding:
    """One part (`index` from 0) and what is still open of it."""

    index: int
    part: Part
    open: Money
    state: PartState


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a plan stands as of a day. `next` is the first part that is neither paid nor missed."""

    parts: tuple[PartStanding, ...]
    paid: Money
    completed: bool
    defaulted: bool

    @property
    def missed(self) -> tuple[PartStanding, ...]:
        return tuple(each for each in self.parts if each.state is PartState.MISSED)

    @property
    def next(self) -> PartStanding | None:
        return next((each for each in self.parts if each.state is PartState.OPEN), None)

    @property
    def state(self) -> PlanState:
        """What the plan is to become."""
        if self.completed:
            return PlanState.COMPLETED
        return PlanState.DEFAULTED if self.defaulted else PlanState.ACTIVE

    @property
    def reason(self) -> str:
        """In words, for the record."""
        if self.completed:
            return "all parts are paid"
        missed = ", ".join(f"{each.index + 1} ({each.part.on})" for each in self.missed)
        return f"missed: part {missed}" if missed else f"{self.paid} paid so far"


def standing(plan: Plan, paid: Money, today: date) -> Standing:
    """Where the plan stands as of `today` (a local date of the customer), when so much of what it covers has been paid
    since it was agreed. Money fills the parts in their order, whatever it was sent for."""
    left, parts = paid, []
    for index, part in enumerate(plan.parts):
        taken = max(Money.zero(left.currency), min(left, part.amount))
        left = left - taken
        parts.append(PartStanding(index, part, part.amount - taken, _state(plan, part, taken, today)))
    completed = paid >= sum_of(plan.parts)
    missed = sum(each.state is PartState.MISSED for each in parts)
    return Standing(tuple(parts), paid, completed, not completed and missed >= plan.missed_limit)


def deadline(plan: Plan, part: Part) -> date:
    """The last local day on which a part can be paid without having been missed."""
    return part.on + timedelta(days=plan.grace_days)


def ended(plan: Plan, found: Standing, at: datetime) -> Plan:
    """The plan with the end that its standing means. Raises Conflict when it has ended already, or goes on."""
    if not plan.active or found.state is PlanState.ACTIVE:
        raise Conflict(f"plan {plan.id} is {plan.state.value}, and its standing {found.state.value}")
    return replace(plan, state=found.state, ended_at=at, ended_by="ledger", ending=found.reason)


def cancelled(plan: Plan, by: str, reason: str, at: datetime) -> Plan:
    """The plan ended by a person. Raises Conflict when it has ended already."""
    if not plan.active:
        raise Conflict(f"plan {plan.id} is {plan.state.value} already")
    return replace(plan, state=PlanState.CANCELLED, ended_at=at, ended_by=by, ending=reason)


def _state(plan: Plan, part: Part, paid: Money, today: date) -> PartState:
    if paid == part.amount:
        return PartState.PAID
    return PartState.MISSED if deadline(plan, part) < today else PartState.OPEN
