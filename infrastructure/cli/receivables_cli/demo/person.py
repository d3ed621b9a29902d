"""The person in finance who decides what cases ask for: slowly, mostly in favour, and not always at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random
from typing import Any, Final

from receivables.core.calendar import MONDAY_TO_FRIDAY, next_allowed
from receivables.core.clock import parse_instant
from receivables_cli.api import Api

_NEVER_LOOKS_AT: Final = 0.12
_APPROVES: Final = 0.75
_REASONS: Final = {
    "approve": ("as the policy says", "agreed with sales", "several reminders without an answer"),
    "reject": (
        "promised to pay by phone",
        "a good customer, give it more time",
        "their cheque is on its way",
    ),
}


@dataclass(frozen=True, slots=True)
class Plan:
    """What the person will do about a request, and on which day; None: nothing."""

    on: date | None
    decision: str
    reason: str


class FinancePerson:
    """Decides by a seed: the same requests get the same decisions on the same days."""

    def __init__(self, api: Api, seed: int) -> None:
        self._api, self._seed = api, seed

    def decide(self, at: datetime, when_decided: Callable[[str], None]) -> tuple[int, int]:
        """Decide what is to be decided on the day of `at`; how many were approved and rejected."""
        api, done = self._api.at(at), {"approve": 0, "reject": 0}
        due = [
            (a, plan) for a in api.listed("/approvals", state="pending") if _due(plan := self._plan(a), at)
        ]
        for approval, plan in sorted(due, key=lambda pair: str(pair[0]["account_id"])):
            body = {"decision": plan.decision, "reason": plan.reason}
            api.post(f"/approvals/{approval['id']}/decision", body)
            when_decided(approval["id"])
            done[plan.decision] += 1
        return done["approve"], done["reject"]

    def _plan(self, approval: Any) -> Plan:
        asked = parse_instant(approval["requested_at"]).date()
        random = Random(f"{self._seed}/{approval['account_id']}/{approval['action']}/{asked}")  # noqa: S311
        if random.random() < _NEVER_LOOKS_AT:
            return Plan(None, "", "")
        decision = "approve" if random.random() < _APPROVES else "reject"
        day = asked
        for _ in range(random.randint(1, 4)):
            day = next_allowed(day + timedelta(days=1), MONDAY_TO_FRIDAY)
        return Plan(day, decision, random.choice(_REASONS[decision]))


def _due(plan: Plan, at: datetime) -> bool:
    return plan.on is not None and plan.on <= at.date()
