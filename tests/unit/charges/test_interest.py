"""Interest as it is posted: on the balance of each day, row by row."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from receivables.arrangements import Extension, InterestFrom
from receivables.charges import Pause
from receivables.core.amounts import Amounts
from receivables.ledger import EntryKind, Invoice
from receivables.terms import LateCharges
from receivables.terms.conditions import CreditNoteOrder
from receivables.terms.late_charges import (
    Accrual,
    DayCount,
    Fixing,
    Inclusion,
    MonthlyRate,
    ReferenceRate,
)
from tests.unit.charges.scenes import World, at, eur, interest, late_item, moved, paid, split

AT_PAYMENT = interest(accrual=Accrual.AT_PAYMENT)


def rows(document: Invoice) -> list[tuple[str, str, int, int, str, str]]:
    assert document.charge is not None
    return [
        (row.first.isoformat(), row.last.isoformat(), row.days, row.balance.minor, row.rate, row.amount)
        for row in document.charge.rows
    ]


def only(world: World) -> Invoice:
    (document,) = world.documents.values()
    return document


def test_interest_runs_from_the_day_after_due_to_the_day_of_payment_both_included() -> None:
    world = World(LateCharges(interest=AT_PAYMENT)).put(paid(late_item(), ("2025-02-10", 1_000_000)))
    world.work("2025-02-10")
    assert rows(only(world)) == [("2025-02-01", "2025-02-10", 10, 1_000_000, "3.65", "1000")]
    assert only(world).amount == eur(1_000)


def test_the_day_of_payment_is_left_out_where_the_rule_says_so() -> None:
    rule = interest(accrual=Accrual.AT_PAYMENT, inclusion=Inclusion.AFTER_DUE_BEFORE_PAYMENT)
    world = World(LateCharges(interest=rule)).put(paid(late_item(), ("2025-02-10", 1_000_000)))
    world.work("2025-02-10")
    assert rows(only(world)) == [("2025-02-01", "2025-02-09", 9, 1_000_000, "3.65", "900")]


def test_what_is_paid_on_the_due_date_is_in_time_wherever_the_customer_lives() -> None:
    late_in_utc = moved(late_item(), ("2025-01-31", -1_000_000, EntryKind.PAYMENT))
    world = World(LateCharges(interest=AT_PAYMENT)).put(late_in_utc).work("2025-02-05")
    assert world.charged == 0
    assert world.settled.keys() == {"INV-1"}


def test_a_payment_late_in_the_evening_counts_on_the_customers_day() -> None:
    item = late_item()
    late = paid(item, ("2025-02-10", 1_000_000))
    evening = replace(late, moves=(replace(late.moves[0], at=at("2025-02-10", 23)),))
    world = World(LateCharges(interest=AT_PAYMENT)).put(evening).work("2025-02-12")
    assert only(world).amount == eur(1_100)  # 23:00 UTC is the 11th in Berlin


def test_interest_is_piecewise_over_partial_payments_and_credit_notes() -> None:
    item = moved(
        late_item(),
        ("2025-02-05", -400_000, EntryKind.PAYMENT),
        ("2025-02-08", -100_000, EntryKind.CREDIT_NOTE),
        ("2025-02-20", -500_000, EntryKind.PAYMENT),
    )
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    assert rows(only(world)) == [
        ("2025-02-01", "2025-02-05", 5, 1_000_000, "3.65", "500"),
        ("2025-02-06", "2025-02-08", 3, 600_000, "3.65", "180"),
        ("2025-02-09", "2025-02-20", 12, 500_000, "3.65", "600"),
    ]


def test_what_goes_back_to_the_customer_bears_interest_again_from_the_next_day() -> None:
    item = moved(
        late_item(),
        ("2025-02-10", -1_000_000, EntryKind.PAYMENT),
        ("2025-02-20", 1_000_000, EntryKind.CHARGEBACK),
    )
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    assert rows(only(world)) == [
        ("2025-02-01", "2025-02-10", 10, 1_000_000, "3.65", "1000"),
        ("2025-02-21", "2025-02-28", 8, 1_000_000, "3.65", "800"),
    ]


def test_the_total_is_rounded_once_and_not_row_by_row() -> None:
    item = paid(late_item(minor=50_000), ("2025-02-01", 20_000), ("2025-02-02", 30_000))
    world = World(LateCharges(interest=interest("0.365"))).put(item).work("2025-02-02")
    assert [row[-1] for row in rows(only(world))] == ["0.5", "0.3"]
    assert only(world).amount == eur(1)


@pytest.mark.parametrize(("days", "cents"), [(1, 0), (2, 1), (3, 2), (4, 2), (5, 2), (7, 4)])
def test_half_a_cent_is_rounded_to_the_even_one(days: int, cents: int) -> None:
    item = paid(late_item(minor=50_000), (f"2025-02-0{days}", 50_000))
    world = World(LateCharges(interest=interest("0.365"))).put(item).work("2025-02-10")
    assert world.charged == cents


def test_periods_add_up_to_the_rounded_total_however_many_there_are() -> None:
    item = late_item(minor=123_456)
    monthly = World(LateCharges(interest=interest("9.27"))).put(item)
    for day in ("2025-03-01", "2025-04-01", "2025-05-01", "2025-06-01", "2025-07-01"):
        monthly.work(day)
    once = World(LateCharges(interest=interest("9.27", accrual=Accrual.AT_REMINDER))).put(item)
    once.work("2025-07-01", reminding=["INV-1"])
    assert len(monthly.charges) == 5
    assert monthly.charged == once.charged == 4_703


def test_actual_actual_splits_at_the_turn_of_a_leap_year() -> None:
    rule = interest("3.66", day_count=DayCount.ACTUAL_ACTUAL, accrual=Accrual.AT_PAYMENT)
    item = paid(late_item(due="2023-12-26"), ("2024-01-05", 1_000_000))
    world = World(LateCharges(interest=rule)).put(item).work("2024-01-05")
    assert rows(only(world)) == [
        ("2023-12-27", "2023-12-31", 5, 1_000_000, "3.66", "501.369863"),
        ("2024-01-01", "2024-01-05", 5, 1_000_000, "3.66", "500"),
    ]


def test_thirty_360_rows_add_up_when_a_payment_splits_them() -> None:
    rule = interest("3.6", day_count=DayCount.THIRTY_360, accrual=Accrual.AT_PAYMENT)
    item = paid(late_item(), ("2025-03-31", 500_000), ("2025-05-31", 500_000))
    world = World(LateCharges(interest=rule)).put(item).work("2025-05-31")
    first, second = (document.charge for document in world.documents.values())
    assert first is not None
    assert second is not None
    assert [row.days for row in (*first.rows, *second.rows)] == [60, 60]
    assert world.charged == 6_000 + 3_000


def test_a_rate_that_changes_each_half_year_splits_the_rows() -> None:
    rate = ReferenceRate("ecb-mro", Decimal(8), Fixing.EACH_HALF_YEAR)
    item = paid(late_item(due="2023-06-20"), ("2023-07-10", 1_000_000))
    world = World(LateCharges(interest=replace(AT_PAYMENT, rate=rate))).put(item).work("2023-07-10")
    assert [(row[0], row[1], row[4]) for row in rows(only(world))] == [
        ("2023-06-21", "2023-06-30", "10.5"),
        ("2023-07-01", "2023-07-10", "12"),
    ]


def test_each_instalment_is_late_by_its_own_due_date_and_payments_fill_the_oldest() -> None:
    item = late_item(
        due="2025-02-20",
        conditions=split(("2025-01-31", 400_000), ("2025-02-10", 300_000), ("2025-02-20", 300_000)),
    )
    item = paid(item, ("2025-02-15", 500_000), ("2025-02-25", 500_000))
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    assert [row[:4] for row in rows(only(world))] == [
        ("2025-02-01", "2025-02-10", 10, 400_000),
        ("2025-02-11", "2025-02-15", 5, 700_000),
        ("2025-02-16", "2025-02-20", 5, 200_000),
        ("2025-02-21", "2025-02-25", 5, 500_000),
    ]


@pytest.mark.parametrize(
    ("order", "bearing"),
    [
        (CreditNoteOrder.LAST_FIRST, 400_000),
        (CreditNoteOrder.FIRST_FIRST, 200_000),
        (CreditNoteOrder.PROPORTIONAL, 300_000),
    ],
)
def test_a_credit_note_reduces_the_instalments_that_the_terms_choose(
    order: CreditNoteOrder, bearing: int
) -> None:
    conditions = replace(split(("2025-01-31", 400_000), ("2025-06-30", 400_000)), credit_notes=order)
    item = late_item(minor=800_000, due="2025-06-30", conditions=conditions)
    item = moved(item, ("2025-01-15", -200_000, EntryKind.CREDIT_NOTE))
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    assert [row[3] for row in rows(only(world))] == [bearing]


def test_instalments_that_became_late_in_different_half_years_bear_their_own_rates() -> None:
    conditions = split(("2023-06-20", 500_000), ("2023-07-05", 500_000))
    item = paid(late_item(due="2023-07-05", conditions=conditions), ("2023-07-10", 1_000_000))
    rate = ReferenceRate("ecb-mro", Decimal(8), Fixing.HALF_YEAR_OF_DEFAULT)
    world = World(LateCharges(interest=replace(AT_PAYMENT, rate=rate))).put(item).work("2023-07-10")
    assert [(row[0], row[1], row[3], row[4]) for row in rows(only(world))] == [
        ("2023-06-21", "2023-07-10", 500_000, "10.5"),
        ("2023-07-06", "2023-07-10", 500_000, "12"),
    ]


def test_nothing_is_charged_when_it_is_paid_within_the_days_of_grace() -> None:
    rules = LateCharges(interest=AT_PAYMENT, grace_days=5)
    world = World(rules).put(paid(late_item(), ("2025-02-05", 1_000_000))).work("2025-02-05")
    assert world.charged == 0
    assert world.settled.keys() == {"INV-1"}


def test_after_the_days_of_grace_interest_counts_from_the_due_date() -> None:
    rules = LateCharges(interest=AT_PAYMENT, grace_days=5)
    world = World(rules).put(paid(late_item(), ("2025-02-06", 1_000_000))).work("2025-02-06")
    assert world.charged == 600


def test_days_of_grace_that_are_free_bear_no_interest() -> None:
    rules = LateCharges(interest=AT_PAYMENT, grace_days=5, grace_is_free=True)
    world = World(rules).put(paid(late_item(), ("2025-02-08", 1_000_000))).work("2025-02-08")
    assert rows(only(world)) == [("2025-02-06", "2025-02-08", 3, 1_000_000, "3.65", "300")]


def test_a_month_is_not_charged_while_grace_may_still_make_it_free() -> None:
    rules = LateCharges(interest=interest(), grace_days=10)
    item = late_item(due="2025-02-25")
    world = World(rules).put(item).work("2025-03-07")
    assert world.charges == []
    world.work("2025-03-08")
    assert world.charges == [("2025-02-26", "2025-02-28", 300)]


def test_interest_below_the_minimum_in_all_is_not_charged_and_the_minimum_once_reached_charges_all() -> None:
    rule = interest(minimum=Amounts.of(eur(4_000)))
    world = World(LateCharges(interest=rule)).put(late_item()).work("2025-03-01")
    assert world.charges == []
    world.work("2025-04-01")
    assert world.charges == [("2025-02-01", "2025-02-28", 2_800), ("2025-03-01", "2025-03-31", 3_100)]


def test_a_paid_invoice_with_interest_below_the_minimum_just_goes() -> None:
    rule = interest(minimum=Amounts.of(eur(4_000)))
    world = World(LateCharges(interest=rule)).put(paid(late_item(), ("2025-02-10", 1_000_000)))
    world.work("2025-02-10")
    assert (world.charged, list(world.settled)) == (0, ["INV-1"])


def test_caps_bound_all_interest_of_an_invoice() -> None:
    for cap, charged in (
        ({"cap_per_invoice": Amounts.of(eur(4_500))}, 4_500),
        ({"cap_percent": Decimal("0.5")}, 5_000),
        ({"cap_per_invoice": Amounts.of(eur(4_500)), "cap_percent": Decimal("0.4")}, 4_000),
        ({"cap_per_year": Amounts.of(eur(100))}, 100),
    ):
        world = World(LateCharges(interest=interest(**cap))).put(late_item()).work("2025-09-01")
        assert world.charged == charged


def test_a_cap_of_a_year_holds_anew_in_the_next() -> None:
    rule = interest(cap_per_year=Amounts.of(eur(10_000)))
    world = World(LateCharges(interest=rule)).put(late_item()).work("2026-02-01")
    assert world.charged == 10_000 + 3_100


def test_a_cap_in_percent_is_rounded_down() -> None:
    rule = interest("365", cap_percent=Decimal("0.15"))
    world = World(LateCharges(interest=rule)).put(late_item(minor=999)).work("2025-04-01")
    assert world.charged == 1


def test_days_of_a_pause_bear_no_interest_and_the_working_says_so() -> None:
    world = World(LateCharges(interest=interest()))
    world.pauses = {"INV-1": (Pause(date(2025, 2, 6), date(2025, 2, 25), "payment plan"),)}
    world.put(late_item()).work("2025-03-01")
    document = only(world)
    assert [row[:3] for row in rows(document)] == [
        ("2025-02-01", "2025-02-05", 5),
        ("2025-02-26", "2025-02-28", 3),
    ]
    assert document.charge is not None
    assert "No interest from 2025-02-06 to 2025-02-25: payment plan." in document.charge.notes


def extended(interest_from: InterestFrom) -> Extension:
    return Extension(date(2025, 2, 20), interest_from, "asked for", "alice", at("2025-02-03"))


def test_an_extension_moves_the_first_day_of_interest_where_it_says_so() -> None:
    item = replace(late_item(), extension=extended(InterestFrom.NEW_DUE_DATE))
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    assert world.charges == [("2025-02-21", "2025-02-28", 800)]


def test_an_extension_that_is_kept_costs_nothing_and_one_that_is_not_counts_as_if_never_granted() -> None:
    item = replace(late_item(), extension=extended(InterestFrom.ORIGINAL_DUE_DATE))
    kept = World(LateCharges(interest=interest())).put(paid(item, ("2025-02-20", 1_000_000)))
    assert kept.work("2025-02-21").charged == 0
    missed = World(LateCharges(interest=interest())).put(paid(item, ("2025-02-21", 1_000_000)))
    assert missed.work("2025-02-21").charged == 2_100


def test_while_it_can_still_be_kept_nothing_is_charged_or_corrected() -> None:
    item = late_item()
    world = World(LateCharges(interest=interest())).put(item).work("2025-03-01")
    extension = replace(extended(InterestFrom.ORIGINAL_DUE_DATE), due_date=date(2025, 4, 15))
    world.items["INV-1"] = replace(world.items["INV-1"], extension=extension)
    assert world.work("2025-04-15").charged == 2_800
    assert world.work("2025-04-16").charged == 2_800 + 3_100


def test_later_days_than_the_table_was_checked_for_say_so() -> None:
    rate = ReferenceRate("ecb-mro", Decimal(8), Fixing.EACH_HALF_YEAR)
    item = late_item(due="2030-01-31")
    world = World(LateCharges(interest=interest(rate=rate))).put(item).work("2030-03-01")
    charge = only(world).charge
    assert charge is not None
    assert any("checked until" in note for note in charge.notes)
    assert charge.rows[0].rate == "10.15"


def test_the_working_names_the_rate_its_source_and_the_days() -> None:
    world = World(LateCharges(interest=interest(rate=MonthlyRate(Decimal("1.5"))))).put(late_item())
    charge = only(world.work("2025-03-01")).charge
    assert charge is not None
    assert (charge.rule, charge.terms, charge.period) == ("interest", "net-30/1", "2025-02-01/2025-02-28")
    assert charge.notes[0] == "Rate: 1.5 % a month, which is 18 % a year."
    assert "both included" in charge.notes[1]


def test_consumers_are_not_charged_where_the_rules_are_for_businesses() -> None:
    world = World(LateCharges(interest=interest(), business_only=True), business=False).put(late_item())
    assert world.work("2025-04-01").charged == 0
    world.items["INV-1"] = paid(world.items["INV-1"], ("2025-04-02", 1_000_000))
    assert list(world.work("2025-04-02").settled) == ["INV-1"]


def test_an_invoice_whose_terms_charge_nothing_is_left_alone() -> None:
    world = World(LateCharges(interest=interest())).put(
        replace(late_item(), conditions=replace(late_item().conditions, charged=False))
    )
    assert not world.due("2025-04-01")
