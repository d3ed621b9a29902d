"""What was announced to be drawn is ordered from the processor once, whatever happens in between."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from receivables.arrangements import InFlight, InFlightState
from receivables.core.errors import DependencyFailed, InvalidInput, NotFound, OutcomeUnknown
from receivables.customers import Mandate
from receivables.ledger import Known, PaymentStub, Posting, StubChange
from receivables.payments.processors import Collection, CollectionOrder, Collector
from receivables.usecases.collect_payments import CollectPayments, Outcome
from tests.builders import eur
from tests.fakes.cases_gateways import InMemoryTopic
from tests.fakes.crash import Crash, Fuse, every_crash
from tests.fakes.processors import InMemoryProcessor
from tests.unit.collection.agreements import dispute, promise
from tests.unit.collection.test_autopay import MANDATE, drawn
from tests.unit.collection.world import ACCOUNT, World, at, owed

SOON = at(0) + timedelta(minutes=1)


class Desk:
    """An account on which something was announced, and the processor that draws it."""

    def __init__(self, *invoices: object) -> None:
        self.world = World(*invoices, mandate=MANDATE)  # type: ignore[arg-type]
        self.world.work(at(0))
        self.processor, self.finance = InMemoryProcessor(), InMemoryTopic()
        self.reachable = True

    def collectors(self, processor: str, endpoint: str) -> Collector:
        if not self.reachable or (processor, endpoint) != ("gocardless", "main"):
            raise NotFound("credentials", f"{processor}/{endpoint}")
        return self.processor

    def collect(self, fuse: Fuse | None = None) -> CollectPayments:
        wrap = (fuse or Fuse()).wrap
        ledger, customers = wrap(self.world.stores.ledger), wrap(self.world.customers)
        return CollectPayments(ledger, customers, self.collectors, wrap(self.finance))

    def order(self, as_of: datetime = SOON) -> Outcome:
        return self.collect().one(self.flying.id, as_of)

    @property
    def flying(self) -> InFlight:
        """What was announced for INV-1, as it stands."""
        (found,) = [each for each in drawn(self.world) if each.covers[0].number == "INV-1"]
        return found

    def mandate(self, mandate: Mandate | None) -> None:
        self.world.customers.records["C-1"] = replace(self.world.customers.get("C-1"), mandate=mandate)


@pytest.fixture
def desk() -> Desk:
    return Desk()


def test_an_order_names_its_invoice_and_its_payment_is_known_before_any_webhook(desk: Desk) -> None:
    assert desk.order() is Outcome.ORDERED
    (order,) = desk.processor.asked
    assert order == CollectionOrder(
        key=desk.flying.id,
        amount=eur(10_000),
        mandate="MD1",
        customer="CU1",
        on=date(2026, 3, 2),
        description="INV-1",
        account_id=ACCOUNT,
        invoice="INV-1",
    )
    assert (desk.flying.payment, desk.flying.ordered_at) == ("gocardless/main/PM1", SOON)
    assert desk.flying.until == SOON + timedelta(days=14)
    stub = desk.world.stores.ledger.known_payment("gocardless/main/PM1")
    assert isinstance(stub, PaymentStub)
    assert (stub.account_id, stub.reference, stub.known[0].what) == (ACCOUNT, "INV-1", "payment_pending")


def test_it_is_ordered_once(desk: Desk) -> None:
    desk.order()
    assert desk.order() is Outcome.NOTHING
    assert desk.collect().left(SOON, lambda: True).outcomes == {}
    assert len(desk.processor.asked) == 1


def test_what_was_paid_meanwhile_is_not_drawn(desk: Desk) -> None:
    desk.world.pay()
    assert desk.order() is Outcome.NOT_NEEDED
    assert (desk.flying.state, desk.processor.asked) == (InFlightState.SETTLED, [])


def test_no_more_than_the_balance_of_the_moment_is_drawn(desk: Desk) -> None:
    desk.world.pay(minor=4_000)
    desk.order()
    assert (desk.processor.asked[0].amount, desk.flying.amount) == (eur(6_000), eur(6_000))


def test_an_order_whose_answer_was_lost_is_sent_again_word_for_word(desk: Desk) -> None:
    desk.processor.lost = 1
    with pytest.raises(OutcomeUnknown):
        desk.order()
    assert desk.order(SOON + timedelta(hours=1)) is Outcome.ORDERED
    first, second = desk.processor.asked
    assert first == second
    assert len(desk.processor.drawn) == 1


@pytest.mark.parametrize("minor", [4_000, 10_000])
def test_an_order_whose_answer_was_lost_is_not_repeated_once_less_is_owed(desk: Desk, minor: int) -> None:
    desk.processor.lost = 1
    with pytest.raises(OutcomeUnknown):
        desk.order()
    desk.world.pay(minor=minor)
    for hours in (1, 2, 30):
        assert desk.order(SOON + timedelta(hours=hours)) is Outcome.UNSURE
    assert len(desk.processor.asked) == 1
    assert [message.attributes["event"] for message in desk.finance.messages] == ["collection_unsure"]


def test_an_order_whose_answer_was_lost_waits_while_it_is_disputed(desk: Desk) -> None:
    desk.processor.lost = 1
    with pytest.raises(OutcomeUnknown):
        desk.order()
    desk.world.agree(dispute(1_000))
    assert desk.order(SOON + timedelta(hours=1)) is Outcome.RESTING
    assert len(desk.processor.asked) == 1


class Meanwhile:
    """A ledger, and what happens on it right after an account was read for the first time."""

    def __init__(self, ledger: object, happens: Callable[[], object]) -> None:
        self._ledger, self._happens = ledger, [happens]

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def working_set(self, account_id: str) -> object:
        found = self._ledger.working_set(account_id)  # type: ignore[attr-defined]
        if self._happens:
            self._happens.pop()()
        return found


@pytest.mark.parametrize(
    ("minor", "outcome", "drawn_"), [(4_000, Outcome.ORDERED, [6_000]), (10_000, Outcome.NOT_NEEDED, [])]
)
def test_what_is_paid_between_the_reading_and_the_order_is_not_drawn(
    desk: Desk, minor: int, outcome: Outcome, drawn_: list[int]
) -> None:
    collect = desk.collect()
    busy = Meanwhile(collect.ledger, lambda: desk.world.pay(minor=minor))
    assert replace(collect, ledger=busy).one(desk.flying.id, SOON) is outcome  # type: ignore[arg-type]
    assert [order.amount.minor for order in desk.processor.asked] == drawn_


def test_a_mandate_that_ends_between_the_reading_and_the_order_is_not_drawn_under(desk: Desk) -> None:
    def ends() -> None:
        desk.mandate(replace(MANDATE, active=False))
        desk.world.post(Posting(ACCOUNT))

    collect = desk.collect()
    busy = Meanwhile(collect.ledger, ends)
    assert replace(collect, ledger=busy).one(desk.flying.id, SOON) is Outcome.REFUSED  # type: ignore[arg-type]
    assert desk.processor.asked == []


def test_an_order_is_not_repeated_once_its_key_may_be_forgotten(desk: Desk) -> None:
    desk.processor.lost = 1
    with pytest.raises(OutcomeUnknown):
        desk.order()
    for _ in range(2):
        assert desk.order(SOON + timedelta(hours=21)) is Outcome.UNSURE
    assert len(desk.processor.asked) == 1
    assert len(desk.finance.messages) == 1
    assert desk.flying.active


def test_a_crash_at_any_moment_orders_it_once_all_the_same() -> None:
    worlds: list[Desk] = []

    def run(fuse: Fuse) -> None:
        worlds.append(Desk())
        worlds[-1].collect(fuse).one(worlds[-1].flying.id, SOON)

    for fuse in every_crash(run):
        with suppress(Crash):
            run(fuse)
        desk = worlds[-1]
        desk.collect().left(SOON + timedelta(minutes=15), lambda: True)
        assert len(desk.processor.drawn) == 1
        assert desk.flying.payment == "gocardless/main/PM1"


def test_a_refusal_ends_it_and_is_told_to_finance_in_the_processors_words(desk: Desk) -> None:
    desk.processor.refuses = "mandate_is_inactive"
    assert desk.order() is Outcome.REFUSED
    assert (desk.flying.state, desk.flying.ending) == (InFlightState.FAILED, "mandate_is_inactive")
    (message,) = desk.finance.messages
    assert "mandate_is_inactive" in message.text
    assert message.attributes["event"] == "collection_refused"


def test_an_amount_that_the_processor_cannot_hold_is_refused_and_does_not_stop_the_others(desk: Desk) -> None:
    def impossible(order: CollectionOrder) -> Collection:
        raise InvalidInput("amount", f"has more decimals of {order.amount.currency} than the processor takes")

    desk.processor.collect = impossible  # type: ignore[method-assign]
    assert desk.collect().left(SOON, lambda: True).outcomes == {"refused": 1}
    assert desk.flying.state is InFlightState.FAILED
    assert "more decimals" in desk.finance.messages[0].text


@pytest.mark.parametrize("mandate", [None, replace(MANDATE, active=False), replace(MANDATE, id="MD2")])
def test_nothing_is_drawn_under_a_mandate_that_is_not_in_force_any_more(
    desk: Desk, mandate: Mandate | None
) -> None:
    desk.mandate(mandate)
    assert desk.order() is Outcome.REFUSED
    assert desk.processor.asked == []


def test_what_may_have_been_ordered_under_an_old_mandate_is_not_ordered_under_a_new_one(desk: Desk) -> None:
    desk.processor.lost = 1
    with pytest.raises(OutcomeUnknown):
        desk.order()
    desk.mandate(replace(MANDATE, id="MD2"))
    assert desk.order() is Outcome.UNSURE
    assert len(desk.processor.asked) == 1


def test_what_was_agreed_meanwhile_makes_it_rest_until_it_ends(desk: Desk) -> None:
    disputed = dispute(1_000)
    for agreed in (promise((5, 10_000)), disputed):
        desk.world.agree(agreed)
        assert desk.order() is Outcome.RESTING
    desk.world.hold(at(2))
    assert desk.order() is Outcome.RESTING
    assert desk.processor.asked == []
    assert desk.flying.active


def test_a_processor_that_cannot_be_called_is_tried_again_and_nothing_is_marked_as_ordered(
    desk: Desk,
) -> None:
    desk.reachable = False
    with pytest.raises(DependencyFailed):
        desk.order()
    assert desk.flying.ordered_at is None
    desk.reachable = True
    assert desk.order() is Outcome.ORDERED


def test_a_webhook_that_was_faster_keeps_what_it_knows(desk: Desk) -> None:
    pending = Known("payment_pending", SOON, minor=10_000)
    early = PaymentStub("gocardless/main/PM1", (pending,), reference="INV-1")
    desk.world.post(Posting(ACCOUNT, stub=StubChange(None, early)))
    assert desk.order() is Outcome.ORDERED
    assert desk.flying.payment == "gocardless/main/PM1"
    known = desk.world.stores.ledger.known_payment("gocardless/main/PM1")
    assert known is not None
    assert known.known == (pending,)


def test_the_sweep_orders_what_no_event_announced_and_goes_on_after_a_failure() -> None:
    desk = Desk(owed(), owed("INV-2"), owed("INV-3"))
    desk.processor.lost = 1
    first = desk.collect().left(SOON, lambda: True)
    assert (first.outcomes, first.failed) == ({"ordered": 2}, 1)
    second = desk.collect().left(SOON, lambda: True)
    assert (second.outcomes, second.failed) == ({"ordered": 1}, 0)
    assert len(desk.processor.drawn) == 3


def test_the_sweep_stops_when_its_time_is_over() -> None:
    desk = Desk(owed(), owed("INV-2"))
    left = iter([True, False])
    assert not desk.collect().left(SOON, lambda: next(left)).finished
    assert len(desk.processor.drawn) == 1


def test_what_has_ended_or_is_none_is_left_alone(desk: Desk) -> None:
    assert desk.collect().one("col_unknown", SOON) is Outcome.NOTHING
    assert desk.order(desk.flying.until) is Outcome.NOTHING
    desk.world.agree(promise((5, 10_000)))
    assert desk.collect().one("prm_1", SOON) is Outcome.NOTHING
    assert desk.processor.asked == []
