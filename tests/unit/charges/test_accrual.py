"""When interest becomes a charge: at payment, monthly, at each reminder. And when something is next to be done."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from receivables.charges import (
    charge_number,
    charged_terms,
    charges_due,
    next_charge_at,
    post_charges,
)
from receivables.core.errors import InvalidInput, NotFound
from receivables.ledger import EntryKind, ItemKind, LedgerName, Leg
from receivables.terms import PLAIN, LateCharges
from receivables.terms.late_charges import Accrual, Claiming, ReferenceRate
from tests.unit.charges.scenes import World, at, eur, fee, interest, late_item, paid


def test_monthly_interest_is_charged_for_each_calendar_month_and_the_rest_at_payment() -> None:
    world = World(LateCharges(interest=interest())).put(late_item(due="2025-01-15"))
    world.work("2025-01-31")
    assert world.charges == []
    world.work("2025-02-01")
    assert world.charges == [("2025-01-16", "2025-01-31", 1_600)]
    world.work("2025-03-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-03-10", 1_000_000))
    world.work("2025-03-10")
    assert world.charges[1:] == [("2025-02-01", "2025-02-28", 2_800), ("2025-03-01", "2025-03-10", 1_000)]
    assert list(world.settled) == ["INV-1"]


def test_after_an_outage_each_month_still_is_a_charge_of_its_own() -> None:
    late, daily = (World(LateCharges(interest=interest())).put(late_item()) for _ in range(2))
    late.work("2025-05-01")
    for day in ("2025-03-01", "2025-04-01", "2025-05-01"):
        daily.work(day)
    assert late.charges == daily.charges
    assert late.documents.keys() == daily.documents.keys()


def test_at_payment_each_payment_is_followed_by_its_interest() -> None:
    world = World(LateCharges(interest=interest(accrual=Accrual.AT_PAYMENT))).put(late_item())
    world.work("2025-04-01")
    assert world.charges == []
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-04-01", 400_000))
    world.work("2025-04-02")
    assert world.charges == [("2025-02-01", "2025-04-01", 6_000)]


def test_at_each_reminder_interest_is_charged_to_the_day_before() -> None:
    world = World(LateCharges(interest=interest(accrual=Accrual.AT_REMINDER))).put(late_item())
    world.work("2025-02-11")
    assert world.charges == []
    world.work("2025-02-11", reminding=["INV-1"])
    assert world.charges == [("2025-02-01", "2025-02-10", 1_000)]
    world.work("2025-02-11", reminding=["INV-1"])
    world.work("2025-02-21", reminding=["INV-1", "INV-2"])
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-25", 1_000_000))
    world.work("2025-02-25")
    assert world.charges[1:] == [("2025-02-11", "2025-02-20", 1_000), ("2025-02-21", "2025-02-25", 500)]


def test_what_was_worked_out_twice_has_the_same_numbers_and_entries() -> None:
    """So that posting it twice is a duplicate."""
    world = World(LateCharges(fees=(fee(),), interest=interest())).put(late_item())
    once, again = (
        post_charges(world.working_set, world.due("2025-03-01"), {}, at("2025-03-01")) for _ in range(2)
    )
    assert once == again
    numbers = [change.number for change in once[0].items]
    assert numbers[:2] == [
        charge_number("INV-1", "flat-fee", None),
        charge_number("INV-1", "interest", datetime(2025, 2, 1, tzinfo=UTC).date()),
    ]


def test_a_charge_is_a_receivable_due_at_once_that_names_its_invoice() -> None:
    world = World(LateCharges(interest=interest())).put(late_item()).work("2025-03-01")
    ((number, document),) = world.documents.items()
    item, (entry,) = world.items[number], world.entries
    assert (document.kind, document.concerns, document.terms) == (ItemKind.INTEREST, "INV-1", "net-30/1")
    assert document.issue_date == document.due_date == at("2025-03-01").date()
    assert (item.balance, item.claimed, item.concerns) == (eur(2_800), True, "INV-1")
    assert entry.kind is EntryKind.INTEREST
    assert entry.legs == (
        Leg(LedgerName.RECEIVABLE, 2_800, number),
        Leg(LedgerName.INTEREST_INCOME, -2_800, number),
    )
    assert (entry.invoice, entry.effective_at, entry.recorded_at) == (
        "INV-1",
        at("2025-03-01"),
        at("2025-03-01"),
    )


def test_the_date_of_a_charge_is_the_customers() -> None:
    world = World(LateCharges(interest=interest())).put(late_item())
    due = world.due("2025-02-28", hour=23)  # midnight in Berlin
    assert due.local_day.isoformat() == "2025-03-01"
    assert due.new


def test_charges_by_decision_are_not_asked_for() -> None:
    rules = LateCharges(interest=interest(), claiming=Claiming.BY_DECISION)
    world = World(rules).put(late_item()).work("2025-03-01")
    assert world.working_set.open_balance == eur(1_000_000)


def test_a_transaction_takes_so_many_charges_and_the_rest_follow() -> None:
    world = World(LateCharges(interest=interest())).put(
        *(late_item(f"INV-{i}", due="2022-01-31") for i in range(3))
    )
    due = world.due("2025-02-15")
    postings = post_charges(world.working_set, due, {}, at("2025-02-15"))
    assert len(due.new) == 3 * 36
    assert all(posting.writes <= 100 for posting in postings)
    world.work("2025-02-15")
    assert len(world.documents) == 3 * 36


def test_an_invoice_with_too_many_charges_for_a_transaction_goes_only_with_the_last() -> None:
    item = paid(late_item(due="2022-01-31"), ("2025-02-10", 1_000_000))
    world = World(LateCharges(interest=interest())).put(item)
    world.post(post_charges(world.working_set, world.due("2025-02-15"), {}, at("2025-02-15"))[0])
    assert "INV-1" in world.items
    world.work("2025-02-15")
    assert list(world.settled) == ["INV-1"]
    assert len(world.settled["INV-1"].accrued) == 37


def test_a_paid_invoice_goes_with_all_that_its_document_keeps() -> None:
    item = paid(late_item(), ("2025-02-10", 400_000), ("2025-02-20", 600_000))
    world = World(LateCharges(interest=interest())).put(item).work("2025-02-21")
    closing = world.settled["INV-1"]
    assert closing.at == at("2025-02-20")
    assert (closing.moves, len(closing.accrued)) == (item.moves, 1)


def test_the_terms_that_are_needed_are_named() -> None:
    not_charged = replace(late_item("INV-4"), conditions=PLAIN, terms="net-0/1")
    world = World(LateCharges()).put(late_item(), replace(late_item("INV-2"), terms="net-60/3"), not_charged)
    assert charged_terms(world.working_set) == {"net-30/1", "net-60/3"}


def test_terms_and_tables_that_are_missing_are_an_error_and_no_reason_to_charge_nothing() -> None:
    rules = LateCharges(interest=interest(rate=ReferenceRate("ecb-mro", Decimal(8))))
    world = World(rules).put(late_item())
    with pytest.raises(InvalidInput, match="ecb-mro"):
        charges_due(world.working_set, replace(world.book, tables={}), at("2025-03-01"))
    with pytest.raises(NotFound, match="net-30/1"):
        charges_due(world.working_set, replace(world.book, terms={}), at("2025-03-01"))


@pytest.mark.parametrize(
    ("rules", "as_of", "following"),
    [
        # A fee on the day after due and grace; local midnight in Berlin.
        (LateCharges(fees=(fee(),)), "2025-01-20", "2025-01-31T23:00"),
        (LateCharges(fees=(fee(after_days=3),), grace_days=2), "2025-01-20", "2025-02-05T23:00"),
        (LateCharges(interest=interest()), "2025-01-20", "2025-02-28T23:00"),
        (LateCharges(interest=interest()), "2025-03-15", "2025-03-31T22:00"),
        (LateCharges(interest=interest(), grace_days=30), "2025-02-15", "2025-03-02T23:00"),
        (LateCharges(interest=interest(accrual=Accrual.AT_PAYMENT)), "2025-02-15", None),
        (LateCharges(interest=interest(accrual=Accrual.AT_REMINDER)), "2025-02-15", None),
        (LateCharges(), "2025-01-20", None),
    ],
)
def test_the_next_charge_is_when_time_alone_makes_one_arise(
    rules: LateCharges, as_of: str, following: str | None
) -> None:
    world = World(rules).put(late_item())
    found = next_charge_at(world.working_set, world.book, at(as_of))
    assert (found and found.strftime("%Y-%m-%dT%H:%M")) == following


def test_when_the_next_charge_is_due_there_is_one() -> None:
    rules = LateCharges(fees=(fee(after_days=10),), interest=interest(), grace_days=5)
    world = World(rules).put(late_item())
    moment = at("2025-01-20")
    for _ in range(6):
        following = next_charge_at(world.working_set, world.book, moment)
        assert following is not None
        before = charges_due(world.working_set, world.book, moment)
        assert not before
        moment = following
        for posting in post_charges(
            world.working_set, charges_due(world.working_set, world.book, moment), {}, moment
        ):
            world.post(posting)
    assert len(world.documents) >= 4
