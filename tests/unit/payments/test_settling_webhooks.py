"""Webhook payments of invoices whose terms say more: discounts by the customer's days, late charges, recoveries."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.ledger import EntryKind, ItemKind, PaymentState
from receivables.ledger.adjusting import write_off
from receivables.ledger.deeds import Deed
from receivables.terms import Conditions, Discount
from receivables.usecases.apply_payment import Outcome
from tests.builders import customer, day, eur, invoice, issued
from tests.fakes.crash import Fuse
from tests.fakes.webhooks import NOW
from tests.unit.payments.world import ACCOUNT, World, neutral_message

TWO_PERCENT = Conditions(discounts=(Discount(day(-1), day(-1), eur(200), eur(0)),))
CHARGED = Conditions(charged=True)


def world_with(conditions: Conditions, timezone: str = "UTC", fuse: Fuse | None = None) -> World:
    """A world with INV-D over 100.00 EUR, due ten days before NOW's."""
    world = World(fuse)
    world.customers.records["C-1"] = customer("C-1", timezone=timezone)
    terms: dict[str, Any] = {"conditions": conditions, "terms_id": "t", "terms_version": 1}
    issued(world.stores.ledger, invoice("INV-D", ACCOUNT, issue_date=day(-40), due_date=day(-10), **terms))
    if fuse:
        del fuse.calls[:]
    return world


@pytest.mark.parametrize(
    ("timezone", "left"),
    [("UTC", 200), ("Pacific/Niue", 0)],
    ids=["a day too late", "still the day before there"],
)
def test_a_discount_is_earned_by_the_customers_day(timezone: str, left: int) -> None:
    world = world_with(TWO_PERCENT, timezone)
    world.deliver(neutral_message(amount="98.00", invoice="INV-D"))
    item = world.open_item("INV-D")
    assert (item.balance.minor if item else 0) == left
    world.check()


def test_an_invoice_with_a_discount_takes_one_read_more_for_the_customers_days() -> None:
    fuse = Fuse()
    world_with(TWO_PERCENT, fuse=fuse).deliver(neutral_message(amount="98.00", invoice="INV-D"))
    assert fuse.calls == ["pointer", "get", "post"]


def test_where_charges_may_have_arisen_what_is_open_is_read_first() -> None:
    fuse = Fuse()
    world_with(CHARGED, fuse=fuse).deliver(neutral_message(invoice="INV-D"))
    assert fuse.calls == ["pointer", "get", "working_set", "post"]


def test_before_the_due_date_charges_cost_no_read_of_the_account() -> None:
    fuse = Fuse()
    world = World(fuse)
    issued(world.stores.ledger, invoice("INV-C", ACCOUNT, conditions=CHARGED, terms_id="t", terms_version=1))
    assert world.deliver(neutral_message(invoice="INV-C")) is Outcome.APPLIED
    assert fuse.calls == ["pointer", "get", "post"]
    assert world.open_item("INV-C") is None


def test_a_late_invoice_that_bears_charges_stays_until_they_are_worked_out() -> None:
    world = world_with(CHARGED)
    assert world.deliver(neutral_message(invoice="INV-D")) is Outcome.APPLIED
    item = world.open_item("INV-D")
    assert item is not None
    assert item.settling
    world.check()


def test_what_is_too_much_for_the_invoice_pays_its_charges() -> None:
    world = world_with(CHARGED)
    fee: dict[str, Any] = {"kind": ItemKind.FEE, "concerns": "INV-D"}
    issued(world.stores.ledger, invoice("LC-1", ACCOUNT, 4_000, **fee))
    assert world.deliver(neutral_message(amount="140.00", invoice="INV-D")) is Outcome.APPLIED
    assert world.open_item("LC-1") is None
    assert world.unapplied() == 0
    world.check()


def test_money_for_an_invoice_that_was_written_off_is_a_recovery() -> None:
    world = World()
    ledger = world.stores.ledger
    ledger.post(write_off(ledger.invoice("INV-1"), Deed("w", "api/finn", NOW, NOW, "insolvent")))
    assert world.deliver(neutral_message(invoice="INV-1")) is Outcome.APPLIED
    record = ledger.payment("standardwebhooks/main/bank-1")
    assert (record.recovered, record.credit, record.state) == (10_000, 0, PaymentState.APPLIED)
    assert EntryKind.RECOVERY in {entry.kind for entry in world.entries()}
    world.check()


def test_a_payment_is_recorded_when_it_is_dealt_with_and_not_when_it_came() -> None:
    world = World()
    world.clock = NOW + timedelta(hours=2)
    world.deliver(neutral_message(invoice="INV-1"))
    world.deliver(neutral_message("bank-2"))
    recorded = {entry.recorded_at for entry in world.entries() if entry.kind is not EntryKind.INVOICE}
    assert recorded == {NOW + timedelta(hours=2)}


def test_a_clock_that_is_behind_records_nothing_before_it_was_heard_of() -> None:
    world = World()
    world.clock = NOW - timedelta(hours=2)
    world.deliver(neutral_message(invoice="INV-1"))
    assert {e.recorded_at for e in world.entries() if e.kind is EntryKind.PAYMENT} == {NOW}
