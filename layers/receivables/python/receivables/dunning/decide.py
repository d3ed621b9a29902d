"""The dunning decision: from an account's facts, its policy and a time to what is to be done. Pure.

It is level-triggered: it asks which step each invoice has earned and has not had, never which tick this is. So a
repeated, late or skipped tick changes nothing but the time, and after an outage an invoice gets its highest step once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from receivables.core.clock import format_instant, local_date
from receivables.core.money import total
from receivables.customers import Customer
from receivables.dunning.decision import (
    Action,
    Decision,
    Listing,
    NoticeLine,
    OpenCase,
    SendNotice,
    StartCase,
    WakeCase,
)
from receivables.dunning.policy import Policy, Step, StepAction
from receivables.dunning.schedule import earned_step, next_instant, step_instant
from receivables.ledger import Account, ActiveCase, OpenItem, WorkingSet

CASE_PATIENCE: Final = timedelta(hours=1)
"""How long a woken case has to move on before it is woken again."""


def decide(working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime) -> Decision:
    """What to do for the account at `as_of` (UTC), why, and when to look again.

    Each open invoice is due for the highest step it has earned, if that is higher than the one it has had. All that
    are due for a notice share one; those due for escalation go to the account's case, and what is in a case gets no
    more steps. While the agency has the case, they wait for its end and a case of their own. A hold pauses everything
    but the end of a case that is paid.
    """
    account, case = working_set.account, working_set.case
    if account.worked_at is not None and as_of < account.worked_at:
        late = f"nothing: planned as of {format_instant(account.worked_at)} already"
        return Decision((), account.progress, account.next_action_at, (late,))
    tz, paused = customer.tz, _paused(account, as_of)
    collected = frozenset(case.invoices) if case else frozenset()
    found = (
        _standing(item, account.progress, policy, tz, as_of)
        for item in working_set.open_items
        if item.number not in collected
    )
    standings = [standing for standing in found if not _waits(standing, case)]
    due = [] if paused else [standing for standing in standings if standing.due]
    case_actions = list(_case_actions(working_set, as_of, paused=paused))
    actions = (*case_actions, *_escalation(due), *_notice(standings, due, account, local_date(as_of, tz)))
    progress = _progress(working_set, due)
    reasons = (
        *(_held(account) if paused else ()),
        *(standing.reason(policy, tz) for standing in due),
        *(_case_reason(action, case) for action in case_actions if case),
    )
    return Decision(
        actions, progress, _next_look(working_set, standings, progress, policy, tz, as_of), reasons
    )


@dataclass(frozen=True, slots=True)
class _Standing:
    """Where an invoice stands in the policy. `had` is the offset of the highest step that it has had; `index` counts
    `step` in the policy, from 1."""

    item: OpenItem
    had: int | None
    due: bool
    """It has earned a higher step than it has had."""
    step: Step | None
    """The highest step earned; if that is not new, the one that it has had, as this policy has it."""
    index: int

    @property
    def escalated(self) -> bool:
        """The step is the escalation. Where that is not new and there is no case (any more), the invoice was in one that
        ended without its payment: the agency has it, and it is not asked for here as well."""
        return self.step is not None and self.step.action is StepAction.ESCALATE

    def line(self, today: date) -> NoticeLine:
        item = self.item
        return NoticeLine(
            number=item.number,
            balance=item.balance,
            issue_date=item.issue_date,
            due_date=item.due_date,
            days_overdue=(today - item.due_date).days,
            listing=Listing.REACHED if self.due else Listing.OUTSTANDING,
            step_key=self.step.key if self.step else "",
            step_index=self.index,
            step_offset=self.step.offset_days if self.step else 0,
            description=item.description,
        )

    def reason(self, policy: Policy, tz: ZoneInfo) -> str:
        step = policy.steps[self.index - 1]
        earned_at = step_instant(policy, step, self.item.issue_date, self.item.due_date, tz).astimezone(tz)
        return (
            f"{self.item.number}: due {self.item.due_date}; step {self.index} of {len(policy.steps)} ({step.key}) "
            f"since {earned_at:%Y-%m-%d %H:%M}, {self._after(policy)}"
        )

    def _after(self, policy: Policy) -> str:
        if self.had is None:
            return "as its first"
        # Another version of the policy may have no step of that day any more.
        return (
            f"after {next((s.key for s in policy.steps if s.offset_days == self.had), f'day {self.had:+d}')}"
        )


def _standing(
    item: OpenItem, progress: Mapping[str, int], policy: Policy, tz: ZoneInfo, as_of: datetime
) -> _Standing:
    had, earned = progress.get(item.number), earned_step(policy, item, tz, as_of)
    due = earned is not None and (had is None or earned.offset_days > had)
    # Another version may have come into force since: what was had is placed by its day, not by its number.
    level = earned.offset_days if earned and due else had
    index = sum(level is not None and step.offset_days <= level for step in policy.steps)
    return _Standing(item, had, due, policy.steps[index - 1] if index else None, index)


def _paused(account: Account, as_of: datetime) -> bool:
    # A hold that could be read has been placed, even if the tick that is worked off is a little older than it.
    return account.hold is not None and as_of < account.hold.until


def _waits(standing: _Standing, case: ActiveCase | None) -> bool:
    """Escalated, while the case is not one that could be joined. The case's end wakes the account."""
    return case is not None and case.with_agency and standing.due and standing.escalated


