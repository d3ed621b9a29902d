"""What the end of a promise or plan does to its account, worked out purely. Upkeep posts it when the day has come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from receivables.arrangements import Arrangement, Consequence, Plan, Promise, PromiseState
from receivables.arrangements import plan_standing as plans
from receivables.arrangements import promise_verdict as promises
from receivables.arrangements.plan_standing import Standing
from receivables.arrangements.promise_verdict import Verdict
from receivables.core.ids import derived_id
from receivables.dunning.policy import Policy
from receivables.ledger import (
    AccountChange,
    ArrangementChange,
    OpenItem,
    Posting,
    WorkingSet,
)
from receivables.ledger.adjusting import waive
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.facts import account_event


def end_promise(promise: Promise, found: Verdict, working_set: WorkingSet, at: datetime) -> Posting:
    """The promise ends as the verdict says (kept, partly kept or broken; not still open): it becomes history, the
    customer's record counts it, and if it is broken the covered receivables that are still open have earned the step at
    which dunning resumes (`resume_at`). Raises Conflict when it has ended before, or is still open."""
    state = promises.ended(promise, found, at)
    resume_at = promise.resume_at if found.state is PromiseState.BROKEN else None
    counted = AccountChange(
        raised=_all_at(resume_at, (item.number for item in _covered(promise, working_set))),
        kept=int(found.state is PromiseState.KEPT),
        partly_kept=int(found.state is PromiseState.PARTLY_KEPT),
        broken=int(found.state is PromiseState.BROKEN),
    )
    return Posting(promise.account_id, arrangements=(changed(promise, state),), account=counted)


def mend_promise(promise: Promise, found: Verdict, at: datetime) -> Posting | None:
    """The verdict on a promise is given again, because money that was there in time was booked after it: the customer's record
    is put right, and the account's timeline tells why. Reminders that went out stay as they are. None: the verdict stands."""
    after = promises.mended(promise, found, at)
    if after is None:
        return None
    fact = account_event(
        "promise_judged_again",
        derived_id("evt", "promise_judged_again", promise.id, str(promise.rev)),
        at,
        "ledger",
        promise=promise.id,
        was=promise.state.value,
        now=after.state.value,
        reason=found.reason,
    )
    counted = AccountChange(
        kept=int(after.state is PromiseState.KEPT),
        partly_kept=int(after.state is PromiseState.PARTLY_KEPT)
        - int(promise.state is PromiseState.PARTLY_KEPT),
        broken=-int(promise.state is PromiseState.BROKEN),
    )
    return Posting(
        promise.account_id, arrangements=(changed(promise, after),), account=counted, facts=(fact,)
    )


def end_given_up(arrangement: Promise | Plan, at: datetime) -> Posting:
    """Nothing is left to be paid of what it covers, because that was written off: it is over, and neither kept nor broken."""
    reason = "what was left to be paid was written off"
    if isinstance(arrangement, Promise):
        after: Arrangement = promises.cancelled(arrangement, "ledger", reason, at)
    else:
        after = plans.cancelled(arrangement, "ledger", reason, at)
    return Posting(arrangement.account_id, arrangements=(changed(arrangement, after),))


def charges_to_waive(plan: Plan, found: Standing, working_set: WorkingSet) -> tuple[str, ...]:
    """Numbers of the late charges that the end of the plan waives: `end_plan` needs them as read, with their documents."""
    if not (found.completed and plan.waive_if_kept):
        return ()
    covered = {each.number for each in plan.covers}
    return tuple(
        item.number
        for item in working_set.items
        if item.is_charge and item.balance and item.concerns in covered and item.number not in covered
    )


def end_plan(
    plan: Plan,
    found: Standing,
    working_set: WorkingSet,
    policy: Policy,
    charges: Sequence[Held],
    at: datetime,
) -> tuple[Posting, ...]:
    """The plan ends as its standing says (completed or defaulted), in postings that are posted in order; the last one
    ends it.

    `charges` are those of `charges_to_waive`: what is open of each is waived first, so that a crash in between leaves the
    plan active and the rest to do. Defaulted with the whole balance due: covered receivables have earned the policy's last
    step before escalation. Raises Conflict when it has ended before, or goes on.
    """
    state = plans.ended(plan, found, at)
    due = found.defaulted and plan.consequence is Consequence.WHOLE_BALANCE_DUE
    change = AccountChange(raised=_all_due(plan, working_set, policy) if due else {})
    end = Posting(plan.account_id, arrangements=(changed(plan, state),), account=change)
    return (*_waivers(plan, charges, at), end)


def changed(before: Arrangement, after: Arrangement) -> ArrangementChange:
    """The change of an arrangement to its next rev."""
    return ArrangementChange(before, replace(after, rev=before.rev + 1))


def _waivers(plan: Plan, charges: Sequence[Held], at: datetime) -> Iterator[Posting]:
    for document, item in charges:
        if item is None or not item.balance:
            continue
        key = f"{plan.id}/{document.number}"
        deed = Deed(key, f"plan/{plan.id}", at, at, "agreed for the case that the payment plan is kept")
        yield waive((document, item), deed, amount=item.balance)


def _all_due(plan: Plan, working_set: WorkingSet, policy: Policy) -> Mapping[str, int]:
    step = policy.last_notice or policy.escalation
    keys = (key for item in _covered(plan, working_set) for key in (item.number, *_parts(item)))
    return _all_at(step.offset_days if step else None, keys)


def _all_at(step: int | None, keys: Iterable[str]) -> Mapping[str, int]:
    return {} if step is None else dict.fromkeys(keys, step)


def _covered(of: Promise | Plan, working_set: WorkingSet) -> tuple[OpenItem, ...]:
    covered = {each.number for each in of.covers}
    return tuple(item for item in working_set.open_items if item.number in covered)


def _parts(item: OpenItem) -> Iterator[str]:
    """What its instalments are called in the account's progress."""
    return (f"{item.number}#{i}" for i in range(1, len(item.schedule) + 1))
