"""Fees: once per invoice, or once for all that is late on the account."""

from dataclasses import replace
from decimal import Decimal

import pytest

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.ledger import EntryKind, ItemKind
from receivables.terms import LateCharges
from receivables.terms.late_charges import Band, Claiming, FeeRule, Per
from tests.unit.charges.scenes import World, eur, fee, late_item, moved, paid, split

BANDS = (
    Band(Amounts.of(eur(99_999)), Amounts.of(eur(4_000))),
    Band(Amounts.of(eur(999_999)), Amounts.of(eur(7_000))),
    Band(None, Amounts.of(eur(10_000))),
)


def charged(rule: FeeRule, minor: int = 1_000_000, day: str = "2025-02-01", **rules: object) -> int:
    world = World(LateCharges(fees=(rule,), **rules)).put(late_item(minor=minor))  # type: ignore[arg-type]
    return world.work(day).charged


def test_a_flat_fee_arises_on_the_day_after_due() -> None:
    assert charged(fee(), day="2025-01-31") == 0
    assert charged(fee(), day="2025-02-01") == 4_000


def test_a_fee_waits_for_the_days_of_grace_and_its_own() -> None:
    assert charged(fee(after_days=10), day="2025-02-15", grace_days=5) == 0
    assert charged(fee(after_days=10), day="2025-02-16", grace_days=5) == 4_000


@pytest.mark.parametrize(
    ("late", "amount"), [(99_999, 4_000), (100_000, 7_000), (999_999, 7_000), (1_000_000, 10_000)]
)
def test_a_banded_fee_is_that_of_the_band_of_what_is_late(late: int, amount: int) -> None:
    assert charged(fee(bands=BANDS), late) == amount


def test_a_percentage_is_of_what_is_late_and_keeps_within_its_bounds() -> None:
    rule = fee(percent=Decimal("2.5"), minimum=Amounts.of(eur(500)), cap=Amounts.of(eur(10_000)))
    assert [charged(rule, minor) for minor in (10_000, 100_000, 1_000_000)] == [500, 2_500, 10_000]


def test_a_percentage_that_comes_to_nothing_is_still_the_minimum() -> None:
    rule = fee(percent=Decimal("0.1"), minimum=Amounts.of(eur(500)))
    assert [charged(rule, minor) for minor in (400, 600)] == [500, 500]


def test_half_a_cent_of_a_percentage_goes_to_the_even_one() -> None:
    assert [charged(fee(percent=Decimal(1)), minor) for minor in (50, 150, 250)] == [0, 2, 2]


def test_there_is_no_fee_in_a_currency_that_the_rule_does_not_name() -> None:
    assert charged(fee(flat=Amounts.of(Money(4_000, "GBP")))) == 0
    assert charged(FeeRule("bands", bands=(Band(None, Amounts.of(Money(4_000, "GBP"))),))) == 0


def test_a_fee_is_charged_once_however_often_it_is_worked_out() -> None:
    world = World(LateCharges(fees=(fee(),))).put(late_item())
    for day in ("2025-02-01", "2025-02-02", "2025-03-01"):
        world.work(day)
    assert world.charged == 4_000
    assert [document.kind for document in world.documents.values()] == [ItemKind.FEE]


def test_an_invoice_with_instalments_has_one_fee_for_what_was_late_first() -> None:
    item = late_item(due="2025-02-28", conditions=split(("2025-01-31", 300_000), ("2025-02-28", 700_000)))
    world = World(LateCharges(fees=(fee(percent=Decimal(1)),))).put(item).work("2025-03-15")
    assert world.charged == 3_000


def test_a_fee_that_proves_wrong_is_waived_and_comes_back_with_a_chargeback() -> None:
    world = World(LateCharges(fees=(fee(),))).put(late_item()).work("2025-02-03")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-01-30", 1_000_000))
    world.work("2025-02-03")
    assert world.charged == 0
    assert world.entries[-1].kind is EntryKind.WAIVER
    assert "0.00 EUR instead of 40.00 EUR" in world.entries[-1].reason

    world = World(LateCharges(fees=(fee(),))).put(paid(late_item(), ("2025-01-30", 900_000)))
    world.work("2025-02-03")
    world.items["INV-1"] = moved(world.items["INV-1"], ("2025-01-30", 900_000, EntryKind.CHARGEBACK))
    assert world.work("2025-02-04").charged == 4_000


def test_a_banded_fee_follows_what_turns_out_to_have_been_late() -> None:
    world = World(LateCharges(fees=(fee(bands=BANDS),))).put(late_item()).work("2025-02-03")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-01-30", 950_000))
    world.work("2025-02-03")
    assert world.charged == 4_000


def test_a_fee_by_decision_is_on_record_and_not_asked_for() -> None:
    rules = LateCharges(fees=(fee(),), claiming=Claiming.BY_DECISION)
    world = World(rules).put(late_item()).work("2025-02-01")
    assert [item.number for item in world.working_set.open_items] == ["INV-1"]
    assert world.charged == 4_000


ACCOUNT_FEE = LateCharges(fees=(fee(per=Per.ACCOUNT, percent=Decimal(1)),))


def test_a_fee_of_the_account_is_for_all_that_is_late_and_concerns_what_was_late_first() -> None:
    world = World(ACCOUNT_FEE).put(
        late_item("INV-2"), late_item("INV-1"), late_item("INV-3", due="2025-03-31")
    )
    world.work("2025-02-01")
    (document,) = world.documents.values()
    assert (document.concerns, document.amount) == ("INV-1", eur(20_000))


def test_while_something_is_late_without_a_break_there_is_one_fee_of_the_account() -> None:
    world = (
        World(ACCOUNT_FEE).put(late_item("INV-1"), late_item("INV-2", due="2025-02-10")).work("2025-02-01")
    )
    assert world.charged == 10_000
    world.work("2025-02-11")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-12", 1_000_000))
    world.work("2025-02-12")
    world.put(late_item("INV-3", due="2025-02-20")).work("2025-02-21")
    assert world.charged == 10_000


def test_when_nothing_was_late_for_a_while_a_new_episode_has_its_own_fee() -> None:
    world = World(ACCOUNT_FEE).put(late_item("INV-1")).work("2025-02-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-05", 1_000_000))
    world.work("2025-02-05").put(late_item("INV-2", due="2025-02-20")).work("2025-02-21")
    assert world.charged == 20_000


def test_a_fee_of_the_account_is_waived_when_nothing_that_it_covers_was_late() -> None:
    world = World(ACCOUNT_FEE).put(late_item("INV-1"), late_item("INV-2")).work("2025-02-01")
    for number in ("INV-1", "INV-2"):
        world.items[number] = paid(world.items[number], ("2025-01-30", 1_000_000))
    assert world.work("2025-02-02").charged == 0


def test_a_fee_of_the_account_stays_as_long_as_one_that_it_covers_was_late() -> None:
    world = World(ACCOUNT_FEE).put(late_item("INV-1"), late_item("INV-2")).work("2025-02-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-01-30", 1_000_000))
    assert world.work("2025-02-02").charged == 20_000


def test_a_hundred_invoices_that_become_late_together_share_one_fee() -> None:
    world = World(LateCharges(fees=(fee(per=Per.ACCOUNT),)))
    world.put(*(late_item(f"INV-{i:03}", 1_000) for i in range(150))).work("2025-02-01")
    assert world.charged == 4_000
    assert all(item.accrued for item in world.items.values() if not item.is_charge)
    assert replace(world.items["INV-149"].accrued[0], charge="") == replace(
        world.items["INV-148"].accrued[0], charge=""
    )
