"""What is dunned: receivables, their instalments, or the parts of a payment plan; less what is disputed, and paused as
agreed.

A receivable is one due, or one for each instalment of which something is outstanding. What is disputed of it is taken out
from the latest due date backwards, so that what is not disputed is due as early as it ever was. While a payment plan is
active its parts take the place of what it covers. A late charge rides with its invoice: it is told of whenever the
invoice is, and has no steps of its own before the invoice is paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta

from receivables import arrangements
from receivables.core.clock import local_date, local_instant
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning.agreed import Agreed
from receivables.dunning.pauses import Pause, first, longest
from receivables.ledger import Account, OpenItem, WorkingSet
from receivables.ledger.instalments import outstanding


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is to be paid by a date, and dunned when it is not.

    `key` names it in the account's progress: the receivable's number, `number#2` for its second instalment, `plan#1`
    for the first part of a plan. `number` is the receivable's, or the plan's id. `amount` is what is asked for: what is
    outstanding, less what is disputed (`disputed`, of the whole receivable). `part` counts from 1 (0: all of it) of
    `parts`. `charges` ride with it. Dates are the customer's.
    """

    key: str
    number: str
    amount: Money
    issue_date: date
    due_date: date
    item: OpenItem | None = None
    part: int = 0
    parts: int = 0
    disputed: Money | None = None
    charges: tuple[Due, ...] = ()
    pause: Pause | None = None
    covers: tuple[str, ...] = ()

    @property
    def is_plan(self) -> bool:
        """It is part of a payment plan: reminded of, never escalated."""
        return self.item is None

    @property
    def description(self) -> str:
        """Of an invoice its own; of a part of a plan the numbers of what it covers."""
        return self.item.description if self.item else ", ".join(self.covers)


def dues(working_set: WorkingSet, customer: Customer, as_of: datetime) -> tuple[Due, ...]:
    """All that is dunned on the account, paused or not, in no particular order."""
    agreed = Agreed.of(working_set, customer.tz, as_of)
    riding = _riding(working_set, agreed)
    found: list[Due] = []
    for item in working_set.open_items:
        if item.number not in riding.passengers and item.number not in agreed.plans:
            found.extend(_of_item(item, agreed, riding.on(item.number)))
    for plan in {plan.id: plan for plan in agreed.plans.values()}.values():
        found.extend(_of_plan(plan, working_set, agreed, riding.on(plan.id)))
    if customer.mandate is not None and customer.mandate.active:
        return tuple(_drawn(due, customer, as_of) for due in found)
    return tuple(found)


def keys_of(working_set: WorkingSet) -> frozenset[str]:
    """Every key under which something that is open on the account has made, or may make, progress: a pause, a dispute or
    a plan does not make it forget."""
    keys = set()
    for item in working_set.open_items:
        keys.add(item.number)
        keys.update(f"{item.number}#{part}" for part in range(1, len(item.schedule) + 1))
    for plan in working_set.arrangements:
        if isinstance(plan, arrangements.Plan) and plan.active:
            keys.update(f"{plan.id}#{part}" for part in range(1, len(plan.parts) + 1))
    return frozenset(keys)


def rest(account: Account, customer: Customer, as_of: datetime) -> arrangements.Hold | None:
    """The hold that keeps all of the account still at `as_of`, its own or the customer's, whichever ends later.

    One that could be read has been placed, even if the tick that is worked off is a little older than it.
    """
    holds = [hold for hold in (account.hold, customer.hold) if hold is not None and as_of < hold.until]
    return max(holds, key=lambda hold: hold.until, default=None)


def to_collect(
    working_set: WorkingSet, customer: Customer, as_of: datetime, numbers: frozenset[str]
) -> tuple[OpenItem, ...]:
    """Of these receivables, those of which something is due by now, asked for or not: what a case still has to collect.
    Of one with instalments that are all in the future, or all paid, there is nothing to collect."""
    today = local_date(as_of, customer.tz)
    return tuple(
        item
        for item in working_set.open_items
        if item.number in numbers
        and (not item.schedule or any(part.amount and part.due_date <= today for part in outstanding(item)))
    )


def at_rest(
    working_set: WorkingSet, customer: Customer, as_of: datetime, numbers: frozenset[str]
) -> Pause | None:
    """Why nothing is to be done about these receivables: everything that is open of them is on hold, promised, disputed
    as a whole or in a payment plan. None: something of it is not. It lasts until the first of them ends."""
    agreed = Agreed.of(working_set, customer.tz, as_of)
    pauses = []
    for item in working_set.open_items:
        if item.number in numbers:
            pause = agreed.still(item)
            if pause is None:
                return None
            pauses.append(pause)
    return first(pauses)


