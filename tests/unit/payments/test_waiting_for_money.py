"""How long collection waits for money of which only words were heard: as long as there is a word that it may come, and no longer."""

from __future__ import annotations

from datetime import timedelta

from receivables.arrangements import Cause, InFlight
from tests.fakes.webhooks import NOW
from tests.unit.payments.lives import failed, pending
from tests.unit.payments.world import World, told


def flights(world: World) -> list[InFlight]:
    return [each for each in world.stores.shelf.arrangements.values() if isinstance(each, InFlight)]


def test_a_further_try_is_waited_for_though_its_amount_is_not_told() -> None:
    world = World()
    heard = NOW - timedelta(hours=9)
    for each in (
        pending(occurred=heard, invoice="INV-1"),
        failed(1, occurred=heard + timedelta(hours=1)),
        failed(2, occurred=heard + timedelta(hours=2), will_retry=True),
    ):
        world.deliver(told(each, at=each.occurred))
    assert [(flight.active, flight.cause) for flight in flights(world)] == [
        (False, Cause.PENDING),
        (True, Cause.PENDING),
    ]


def test_an_old_word_that_is_replayed_opens_nothing() -> None:
    world = World()
    world.deliver(told(pending(occurred=NOW, invoice="INV-404")))
    for message in (told(pending(occurred=NOW, invoice="INV-1", payment="pi_2")),):
        world.stores.inbox.store(message)
        world.clock = NOW + timedelta(days=30)
        world.apply(message)
    assert flights(world) == []