def _notice(
    standings: Sequence[_Standing], due: Sequence[_Standing], account: Account, today: date
) -> Iterator[SendNotice]:
    reached = [s for s in due if s.step and s.step.action is StepAction.NOTICE]
    if not reached:
        return
    highest = max(reached, key=lambda s: s.index).step
    if highest is None:  # pragma: no cover - what is due has a step
        return
    outstanding = [s for s in standings if not s.due and not s.escalated and s.item.due_date < today]
    listed = sorted((*reached, *outstanding), key=lambda s: (s.item.due_date, s.item.number))
    lines = tuple(standing.line(today) for standing in listed)
    yield SendNotice(highest, highest.tone, lines, total((x.balance for x in lines), account.currency))


def _escalation(due: Sequence[_Standing]) -> Iterator[OpenCase]:
    escalated = [s for s in due if s.escalated]
    if escalated and escalated[0].step:
        yield OpenCase(tuple(sorted(s.item.number for s in escalated)), escalated[0].step.key)


def _case_actions(working_set: WorkingSet, as_of: datetime, *, paused: bool) -> Iterator[Action]:
    case = working_set.case
    if case is None:
        return
    settled = _settled(working_set, case)
    if paused and not settled:
        return
    if not case.started:
        yield StartCase(case.id)
    elif settled or (case.wake_at is not None and case.wake_at <= as_of):
        yield WakeCase(case.id)


def _settled(working_set: WorkingSet, case: ActiveCase) -> bool:
    collected = frozenset(case.invoices)
    return not any(item.number in collected for item in working_set.open_items)


def _progress(working_set: WorkingSet, due: Sequence[_Standing]) -> dict[str, int]:
    before = working_set.account.progress
    kept = {item.number: before[item.number] for item in working_set.open_items if item.number in before}
    return kept | {standing.item.number: standing.step.offset_days for standing in due if standing.step}


def _next_look(
    working_set: WorkingSet,
    standings: Sequence[_Standing],
    progress: Mapping[str, int],
    policy: Policy,
    tz: ZoneInfo,
    as_of: datetime,
) -> datetime | None:
    account, case = working_set.account, working_set.case
    moments: list[datetime | None] = []
    if case is not None and _settled(working_set, case):
        moments.append(as_of + CASE_PATIENCE)
    if account.hold is not None and _paused(account, as_of):
        if working_set.open_items:
            moments.append(account.hold.until)
    else:
        moments.extend(next_instant(policy, s.item, progress.get(s.item.number), tz) for s in standings)
        if case is not None and case.wake_at is not None:
            moments.append(case.wake_at if case.wake_at > as_of else as_of + CASE_PATIENCE)
    return min((moment for moment in moments if moment is not None), default=None)


def _held(account: Account) -> Iterator[str]:
    if account.hold is not None:
        yield f"on hold until {format_instant(account.hold.until)} ({account.hold.reason})"


def _case_reason(action: Action, case: ActiveCase) -> str:
    if isinstance(action, StartCase):
        return f"case {case.id}: its workflow is not known to run"
    if case.wake_at is None:
        return f"case {case.id}: all its invoices are closed"
    return (
        f"case {case.id}: its date {format_instant(case.wake_at)} or the payment of all its invoices has come"
    )
