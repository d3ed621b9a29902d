"""The worker dies before and after each request it makes; its message comes again, as the queue sees to.

Whatever the place: no step of an invoice goes out twice, nothing is lost (sent, or sent by the repetition, or visible as
unknown), and progress, notices and balance agree.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import date
from typing import Any

import pytest

from receivables.core.errors import Throttled
from receivables.notices.notice import NoticeState
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.unit.collection.world import ACCOUNT, World, at, owed

BOTH: dict[str, Any] = {"phone": "+4915112345678", "sms_consent": True}


def one_notice() -> World:
    return World()


def two_channels_three_invoices() -> World:
    return World(owed(), owed("INV-2", date(2026, 3, 5)), owed("INV-3", date(2026, 6, 1)), **BOTH)


def escalation_and_notice() -> World:
    return World(owed(), owed("INV-2", date(2026, 4, 1)))


def throttled_at_first() -> World:
    world = World(**BOTH)
    world.emails.answers = [Throttled("ses: busy")]
    return world


def nobody_to_reach() -> World:
    return World(email=None)


SCENES = [one_notice, two_channels_three_invoices, escalation_and_notice, throttled_at_first, nobody_to_reach]
DAY = {escalation_and_notice: at(30)}


def deliver(world: World, as_of: Any, fuse: Fuse | None = None) -> None:
    """Hand the message out until it is done, as the queue does, at most three times."""
    for _ in range(3):
        with suppress(Throttled):
            world.work(as_of, fuse)
            return


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_a_crash_anywhere_sends_nothing_twice_and_loses_nothing(scene: Callable[[], World]) -> None:
    as_of = DAY.get(scene, at(10))
    calm = scene()
    deliver(calm, as_of)
    places = 0
    for fuse in every_crash(lambda fuse: deliver(scene(), as_of, fuse)):
        world = scene()
        with suppress(Crash):  # a call that fails by itself cannot be died after
            deliver(world, as_of, fuse)
        world.check()
        deliver(world, as_of)
        deliver(world, as_of)
        world.check()
        assert world.account.progress == calm.account.progress
        assert world.account.next_action_at == calm.account.next_action_at
        unknown = [notice for notice in world.notices if notice.state is NoticeState.CLAIMED]
        for (number, step), times in calm.sends().items():
            visible = any(
                (item.number, item.step_offset) == (number, step) for n in unknown for item in n.items
            )
            assert world.sends()[number, step] == times or visible
        assert len(world.workflow.executions) == len(calm.workflow.executions)
        places += 1
    assert places >= 6


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_around_the_send_leaves_the_notice_visible_and_unsent_for_good(when: str) -> None:
    for fuse in every_crash(lambda fuse: World().work(at(0), fuse)):
        world = World()
        with pytest.raises(Crash):
            world.work(at(0), fuse)
        if fuse.calls[-1] != "send" or fuse.when != when:
            continue
        world.work(at(0))
        assert len(world.emails.sent) == (when == "after")
        assert world.states() == [NoticeState.CLAIMED]
        assert [notice.account_id for notice in world.stores.notices.unsettled(at(1))] == [ACCOUNT]


def test_a_payment_after_a_crash_is_respected_by_the_repetition() -> None:
    for fuse in every_crash(lambda fuse: World().work(at(0), fuse)):
        world = World()
        with pytest.raises(Crash):
            world.work(at(0), fuse)
        sent = len(world.emails.sent)
        world.pay()
        world.work(at(0))
        assert len(world.emails.sent) == sent
        assert world.account.next_action_at is None
        world.check()
