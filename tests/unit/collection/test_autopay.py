"""What is due of a customer with a mandate is announced to be drawn, once, instead of being asked for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.arrangements import Cause, Covered, Hold, InFlight, InFlightState
from receivables.core.errors import NotFound
from receivables.customers import Mandate
from receivables.usecases.work_account import Outcome
from tests.builders import NOW, eur
from tests.unit.collection.agreements import dispute, in_parts, on, plan, promise
from tests.unit.collection.world import ACCOUNT, World, at, owed

MANDATE = Mandate("gocardless", "main", "MD1", customer="CU1")
DRAWN = "gocardless/main/PM1"


def drawn(world: World) -> list[InFlight]:
    """The collections that were announced, as they stand, the first first."""
    found = world.stores.ledger.arrangements(ACCOUNT, 100).items
    collecting = [each for each in found if isinstance(each, InFlight)]
    return sorted(collecting, key=lambda each: each.since)


def end(world: World, state: InFlightState, *, ordered: bool = True) -> None:
    """What is in flight ends."""
    (flying,) = [each for each in drawn(world) if each.active]
    ordered_at = flying.since if ordered else None
    world.agree(replace(flying, state=state, ended_at=flying.since, ordered_at=ordered_at))


def test_what_is_due_is_announced_with_its_balance_and_not_asked_for() -> None:
    world = World(mandate=MANDATE)
    world.pay(minor=2_500)
    outcome, tally = world.work(at(0))
    assert (outcome, tally["KeptUp"]) == (Outcome.PLANNED, 1)
    (collection,) = drawn(world)
    assert collection.covers == (Covered("INV-1", eur(7_500)),)
    assert (collection.cause, collection.amount) == (Cause.COLLECTING, eur(7_500))
    assert (collection.payment, collection.mandate) == ("", "gocardless/main/MD1")
    assert (collection.since, collection.until) == (at(0), at(0) + timedelta(days=3))
    assert world.emails.sent == []


def test_nothing_is_announced_or_asked_for_before_it_is_due_and_the_account_comes_back_then() -> None:
    world = World(mandate=MANDATE)
    world.work(at(-5))
    assert (drawn(world), world.emails.sent) == ([], [])
    assert world.account.next_action_at == at(0, hour=8)
    world.work(world.account.next_action_at)
    assert len(drawn(world)) == 1


def test_a_repeated_turn_announces_nothing_twice() -> None:
    world = World(mandate=MANDATE)
    for days in (0, 0, 1, 2):
        world.work(at(days))
    assert len(drawn(world)) == 1


def test_each_invoice_is_drawn_by_itself() -> None:
    world = World(owed(), owed("INV-2", minor=5_000), mandate=MANDATE)
    world.work(at(0))
    assert sorted(each.covers[0].number for each in drawn(world)) == ["INV-1", "INV-2"]
    assert sorted(each.amount.minor for each in drawn(world)) == [5_000, 10_000]


def test_more_than_fit_into_a_transaction_are_announced_one_transaction_after_the_other() -> None:
    world = World(*(owed(f"INV-{number}") for number in range(45)), mandate=MANDATE)
    outcome, tally = world.work(at(0))
    assert (outcome, tally["KeptUp"], len(drawn(world))) == (Outcome.PLANNED, 3, 45)


@pytest.mark.parametrize("mandate", [None, replace(MANDATE, active=False, ended="cancelled")])
def test_without_a_mandate_in_force_the_customer_is_asked(mandate: Mandate | None) -> None:
    world = World(mandate=mandate)
    world.work(at(0))
    assert drawn(world) == []
    assert len(world.emails.sent) == 1


def test_what_is_held_promised_disputed_or_in_a_plan_is_not_drawn() -> None:
    for resting in (promise((5, 10_000)), dispute(10_000), dispute(1_000), plan((5, 10_000))):
        world = World(mandate=MANDATE)
        world.agree(resting)
        world.work(at(0))
        assert drawn(world) == []
    world = World(mandate=MANDATE)
    world.change(hold=Hold("illness", "fay", NOW, at(9)))
    world.work(at(0))
    assert drawn(world) == []
    world = World(mandate=MANDATE)
    world.hold(at(9))
    world.work(at(0))
    assert drawn(world) == []


def test_more_time_for_the_customer_is_more_time_for_the_drawing() -> None:
    world = World(mandate=MANDATE)
    world.extend(on(10))
    world.work(at(9))
    assert drawn(world) == []
    world.work(at(10))
    assert len(drawn(world)) == 1


def test_what_was_ordered_and_failed_is_asked_for_and_never_drawn_again() -> None:
    world = World(mandate=MANDATE)
    world.work(at(0))
    end(world, InFlightState.FAILED)
    for days in (4, 12, 22):
        world.work(at(days))
    assert len(drawn(world)) == 1
    assert len(world.emails.sent) == 3


def test_a_new_mandate_is_tried_once_too() -> None:
    world = World(mandate=MANDATE)
    world.work(at(0))
    end(world, InFlightState.FAILED)
    world.customers.records["C-1"] = replace(world.customers.get("C-1"), mandate=replace(MANDATE, id="MD2"))
    world.work(at(1))
    assert [each.mandate[-3:] for each in drawn(world)] == ["MD1", "MD2"]


def test_what_may_have_been_drawn_under_an_old_mandate_is_not_drawn_under_a_new_one() -> None:
    world = World(mandate=MANDATE)
    world.work(at(0))
    end(world, InFlightState.EXPIRED, ordered=True)
    world.customers.records["C-1"] = replace(world.customers.get("C-1"), mandate=replace(MANDATE, id="MD2"))
    world.work(at(1))
    world.work(at(3))
    assert [each.mandate[-3:] for each in drawn(world)] == ["MD1"]
    assert world.emails.sent != []


def test_what_could_not_be_ordered_is_announced_three_times_at_most() -> None:
    world = World(mandate=MANDATE)
    for days in (0, 3, 6, 9, 12):
        world.work(at(days))
        if any(each.active for each in drawn(world)):
            end(world, InFlightState.EXPIRED, ordered=False)
    assert len(drawn(world)) == 3
    world.work(at(20))
    assert len(drawn(world)) == 3
    assert world.emails.sent != []


def test_instalments_are_drawn_as_they_fall_due_those_that_are_due_together_at_once() -> None:
    world = World(in_parts((0, 2_500), (10, 2_500), (20, 2_500), (30, 2_500)), mandate=MANDATE)
    world.work(at(12))
    (first,) = drawn(world)
    assert first.amount == eur(5_000)
    end(world, InFlightState.FAILED)
    world.work(at(20))
    assert [each.amount for each in drawn(world)] == [eur(5_000), eur(2_500)]


def test_what_is_paid_needs_no_drawing() -> None:
    world = World(mandate=MANDATE)
    world.pay()
    world.work(at(0))
    assert drawn(world) == []
    with pytest.raises(NotFound):
        world.stores.ledger.arrangement("col_1")
