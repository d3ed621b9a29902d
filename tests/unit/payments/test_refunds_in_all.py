"""Totals of what was refunded, beside what people record: each refund leaves once, and none comes back that did not."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import permutations

from receivables.payments.events import MoneyEvent
from receivables.usecases.proposals import ReturnOrder
from receivables.usecases.refunds import RefundOrder, RefundPayment
from tests.builders import eur
from tests.unit.payments.lives import BEGIN, came, refund_failed, refunded_in_all, reversed_
from tests.unit.payments.test_payment_lives import heard
from tests.unit.payments.world import World, told

KEY = "stripe/main/pi_1"


def by_hand(world: World, minor: int, on: float, name: str = "by-hand") -> None:
    """A person records a refund of the payment."""
    at = BEGIN + timedelta(days=on)
    order = RefundOrder(KEY, name, eur(minor), paid=True, effective_at=at, reason="asked for it")
    RefundPayment(world.stores.ledger).refund(order, "fay", at)
    world.check()


def again(world: World, *events: MoneyEvent, at: datetime | None = None) -> None:
    """The same events in messages of their own."""
    for number, each in enumerate(events):
        world.deliver(told(each, message_id=f"again-{each.event_id}-{number}"))
        world.check()


def gone(world: World) -> int:
    records = world.stores.shelf.payments
    return sum(each.gone for key, each in records.items() if key.startswith(KEY))


def test_a_refund_that_a_person_adds_later_does_not_bring_that_of_the_processor_back() -> None:
    life = [came(0, invoice="INV-1"), refunded_in_all(1, 4_000)]
    world = heard(life)
    by_hand(world, 3_000, 2)
    again(world, *life)
    assert gone(world) == 7_000
    for message in list(world.stores.shelf.inbox.values()):
        world.apply.again(message)
    assert gone(world) == 7_000


def test_a_refund_that_a_person_has_recorded_before_is_part_of_the_total() -> None:
    world = heard([came(0, invoice="INV-1")])
    by_hand(world, 3_000, 1)
    again(world, refunded_in_all(1, 3_000))
    assert gone(world) == 3_000
    again(world, refunded_in_all(2, 5_000))
    assert gone(world) == 5_000
    by_hand(world, 1_000, 3, "another")
    again(world, refunded_in_all(2, 5_000), came(0, invoice="INV-1"))
    assert gone(world) == 6_000
    again(world, refunded_in_all(4, 6_000))
    assert gone(world) == 6_000


def test_of_a_total_that_a_person_has_recorded_in_part_what_does_not_arrive_comes_back() -> None:
    world = heard([came(0, invoice="INV-1")])
    by_hand(world, 2_000, 1)
    again(world, refunded_in_all(2, 5_000), refund_failed(3, 1_000, "re_9"))
    assert gone(world) == 4_000


def test_money_in_suspense_that_a_person_gave_back_is_part_of_the_total() -> None:
    from receivables.ledger.deeds import Deed
    from receivables.ledger.suspense import return_suspense

    world = heard([came(0)])
    ledger, at = world.stores.ledger, BEGIN + timedelta(days=1)
    order = ReturnOrder(KEY, "by-hand", eur(3_000), at, "asked for it")
    ledger.post(return_suspense(ledger.payment(KEY), Deed(order.id, "api/fay", at, at), amount=order.amount))
    again(world, refunded_in_all(2, 4_000))
    assert gone(world) == 4_000


def test_totals_of_money_that_came_again_are_of_that_in_any_order() -> None:
    life = [
        came(0, invoice="INV-1"),
        reversed_(2),
        came(4, invoice="INV-1"),
        refunded_in_all(5, 1_000),
        refunded_in_all(6, 3_000),
    ]
    for order in permutations(life):
        world = heard(list(order))
        came_in = sum(each.payment.amount.minor for each in world.stores.shelf.payments.values())
        assert (came_in, gone(world)) == (20_000, 13_000), [each.event_id for each in order]
