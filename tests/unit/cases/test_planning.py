"""A case that waits is planned: the account's own plan wakes it on the date that it waits for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from receivables.arrangements import Hold
from receivables.cases.case import Stage
from receivables.dunning import StartCase, WakeCase
from receivables.dunning.decide import decide
from receivables.dunning.policy import DEFAULT_POLICY
from tests.contract.postings import holding
from tests.fakes.case_world import ACCOUNT, OPENED, World


def look(world: World, as_of: datetime) -> tuple[datetime | None, bool]:
    """What the planner says: when to look next, and whether to wake the case now."""
    working_set = world.stores.ledger.working_set(ACCOUNT)
    assert working_set is not None
    decision = decide(working_set, world.customers.get("C-1"), DEFAULT_POLICY, as_of)
    return decision.next_action_at, any(isinstance(action, WakeCase) for action in decision.actions)


def until_notified(world: World) -> None:
    world.run()


def until_asked(world: World) -> None:
    world.run()
    world.after(10)


def until_suspended(world: World) -> None:
    until_asked(world)
    world.decide(approve=True)
    world.run()


def until_rejected(world: World) -> None:
    until_asked(world)
    world.decide(approve=False)
    world.run()


def until_placed(world: World) -> None:
    until_suspended(world)
    world.after(14)
    world.decide(approve=True)
    world.run()


@pytest.mark.parametrize("way", [until_notified, until_asked, until_suspended, until_rejected, until_placed])
def test_the_account_is_planned_for_the_date_that_its_case_waits_for(way: Callable[[World], None]) -> None:
    world = World()
    world.stores.cases.started(world.case)
    way(world)
    date = world.case.wake_at
    assert date is not None
    planned, wakes_now = look(world, world.case.clock or OPENED)
    assert planned == date
    assert not wakes_now
    assert look(world, date)[1]


def test_a_case_that_was_held_is_woken_when_the_hold_ends_and_when_it_is_lifted() -> None:
    world = World()
    world.stores.cases.started(world.case)
    until = OPENED + timedelta(days=5)
    world.stores.ledger.post(holding(Hold("promise", "ann", OPENED, until), ACCOUNT, OPENED))
    world.run()
    planned, wakes_now = look(world, OPENED + timedelta(days=1))
    assert planned == until
    assert not wakes_now
    assert look(world, until)[1]
    world.stores.ledger.post(holding(None, ACCOUNT, OPENED))
    assert look(world, OPENED + timedelta(days=1))[1]
    world.on(OPENED + timedelta(days=1))
    assert world.case.stage is Stage.NOTIFIED


def test_a_case_that_nobody_started_is_started_by_its_account() -> None:
    world = World()
    working_set = world.stores.ledger.working_set(ACCOUNT)
    assert working_set is not None
    decision = decide(working_set, world.customers.get("C-1"), DEFAULT_POLICY, OPENED)
    assert any(isinstance(action, StartCase) for action in decision.actions)


def test_a_paid_case_is_woken_by_its_account_even_if_the_streams_wake_was_lost() -> None:
    world = World()
    world.stores.cases.started(world.case)
    world.run()
    world.pay_all()
    assert look(world, OPENED + timedelta(days=1))[1]
