"""The dunning decision: from an account's facts, its policy and a time to what is to be done. Pure.

It is level-triggered: it asks which step each due has earned and has not had, never which tick this is. So a
repeated, late or skipped tick changes nothing but the time, and after an outage a due gets its highest step once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

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
from receivables.dunning.dues import at_rest, dues, keys_of, rest, to_collect
from receivables.dunning.pauses import Pause
from receivables.dunning.policy import Policy, StepAction
from receivables.dunning.standing import Standing, standing_of
from receivables.ledger import Account, ActiveCase, WorkingSet

if TYPE_CHECKING:
    from receivables.arrangements import Hold

CASE_PATIENCE: Final = timedelta(hours=1)
"""How long a woken case has to move on before it is woken again."""


CUSTOMER_LOOK: Final = timedelta(days=1)
"""How often an account looks again whether its customer is still on hold. It is told when that ends; but the customer's record
and the account are not written in one transaction, so the telling may be missed."""


def decide(working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime) -> Decision:
    """What to do for the account at `as_of` (UTC), why, and when to look again.

    Each due - an invoice, an instalment, a part of a payment plan - is up for the highest step it has earned, if that is
    higher than the one it has had. All that are up for a notice share one; those up for escalation go to the account's
    case, and what is in a case gets no more steps. While the agency has the case, they wait for its end and a case of their
    own. What is promised or on hold rests; a hold of the account or the customer pauses everything but the end of a case
    that is paid.
    """
    account, case = working_set.account, working_set.case
    if account.worked_at is not None and as_of < account.worked_at:
        late = f"nothing: planned as of {format_instant(account.worked_at)} already"
        return Decision((), account.progress, account.next_action_at, (late,))
    tz, hold = customer.tz, rest(account, customer, as_of)
    in_case = frozenset(case.invoices) if case else frozenset()
    found = (
        standing_of(due, account, policy, tz, as_of)
        for due in dues(working_set, customer, as_of)
        if due.number not in in_case
    )
    standings = [standing for standing in found if not _waits(standing, case)]
    up = [] if hold else [standing for standing in standings if standing.up]
    scene = _Scene(working_set, customer, policy, as_of, hold)
    case_actions = list(scene.case_actions())
    actions = (*case_actions, *_escalation(up), *_notice(standings, up, account, local_date(as_of, tz)))
    progress = _progress(working_set, up)
    reasons = (
        *([f"on hold until {format_instant(hold.until)} ({hold.reason})"] if hold else ()),
        *(standing.reason(policy, tz) for standing in up),
        *(f"{s.due.key}: {s.due.pause.reason}" for s in standings if s.due.pause and not hold),
        *(_case_reason(action, case) for action in case_actions if case),
    )
    return Decision(actions, progress, scene.next_look(standings, progress), reasons)


def _waits(standing: Standing, case: ActiveCase | None) -> bool:
    """Escalated, while the case is not one that could be joined. The case's end wakes the account."""
    return case is not None and case.with_agency and standing.up and standing.escalated


def _notice(
    standings: Sequence[Standing], up: Sequence[Standing], account: Account, today: date
) -> Iterator[SendNotice]:
    reached = [s for s in up if s.step and s.step.action is StepAction.NOTICE]
    if not reached:
        return
    highest = max(reached, key=lambda s: s.index).step
    if highest is None:  # pragma: no cover - what is up has a step
        return
    outstanding = [s for s in standings if s.outstanding(today)]
    listed = sorted((*reached, *outstanding), key=lambda s: (s.due.due_date, s.due.number, s.due.part))
    lines = tuple(_with_charges([standing.line(today) for standing in listed], today))
    yield SendNotice(highest, highest.tone, lines, total((x.balance for x in lines), account.currency))


def _with_charges(lines: Sequence[NoticeLine], today: date) -> Iterator[NoticeLine]:
    """Each charge once, after the first line that it rides with."""
    told: set[str] = set()
    for line in lines:
        yield line
        for charge in line.due.charges:
            if charge.key not in told:
                told.add(charge.key)
                yield NoticeLine(charge, (today - charge.due_date).days, Listing.RIDING)


def _escalation(up: Sequence[Standing]) -> Iterator[OpenCase]:
    escalated = [s for s in up if s.escalated]
    if escalated and escalated[0].step:
        yield OpenCase(tuple(sorted(s.due.key for s in escalated)), escalated[0].step.key)


def _progress(working_set: WorkingSet, up: Sequence[Standing]) -> dict[str, int]:
    before = working_set.account.progress
    kept = {key: before[key] for key in before.keys() & keys_of(working_set)} if before else {}
    return kept | {standing.due.key: standing.step.offset_days for standing in up if standing.step}


@dataclass(frozen=True, slots=True)
class _Scene:
    """The account at a moment, and the hold that keeps all of it still, if there is one."""

    working_set: WorkingSet
    customer: Customer
    policy: Policy
    as_of: datetime
    hold: Hold | None

    def case_actions(self) -> Iterator[Action]:
        case = self.working_set.case
        if case is None:
            return
        settled = self._settled(case)
        if self._case_rests(case) and not settled:
            return
        if not case.started:
            yield StartCase(case.id)
        elif settled or (case.wake_at is not None and case.wake_at <= self.as_of):
            yield WakeCase(case.id)

    def next_look(self, standings: Sequence[Standing], progress: Mapping[str, int]) -> datetime | None:
        moments: list[datetime | None] = [self._case_look()]
        if self.hold is not None:
            if self.working_set.open_items:
                moments.append(self._hold_look(self.hold))
        else:
            moments.extend(
                standing.next_look(self.policy, progress, self.customer.tz, self.as_of)
                for standing in standings
            )
        return min((moment for moment in moments if moment is not None), default=None)

    def _hold_look(self, hold: Hold) -> datetime:
        return min(hold.until, self.as_of + CUSTOMER_LOOK) if hold == self.customer.hold else hold.until

    def _settled(self, case: ActiveCase) -> bool:
        return not to_collect(self.working_set, self.customer, self.as_of, frozenset(case.invoices))

    def _case_rests(self, case: ActiveCase) -> Pause | None:
        if self.hold is not None:
            return Pause(self.hold.until, self.hold.reason)
        return at_rest(self.working_set, self.customer, self.as_of, frozenset(case.invoices))

    def _case_look(self) -> datetime | None:
        case = self.working_set.case
        if case is None:
            return None
        if self._settled(case):
            return self.as_of + CASE_PATIENCE
        if (pause := self._case_rests(case)) is not None:
            return pause.ends_after(self.as_of)
        if case.wake_at is None:
            return None
        return case.wake_at if case.wake_at > self.as_of else self.as_of + CASE_PATIENCE


def _case_reason(action: Action, case: ActiveCase) -> str:
    if isinstance(action, StartCase):
        return f"case {case.id}: its workflow is not known to run"
    if case.wake_at is None:
        return f"case {case.id}: all its invoices are closed"
    return (
        f"case {case.id}: its date {format_instant(case.wake_at)} or the payment of all its invoices has come"
    )
