"""Many payments of several accounts at once, told in any order, repeatedly and interrupted: what is here in the end is what a plain sum
of their events says, and not only the same each time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest

from receivables.ledger.checks import check_account
from receivables.payments.events import MoneyEvent
from receivables.payments.inbox import InboxState
from tests.fakes.checking import InMemoryBooks
from tests.fakes.crash import Crash, Fuse
from tests.unit.payments.lives import (
    came,
    disputed,
    failed,
    lost,
    pending,
    refund_failed,
    refunded,
    refunded_in_all,
    reversed_,
    won,
)
from tests.unit.payments.world import World, told


@dataclass
class Story:
    """A payment whose events are made up one after the other; `here` is how much of it is with us after them."""

    random: Random
    payment: str
    invoice: str | None
    events: list[MoneyEvent] = field(default_factory=list)
    day: float = 0.0
    here: int = 0

    def on(self) -> float:
        self.day += self.random.randrange(1, 40) / 24
        return self.day

    def told(self, event: MoneyEvent) -> None:
        self.events.append(event)

    def tell(self) -> Story:
        named: dict[str, Any] = {"payment": self.payment, "invoice": self.invoice}
        for _ in range(self.random.randrange(3)):
            self.told(pending(self.on(), **named))
            self.told(failed(self.on(), will_retry=self.random.random() < 0.5, **named))
        self._comes()
        if self.random.random() < 0.3:
            self.told(self.random.choice([failed, reversed_])(self.on(), **named))
            self.here = 0
            if self.random.random() < 0.7:
                self._comes()
        if self.here:
            self.random.choice([self._totals, self._refunds])(**named)
            self._dispute(**named)
        return self

    def _comes(self) -> None:
        for _ in range(self.random.choice([1, 1, 2])):  # a charge, and its intent
            self.told(came(self.on(), payment=self.payment, invoice=self.invoice))
        self.here = 10_000

    def _totals(self, **named: Any) -> None:
        total = 0
        for _ in range(self.random.randrange(4)):
            total += self.random.randrange(1, 2_000)
            self.told(refunded_in_all(self.on(), total, **named))
        self.here -= total

    def _refunds(self, **named: Any) -> None:
        for number in range(self.random.randrange(4)):
            minor, refund = self.random.randrange(1, 2_000), f"re_{number}"
            self.told(refunded(self.on(), minor, refund, **named))
            if self.random.random() < 0.4:
                self.told(refund_failed(self.on(), minor, refund, **named))
            else:
                self.here -= minor

    def _dispute(self, **named: Any) -> None:
        minor = self.random.randrange(10, self.here)
        for _ in range(self.random.randrange(3)):
            self.told(disputed(self.on(), minor, **named))
            self.here -= minor
            end = self.random.choice(["open", "lost", "won", "in part"])
            if end == "lost":
                self.told(lost(self.on(), **named))
            if end in {"open", "lost"}:
                return
            back = minor if end == "won" else minor // 2
            self.told(won(self.on(), back, **named))
            self.here += back
            if end == "in part":
                return


@pytest.mark.parametrize("seed", range(40))
def test_what_is_here_is_what_the_events_add_up_to(seed: int) -> None:
    random, fuse = Random(seed), Fuse()
    world = World(fuse)
    stories = [
        Story(random, f"pi_{number}", random.choice(["INV-1", "INV-2", "INV-404", None])).tell()
        for number in range(4)
    ]
    events = [event for story in stories for event in story.events]
    heard = [*events, *random.choices(events, k=5)]
    random.shuffle(heard)
    for number, event in enumerate(heard):
        message = told(event, message_id=f"{event.event_id}-{number}")
        world.stores.inbox.store(message)
        while world.message(message.id).state is InboxState.RECEIVED:
            dies = random.random() < 0.2
            fuse.at = len(fuse.calls) + random.randrange(1, 9) if dies else 0
            fuse.when = random.choice(["before", "after"])
            with suppress(Crash):
                world.apply(world.message(message.id))
    fuse.at = 0
    here = {
        story.payment: sum(
            record.payment.amount.minor - record.gone
            for key, record in world.stores.shelf.payments.items()
            if key.partition("~")[0] == f"stripe/main/{story.payment}"
        )
        for story in stories
    }
    assert here == {story.payment: story.here for story in stories}
    books = InMemoryBooks(world.stores.shelf)
    accounts = {*world.stores.shelf.accounts, *world.stores.shelf.timeline}
    assert [each for account in sorted(accounts) for each in check_account(books.books(account))] == []
    world.check()
    assert not [m for m in world.stores.shelf.inbox.values() if m.state is not InboxState.PROCESSED]
