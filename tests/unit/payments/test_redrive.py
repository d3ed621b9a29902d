"""What was received and never settled is handed out again, and parked when that does not help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

from receivables.core.errors import DependencyFailed
from receivables.payments.events import EventType, Fetch
from receivables.payments.inbox import InboxState
from receivables.usecases.redrive_webhooks import MOST_ATTEMPTS, Redriven, redrive_unprocessed
from tests.fakes.webhooks import NOW
from tests.unit.payments.lives import came, event
from tests.unit.payments.world import World, neutral_message, told

LATER = NOW + timedelta(minutes=5)


def test_what_was_left_behind_is_handed_out_again() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    assert redrive_unprocessed(world.stores.inbox, LATER) == Redriven(redriven=1, parked=0)
    again = world.message(message.id)
    assert (again.state, again.attempts) == (InboxState.RECEIVED, 1)


def test_what_came_a_moment_ago_or_is_settled_is_left() -> None:
    world = World()
    world.deliver(neutral_message("a", invoice="INV-1"))
    world.receive(replace(neutral_message("b"), received_at=LATER))
    assert redrive_unprocessed(world.stores.inbox, LATER) == Redriven(0, 0)


def test_the_oldest_come_first_and_only_so_many() -> None:
    world = World()
    for number in range(5):
        world.receive(replace(neutral_message(f"p{number}"), received_at=NOW - timedelta(minutes=number)))
    assert redrive_unprocessed(world.stores.inbox, LATER, limit=2).redriven == 2
    again = [m.event_id for m in world.stores.shelf.inbox.values() if m.attempts]
    assert sorted(again) == ["msg_p3", "msg_p4"]


def test_after_so_many_attempts_it_is_parked_with_the_reason_and_seen() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    swept = [redrive_unprocessed(world.stores.inbox, NOW + timedelta(minutes=15 * n)) for n in range(1, 300)]
    assert sum(each.redriven for each in swept) == MOST_ATTEMPTS
    assert [each.parked for each in swept].index(1) == 254
    (parked,) = world.stores.inbox.parked(10)
    assert parked.id == message.id
    assert parked.reason.startswith("could not be applied")
    assert redrive_unprocessed(world.stores.inbox, LATER) == Redriven(0, 0)


def test_what_waits_for_a_processor_is_asked_about_less_and_less_often() -> None:
    world = World()
    world.receive(neutral_message(invoice="INV-1"))
    swept = [NOW + timedelta(minutes=15 * n) for n in range(1, 100)]
    handed_out = [at for at in swept if redrive_unprocessed(world.stores.inbox, at).redriven]
    waits = [later - at for at, later in pairwise(handed_out)]
    assert waits == sorted(waits)
    assert handed_out[3] - NOW < timedelta(hours=2)
    assert len(handed_out) == 7


def test_many_that_wait_for_one_processor_do_not_hide_what_came_from_another() -> None:
    world = World()
    for number in range(300):
        world.receive(replace(neutral_message(f"p{number}"), received_at=NOW - timedelta(hours=1)))
    redrive_unprocessed(world.stores.inbox, NOW)
    other = world.receive(replace(neutral_message("q", invoice="INV-1"), received_at=NOW))
    redrive_unprocessed(world.stores.inbox, LATER)
    assert world.message(other.id).attempts == 1


def test_a_person_can_hand_out_a_parked_message_and_it_is_applied() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    world.stores.inbox.settle(message.id, InboxState.PARKED, "gave up")
    world.stores.inbox.redrive(message.id)
    world.apply(world.message(message.id))
    assert world.open_item("INV-1") is None


def test_after_the_sweeper_had_stalled_everything_is_still_applied_once() -> None:
    world = World()
    messages = [world.receive(neutral_message(f"p{n}", amount="1.00", invoice="INV-1")) for n in range(7)]
    world.apply(messages[0])  # the stream was lost after the first; nobody swept for two days
    swept = NOW + timedelta(days=2)
    while redrive_unprocessed(world.stores.inbox, swept, limit=3).redriven:
        for message in list(world.stores.shelf.inbox.values()):
            world.apply(message)
    item = world.open_item("INV-1")
    assert item is not None
    assert item.balance.minor == 10_000 - 7 * 100
    assert world.summary().open_messages == 0
    world.check()


def test_what_the_processor_cannot_be_asked_about_is_at_last_in_front_of_a_person() -> None:
    world = World()
    hint = event(EventType.PAYMENT_PENDING, 0, None, payment="tr_1", fetch=Fetch("payment", "tr_1"))
    world.asked.answers["tr_1"] = DependencyFailed("down")
    message = world.receive(told(hint, message_id="tr_1@1"))
    for days in range(MOST_ATTEMPTS + 1):
        world.apply(world.message(message.id))
        redrive_unprocessed(world.stores.inbox, NOW + timedelta(days=3 + days))
    assert [parked.id for parked in world.stores.inbox.parked(10)] == [message.id]
    world.asked.answers["tr_1"] = [came(0, payment="tr_1", invoice="INV-1")]
    world.stores.inbox.redrive(message.id)
    world.apply(world.message(message.id))
    assert world.open_item("INV-1") is None
