"""Terms that cannot be meant are refused, each field named by its path in the document."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from receivables.core.amounts import Amounts
from receivables.core.errors import InvalidFields
from receivables.core.money import Money
from receivables.terms import (
    CalendarRule,
    DiscountRules,
    DiscountTier,
    InstalmentRule,
    LateCharges,
    Settlement,
)
from receivables.terms.due import (
    DaysOfMonth,
    DaysPlusEndOfMonth,
    DueRule,
    EndOfMonth,
    EndOfMonthPlusDays,
    FixedDates,
    NetDays,
    NetMonths,
    OnReceipt,
    WeekdaySchedule,
)
from receivables.terms.instalments import FixedAmount, PercentOfRemainder, PercentOfTotal, Remainder, Share
from receivables.terms.late_charges import (
    Band,
    FeeRule,
    FixedRate,
    InterestRule,
    MonthlyRate,
    Rate,
    ReferenceRate,
)
from tests.unit.terms.builders import terms


def eur(*minors: int) -> Amounts:
    return Amounts.of(*(Money(minor, "EUR") for minor in minors))


def gbp(minor: int) -> Amounts:
    return Amounts.of(Money(minor, "GBP"))


def refused(**changes: Any) -> dict[str, str]:
    with pytest.raises(InvalidFields) as problem:
        terms(**changes)
    return {error.field: error.message for error in problem.value.errors}


def percent(value: str) -> PercentOfTotal:
    return PercentOfTotal(Decimal(value))


def parts(*shares: Share, dues: tuple[DueRule, ...] = ()) -> tuple[InstalmentRule, ...]:
    every = dues or tuple(NetDays(30 * i) for i in range(len(shares)))
    return tuple(InstalmentRule(share, due) for share, due in zip(shares, every, strict=True))


def tier(within: DueRule, value: str | None = None, amount: Amounts | None = None) -> DiscountTier:
    return DiscountTier(within, None if value is None else Decimal(value), amount)


@pytest.mark.parametrize(
    ("due", "field"),
    [
        (NetDays(-1), "due.days"),
        (NetDays(1826), "due.days"),
        (NetMonths(-1), "due.months"),
        (NetMonths(61), "due.months"),
        (EndOfMonth(-1), "due.months"),
        (EndOfMonthPlusDays(-5), "due.days"),
        (DaysPlusEndOfMonth(-5), "due.days"),
        (DaysOfMonth(-1, (1,)), "due.days"),
        (DaysOfMonth(0, ()), "due.on"),
        (DaysOfMonth(0, (0,)), "due.on"),
        (DaysOfMonth(0, (32,)), "due.on"),
        (DaysOfMonth(0, (20, 10)), "due.on"),
        (DaysOfMonth(0, (10, 10)), "due.on"),
        (WeekdaySchedule(-1, frozenset({1})), "due.days"),
        (WeekdaySchedule(0, frozenset()), "due.on"),
        (WeekdaySchedule(0, frozenset({0, 8})), "due.on"),
        (FixedDates(()), "due.dates"),
        (FixedDates((date(2026, 2, 1), date(2026, 1, 1))), "due.dates"),
        (FixedDates((date(2026, 2, 1), date(2026, 2, 1))), "due.dates"),
        (FixedDates((date(9999, 12, 31),)), "due.dates"),
    ],
)
def test_a_due_rule_out_of_bounds_is_refused(due: DueRule, field: str) -> None:
    assert list(refused(due=due)) == [field]


def test_several_wrong_fields_are_named_at_once() -> None:
    assert set(refused(name="  ", due=NetDays(-1), calendar=CalendarRule(holidays=("Bavaria",)))) == {
        "name",
        "due.days",
        "calendar.holidays.0",
    }


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (CalendarRule(holidays=("DE", "de-by")), "calendar.holidays.1"),
        (CalendarRule(holidays=("DE-",)), "calendar.holidays.0"),
        (CalendarRule(holidays=("DEU",)), "calendar.holidays.0"),
        (CalendarRule(holidays=("DE", "DE")), "calendar.holidays.1"),
        (CalendarRule(workdays=frozenset()), "calendar.workdays"),
        (CalendarRule(workdays=frozenset({7, 8})), "calendar.workdays"),
        (
            CalendarRule(holidays=tuple(f"D{letter}" for letter in "ABCDEFGHIJKLMNOPQRSTU")),
            "calendar.holidays",
        ),
    ],
)
def test_a_calendar_rule_that_cannot_be_read_is_refused(rule: CalendarRule, field: str) -> None:
    assert list(refused(calendar=rule)) == [field]


@pytest.mark.parametrize(
    ("split", "field"),
    [
        (parts(percent("50"), percent("49.99")), "instalments.1.share.percent"),
        (parts(percent("50"), percent("50.01")), "instalments.1.share.percent"),
        (parts(percent("60"), percent("40"), Remainder()), "instalments.1.share.percent"),
        (parts(percent("-10"), Remainder()), "instalments.0.share.percent"),
        (parts(percent("NaN"), Remainder()), "instalments.0.share.percent"),
        (parts(percent("33.3333333"), Remainder()), "instalments.0.share.percent"),
        (parts(PercentOfRemainder(Decimal(101)), Remainder()), "instalments.0.share.percent"),
        (parts(Remainder(), percent("50")), "instalments.0.share"),
        (parts(percent("30"), PercentOfRemainder(Decimal(50))), "instalments.1.share"),
        (parts(FixedAmount(eur(100)), percent("50")), "instalments.1.share"),
        (parts(FixedAmount(eur(0)), Remainder()), "instalments.0.share.amount"),
        (parts(FixedAmount(eur(-100)), Remainder()), "instalments.0.share.amount"),
        (parts(FixedAmount(Amounts()), Remainder()), "instalments.0.share.amount"),
        (parts(percent("50"), percent("50"), dues=(NetDays(30), NetDays(29))), "instalments.1.due"),
        (parts(percent("50"), percent("50"), dues=(NetDays(1), OnReceipt())), "instalments.1.due"),
        (parts(percent("50"), percent("50"), dues=(OnReceipt(), NetDays(-1))), "instalments.1.due.days"),
        ((InstalmentRule(Remainder(), OnReceipt(), "x" * 101),), "instalments.0.name"),
    ],
)  # fmt: skip
def test_a_split_that_does_not_make_up_the_whole_is_refused(
    split: tuple[InstalmentRule, ...], field: str
) -> None:
    assert field in refused(instalments=split)


def test_the_sum_of_the_percentages_is_said() -> None:
    message = refused(instalments=parts(percent("50"), percent("49.99")))["instalments.1.share.percent"]
    assert message == "the percentages add up to 99.99, not to 100"


def test_more_parts_than_anybody_can_mean_are_refused() -> None:
    shares: list[Share] = [*(percent("1") for _ in range(60)), Remainder()]
    assert list(refused(instalments=parts(*shares))) == ["instalments"]


@pytest.mark.parametrize(
    ("tiers", "field"),
    [
        ((), "discount.tiers"),
        ((tier(NetDays(10)),), "discount.tiers.0.percent"),
        ((tier(NetDays(10), "2", eur(100)),), "discount.tiers.0.percent"),
        ((tier(NetDays(10), "0"),), "discount.tiers.0.percent"),
        ((tier(NetDays(10), "-2"),), "discount.tiers.0.percent"),
        ((tier(NetDays(10), "100"),), "discount.tiers.0.percent"),
        ((tier(NetDays(10), amount=eur(-1)),), "discount.tiers.0.amount"),
        ((tier(NetDays(-1), "2"),), "discount.tiers.0.within.days"),
        ((tier(NetDays(31), "2"),), "discount.tiers.0.within"),
        ((tier(NetDays(20), "2"), tier(NetDays(10), "1")), "discount.tiers.1.within"),
        ((tier(NetDays(10), "2"), tier(NetDays(10), "1")), "discount.tiers.1.within"),
        ((tier(NetDays(10), "1"), tier(NetDays(20), "2")), "discount.tiers.1.percent"),
        ((tier(NetDays(10), "1"), tier(NetDays(20), "1")), "discount.tiers.1.percent"),
        ((tier(NetDays(10), amount=eur(100)), tier(NetDays(20), amount=eur(100))), "discount.tiers.1.amount"),
        (tuple(tier(NetDays(i), str(10 - i)) for i in range(1, 7)), "discount.tiers"),
    ],
)  # fmt: skip
def test_discounts_that_cannot_be_meant_are_refused(tiers: tuple[DiscountTier, ...], field: str) -> None:
    assert list(refused(discount=DiscountRules(tiers))) == [field]


def test_tolerances_of_discounts_have_bounds() -> None:
    tiers = (tier(NetDays(10), "2"),)
    assert list(refused(discount=DiscountRules(tiers, tolerance_days=-1))) == ["discount.tolerance_days"]
    assert list(refused(discount=DiscountRules(tiers, tolerance_days=61))) == ["discount.tolerance_days"]
    assert list(refused(discount=DiscountRules(tiers, tolerance=eur(-1)))) == ["discount.tolerance"]


@pytest.mark.parametrize(
    ("fee", "field"),
    [
        (FeeRule("fee"), ""),
        (FeeRule("fee", flat=eur(4000), percent=Decimal(1)), ".percent"),
        (FeeRule("fee", flat=eur(4000), bands=(Band(None, eur(1)),)), ".bands"),
        (FeeRule("fee", flat=eur(0)), ".flat"),
        (FeeRule("fee", percent=Decimal(-1)), ".percent"),
        (FeeRule("fee", percent=Decimal(101)), ".percent"),
        (FeeRule("fee", percent=Decimal(1), after_days=-1), ".after_days"),
        (FeeRule("fee", percent=Decimal(1), minimum=eur(-1)), ".minimum"),
        (FeeRule("fee", percent=Decimal(1), cap=eur(0)), ".cap"),
        (FeeRule("fee", percent=Decimal(1), minimum=eur(500), cap=eur(499)), ".cap"),
        (FeeRule("", flat=eur(4000)), ".key"),
        (FeeRule("late fee", flat=eur(4000)), ".key"),
        (FeeRule("fee", bands=(Band(eur(100), eur(1)), Band(eur(100), eur(2)))), ".bands.1.up_to"),
        (FeeRule("fee", bands=(Band(None, eur(1)), Band(eur(100), eur(2)))), ".bands.0.up_to"),
        (FeeRule("fee", bands=(Band(eur(100), gbp(1)),)), ".bands.0.up_to"),
        (FeeRule("fee", bands=(Band(eur(100), eur(1)), Band(None, gbp(2)))), ".bands.1.fee"),
        (FeeRule("fee", bands=(Band(eur(100), eur(1)), Band(eur(200), gbp(2)))), ".bands.1.up_to"),
        (FeeRule("fee", bands=(Band(eur(-1), eur(1)),)), ".bands.0.up_to"),
        (FeeRule("fee", bands=(Band(None, eur(-1)),)), ".bands.0.fee"),
        (FeeRule("fee", bands=(Band(None, Amounts()),)), ".bands.0.fee"),
    ],
)  # fmt: skip
def test_a_fee_that_cannot_be_meant_is_refused(fee: FeeRule, field: str) -> None:
    assert f"late_charges.fees.0{field}" in refused(late_charges=LateCharges((fee,)))


@pytest.mark.parametrize(
    ("rate", "field"),
    [
        (FixedRate(Decimal(0)), "annual_percent"),
        (FixedRate(Decimal(1001)), "annual_percent"),
        (MonthlyRate(Decimal("-1.5")), "monthly_percent"),
        (MonthlyRate(Decimal(84)), "monthly_percent"),
        (ReferenceRate("  ", Decimal(8)), "table"),
        (ReferenceRate("ecb", Decimal("Infinity")), "margin"),
        (ReferenceRate("ecb", Decimal(101)), "margin"),
    ],
)
def test_a_rate_that_cannot_be_meant_is_refused(rate: Rate, field: str) -> None:
    charges = LateCharges(interest=InterestRule("interest", rate))
    assert list(refused(late_charges=charges)) == [f"late_charges.interest.rate.{field}"]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        (lambda rate: InterestRule("i", rate, minimum=eur(-1)), "minimum"),
        (lambda rate: InterestRule("i", rate, minimum=eur(500), cap_per_invoice=eur(499)), "cap_per_invoice"),
        (lambda rate: InterestRule("i", rate, minimum=eur(500), cap_per_year=eur(499)), "cap_per_year"),
        (lambda rate: InterestRule("i", rate, cap_per_invoice=eur(0)), "cap_per_invoice"),
        (lambda rate: InterestRule("i", rate, cap_percent=Decimal(0)), "cap_percent"),
        (lambda rate: InterestRule("i", rate, legal_maximum=Decimal(-1)), "legal_maximum"),
        (lambda rate: InterestRule("", rate), "key"),
    ],
)
def test_bounds_of_interest_that_contradict_each_other_are_refused(
    change: Callable[[Rate], InterestRule], field: str
) -> None:
    charges = LateCharges(interest=change(FixedRate(Decimal(9))))
    assert list(refused(late_charges=charges)) == [f"late_charges.interest.{field}"]


def test_keys_of_charges_are_used_once_and_grace_is_not_negative() -> None:
    fees = (FeeRule("late", flat=eur(4000)), FeeRule("late", flat=eur(100)))
    interest = InterestRule("late", FixedRate(Decimal(9)))
    assert set(refused(late_charges=LateCharges(fees, interest, grace_days=-1))) == {
        "late_charges.fees.1.key",
        "late_charges.interest.key",
        "late_charges.grace_days",
    }


def test_a_cap_below_the_minimum_is_seen_in_each_currency_by_itself() -> None:
    both = Amounts.of(Money(500, "EUR"), Money(300, "GBP"))
    capped = FeeRule(
        "fee", percent=Decimal(1), minimum=both, cap=Amounts.of(Money(500, "EUR"), Money(299, "GBP"))
    )
    assert refused(late_charges=LateCharges((capped,))) == {
        "late_charges.fees.0.cap": "2.99 GBP must not be below the minimum of 3.00 GBP"
    }


def test_what_is_let_go_as_a_rounding_difference_is_small() -> None:
    assert list(refused(settlement=Settlement(rounding=eur(1001)))) == ["settlement.rounding"]
    assert list(refused(settlement=Settlement(rounding=eur(-1)))) == ["settlement.rounding"]


def test_what_lies_on_a_bound_is_within_it() -> None:
    terms(settlement=Settlement(rounding=eur(1000)))
    terms(due=NetDays(30), discount=DiscountRules((tier(NetDays(30), "2"),)))
    terms(instalments=parts(percent("50"), percent("50"), dues=(NetDays(30), NetDays(30))))
    terms(due=NetDays(1825))
    terms(due=NetMonths(60))


def test_a_full_agreement_is_accepted() -> None:
    agreed = terms(
        due=DaysOfMonth(30, (10, 25)),
        instalments=parts(percent("30"), PercentOfRemainder(Decimal("33.333333")), FixedAmount(eur(100)), Remainder()),
        calendar=CalendarRule(holidays=("DE-BY", "GB-SCT", "US")),
        discount=DiscountRules((tier(NetDays(10), "2"), tier(NetDays(20), "1")), tolerance=eur(100)),
        late_charges=LateCharges(
            (FeeRule("lump-sum", bands=(Band(eur(100_000), eur(4000)), Band(None, eur(7000)))),),
            InterestRule("interest", ReferenceRate("ecb-mro", Decimal(8)), minimum=eur(100), cap_per_invoice=eur(100)),
            grace_days=5,
        ),
        settlement=Settlement(rounding=eur(5)),
    )  # fmt: skip
    assert agreed.late_charges is not None


def test_fixed_parts_are_in_the_same_currencies() -> None:
    """Else no invoice in any currency could be split."""
    parts: tuple[Share, ...] = (FixedAmount(eur(100)), FixedAmount(gbp(100)), Remainder())
    assert refused(instalments=tuple(InstalmentRule(share, NetDays(i)) for i, share in enumerate(parts))) == {
        "instalments.1.share.amount": "must be in the same currencies as the other fixed amounts"
    }


def test_a_cap_below_a_flat_fee_is_refused() -> None:
    capped = FeeRule("flat", flat=eur(4_000), cap=eur(3_999))
    assert refused(late_charges=LateCharges((capped,))) == {
        "late_charges.fees.0.cap": "39.99 EUR must not be below the flat fee of 40.00 EUR"
    }


def test_bounds_of_a_fee_are_in_its_currencies() -> None:
    bounded = FeeRule("flat", flat=eur(4_000), minimum=gbp(100), cap=gbp(9_000))
    assert set(refused(late_charges=LateCharges((bounded,)))) == {
        "late_charges.fees.0.minimum",
        "late_charges.fees.0.cap",
    }


def test_more_than_small_change_is_no_tolerance() -> None:
    rules = DiscountRules((DiscountTier(NetDays(10), Decimal(2)),), tolerance=eur(1_001))
    assert refused(discount=rules) == {"discount.tolerance": "10.01 EUR must be at most 1000 minor units"}
