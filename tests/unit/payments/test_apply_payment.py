"""Applying what came: to its invoice, as credit, or in front of a person; once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.core.errors import StaleRevision
from receivables.core.money import Money
from receivables.ledger import PaymentState, Posting, PostOutcome
from receivables.payments.inbox import InboxState
from receivables.usecases.apply_payment import Outcome
from receivables.usecases.know_payment import MOST_TRIES
from tests.builders import eur
from tests.fakes.applying import applying
from tests.fakes.crash import Fuse
from tests.fakes.webhooks import NOW, charge, intent, session
from tests.unit.payments.world import ACCOUNT, World, neutral_message, received, rehearsed, stripe_message


def test_a_payment_in_full_closes_its_invoice() -> None:
    world = World()
    assert world.deliver(neutral_message(invoice="INV-1")) is Outcome.APPLIED
    assert world.open_item("INV-1") is None
    record = world.stores.ledger.payment("standardwebhooks/main/bank-1")
    assert (record.state, record.account_id, record.invoice) == (PaymentState.APPLIED, ACCOUNT, "INV-1")
    assert record.payment.source == "standardwebhooks/main/bank-1"
    assert record.payment.effective_at == datetime(2026, 3, 2, 9, 29, tzinfo=UTC)
    assert world.message("standardwebhooks#main#msg_bank-1").state is InboxState.PROCESSED
    world.check()


def test_the_common_case_is_one_read_and_one_transaction() -> None:
    fuse = Fuse()
    World(fuse).deliver(neutral_message(invoice="INV-1"))
    assert fuse.calls == ["pointer", "post"]


def test_a_part_payment_leaves_the_rest_open() -> None:
    world = World()
    assert world.deliver(neutral_message(amount="40.00", invoice="INV-1")) is Outcome.APPLIED
    item = world.open_item("INV-1")
    assert item is not None
    assert item.balance == eur(6_000)


def test_a_second_part_payment_is_worked_out_again_on_what_is_left() -> None:
    fuse = Fuse()
    world = World(fuse)
    world.deliver(neutral_message("a", amount="40.00", invoice="INV-1"))
    del fuse.calls[:]
    assert world.deliver(neutral_message("b", amount="60.00", invoice="INV-1")) is Outcome.APPLIED
    assert fuse.calls == ["pointer", "post", "open_item", "post"]
    assert world.open_item("INV-1") is None
    world.check()


def test_what_is_too_much_is_credit() -> None:
    world = World()
    assert world.deliver(neutral_message(amount="130.00", invoice="INV-1")) is Outcome.UNAPPLIED
    assert world.unapplied() == 3_000
    world.check()


def test_a_payment_of_a_closed_invoice_is_credit() -> None:
    world = World()
    world.deliver(neutral_message("a", invoice="INV-1"))
    assert world.deliver(neutral_message("b", invoice="INV-1")) is Outcome.UNAPPLIED
    assert world.unapplied() == 10_000
    world.check()


@pytest.mark.parametrize("reference", [None, "", "INV-404", "inv-1", "x" * 300, "#!", "INV-1\n2"])
def test_a_payment_that_names_no_invoice_of_ours_waits_in_suspense(reference: str | None) -> None:
    world = World()
    assert world.deliver(neutral_message(invoice=reference)) is Outcome.SUSPENDED
    assert [r.payment.amount for r in world.stores.ledger.suspense(10).items] == [eur(10_000)]
    assert world.open_item("INV-1") is not None
    world.check()


def test_spaces_around_a_reference_do_not_matter() -> None:
    assert World().deliver(neutral_message(invoice="  INV-1 ")) is Outcome.APPLIED


def test_a_payment_in_another_currency_than_its_invoice_waits_in_suspense() -> None:
    world = World()
    assert world.deliver(neutral_message(currency="USD", invoice="INV-1")) is Outcome.SUSPENDED
    (record,) = world.stores.ledger.suspense(10).items
    assert record.payment.reference == "INV-1"


def test_the_same_message_again_changes_nothing() -> None:
    world = World()
    message = neutral_message(amount="40.00", invoice="INV-1")
    world.deliver(message)
    before = world.summary()
    for _ in range(5):
        assert world.apply(message) is Outcome.DUPLICATE
    assert world.summary() == before


def test_a_charge_its_intent_and_its_session_are_booked_once() -> None:
    world = World()
    metadata = {"invoice": "INV-1"}
    outcomes = [
        world.deliver(stripe_message("charge.succeeded", charge(metadata=metadata), "evt_1")),
        world.deliver(stripe_message("payment_intent.succeeded", intent(metadata=metadata), "evt_2")),
        world.deliver(stripe_message("checkout.session.completed", session(metadata=metadata), "evt_3")),
    ]
    assert outcomes == [Outcome.APPLIED, Outcome.DUPLICATE, Outcome.DUPLICATE]
    assert world.summary().payments == {"stripe/main/pi_1": eur(10_000)}
    assert world.message("stripe#main#evt_2").state is InboxState.PROCESSED
    assert world.message("stripe#main#evt_2").reason == "duplicate"
    world.check()


def test_a_session_that_names_the_invoice_takes_the_payment_out_of_suspense() -> None:
    world = World()
    assert world.deliver(stripe_message("charge.succeeded", charge(), "evt_1")) is Outcome.SUSPENDED
    named = session(client_reference_id="INV-1")
    assert world.deliver(stripe_message("checkout.session.completed", named, "evt_2")) is Outcome.PLACED
    assert world.open_item("INV-1") is None
    assert not world.stores.ledger.suspense(10).items
    assert world.message("stripe#main#evt_2").reason == "placed"
    world.check()
    assert world.deliver(stripe_message("payment_intent.succeeded", intent(), "evt_3")) is Outcome.DUPLICATE


def test_what_a_person_has_placed_stays_where_it_is() -> None:
    world = World()
    world.deliver(stripe_message("charge.succeeded", charge(), "evt_1"))
    shelf = world.stores.shelf
    record = shelf.payments["stripe/main/pi_1"]
    shelf.payments["stripe/main/pi_1"] = replace(record, state=PaymentState.PLACED, account_id=ACCOUNT)
    named = session(client_reference_id="INV-1")
    assert world.deliver(stripe_message("checkout.session.completed", named, "evt_2")) is Outcome.DUPLICATE
    assert world.open_item("INV-1") is not None


def test_an_event_that_disagrees_on_the_amount_moves_nothing_and_is_in_front_of_a_person() -> None:
    world = World()
    world.deliver(stripe_message("charge.succeeded", charge(), "evt_1"))
    other = session(minor=9_900, client_reference_id="INV-1")
    assert world.deliver(stripe_message("checkout.session.completed", other, "evt_2")) is Outcome.PARKED
    assert "another amount" in world.message("stripe#main#evt_2").reason
    assert world.summary().suspense == 10_000


def test_two_processors_may_use_the_same_payment_id() -> None:
    world = World()
    world.deliver(stripe_message("payment_intent.succeeded", intent(minor=100), "evt_1"))
    world.deliver(neutral_message("pi_1", amount="1.00"))
    assert len(world.summary().payments) == 2


def test_an_event_that_moves_no_money_is_counted_and_left() -> None:
    world = World()
    assert world.deliver(stripe_message("customer.created", {}, "evt_1")) is Outcome.IGNORED
    assert world.message("stripe#main#evt_1").state is InboxState.IGNORED


@pytest.mark.parametrize("body", [b"\xff\xfe", b"not json", b'{"type": "payment_intent.succeeded"}'])
def test_what_is_not_understood_is_parked_with_the_reason(body: bytes) -> None:
    world = World()
    assert world.deliver(received("stripe", "sha256:1", body)) is Outcome.PARKED
    (parked,) = world.stores.inbox.parked(10)
    assert parked.reason
    assert parked.body == body


def test_rehearsals_and_real_money_are_kept_apart() -> None:
    world = World()
    metadata = {"invoice": "INV-1"}
    test_mode = stripe_message("charge.succeeded", charge(metadata=metadata), "evt_1", livemode=False)
    live_mode = stripe_message("charge.succeeded", charge("2", metadata=metadata), "evt_2")
    assert world.deliver(test_mode) is Outcome.PARKED
    assert world.deliver(rehearsed(live_mode)) is Outcome.PARKED
    assert not world.summary().payments
    assert world.deliver(rehearsed(replace(test_mode, id="stripe#main#evt_3"))) is Outcome.APPLIED


def test_a_source_that_does_not_tell_is_taken_as_its_endpoint() -> None:
    assert World().deliver(rehearsed(neutral_message(invoice="INV-1"))) is Outcome.APPLIED


def test_a_message_of_a_processor_that_is_gone_is_parked() -> None:
    assert World().deliver(received("gone", "1", b"{}")) is Outcome.PARKED


def test_a_clock_that_is_ahead_does_not_book_into_the_future() -> None:
    world = World()
    ahead = stripe_message(
        "charge.succeeded", charge(metadata={"invoice": "INV-1"}), created=NOW + timedelta(days=9)
    )
    world.deliver(ahead)
    assert world.stores.ledger.payment("stripe/main/pi_1").payment.effective_at == NOW


def test_a_message_that_was_settled_when_the_record_was_written_is_left() -> None:
    world = World()
    assert world.apply(replace(neutral_message(), state=InboxState.PARKED)) is Outcome.SETTLED


def test_a_message_that_was_parked_meanwhile_books_nothing() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    world.stores.inbox.settle(message.id, InboxState.PARKED, "gave up")
    assert world.apply(message) is Outcome.DUPLICATE
    assert not world.summary().payments
    assert world.message(message.id).reason == "gave up"


class Busy:
    """A ledger in which somebody else is always a little faster."""

    def __init__(self, ledger: Any, times: int) -> None:
        self._ledger, self.left = ledger, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        if self.left:
            self.left -= 1
            return PostOutcome.STALE
        outcome: PostOutcome = self._ledger.post(posting, inbox_id=inbox_id)
        return outcome


def test_it_tries_again_while_others_change_the_invoice_but_not_for_ever() -> None:
    world = World()
    message = world.receive(neutral_message(invoice="INV-1"))
    stores = world.stores
    busy = Busy(stores.ledger, MOST_TRIES)
    apply = applying(busy, stores.inbox, world.customers)
    with pytest.raises(StaleRevision):
        apply(message)
    assert world.message(message.id).state is InboxState.RECEIVED
    busy.left = MOST_TRIES - 1
    assert apply(message) is Outcome.APPLIED


def test_amounts_are_never_converted() -> None:
    world = World()
    world.deliver(neutral_message(amount="20.00", currency="USD", invoice="INV-9"))
    assert world.stores.shelf.accounts["C-1.USD"].balance == Money(0, "USD")
    world.check()
