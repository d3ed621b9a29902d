"""Collection and payments that are on their way, fail late, or are contested: nobody is asked for what is coming, and what opens
again is dunned from where it stood."""

from __future__ import annotations

from datetime import datetime

import pytest

from receivables.arrangements import Cause, Covered, InFlight, InFlightState
from receivables.ledger import EntryKind, Known, Posting, StubChange
from receivables.ledger.entries import LedgerName
from receivables.ledger.payments import PaymentStub
from receivables.payments.events import MoneyEvent
from receivables.usecases.corrections import ReversalOrder, ReverseEntry
from receivables.usecases.refunds import RefundOrder, RefundPayment
from tests.builders import eur
from tests.fakes.applying import applying
from tests.unit.collection.world import ACCOUNT, UTC_ZONE, World, at, owed
from tests.unit.payments.lives import came, disputed, failed, lost, pending, refunded, won
from tests.unit.payments.world import told

KEY = "stripe/main/pi_1"


class Zones:
    def zone(self, account_id: str) -> object:
        return UTC_ZONE


def hear(world: World, on: datetime, *events: MoneyEvent) -> None:
    """Events that happened just before they are heard of."""
    apply = applying(world.stores.ledger, world.stores.inbox, world.customers)
    for each in events:
        message = told(each, at=on)
        world.stores.inbox.store(message)
        apply(message)


def flights(world: World) -> list[InFlight]:
    known = world.stores.shelf.arrangements.values()
    return [each for each in known if isinstance(each, InFlight)]


def steps(world: World) -> list[int]:
    return sorted(step for _, step in world.sends())


def dunned(*days: int) -> World:
    world = World()
    for day in days:
        world.work(at(day))
    return world


class TestOnItsWay:
    def test_nobody_is_asked_for_what_is_coming(self) -> None:
        world = dunned(3)
        hear(world, at(4), pending(occurred=at(4), invoice="INV-1"))
        for day in (10, 15):
            world.work(at(day))
        assert steps(world) == [3]
        assert world.account.next_action_at == flights(world)[0].until

    def test_after_it_failed_collection_goes_on_where_it_stood(self) -> None:
        world = dunned(3)
        hear(world, at(4), pending(occurred=at(4), invoice="INV-1"))
        world.work(at(10))
        hear(world, at(11), failed(0, occurred=at(11)))
        world.work(at(11))
        assert steps(world) == [3, 10]
        world.check()

    def test_of_which_nothing_is_heard_it_is_given_up_and_collection_goes_on(self) -> None:
        world = dunned(3)
        hear(world, at(4), pending(occurred=at(4), invoice="INV-1"))
        world.work(at(17))
        world.work(at(18, 13))
        (flight,) = flights(world)
        assert (flight.state, flight.ended_at) == (InFlightState.EXPIRED, at(18, 13))
        assert steps(world) == [3, 10]
        world.check()

    def test_other_invoices_are_dunned_meanwhile(self) -> None:
        world = World(owed("INV-1"), owed("INV-2"))
        hear(world, at(2), pending(occurred=at(2), invoice="INV-1"))
        world.work(at(3))
        assert set(world.sends()) == {("INV-2", 3)}

    def test_what_is_drawn_by_ourselves_is_settled_by_what_was_heard_of_its_payment(self) -> None:
        world = World()
        hear(world, at(1), came(occurred=at(1), minor=4_000, invoice="INV-1"))
        flight = InFlight(
            "flt_1",
            ACCOUNT,
            (Covered("INV-1", eur(10_000)),),
            Cause.COLLECTING,
            eur(4_000),
            KEY,
            at(0),
            at(20),
        )
        world.agree(flight)
        world.work(at(2))
        assert [each.state for each in flights(world)] == [InFlightState.SETTLED]

    def test_what_is_drawn_by_ourselves_and_fails_is_asked_for_again(self) -> None:
        world = World()
        flight = InFlight(
            "flt_1",
            ACCOUNT,
            (Covered("INV-1", eur(10_000)),),
            Cause.COLLECTING,
            eur(10_000),
            KEY,
            at(0),
            at(40),
        )
        world.agree(flight)
        known = (Known("payment_pending", at(0), minor=10_000),)
        world.post(Posting(ACCOUNT, stub=StubChange(None, PaymentStub(KEY, known, account_id=ACCOUNT))))
        hear(world, at(1), pending(occurred=at(1), invoice="INV-1"))
        assert len(flights(world)) == 1
        world.work(at(3))
        assert not world.sends()
        hear(world, at(4), failed(0, occurred=at(4)))
        assert [each.state for each in flights(world)] == [InFlightState.FAILED]
        world.work(at(4))
        assert steps(world) == [3]


class TestOpenAgain:
    """An invoice that had its reminders on day 3 and 10 was paid, and is owed again on day 15."""

    @pytest.fixture
    def world(self) -> World:
        world = dunned(3, 10)
        hear(world, at(12), came(occurred=at(12), invoice="INV-1"))
        world.work(at(13))
        assert not world.account.progress
        return world

    def test_after_a_late_failure_no_reminder_comes_a_second_time(self, world: World) -> None:
        hear(world, at(15), failed(0, occurred=at(15)))
        assert world.account.progress == {"INV-1": 10}
        world.work(at(15))
        world.work(at(21))
        assert steps(world) == [3, 10, 21]
        world.check()

    def test_while_a_chargeback_is_contested_nobody_is_asked(self, world: World) -> None:
        hear(world, at(15), disputed(0, 10_000, occurred=at(15)))
        world.work(at(21))
        assert steps(world) == [3, 10]
        hear(world, at(22), lost(0, occurred=at(22)))
        world.work(at(22))
        assert steps(world) == [3, 10, 21]
        world.check()

    def test_won_it_is_paid_again_and_nothing_is_sent(self, world: World) -> None:
        hear(world, at(15), disputed(0, 10_000, occurred=at(15)), won(0, occurred=at(16)))
        world.work(at(25))
        assert steps(world) == [3, 10]
        assert not world.working_set.open_items

    def test_after_a_refund_that_was_heard_of(self, world: World) -> None:
        hear(world, at(15), refunded(0, 10_000, occurred=at(15)))
        world.work(at(15))
        assert steps(world) == [3, 10]

    def test_after_a_refund_that_a_person_recorded(self, world: World) -> None:
        order = RefundOrder(KEY, "r-1", None, paid=True, effective_at=at(15), reason="wrong")
        RefundPayment(world.stores.ledger).refund(order, "finn", at(15))
        world.work(at(15))
        assert steps(world) == [3, 10]
        world.check()

    def test_after_the_payment_turned_out_to_be_a_mistake(self, world: World) -> None:
        entries = world.stores.ledger.entries(ACCOUNT)
        (entry,) = [each for each in entries if each.kind is EntryKind.PAYMENT]
        order = ReversalOrder(ACCOUNT, entry.id, entry.recorded_at, "typed wrongly")
        ReverseEntry(world.stores.ledger, Zones()).reverse(order, "finn", at(15))  # type: ignore[arg-type]
        assert entry.moved(LedgerName.CLEARING) == 10_000
        world.work(at(15))
        assert steps(world) == [3, 10]
        world.check()

    def test_what_had_no_reminder_gets_its_first(self) -> None:
        world = World()
        hear(world, at(-20), came(occurred=at(-20), invoice="INV-1"))
        hear(world, at(4), failed(0, occurred=at(4)))
        world.work(at(4))
        assert steps(world) == [3]
