"""What was received and never settled is handed out again, and parked when that does not help."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from receivables.payments.inbox import InboxState
from receivables.usecases.redrive_webhooks import MOST_ATTEMPTS, Redriven, redrive_unprocessed
from tests.fakes.webhooks import NOW
from tests.unit.payments.world import World, neutral_message

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
    for _ in range(MOST_ATTEMPTS):
        assert redrive_unprocessed(world.stores.inbox, LATER).redriven == 1
    assert redrive_unprocessed(world.stores.inbox, LATER) == Redriven(redriven=0, parked=1)
    (parked,) = world.stores.inbox.parked(10)
    assert parked.id == message.id
    assert parked.reason.startswith("could not be applied")
    assert redrive_unprocessed(world.stores.inbox, LATER) == Redriven(0, 0)


def test_a_person_can_hand_out_a_parked_message_and_it_is_applied() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    world.stores.inbox.settle(message.id, InboxState.PARKED, "gave up")
    world.stores.inbox.redrive(message.id)
    world.apply(world.message(message.id))
    assert world.open_item("INV-1") is None
