"""What a policy would do, day by day, if nothing were paid. The same decision as in earnest, again and again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Final

from receivables.core.clock import local_date, local_instant
from receivables.core.errors import InvalidInput, TooLarge
from receivables.core.ids import account_id
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning.decide import decide
from receivables.dunning.decision import Action, Decision, OpenCase, SendNotice
from receivables.dunning.policy import Policy
from receivables.ledger import Account, ActiveCase, OpenItem, WorkingSet
from receivables.usecases.preview_agreements import judgements, without_broken

MAX_DAYS: Final = 3 * 366
_MAX_LOOKS: Final = 2000
_MIDNIGHT: Final = time(0, 0)


@dataclass(frozen=True, slots=True)
class Happening:
    """One thing that would happen: when (UTC), on which day for the customer, and why."""

    at: datetime
    on: date
    action: SendNotice | OpenCase
    channels: tuple[str, ...]
    unreachable: Mapping[str, str]
    reasons: tuple[str, ...]


def preview_policy(
    policy: Policy, customer: Customer, account: WorkingSet, first: date, last: date
) -> Iterator[Happening]:
    """Every notice and escalation from `first` to `last` (days of the customer), for invoices that stay unpaid.
    What is promised or agreed is not kept either; late charges that would arise are not among it.
    Steps that an invoice has earned before `first` and has not had are caught up with: the highest comes at once.

    Raises InvalidInput for a span that is negative or too long, TooLarge when it holds too much.
    """
    if last < first:
        raise InvalidInput("until", "is before from")
    if (last - first).days > MAX_DAYS:
        raise InvalidInput("until", f"is more than {MAX_DAYS} days after from")
    as_of: datetime | None = local_instant(first, _MIDNIGHT, customer.tz)
    end = local_instant(last + timedelta(days=1), _MIDNIGHT, customer.tz)
    items, state = account.open_items, _undisturbed(account)
    for _ in range(_MAX_LOOKS):
        if as_of is None or as_of >= end:
            return
        # Not issued yet is not there yet.
        today = local_date(as_of, customer.tz)
        state = without_broken(state, customer, policy, as_of)
        there = replace(state, items=tuple(item for item in items if item.issue_date <= today))
        decision = decide(there, customer, policy, as_of)
        yield from _happenings(decision, customer, as_of)
        state = _carried_out(state, decision)
        judged = judgements(state, customer, policy, as_of)
        as_of = _next_look(decision, items, judged, customer, as_of)
    raise TooLarge("too much would happen in this time: ask for a shorter one")


def imagined_account(customer: Customer, items: Sequence[OpenItem]) -> WorkingSet:
    """An account that has had no step yet, with these invoices. Raises InvalidInput (`invoices`) for two currencies."""
    currencies = {item.balance.currency for item in items}
    if len(currencies) != 1:
        raise InvalidInput("invoices", "must be at least one, all in one currency")
    zero = Money.zero(currencies.pop())
    account = Account(account_id(customer.id, zero.currency), customer.id, zero, zero)
    return WorkingSet(account, tuple(items))


def _undisturbed(account: WorkingSet) -> WorkingSet:
    """Without what was planned already, and with a case that keeps still: it asks people, who are not asked here."""
    case = account.case and replace(account.case, wake_at=None, started=True)
    return replace(account, account=replace(account.account, worked_at=None), case=case)


def _happenings(decision: Decision, customer: Customer, at: datetime) -> Iterator[Happening]:
    for action in decision.actions:
        if not isinstance(action, (SendNotice, OpenCase)):
            continue
        reaches = (
            [customer.reach(channel) for channel in action.step.channels]
            if isinstance(action, SendNotice)
            else []
        )
        yield Happening(
            at=at,
            on=local_date(at, customer.tz),
            action=action,
            channels=tuple(reach.channel.value for reach in reaches if reach.address),
            unreachable={reach.channel.value: reach.reason for reach in reaches if reach.reason},
            reasons=tuple(reason for reason in decision.reasons if _about(reason, action)),
        )


def _about(reason: str, action: Action) -> bool:
    keys = (
        [line.key for line in action.lines]
        if isinstance(action, SendNotice)
        else action.keys
        if isinstance(action, OpenCase)
        else ()
    )
    return any(reason.startswith(f"{key}: ") for key in keys)


def _carried_out(state: WorkingSet, decision: Decision) -> WorkingSet:
    """What the account looks like once it was done."""
    case = state.case
    for action in decision.actions:
        if isinstance(action, OpenCase):
            invoices = (*(case.invoices if case else ()), *action.invoices)
            case = ActiveCase("preview", "opened", invoices, None, started=True)
    progress = {**state.account.progress, **decision.progress}
    return replace(state, account=replace(state.account, progress=progress), case=case)


def _next_look(
    decision: Decision,
    items: Sequence[OpenItem],
    judged: Iterable[datetime],
    customer: Customer,
    as_of: datetime,
) -> datetime | None:
    issues = (local_instant(item.issue_date, _MIDNIGHT, customer.tz) for item in items)
    moments = [moment for moment in (decision.next_action_at, *issues, *judged) if moment and moment > as_of]
    return min(moments, default=None)
