"""Interest compounded monthly: by the contract's formula, each month rounded."""

from dataclasses import replace
from decimal import Decimal

from receivables.core.amounts import Amounts
from receivables.ledger import EntryKind
from receivables.terms import LateCharges
from receivables.terms.late_charges import Compounding, DayCount, FixedRate
from tests.unit.charges.scenes import World, eur, interest, late_item, moved, paid

COMPOUND = interest("12", compounding=Compounding.MONTHLY, day_count=DayCount.THIRTY_360)
"""One percent for a whole month of thirty days."""


def whole_months() -> World:
    return World(LateCharges(interest=COMPOUND)).put(late_item(due="2024-12-30"))


def test_the_interest_of_a_month_bears_interest_from_the_next() -> None:
    """1 % a month on 10,000.00: 100.00, 101.00, 102.01, as the textbook formula (1 + i)^n says."""
    world = World(LateCharges(interest=COMPOUND)).put(late_item(due="2025-03-31")).work("2025-08-01")
    assert [minor for _, _, minor in world.charges] == [10_000, 10_100, 10_201, 10_303]
    assert [document.charge.rows[0].balance.minor for document in world.documents.values() if document.charge] == [
        1_000_000, 1_010_000, 1_020_100, 1_030_301
    ]  # fmt: skip


def test_what_was_paid_of_the_interest_bears_none() -> None:
    world = World(
        LateCharges(
            interest=replace(COMPOUND, day_count=DayCount.ACTUAL_365, rate=FixedRate(Decimal("36.5")))
        )
    )
    world.put(late_item()).work("2025-03-01")
    number = next(iter(world.documents))
    assert world.charged == 28_000
    world.pay_charge(number, "2025-03-11")
    world.work("2025-04-01")
    # 31 days on 10,000.00, and eleven on the 280.00 that were unpaid to the 11th.
    assert world.charges[1][2] == 31_000 + 308


def test_what_is_open_of_the_interest_bears_interest_though_a_part_was_paid() -> None:
    world = World(
        LateCharges(
            interest=replace(COMPOUND, day_count=DayCount.ACTUAL_365, rate=FixedRate(Decimal("36.5")))
        )
    )
    world.put(late_item()).work("2025-03-01")
    number = next(iter(world.documents))
    world.items[number] = moved(world.items[number], ("2025-03-11", -18_000, EntryKind.PAYMENT))
    world.work("2025-04-01")
    assert world.charges[1][2] == 31_000 + 308 + 200


def test_interest_whose_entry_was_reversed_bears_none() -> None:
    world = World(LateCharges(interest=COMPOUND)).put(late_item(due="2025-03-31")).work("2025-05-01")
    number = next(iter(world.documents))
    world.items[number] = moved(world.items[number], ("2025-04-30", -10_000, EntryKind.INTEREST))
    world.work("2025-06-01")
    assert [minor for _, _, minor in world.charges] == [10_000, 10_000]


def test_when_the_principal_is_paid_nothing_bears_interest_any_more() -> None:
    world = whole_months().work("2025-02-01")
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-02-15", 1_000_000))
    world.work("2025-06-01")
    assert world.charges[1] == ("2025-02-01", "2025-02-15", 5_050)
    assert list(world.settled) == ["INV-1"]


def test_a_payment_that_came_late_is_worked_back_through_all_months() -> None:
    early, late = whole_months(), whole_months()
    early.items["INV-1"] = paid(early.items["INV-1"], ("2025-02-15", 500_000))
    for day in ("2025-02-01", "2025-03-01", "2025-04-01", "2025-05-01"):
        early.work(day)
        late.work(day)
    late.items["INV-1"] = paid(late.items["INV-1"], ("2025-02-15", 500_000))
    late.work("2025-05-01")
    assert late.charges == early.charges
    assert late.charged == early.charged


def test_caps_bound_compound_interest_too() -> None:
    for cap, charged in (
        ({"cap_per_invoice": Amounts.of(eur(25_000))}, 25_000),
        ({"cap_per_year": Amounts.of(eur(15_000))}, 15_000),
        ({"minimum": Amounts.of(eur(50_000))}, 0),
    ):
        world = World(LateCharges(interest=replace(COMPOUND, **cap))).put(late_item(due="2024-12-30"))  # type: ignore[arg-type]
        assert world.work("2025-05-01").charged == charged


def test_the_working_says_that_months_are_rounded() -> None:
    world = whole_months().work("2025-02-01")
    (document,) = world.documents.values()
    assert document.charge is not None
    assert any("end of each calendar month" in note for note in document.charge.notes)
