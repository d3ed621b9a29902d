"""The process dies before or after any call: redelivered, everything has happened exactly once."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

import pytest

from receivables.payments.inbox import InboxMessage
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.webhooks import charge, intent, session
from tests.unit.payments.world import World, neutral_message, received, stripe_message

CASES: dict[str, tuple[list[InboxMessage], InboxMessage]] = {
    "in full": ([], neutral_message(invoice="INV-1")),
    "in part": ([], neutral_message(amount="10.00", invoice="INV-1")),
    "the rest": (
        [neutral_message("a", amount="10.00", invoice="INV-1")],
        neutral_message("b", invoice="INV-1"),
    ),
    "closed already": ([neutral_message("a", invoice="INV-1")], neutral_message("b", invoice="INV-1")),
    "unknown": ([], neutral_message(invoice="INV-404")),
    "told again": (
        [stripe_message("charge.succeeded", charge(metadata={"invoice": "INV-1"}), "evt_1")],
        stripe_message("payment_intent.succeeded", intent(metadata={"invoice": "INV-1"}), "evt_2"),
    ),
    "named later": (
        [stripe_message("charge.succeeded", charge(), "evt_1")],
        stripe_message("checkout.session.completed", session(client_reference_id="INV-1"), "evt_2"),
    ),
    "no money": ([], stripe_message("customer.created", {})),
    "poison": ([], received("stripe", "x", b"\xff")),
}


def run(before: Iterable[InboxMessage], message: InboxMessage, fuse: Fuse) -> World:
    """A world in which some messages were dealt with, and one more dies with the fuse, if it does."""
    world = World()
    for earlier in before:
        world.deliver(earlier)
    world.receive(message)
    dying = World(fuse)
    dying.stores.shelf.__dict__.update(world.stores.shelf.__dict__)
    with suppress(Crash):
        dying.apply(message)
    return dying


@pytest.mark.parametrize("case", CASES)
def test_apply_payment_survives_a_crash_at_any_call(case: str) -> None:
    before, message = CASES[case]
    expected = run(before, message, Fuse())
    for fuse in every_crash(lambda fuse: run(before, message, fuse)):
        world = run(before, message, fuse)
        assert fuse.blown
        fuse.at = 0
        world.apply(message)
        world.apply(message)
        assert world.summary() == expected.summary(), (fuse.when, fuse.calls)
        assert world.entries() == expected.entries()
        world.check()
