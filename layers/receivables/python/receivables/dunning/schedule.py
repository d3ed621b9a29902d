"""When the steps of a policy come round for what is due, in the customer's own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from receivables.core.calendar import next_allowed
from receivables.core.clock import local_date, local_instant
from receivables.dunning.dues import Due
from receivables.dunning.policy import Policy, Step, StepAction

_MIDNIGHT: Final = time(0, 0)


def step_instant(policy: Policy, step: Step, issue_date: date, due_date: date, tz: ZoneInfo) -> datetime:
    """The instant (UTC) from which the step is earned.

    Its day is the due date moved by the step's offset, but never before the invoice was issued; a day that the
    policy does not send on moves to the next that it does. The time is the policy's `send_at` on clocks in `tz`;
    in the gap of a clock change, the next valid instant.
    """
    day = max(due_date + timedelta(days=step.offset_days), issue_date)
    return _sending_instant(day, policy.send_at, policy.send_on, tz)


def steps_for(policy: Policy, due: Due) -> tuple[Step, ...]:
    """The steps that there are for it: a part of a payment plan is never escalated."""
    if due.is_plan:
        return tuple(step for step in policy.steps if step.action is StepAction.NOTICE)
    return policy.steps


def earned_step(policy: Policy, due: Due, tz: ZoneInfo, as_of: datetime) -> Step | None:
    """The highest step that it has earned by its date at `as_of`."""
    for step in reversed(steps_for(policy, due)):
        if step_instant(policy, step, due.issue_date, due.due_date, tz) <= as_of:
            return step
    return None


def next_instant(policy: Policy, due: Due, had: int | None, tz: ZoneInfo) -> datetime | None:
    """When it earns the next step after the one of offset `had` (None: it has had none); None: there is none."""
    later = (step for step in steps_for(policy, due) if had is None or step.offset_days > had)
    if (step := next(later, None)) is None:
        return None
    return step_instant(policy, step, due.issue_date, due.due_date, tz)


def next_sending(policy: Policy, tz: ZoneInfo, as_of: datetime) -> datetime:
    """The next instant (UTC), `as_of` itself included, at which the policy sends: on one of its days, not before its time."""
    today = local_date(as_of, tz)
    begins = _sending_instant(today, policy.send_at, policy.send_on, tz)
    return max(begins, as_of) if local_date(begins, tz) == today else begins


def judged_at(policy: Policy, last: date, tz: ZoneInfo) -> datetime:
    """When it is found that nothing came by the end of a day (UTC): at the policy's next time of sending, for it may
    lead to a notice, and nobody is written to in the night."""
    return next_sending(policy, tz, local_instant(last + timedelta(days=1), _MIDNIGHT, tz))


@lru_cache(maxsize=8192)
def _sending_instant(day: date, at: time, weekdays: frozenset[int], tz: ZoneInfo) -> datetime:
    return local_instant(next_allowed(day, weekdays), at, tz)
