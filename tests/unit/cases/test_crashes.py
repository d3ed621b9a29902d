"""A task that dies at any call, before or after it, and is run again by the state machine: nothing is lost, and nothing
that matters is done twice."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from receivables.cases.case import Outcome, Stage
from receivables.notices.notice import NoticeState
from receivables.usecases.wake_case import wake
from tests.fakes.case_world import ACCOUNT, OPENED, World
from tests.fakes.crash import Crash, Fuse, every_crash

DAY = timedelta(days=1)


def new() -> World:
    return World()


def notified() -> World:
    world = new()
    world.run()
    world.wake(OPENED + 10 * DAY)
    return world


def approved() -> World:
    world = notified()
    world.run()
    world.decide(approve=True)
    return world


def suspended() -> World:
    world = approved()
    world.run()
    world.wake(OPENED + 24 * DAY)
    return world


def placement_approved() -> World:
    world = suspended()
    world.run()
    world.decide(approve=True)
    return world


def placed_and_paid() -> World:
    world = placement_approved()
    world.run()
    world.pay_all(at=OPENED + 30 * DAY)
    world.wake()
    return world


def survive(world: World, fuse: Fuse) -> None:
    """Run until it rests; a task that dies is run again by a process that is well."""
    world.advance = world.wired(fuse)
    for _ in range(3):
        try:
            world.run()
        except Crash:
            world.advance = world.wired(Fuse())
        else:
            return
    raise AssertionError("it died more than once")


@pytest.mark.parametrize(
    "situation", [new, notified, approved, suspended, placement_approved, placed_and_paid]
)
def test_a_crash_at_any_call_changes_nothing_of_the_outcome(situation: Callable[[], World]) -> None:
    calm = situation()
    survive(calm, Fuse())
    for fuse in every_crash(lambda fuse: survive(situation(), fuse)):
        world = situation()
        survive(world, fuse)
        where = f"{fuse.when} {fuse.calls[fuse.at - 1]}"
        assert fuse.blown, where
        assert (world.case.stage, world.case.wake_at) == (calm.case.stage, calm.case.wake_at), where
        assert world.events == calm.events, where
        assert {m.id for m in world.told} == {m.id for m in calm.told}, where
        assert world.agency.files.keys() == calm.agency.files.keys(), where
        assert len(world.mail.sent) <= 1, where
        assert len(world.pending) == len(calm.pending), where


def test_a_formal_notice_whose_sender_died_is_unknown_and_never_sent_again() -> None:
    for fuse in every_crash(lambda fuse: survive(new(), fuse)):
        world = new()
        survive(world, fuse)
        [notice] = world.stores.shelf.notices.values()
        if fuse.calls[fuse.at - 1] == "send" or not world.mail.sent:
            assert notice.state is NoticeState.CLAIMED
            assert "not confirmed" in world.told[0].text
        assert world.case.stage is Stage.NOTIFIED


def test_a_placement_that_died_half_way_and_is_then_paid_is_recalled() -> None:
    for fuse in every_crash(lambda fuse: survive(placement_approved(), fuse)):
        world = placement_approved()
        world.advance = world.wired(fuse)
        with pytest.raises(Crash):
            world.run()
        world.advance = world.wired(Fuse())
        world.pay_all()
        world.wake()
        assert world.run() == "ended"
        assert world.case.outcome is Outcome.PAID
        agency_knows = f"placements/{world.case_id}.json" in world.agency.files
        assert not agency_knows or f"recalls/{world.case_id}.json" in world.agency.files


def test_a_wake_that_dies_before_it_sends_the_token_is_repaired_by_the_next() -> None:
    for fuse in every_crash(lambda fuse: _wake(_parked(), fuse)):
        world = _parked()
        with pytest.raises(Crash):
            _wake(world, fuse)
        _wake(world, Fuse())
        assert world.workflow.resumed == [f"token-{world.tokens}"]


def _parked() -> World:
    world = new()
    world.run()
    return world


def _wake(world: World, fuse: Fuse) -> None:
    wake(fuse.wrap(world.stores.cases), fuse.wrap(world.workflow), ACCOUNT, world.case_id)
