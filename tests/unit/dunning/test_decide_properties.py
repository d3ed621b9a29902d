"""What holds for the decision whatever the invoices, the policy, the zone and the order of ticks."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.arrangements import Extension, Hold, InterestFrom
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning import DEFAULT_POLICY, Listing, OpenCase, Policy, SendNotice, Step, StepAction
from receivables.dunning.decide import decide
from receivables.dunning.dues import dues
from receivables.dunning.schedule import earned_step
from receivables.ledger import OpenItem, WorkingSet
from receivables.terms import Instalment
from tests.unit.dunning.scenes import after, scene

START = date(2026, 1, 1)
BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
DAYS = 150

zones = st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Auckland", "America/Santiago"])
customers = st.builds(lambda tz: Customer("C-1", "Ada", email="ada@example.com", timezone=tz), zones)
instants = st.integers(0, DAYS * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@st.composite
def items(draw: st.DrawFn) -> tuple[OpenItem, ...]:
    made = []
    for n in range(draw(st.integers(1, 4))):
        issued = START + timedelta(days=draw(st.integers(-90, 60)))
        amount = Money(draw(st.integers(1, 10**6)), "EUR")
        due = issued + timedelta(days=draw(st.integers(0, 45)))
        item = OpenItem(f"R-{n}", amount, amount, issued, due)
        if amount.minor > 9 and draw(st.booleans()):
            item = replace(item, schedule=draw(schedules(amount, issued)))
        if draw(st.integers(0, 4)) == 0:
            later = due + timedelta(days=draw(st.integers(1, 30)))
            more = Extension(later, InterestFrom.NEW_DUE_DATE, "asked", "fay", BEGIN)
            item = replace(item, extension=more)
        made.append(item)
    return tuple(made)


@st.composite
def schedules(draw: st.DrawFn, amount: Money, issued: date) -> tuple[Instalment, ...]:
    days = sorted(draw(st.lists(st.integers(0, 90), min_size=2, max_size=3)))
    parts = amount.allocate([1] * len(days))
    return tuple(
        Instalment(issued + timedelta(days=day), part) for day, part in zip(days, parts, strict=True)
    )


@st.composite
def policies(draw: st.DrawFn) -> Policy:
    offsets = sorted(draw(st.sets(st.integers(-14, 45), min_size=1, max_size=6)))
    escalates = draw(st.booleans())
    steps = tuple(
        Step(
            f"s{i}", offset, StepAction.ESCALATE if escalates and i == len(offsets) - 1 else StepAction.NOTICE
        )
        for i, offset in enumerate(offsets)
    )
    return Policy(
        "p",
        1,
        "Any",
        START,
        steps,
        send_at=draw(st.times(time(0, 0), time(23, 59))).replace(second=0, microsecond=0),
        send_on=draw(st.frozensets(st.integers(1, 7), min_size=1)),
    )


Done = tuple[datetime, str, str, int]


def run(
    account: WorkingSet, customer: Customer, policy: Policy, ticks: list[datetime]
) -> tuple[list[Done], WorkingSet]:
    """Work the account at each tick; what was done, as (tick, kind, due, step offset), and the account after it."""
    done: list[Done] = []
    for tick in ticks:
        decision = decide(account, customer, policy, tick)
        for action in decision.actions:
            if isinstance(action, SendNotice):
                reached = (line for line in action.lines if line.listing is Listing.REACHED)
                done.extend((tick, "notice", line.key, line.step_offset) for line in reached)
            if isinstance(action, OpenCase):
                done.extend((tick, "case", key, policy.steps[-1].offset_days) for key in action.keys)
        if account.account.worked_at is None or tick >= account.account.worked_at:
            account = after(account, decision, tick)
    return done, account


@given(items(), customers, policies(), instants)
def test_deciding_again_at_the_same_time_does_nothing(
    owed: tuple[OpenItem, ...], customer: Customer, policy: Policy, as_of: datetime
) -> None:
    first = decide(scene(*owed), customer, policy, as_of)
    again = decide(after(scene(*owed), first, as_of), customer, policy, as_of)
    assert again.actions == ()
    assert (again.progress, again.next_action_at) == (first.progress, first.next_action_at)


@given(items(), customers, policies(), st.lists(instants, max_size=25))
def test_progress_never_falls_and_a_step_happens_at_most_once_whatever_the_ticks(
    owed: tuple[OpenItem, ...], customer: Customer, policy: Policy, ticks: list[datetime]
) -> None:
    account = scene(*owed)
    seen: set[tuple[str, str, int]] = set()
    for tick in [*ticks, *ticks[::-1]]:  # every tick twice, and half of them out of order
        done, worked = run(account, customer, policy, [tick])
        for _, kind, number, offset in done:
            assert (kind, number, offset) not in seen
            seen.add((kind, number, offset))
        before, now = account.account.progress, worked.account.progress
        assert all(now[number] >= reached for number, reached in before.items())
        account = worked


@given(items(), customers, policies(), instants)
def test_catching_up_is_the_highest_step_that_was_earned(
    owed: tuple[OpenItem, ...], customer: Customer, policy: Policy, as_of: datetime
) -> None:
    done, account = run(scene(*owed), customer, policy, [as_of])
    steps = {
        due.key: earned_step(policy, due, customer.tz, as_of) for due in dues(scene(*owed), customer, as_of)
    }
    earned = {number: step.offset_days for number, step in steps.items() if step}
    assert {number: offset for _, _, number, offset in done} == earned
    assert len(done) == len(earned)
    assert account.account.progress == earned


@settings(max_examples=30)  # each ticks through months, six times a day
@given(items(), customers, policies(), st.integers(0, 59))
def test_jumping_along_the_plan_does_what_ticking_all_day_does(
    owed: tuple[OpenItem, ...], customer: Customer, policy: Policy, minute: int
) -> None:
    ticks = [BEGIN + timedelta(hours=hour, minutes=minute) for hour in range(0, DAYS * 24, 4)]
    by_ticks, _ = run(scene(*owed), customer, policy, ticks)
    jumped: list[Done] = []
    account, now = scene(*owed), ticks[0]
    while now <= ticks[-1]:
        done, account = run(account, customer, policy, [now])
        jumped.extend(done)
        planned = account.account.next_action_at
        if planned is None:
            break
        assert planned > now
        # The tick at which the plan comes true.
        now = next((tick for tick in ticks if tick >= planned), ticks[-1] + timedelta(days=1))
    assert jumped == by_ticks


def held_by(where: str, hold: Hold, start: WorkingSet, customer: Customer) -> tuple[WorkingSet, Customer]:
    """The account and its customer with a hold on the account, the customer, or each of the invoices."""
    if where == "account":
        return replace(start, account=replace(start.account, hold=hold)), customer
    if where == "customer":
        return start, replace(customer, hold=hold)
    return replace(start, items=tuple(replace(item, hold=hold) for item in start.items)), customer


@given(
    items(),
    customers,
    instants,
    st.integers(0, 40),
    instants,
    st.sampled_from(["account", "customer", "invoices"]),
)
def test_a_hold_loses_nothing_and_bursts_nothing(
    owed: tuple[OpenItem, ...], customer: Customer, placed: datetime, days: int, later: datetime, where: str
) -> None:
    hold = Hold("dispute", "fay", placed, placed + timedelta(days=days))
    start = scene(*owed)
    held, their = held_by(where, hold, start, customer)
    daily = [placed + timedelta(days=day) for day in range(days)]
    during, account = run(held, their, DEFAULT_POLICY, daily)
    assert during == []
    end = max(later, hold.until)
    once, _ = run(account, their, DEFAULT_POLICY, [end])
    assert once == run(start, customer, DEFAULT_POLICY, [end])[0]
