"""From the announcement to the money, or to the notices: what is drawn under a mandate, with the webhooks that tell of it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from receivables.arrangements import InFlightState
from receivables.payments.events import EventType, MoneyEvent, References
from receivables.payments.inbox import Form, InboxMessage
from receivables.payments.processors import Collection, CollectionOrder
from receivables.payments.stored import dump_events
from receivables.usecases.collect_payments import Outcome
from tests.builders import eur
from tests.fakes.applying import applying
from tests.fakes.processors import InMemoryProcessor
from tests.unit.collection.test_collect_payments import SOON, Desk
from tests.unit.collection.world import at

TYPES = {
    "pending": EventType.PAYMENT_PENDING,
    "succeeded": EventType.PAYMENT_SUCCEEDED,
    "failed": EventType.PAYMENT_FAILED,
}


def tell(desk: Desk, what: str, when: datetime, *, will_retry: bool = False) -> None:
    """A webhook of the payment that was ordered, applied."""
    event = MoneyEvent(
        TYPES[what],
        f"payments.{what}",
        f"EV-{what}-{when:%d}",
        when,
        payment_id="PM1",
        amount=eur(10_000),
        will_retry=will_retry,
        references=References(invoice="INV-1"),
    )
    message = InboxMessage(
        f"gocardless#main#{event.event_id}",
        "gocardless",
        "main",
        event.event_id,
        dump_events([event]),
        when,
        {},
        form=Form.EVENTS,
    )
    stores = desk.world.stores
    stores.inbox.store(message)
    applying(stores.ledger, stores.inbox, desk.world.customers)(message)


@pytest.fixture
def desk() -> Desk:
    desk = Desk()
    assert desk.order() is Outcome.ORDERED
    return desk


def test_money_that_comes_settles_it_and_nobody_is_written_to(desk: Desk) -> None:
    tell(desk, "pending", SOON)
    for days in (1, 2, 3):
        desk.world.work(at(days))
    tell(desk, "succeeded", at(4))
    desk.world.work(at(4, hour=13))
    assert desk.flying.state is InFlightState.SETTLED
    assert desk.world.stores.ledger.open_item("C-1.EUR", "INV-1") is None
    assert desk.world.emails.sent == []


def test_a_failure_ends_it_and_the_customer_is_asked_and_not_drawn_from_again(desk: Desk) -> None:
    tell(desk, "pending", SOON)
    tell(desk, "failed", at(4))
    desk.world.work(at(4, hour=13))
    assert desk.flying.state is InFlightState.FAILED
    assert len(desk.world.emails.sent) == 1
    desk.world.work(at(11))
    assert (len(desk.processor.drawn), len(desk.world.emails.sent)) == (1, 2)


def test_what_the_processor_tries_again_stays_in_flight(desk: Desk) -> None:
    tell(desk, "failed", at(4), will_retry=True)
    desk.world.work(at(5))
    assert (desk.flying.active, desk.world.emails.sent) == (True, [])
    tell(desk, "succeeded", at(8))
    desk.world.work(at(8, hour=13))
    assert desk.flying.state is InFlightState.SETTLED


def test_a_payment_of_which_nothing_is_heard_is_not_waited_for_for_ever(desk: Desk) -> None:
    desk.world.work(desk.flying.until - timedelta(hours=1))
    assert desk.world.emails.sent == []
    desk.world.work(desk.flying.until + timedelta(hours=1))
    assert desk.flying.state is InFlightState.EXPIRED
    assert len(desk.world.emails.sent) == 1


@pytest.mark.parametrize(
    ("what", "state"), [("succeeded", InFlightState.SETTLED), ("failed", InFlightState.FAILED)]
)
def test_a_webhook_that_comes_before_the_order_is_on_record_ends_it_all_the_same(
    what: str, state: InFlightState
) -> None:
    desk = Desk()

    class Quick(InMemoryProcessor):
        def collect(self, order: CollectionOrder) -> Collection:
            made = super().collect(order)
            tell(desk, what, SOON)
            return made

    desk.processor = Quick()
    assert desk.order() is Outcome.ORDERED
    desk.world.work(at(0, hour=13))
    assert desk.flying.state is state
    desk.world.work(at(1))
    assert len(desk.world.emails.sent) == (what == "failed")


def test_what_is_known_to_have_come_is_not_ordered() -> None:
    desk = Desk()
    tell(desk, "succeeded", SOON)
    assert desk.order() is Outcome.NOT_NEEDED
    assert desk.processor.asked == []
