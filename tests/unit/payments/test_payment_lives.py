"""Any order, repetition and crash of what is heard of a payment leads to the same ledger."""

from __future__ import annotations

from contextlib import suppress
from itertools import permutations

import pytest
from hypothesis import given, note, settings
from hypothesis import strategies as st

from receivables.payments.events import EventType, MoneyEvent
from receivables.payments.inbox import InboxState
from tests.fakes.crash import Crash, Fuse, When
from tests.unit.payments.lives import (
    books_of,
    came,
    disputed,
    failed,
    lives,
    pending,
    refund_failed,
    refunded,
    refunded_in_all,
    wild_lives,
    won,
)
from tests.unit.payments.world import World, told


def heard(events: list[MoneyEvent], world: World | None = None) -> World:
    """A world that has heard of these events, each in a message of its own, in this order."""
    world = world or World()
    for number, each in enumerate(events):
        world.deliver(told(each, message_id=f"{each.event_id}-{number}"))
        world.check()
    return world


@st.composite
def shuffled(
    draw: st.DrawFn, of: st.SearchStrategy[list[MoneyEvent]]
) -> tuple[list[MoneyEvent], list[MoneyEvent]]:
    """A life, and the same in another order with repetitions."""
    life = draw(of)
    repeated = draw(st.lists(st.sampled_from(life), max_size=4))
    return life, draw(st.permutations([*life, *repeated]))


def comparable(life: list[MoneyEvent]) -> tuple[str, ...]:
    """What is the same beside balances. Where the money came again, it depends on the order as which of two payments something is
    booked; where it went twice in one way, a late word finds the second time booked with the date of the first."""
    if sum(each.type is EventType.PAYMENT_SUCCEEDED for each in life) > 1:
        return ()
    taken = sum(each.type is EventType.DISPUTE_OPENED and each.amount is not None for each in life)
    return ("payments", "kinds") if taken > 1 else ("payments", "kinds", "entries")


def same(left: list[MoneyEvent], right: list[MoneyEvent], *names: str) -> None:
    """Both lead to the same books; what differs is told in few words."""
    one, other = books_of(heard(left)), books_of(heard(right))
    note(f"heard {[each.event_id for each in left]}")
    note(f"and   {[each.event_id for each in right]}")
    for name in names:
        assert getattr(other, name) == getattr(one, name), name


BALANCES = ("accounts", "items", "totals", "in_flight")


@settings(max_examples=100)
@given(shuffled(lives()))
def test_the_ledger_does_not_depend_on_order_or_repetition(
    life: tuple[list[MoneyEvent], list[MoneyEvent]],
) -> None:
    same(*life, *BALANCES, *comparable(life[0]))


@settings(max_examples=70)
@given(shuffled(wild_lives()))
def test_balances_do_not_depend_on_it_even_where_more_is_asked_back_than_came(
    life: tuple[list[MoneyEvent], list[MoneyEvent]],
) -> None:
    same(*life, *BALANCES)


def crashing(events: list[MoneyEvent], deaths: list[tuple[int, When]]) -> World:
    """A world whose process dies so many calls after it began, again and again; what was not settled is handed out again."""
    fuse = Fuse()
    world = World(fuse)
    messages = [told(each, message_id=f"{each.event_id}-{n}") for n, each in enumerate(events)]
    waiting = deaths.copy()
    for message in messages:
        world.stores.inbox.store(message)
        while world.message(message.id).state is InboxState.RECEIVED:
            fuse.at, fuse.when = 0, "before"
            if waiting:
                after, fuse.when = waiting.pop()
                fuse.at = len(fuse.calls) + after
            with suppress(Crash):
                world.apply(message)
            world.check()
    return world


@settings(max_examples=60)
@given(
    shuffled(lives()),
    st.lists(st.tuples(st.integers(1, 12), st.sampled_from(["before", "after"])), max_size=12),
)
def test_crashes_between_any_two_steps_change_nothing(
    life: tuple[list[MoneyEvent], list[MoneyEvent]], deaths: list[tuple[int, When]]
) -> None:
    straight, died = books_of(heard(life[1])), books_of(crashing(life[1], deaths))
    note(f"heard {[each.event_id for each in life[1]]} dying {deaths}")
    assert died == straight


@settings(max_examples=25)
@given(shuffled(lives()))
def test_applying_everything_again_changes_nothing(life: tuple[list[MoneyEvent], list[MoneyEvent]]) -> None:
    world = heard(life[1])
    before, entries, facts = books_of(world), world.entries(), world.stores.shelf.timeline
    for message in list(world.stores.shelf.inbox.values()):
        world.apply.again(message)
    assert (books_of(world), world.entries(), world.stores.shelf.timeline) == (before, entries, facts)


def test_however_little_of_a_life_is_heard_in_one_message_or_several_it_is_the_same() -> None:
    life = [pending(0), came(3, invoice="INV-1"), refunded(5, 3_000), disputed(6, 2_000), won(9, 2_000)]
    together = World()
    together.deliver(told(*life, message_id="batch"))
    assert books_of(together) == books_of(heard(life))


@pytest.mark.parametrize("on", [0.5, 3.5])
def test_a_refund_of_money_that_had_gone_takes_nothing_of_what_came_after_it(on: float) -> None:
    life = [came(3, invoice="INV-1"), failed(4), came(6, invoice="INV-1"), refunded(on, 1_000)]
    for order in permutations(life):
        world = heard(list(order))
        here = sum(each.payment.amount.minor - each.gone for each in world.stores.shelf.payments.values())
        assert (here, world.open_item("INV-1")) == (10_000, None), [each.event_id for each in order]


def test_totals_and_single_refunds_never_count_twice() -> None:
    life = [
        came(0, invoice="INV-1"),
        refunded(1, 3_000, "re_1"),
        refunded_in_all(1, 3_000),
        refunded(2, 2_000, "re_2"),
    ]
    life.append(refunded_in_all(2, 5_000))
    for order in permutations(life):
        world = heard(list(order))
        record = world.stores.shelf.payments["stripe/main/pi_1"]
        assert record.refunded == 5_000
        assert books_of(world).items["INV-1"] == 5_000


def test_a_total_falls_again_when_one_of_the_refunds_does_not_arrive() -> None:
    life = [
        came(0, invoice="INV-1"),
        refunded_in_all(2, 5_000),
        refunded(1, 3_000, "re_1"),
        refunded(2, 2_000, "re_2"),
        refund_failed(6, 2_000, "re_2"),
    ]
    for order in permutations(life):
        world = heard(list(order))
        assert world.stores.shelf.payments["stripe/main/pi_1"].refunded == 3_000
        assert books_of(world).items["INV-1"] == 3_000
