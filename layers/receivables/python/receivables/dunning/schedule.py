"""When the steps of a policy come round for an invoice, in the customer's own zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from receivables.core.calendar import next_allowed
from receivables.core.clock import local_instant
from receivables.dunning.policy import Policy, Step
from receivables.ledger import OpenItem


def step_instant(policy: Policy, step: Step, issue_date: date, due_date: date, tz: ZoneInfo) -> datetime:
    """The instant (UTC) from which the step is earned.

    Its day is the due date moved by the step's offset, but never before the invoice was issued; a day that the
    policy does not send on moves to the next that it does. The time is the policy's `send_at` on clocks in `tz`;
    in the gap of a clock change, the next valid instant.
    """
    day = max(due_date + timedelta(days=step.offset_days), issue_date)
    return _sending_instant(day, policy.send_at, policy.send_on, tz)


def earned_step(policy: Policy, item: OpenItem, tz: ZoneInfo, as_of: datetime) -> Step | None:
    """The highest step that the invoice has earned by `as_of`."""
    for step in reversed(policy.steps):
        if step_instant(policy, step, item.issue_date, item.due_date, tz) <= as_of:
            return step
    return None


def next_instant(policy: Policy, item: OpenItem, had: int | None, tz: ZoneInfo) -> datetime | None:
    """When the invoice earns the next step after the one of offset `had` (None: it has had none); None: there is none."""
    later = (step for step in policy.steps if had is None or step.offset_days > had)
    if (step := next(later, None)) is None:
        return None
    return step_instant(policy, step, item.issue_date, item.due_date, tz)


@lru_cache(maxsize=8192)
def _sending_instant(day: date, at: time, weekdays: frozenset[int], tz: ZoneInfo) -> datetime:
    return local_instant(next_allowed(day, weekdays), at, tz)
