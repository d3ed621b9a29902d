"""Payment plans."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.arrangements.arrangement import ArrangementKind, Covered, Part


class PlanState(StrEnum):
    """What became of a plan."""

    ACTIVE = "active"
    COMPLETED = "completed"
    DEFAULTED = "defaulted"
    CANCELLED = "cancelled"


class LateInterest(StrEnum):
    """What late interest on the covered invoices does while the plan is kept."""

    CONTINUES = "continues"
    SUSPENDED = "suspended"


class Consequence(StrEnum):
    """What was agreed for the case that the plan is not kept."""

    RESUME = "resume"
    """Dunning goes on where it stood, by the invoices' own due dates."""
    WHOLE_BALANCE_DUE = "whole_balance_due"
    """All that is open is due at once: dunning goes on at its last step before escalation at the least."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is open of some receivables, to be paid in parts: `parts` (in order of date; a down payment is the first)
    add up exactly to what `covers` adds up to, a fee and interest for the plan included (they are charges of their own).

    The plan defaults when `missed_limit` parts are unpaid `grace_days` after their dates. `ages`: the parts' dates
    count for ageing too. `waive_if_kept`: late charges of the covered invoices are waived on completion. `ending` tells
    in words why it ended as it did.
    """

    id: str
    account_id: str
    covers: tuple[Covered, ...]
    parts: tuple[Part, ...]
    agreed_by: str
    channel: str
    recorded_by: str
    agreed_at: datetime
    grace_days: int = 0
    missed_limit: int = 1
    consequence: Consequence = Consequence.RESUME
    late_interest: LateInterest = LateInterest.CONTINUES
    waive_if_kept: bool = False
    ages: bool = False
    note: str = ""
    state: PlanState = PlanState.ACTIVE
    ended_at: datetime | None = None
    ended_by: str = ""
    rev: int = 0
    ending: str = ""

    @property
    def kind(self) -> ArrangementKind:
        return ArrangementKind.PLAN

    @property
    def active(self) -> bool:
        return self.state is PlanState.ACTIVE
