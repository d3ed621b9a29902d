from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.amounts import Amounts
from receivables.core.calendar import LAST_DAY
from receivables.core.errors import InvalidInput
from receivables.core.money import DECIMALS, Money, total
from receivables.terms import (
    PLAIN,
    Adjustment,
    BusinessCalendar,
    CalendarRule,
    Conditions,
    Discount,
    DiscountRules,
    DiscountTier,
    Instalment,
    InstalmentRule,
    LateCharges,
    Settlement,
    Terms,
)
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.discounts import DiscountBase, DiscountTax
from receivables.terms.due import DueRule, EndOfMonth, FixedDates, NetDays, NetMonths, OnReceipt
from receivables.terms.instalments import FixedAmount, PercentOfTotal, Remainder
from receivables.terms.late_charges import FeeRule, FixedRate, InterestRule
from receivables.terms.preview import preview
from receivables.terms.schedule import Schedule, schedule
from tests.fakes.calendars import EVERY_DAY, FakeHolidays
from tests.unit.terms.builders import terms

ISSUED = date(2026, 1, 31)
TWO_TEN = DiscountTier(NetDays(10), Decimal(2))
ONE_TWENTY = DiscountTier(NetDays(20), Decimal(1))


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def made(agreed: Terms, minor: int = 100_000, tax: int | None = None, **more: Any) -> Schedule:
    return schedule(agreed, ISSUED, eur(minor), None if tax is None else eur(tax), EVERY_DAY, **more)


def thirds(*dues: DueRule) -> tuple[InstalmentRule, ...]:
    third = PercentOfTotal(Decimal("33.33"))
    return (
        InstalmentRule(third, dues[0], "deposit"),
        InstalmentRule(third, dues[1]),
        InstalmentRule(Remainder(), dues[2]),
    )


def test_net_terms_leave_nothing_but_a_due_date() -> None:
    plain = made(terms())
    assert plain.due_date == date(2026, 3, 2)
    assert plain.conditions == PLAIN
    assert plain.reasoning == ("Due 2026-03-02: 2026-01-31 + 30 days = 2026-03-02",)


def test_instalments_stay_with_the_invoice() -> None:
    split = made(terms(instalments=thirds(OnReceipt(), NetMonths(1), NetMonths(2))))
    assert split.due_date == date(2026, 3, 31)
    assert split.conditions.instalments == (
        Instalment(ISSUED, eur(33_330)),
        Instalment(date(2026, 2, 28), eur(33_330)),
        Instalment(date(2026, 3, 31), eur(33_340)),
    )
    assert split.reasoning == (
        "Part 1 of 3 (deposit): 333.30 EUR, 33.33 % of 1000.00 EUR, due 2026-01-31: on receipt = 2026-01-31",
        (
            "Part 2 of 3: 333.30 EUR, 33.33 % of 1000.00 EUR, due 2026-02-28: "
            "2026-01-31 + 1 month = 2026-02-28 (February has no 31st)"
        ),
        "Part 3 of 3: 333.40 EUR, the remainder, due 2026-03-31: 2026-01-31 + 2 months = 2026-03-31",
    )


def test_a_single_instalment_is_none() -> None:
    single = made(terms(instalments=(InstalmentRule(Remainder(), NetDays(5)),)))
    assert single.due_date == date(2026, 2, 5)
    assert single.conditions == PLAIN


def test_a_part_for_which_nothing_is_left_is_left_out_and_named() -> None:
    deposit = InstalmentRule(FixedAmount(Amounts.of(eur(50_000))), OnReceipt(), "deposit")
    small = made(terms(instalments=(deposit, InstalmentRule(Remainder(), NetDays(30), "rest"))), minor=30_000)
    assert [part.instalment for part in small.parts] == [Instalment(ISSUED, eur(30_000))]
    assert small.conditions == PLAIN
    assert small.notes == ("Part 2 (rest) is left out: the remainder comes to nothing",)