@dataclass(slots=True)
class _Riding:
    """Which charges ride with what: by the number of their invoice, or the id of the plan that covers it."""

    by_host: defaultdict[str, list[Due]] = field(default_factory=lambda: defaultdict(list))
    passengers: set[str] = field(default_factory=set)

    def on(self, host: str) -> tuple[Due, ...]:
        return tuple(self.by_host[host]) if host in self.by_host else ()


def _riding(working_set: WorkingSet, agreed: Agreed) -> _Riding:
    riding = _Riding()
    open_items = working_set.open_items
    if not any(item.is_charge for item in open_items):
        return riding
    invoices = {item.number for item in open_items if not item.is_charge}
    active = {plan.id for plan in agreed.plans.values()}
    for item in open_items:
        if item.concerns is None or item.number in agreed.plans:
            continue
        plan = agreed.plans.get(item.concerns)
        host = plan.id if plan else item.concerns
        if host in active or host in invoices:
            riding.passengers.add(item.number)
            riding.by_host[host].extend(due for due in _of_item(item, agreed) if due.pause is None)
    return riding


def _of_item(item: OpenItem, agreed: Agreed, charges: tuple[Due, ...] = ()) -> Iterator[Due]:
    pause, contested = agreed.pause(item), agreed.contested(item)
    disputed = Money(contested, item.balance.currency) if contested else None
    if not item.schedule:
        if contested < item.balance.minor:
            yield Due(
                key=item.number,
                number=item.number,
                amount=Money(item.balance.minor - contested, item.balance.currency),
                issue_date=item.issue_date,
                due_date=item.extension.due_date if item.extension else item.due_date,
                item=item,
                disputed=disputed,
                charges=charges,
                pause=pause,
            )
        return
    parts = outstanding(item)
    for index, asked in _asked([part.amount for part in parts], contested):
        given = item.extension.due_date if item.extension else parts[index].due_date
        yield Due(
            key=f"{item.number}#{index + 1}",
            number=item.number,
            amount=asked,
            issue_date=item.issue_date,
            # More time for the invoice is more time for what was due before, not less for what is due later.
            due_date=max(given, parts[index].due_date),
            item=item,
            part=index + 1,
            parts=len(parts),
            disputed=disputed,
            charges=charges,
            pause=pause,
        )


def _of_plan(
    plan: arrangements.Plan, working_set: WorkingSet, agreed: Agreed, charges: tuple[Due, ...]
) -> Iterator[Due]:
    from receivables.arrangements.plan_standing import standing

    covered = {covered.number: covered.balance.minor for covered in plan.covers}
    items = [item for item in working_set.open_items if item.number in covered]
    left = sum(min(item.balance.minor, covered[item.number]) for item in items)
    paid = Money(sum(covered.values()) - left, working_set.account.currency)
    contested = sum(agreed.contested(item) for item in items)
    pauses = [agreed.pause(item) for item in items]
    pause = longest([pause for pause in pauses if pause]) if all(pauses) else None
    stands = standing(plan, paid, local_date(agreed.as_of, agreed.tz))
    for index, asked in _asked([part.open for part in stands.parts], contested):
        yield Due(
            key=f"{plan.id}#{index + 1}",
            number=plan.id,
            amount=asked,
            issue_date=local_date(plan.agreed_at, agreed.tz),
            due_date=plan.parts[index].on,
            part=index + 1,
            parts=len(plan.parts),
            charges=charges,
            pause=pause,
            covers=tuple(covered),
        )


def _drawn(due: Due, customer: Customer, as_of: datetime) -> Due:
    """Under a mandate nothing is asked for before it is due: it will be drawn, and who is reminded of it would pay twice."""
    if due.is_plan or due.disputed or due.due_date < local_date(as_of, customer.tz):
        return due
    ends = local_instant(due.due_date + timedelta(days=1), time(0, 0), customer.tz)
    drawn = Pause(ends, f"it will be drawn on {due.due_date}")
    return replace(due, pause=longest([drawn] if due.pause is None else [due.pause, drawn]))


def _asked(parts: list[Money], contested: int) -> list[tuple[int, Money]]:
    """The parts of which something is asked for, by their position, when so much is contested: the last ones rest first."""
    asked = []
    for index in reversed(range(len(parts))):
        resting = min(contested, parts[index].minor)
        contested -= resting
        if parts[index].minor > resting:
            asked.append((index, Money(parts[index].minor - resting, parts[index].currency)))
    return list(reversed(asked))
