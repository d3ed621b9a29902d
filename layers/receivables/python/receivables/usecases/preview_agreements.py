"""What becomes of promises and payment plans if nothing more is paid: part of what a policy's preview imagines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta

from receivables.arrangements import Covered, Plan, Promise, PromiseState
from receivables.arrangements.plan_standing import deadline, standing
from receivables.arrangements.promise_verdict import verdict
from receivables.core.clock import local_date
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning import Policy
from receivables.dunning.schedule import judged_at
from receivables.ledger import Posting, WorkingSet
from receivables.usecases.arrangement_endings import end_plan, end_promise


def without_broken(
    working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
) -> WorkingSet:
    """The account at `as_of` (UTC), once promises and plans whose time is over were found not to be kept."""
    for each in working_set.arrangements:
        posting = None
        if isinstance(each, Promise):
            posting = _broken(each, working_set, customer, policy, as_of)
        elif isinstance(each, Plan):
            posting = _defaulted(each, working_set, customer, policy, as_of)
        if posting is not None:
            working_set = _after(working_set, posting)
    return working_set


def judgements(
    working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
) -> Iterator[datetime]:
    """When promises and plans are judged, after `as_of`."""
    for each in working_set.arrangements:
        if isinstance(each, (Promise, Plan)):
            for part in each.parts:
                at = judged_at(policy, part.on + timedelta(days=each.grace_days), customer.tz)
                if at > as_of:
                    yield at


def _broken(
    promise: Promise, working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
) -> Posting | None:
    paid = _paid(promise.covers, working_set)
    found = verdict(promise, lambda _: paid, local_date(as_of, customer.tz))
    if found.state is PromiseState.OPEN or not _over(found.on, customer, policy, as_of):
        return None
    return end_promise(promise, found, working_set, as_of)


def _defaulted(
    plan: Plan, working_set: WorkingSet, customer: Customer, policy: Policy, as_of: datetime
) -> Posting | None:
    found = standing(plan, _paid(plan.covers, working_set), local_date(as_of, customer.tz))
    if not found.defaulted:
        return None
    last = deadline(plan, found.missed[plan.missed_limit - 1].part)
    if not _over(last, customer, policy, as_of):
        return None
    return end_plan(plan, found, working_set, policy, (), as_of)[-1]


def _over(last: date | None, customer: Customer, policy: Policy, as_of: datetime) -> bool:
    return last is None or judged_at(policy, last, customer.tz) <= as_of


def _paid(covers: tuple[Covered, ...], working_set: WorkingSet) -> Money:
    """What of the covered balances is not open any more, however that came."""
    balances = {item.number: item.balance.minor for item in working_set.open_items}
    left = sum(min(each.balance.minor, balances.get(each.number, 0)) for each in covers)
    return Money(sum(each.balance.minor for each in covers) - left, working_set.account.currency)


def _after(working_set: WorkingSet, posting: Posting) -> WorkingSet:
    ended = {change.after.id for change in posting.arrangements}
    account = working_set.account
    raised = {**account.raised, **posting.account.raised}
    return replace(
        working_set,
        account=replace(account, raised=raised),
        arrangements=tuple(each for each in working_set.arrangements if each.id not in ended),
    )
