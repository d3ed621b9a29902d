"""Everything that was received is applied once more: nothing changes; from nothing, the same books come about."""

from __future__ import annotations

from dataclasses import replace

from receivables.core.errors import Throttled
from receivables.payments.events import EventType, Fetch
from receivables.payments.inbox import InboxState
from receivables.usecases.apply_payment import Outcome
from receivables.usecases.replay_inbox import Replay, ReplayInbox
from tests.fakes.webhooks import charge, intent
from tests.unit.payments.lives import books_of, came, disputed, event, failed, pending, refunded, won
from tests.unit.payments.world import World, received, stripe_message, told

LIFE = [
    pending(0, invoice="INV-1"),
    came(3, invoice="INV-1"),
    refunded(5, 3_000),
    disputed(6, 2_000),
    won(9, 2_000),
    failed(12),
    came(15, invoice="INV-1"),
    came(1, payment="pi_2", invoice="INV-404"),
]


def lived() -> World:
    world = World()
    for each in LIFE:
        world.deliver(told(each))
    world.deliver(stripe_message("charge.succeeded", charge("3", metadata={"invoice": "INV-2"}), "evt_1"))
    world.deliver(stripe_message("payment_intent.succeeded", intent("3"), "evt_2"))
    world.deliver(stripe_message("customer.created", {}, "evt_3"))
    world.deliver(received("stripe", "poison", b"\xff"))
    return world


def replayed(world: World, **options: bool) -> Replay:
    seen: list[int] = []

    def goes_on(replay: Replay) -> bool:
        seen.append(replay.seen)
        return True

    done = ReplayInbox(world.stores.inbox, world.apply, **options)(Replay(), goes_on)
    assert seen == sorted(set(seen))
    return done


def test_nothing_changes_and_everything_is_counted() -> None:
    world = lived()
    before, entries, facts = books_of(world), world.entries(), world.stores.shelf.timeline
    inbox = dict(world.stores.shelf.inbox)
    done = replayed(world)
    assert (done.finished, done.seen, done.waiting, done.changed, done.failed) == (True, len(inbox), 1, 0, 0)
    assert sum(done.outcomes.values()) == len(inbox) - 1
    assert done.outcomes[Outcome.IGNORED] == 1
    assert (books_of(world), world.entries(), world.stores.shelf.timeline) == (before, entries, facts)
    assert world.stores.shelf.inbox == inbox


def test_lost_books_come_about_again() -> None:
    world, empty = lived(), World()
    empty.stores.shelf.inbox = dict(world.stores.shelf.inbox)
    done = replayed(empty)
    assert done.changed > 0
    again, before = books_of(empty), books_of(world)
    assert (again.accounts, again.items, again.totals) == (before.accounts, before.items, before.totals)


def test_what_waits_is_left_alone() -> None:
    world = World()
    world.receive(told(came(0, invoice="INV-1")))
    done = replayed(world)
    assert (done.waiting, dict(done.outcomes)) == (1, {})
    assert not world.summary().payments


def test_it_goes_on_where_it_stopped() -> None:
    world = lived()
    replay = ReplayInbox(world.stores.inbox, world.apply)
    done, runs = Replay(), 0
    while not done.finished:
        done = replay(done, lambda _: False)
        runs += 1
    assert (done.seen, runs > 3) == (len(world.stores.shelf.inbox), True)


def test_processors_are_asked_again_only_if_told_so() -> None:
    world = World()
    hint = event(EventType.PAYMENT_PENDING, 0, None, payment="tr_1", fetch=Fetch("payment", "tr_1"))
    world.asked.answers["tr_1"] = [came(0, payment="tr_1", invoice="INV-1")]
    world.deliver(told(hint, message_id="tr_1@1"))
    assert replayed(world).outcomes == {Outcome.UNASKED: 1}
    assert len(world.asked.needs) == 1
    assert replayed(world, ask=True).outcomes == {Outcome.DUPLICATE: 1}
    world.asked.answers["tr_1"] = Throttled("later")
    failed_ = replayed(world, ask=True)
    assert (failed_.failed, failed_.named) == (1, ("stripe#main#tr_1@1",))


def test_a_message_that_was_ignored_wrongly_is_applied_by_it() -> None:
    world = World()
    message = told(came(0, invoice="INV-1"))
    world.stores.inbox.store(replace(message, state=InboxState.IGNORED))
    assert replayed(world).changed == 1
    assert world.open_item("INV-1") is None