def test_an_invoice_of_nothing_has_one_part_of_nothing() -> None:
    nothing = made(terms(instalments=thirds(OnReceipt(), NetDays(1), NetDays(2))), minor=0)
    assert [part.instalment for part in nothing.parts] == [Instalment(date(2026, 2, 2), eur(0))]


def test_parts_that_would_fall_due_in_the_wrong_order_are_refused_naming_the_part() -> None:
    with pytest.raises(InvalidInput) as refused:
        made(terms(instalments=thirds(OnReceipt(), NetDays(40), EndOfMonth(1))))
    assert refused.value.field == "instalments.2.due"
    assert "2026-02-28, before the part before it (2026-03-12)" in refused.value.message


def test_parts_can_fall_due_on_the_same_day() -> None:
    same_day = made(terms(instalments=thirds(NetDays(28), EndOfMonth(1), NetMonths(1))))
    assert {part.due_date for part in same_day.conditions.instalments} == {date(2026, 2, 28)}


def test_fixed_dates_that_are_past_are_refused_where_they_stand() -> None:
    past = FixedDates((date(2026, 1, 30),))
    with pytest.raises(InvalidInput) as refused:
        made(terms(due=past))
    assert refused.value.field == "due.dates"
    with pytest.raises(InvalidInput) as refused:
        made(terms(discount=DiscountRules((DiscountTier(past, Decimal(2)),))))
    assert refused.value.field == "discount.tiers.0.within.dates"


def test_due_dates_and_discounts_move_to_business_days_alike() -> None:
    rule = CalendarRule(Adjustment.FOLLOWING, ("DE-BY",))
    calendar = BusinessCalendar(rule, FakeHolidays({"DE-BY": {date(2026, 1, 6): "Epiphany"}}))
    agreed = terms(due=NetMonths(1), calendar=rule, discount=DiscountRules((TWO_TEN,)))
    moved = schedule(agreed, date(2025, 12, 27), eur(100_000), None, calendar)
    assert moved.reasoning == (
        "Due 2026-01-27: 2025-12-27 + 1 month = 2026-01-27",
        (
            "Discount: 2 % of 1000.00 EUR (total) = 20.00 EUR; paid by 2026-01-07: "
            "2025-12-27 + 10 days = 2026-01-06; Epiphany (DE-BY) -> following business day 2026-01-07"
        ),
    )
    assert moved.offers[0].discount.until == date(2026, 1, 7)


def test_the_whole_way_of_a_date_is_told() -> None:
    rule = CalendarRule(Adjustment.FOLLOWING)
    moved = schedule(
        terms(due=NetMonths(1), calendar=rule), ISSUED, eur(1), None, BusinessCalendar(rule, FakeHolidays())
    )
    assert moved.parts[0].reasoning == (
        "2026-01-31 + 1 month = 2026-02-28 (February has no 31st); Saturday -> following business day 2026-03-02"
    )


def test_several_discounts_are_kept_the_best_first() -> None:
    rules = DiscountRules((TWO_TEN, ONE_TWENTY), tolerance_days=2, tolerance=Amounts.of(eur(50)), shares=True)
    both = made(terms(discount=rules)).conditions.discounts
    assert both == (
        Discount(date(2026, 2, 10), date(2026, 2, 12), eur(2_000), eur(0), 50, shares=True),
        Discount(date(2026, 2, 20), date(2026, 2, 22), eur(1_000), eur(0), 50, shares=True),
    )


def test_a_worse_discount_that_ends_no_later_is_left_out_and_named() -> None:
    end_of_month = DiscountTier(EndOfMonth(), Decimal(1))
    rules = DiscountRules((TWO_TEN, end_of_month))
    assert len(schedule(terms(discount=rules), date(2026, 1, 5), eur(100_000), None, EVERY_DAY).offers) == 2
    dominated = made(terms(discount=rules))
    assert [offer.discount.amount for offer in dominated.offers] == [eur(2_000)]
    assert dominated.notes == (
        "The discount of 10.00 EUR until 2026-01-31 is left out: that of 20.00 EUR lasts until 2026-02-10",
    )


