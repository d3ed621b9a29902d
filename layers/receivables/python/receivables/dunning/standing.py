"""Where a due stands in the policy: the step that it has earned, and the one that it has had."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.dunning.decision import Listing, NoticeLine
from receivables.dunning.dues import Due
from receivables.dunning.policy import Policy, Step, StepAction
from receivables.dunning.schedule import earned_step, next_instant, step_instant, steps_for
from receivables.ledger import Account


@dataclass(frozen=True, slots=True)
class Standing:
    """`had` is the offset of the highest step that it has had; `index` counts `step` in the policy, from 1."""

    due: Due
    had: int | None
    up: bool
    """It has earned a higher step than it has had, and nothing is in the way."""
    step: Step | None
    """The highest step earned; if that is not new, the one that it has had, as this policy has it."""
    index: int

    @property
    def escalated(self) -> bool:
        """The step is the escalation. Where that is not new and there is no case (any more), the invoice was in one that
        ended without its payment: the agency has it, and it is not asked for here as well."""
        return self.step is not None and self.step.action is StepAction.ESCALATE

    def outstanding(self, today: date) -> bool:
        """It is listed in a notice that is sent for others."""
        if self.up or self.escalated:
            return False
        return self.due.pause is None and self.due.due_date < today

    def line(self, today: date) -> NoticeLine:
        return NoticeLine(
            due=self.due,
            days_overdue=(today - self.due.due_date).days,
            listing=Listing.REACHED if self.up else Listing.OUTSTANDING,
            step_key=self.step.key if self.step else "",
            step_index=self.index,
            step_offset=self.step.offset_days if self.step else 0,
        )

    def reason(self, policy: Policy, tz: ZoneInfo) -> str:
        due, step = self.due, policy.steps[self.index - 1]
        earned_at = step_instant(policy, step, due.issue_date, due.due_date, tz).astimezone(tz)
        return (
            f"{due.key}: due {due.due_date}; step {self.index} of {len(policy.steps)} ({step.key}) "
            f"since {earned_at:%Y-%m-%d %H:%M}, {self._after(policy)}"
        )

    def next_look(
        self, policy: Policy, progress: Mapping[str, int], tz: ZoneInfo, as_of: datetime
    ) -> datetime | None:
        """When there may be something to do about it, once the progress is as told."""
        if self.due.pause is not None:
            return self.due.pause.ends_after(as_of)
        return next_instant(policy, self.due, progress.get(self.due.key), tz)

    def _after(self, policy: Policy) -> str:
        if self.had is None:
            return "as its first"
        # Another version of the policy may have no step of that day any more.
        return (
            f"after {next((s.key for s in policy.steps if s.offset_days == self.had), f'day {self.had:+d}')}"
        )


def standing_of(due: Due, account: Account, policy: Policy, tz: ZoneInfo, as_of: datetime) -> Standing:
    """Where the due stands at `as_of`, by its date and by what was broken about it."""
    had, earned = account.progress.get(due.key), earned_step(policy, due, tz, as_of)
    raised = _raised(due, account, policy, local_date(as_of, tz))
    if raised is not None and (earned is None or raised.offset_days > earned.offset_days):
        earned = raised
    up = earned is not None and (had is None or earned.offset_days > had) and due.pause is None
    # Another version may have come into force since: what was had is placed by its day, not by its number.
    level = earned.offset_days if earned and up else had
    index = sum(level is not None and step.offset_days <= level for step in policy.steps)
    return Standing(due, had, up, policy.steps[index - 1] if index else None, index)


def _raised(due: Due, account: Account, policy: Policy, today: date) -> Step | None:
    """The step that it has earned whatever its date, because a promise or plan was broken.

    That of the invoice counts for instalments that are due by now; one of a later instalment is named by its own key.
    """
    if not account.raised or due.is_plan:
        return None
    offsets = [account.raised[due.key]] if due.key in account.raised else []
    if due.part and due.due_date <= today and due.number in account.raised:
        offsets.append(account.raised[due.number])
    if not offsets:
        return None
    level = max(offsets)
    return next((step for step in reversed(steps_for(policy, due)) if step.offset_days <= level), None)