def test_a_worse_discount_that_ends_on_the_same_day_is_left_out_too() -> None:
    rules = DiscountRules((TWO_TEN, DiscountTier(EndOfMonth(), Decimal(1))))
    same_day = schedule(terms(discount=rules), date(2026, 1, 21), eur(100_000), None, EVERY_DAY)
    assert [offer.discount.amount for offer in same_day.offers] == [eur(2_000)]


def test_the_better_of_a_percentage_and_a_fixed_amount_depends_on_the_invoice() -> None:
    fixed = DiscountTier(NetDays(20), amount=Amounts.of(eur(1_500)))
    rules = DiscountRules((TWO_TEN, fixed))
    assert [offer.discount.amount.minor for offer in made(terms(discount=rules)).offers] == [2_000, 1_500]
    assert [offer.discount.amount.minor for offer in made(terms(discount=rules), minor=50_000).offers] == [
        1_500
    ]


@pytest.mark.parametrize(
    ("minor", "tier", "why"),
    [
        (100_000, DiscountTier(NetDays(10), amount=Amounts.of(Money(5, "USD"))), "it has no amount in EUR"),
        (10, TWO_TEN, "2 % of 0.10 EUR (total) = 0.00 EUR comes to nothing"),
        (500, DiscountTier(NetDays(10), amount=Amounts.of(eur(500))), "is all that is to be paid"),
    ],
)
def test_a_discount_that_is_none_is_left_out_and_named(minor: int, tier: DiscountTier, why: str) -> None:
    without = made(terms(discount=DiscountRules((tier,))), minor=minor)
    assert not without.offers
    assert why in without.notes[0]


def test_a_credit_note_is_split_but_has_no_discount() -> None:
    agreed = terms(
        instalments=thirds(OnReceipt(), NetDays(1), NetDays(2)), discount=DiscountRules((TWO_TEN,))
    )
    credit_note = made(agreed, minor=-100_000)
    assert [part.instalment.amount.minor for part in credit_note.parts] == [-33_330, -33_330, -33_340]
    assert credit_note.notes == ("No discount: there is nothing to pay",)


@pytest.mark.parametrize(
    ("base", "tax", "discount", "of_tax"),
    [
        (DiscountBase.TOTAL, DiscountTax.REDUCED, 2_380, 380),
        (DiscountBase.TOTAL, DiscountTax.KEPT, 2_380, 0),
        (DiscountBase.NET_OF_TAX, DiscountTax.KEPT, 2_000, 0),
        (DiscountBase.NET_OF_TAX, DiscountTax.REDUCED, 2_000, 319),
    ],
)
def test_the_base_sets_the_amount_and_the_tax_rule_its_part_of_tax(
    base: DiscountBase, tax: DiscountTax, discount: int, of_tax: int
) -> None:
    offer = made(terms(discount=DiscountRules((TWO_TEN,), base, tax)), 119_000, 19_000).offers[0].discount
    assert (offer.amount.minor, offer.tax.minor) == (discount, of_tax)


def test_discounts_are_rounded_half_even() -> None:
    rules = DiscountRules((DiscountTier(NetDays(10), Decimal("2.5")),))
    found = [
        made(terms(discount=rules), minor).offers[0].discount.amount.minor for minor in (2_060, 2_100, 2_140)
    ]
    assert found == [52, 52, 54]


def test_without_tax_stated_a_discount_on_the_net_price_is_one_on_the_total() -> None:
    offer = made(terms(discount=DiscountRules((TWO_TEN,), DiscountBase.NET_OF_TAX))).offers[0]
    assert offer.discount.amount == eur(2_000)
    assert "no tax is stated" in offer.working


@pytest.mark.parametrize(("amount", "tax"), [(100, 101), (100, -1), (-100, 1), (0, 1)])
def test_tax_that_is_no_part_of_the_amount_is_refused(amount: int, tax: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(terms(), amount, tax)
    assert refused.value.field == "tax"


def test_tax_in_another_currency_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        schedule(terms(), ISSUED, eur(100), Money(1, "USD"), EVERY_DAY)
    assert refused.value.field == "tax"


def test_an_agreed_due_date_takes_the_place_of_rule_and_instalments_and_stays_as_it_is() -> None:
    rule = CalendarRule(Adjustment.FOLLOWING)
    agreed = terms(
        instalments=thirds(OnReceipt(), NetDays(1), NetDays(2)),
        calendar=rule,
        discount=DiscountRules((TWO_TEN,)),
    )
    saturday = date(2026, 2, 28)
    moved = schedule(
        agreed, ISSUED, eur(100_000), None, BusinessCalendar(rule, FakeHolidays()), due_date=saturday
    )
    assert [part.instalment for part in moved.parts] == [Instalment(saturday, eur(100_000))]
    assert moved.reasoning[0] == "Due 2026-02-28: 2026-02-28, agreed for this invoice"
    assert len(moved.conditions.discounts) == 1


@pytest.mark.parametrize("due_date", [ISSUED - timedelta(days=1), date(9999, 12, 31)])
def test_an_agreed_due_date_before_the_invoice_or_beyond_business_is_refused(due_date: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        made(terms(), due_date=due_date)
    assert refused.value.field == "due_date"


@pytest.mark.parametrize("issued", [date(1969, 12, 31), LAST_DAY - timedelta(days=29), date(9999, 12, 31)])
def test_an_invoice_whose_dates_lie_beyond_business_is_refused(issued: date) -> None:
    with pytest.raises(InvalidInput) as refused:
        schedule(terms(), issued, eur(1), None, EVERY_DAY)
    assert refused.value.field == "issue_date"


def test_what_settling_and_charging_need_stays_with_the_invoice() -> None:
    settlement = Settlement(
        charges=ChargesOrder.BEFORE_PRINCIPAL,
        credit_notes=CreditNoteOrder.PROPORTIONAL,
        rounding=Amounts.of(eur(5), Money(7, "USD")),
    )
    fee = LateCharges((FeeRule("fee", flat=Amounts.of(eur(4_000))),))
    assert made(terms(settlement=settlement, late_charges=fee)).conditions == Conditions(
        charged=True,
        charges=ChargesOrder.BEFORE_PRINCIPAL,
        credit_notes=CreditNoteOrder.PROPORTIONAL,
        rounding=5,
    )
    interest = LateCharges(interest=InterestRule("interest", FixedRate(Decimal(9))))
    assert made(terms(late_charges=interest)).conditions.charged
    assert not made(terms(late_charges=LateCharges(grace_days=5))).conditions.charged


FULL = terms(
    instalments=thirds(OnReceipt(), NetDays(10), NetMonths(2)),
    calendar=CalendarRule(Adjustment.MODIFIED_FOLLOWING),
    discount=DiscountRules((TWO_TEN, ONE_TWENTY), tolerance_days=1),
)


@given(
    st.dates(date(1970, 1, 1), date(2190, 12, 31)),
    st.sampled_from(sorted(DECIMALS)),
    st.integers(-(10**12), 10**12),
    st.integers(0, 25),
)
def test_a_preview_is_what_is_issued_and_adds_up(issued: date, currency: str, minor: int, rate: int) -> None:
    amount = Money(minor, currency)
    tax = amount.times(Decimal(rate) / (100 + rate))
    calendar = BusinessCalendar(FULL.calendar, FakeHolidays())
    issue = schedule(FULL, issued, amount, tax, calendar)
    assert preview(FULL, issued, amount, tax, calendar).schedule == issue
    dates = [part.instalment.due_date for part in issue.parts]
    assert dates == sorted(dates)
    assert dates[0] >= issued
    assert total((part.instalment.amount for part in issue.parts), currency) == amount
    discounts = issue.conditions.discounts
    assert all(0 <= offer.tax.minor <= offer.amount.minor < minor for offer in discounts)
    assert list(discounts) == sorted(discounts, key=lambda offer: (-offer.amount.minor, offer.until))
    assert len({offer.until for offer in discounts}) == len(discounts)
