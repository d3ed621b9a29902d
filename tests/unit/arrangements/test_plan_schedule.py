"""The schedule of a payment plan: dates, exact sums, and the interest of a declining balance."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import Part
from receivables.arrangements.plan_schedule import (
    EqualParts,
    OwnParts,
    PlanTerms,
    Unit,
    dates_of,
    outline,
)
from receivables.core.errors import InvalidFields
from receivables.core.money import DECIMALS, Money, total
from tests.builders import eur

AGREED = date(2026, 1, 31)


def amounts(parts: tuple[Part, ...]) -> list[int]:
    return [part.amount.minor for part in parts]


def fields(error: InvalidFields) -> list[str]:
    return [each.field for each in error.errors]


def test_equal_parts_differ_by_a_minor_unit_at_most_and_add_up() -> None:
    found = outline(PlanTerms(EqualParts(3, AGREED)), eur(10_000), AGREED)
    assert amounts(found.parts) == [3_334, 3_333, 3_333]


@pytest.mark.parametrize(
    ("parts", "dates"),
    [
        (EqualParts(4, date(2026, 1, 31)), ["2026-01-31", "2026-02-28", "2026-03-31", "2026-04-30"]),
        (EqualParts(3, date(2027, 12, 31), every=2), ["2027-12-31", "2028-02-29", "2028-04-30"]),
        (EqualParts(3, date(2026, 2, 10), unit=Unit.WEEKS), ["2026-02-10", "2026-02-17", "2026-02-24"]),
        (
            EqualParts(3, date(2026, 2, 10), every=10, unit=Unit.DAYS),
            ["2026-02-10", "2026-02-20", "2026-03-02"],
        ),
        (EqualParts(2, date(2026, 2, 28)), ["2026-02-28", "2026-03-28"]),
    ],
    ids=[
        "month ends are clipped, not carried on",
        "every two months, leap year",
        "weekly",
        "ten days",
        "28th",
    ],
)
def test_dates_of_equal_parts(parts: EqualParts, dates: list[str]) -> None:
    assert [each.isoformat() for each in dates_of(parts)] == dates


def test_a_down_payment_comes_first_and_the_rest_is_divided() -> None:
    terms = PlanTerms(EqualParts(2, date(2026, 3, 1)), down_payment=Part(date(2026, 2, 2), eur(2_001)))
    found = outline(terms, eur(10_000), AGREED)
    assert amounts(found.parts) == [2_001, 4_000, 3_999]
    assert found.parts[0].on == date(2026, 2, 2)


def test_interest_is_that_of_the_declining_balance_by_365_days_rounded_once() -> None:
    """1,200.00 at 10 % in three parts of 400.00 after 30, 60 and 90 days: (1200 + 800 + 400) x 30 x 10 % / 365."""
    parts = EqualParts(3, AGREED + timedelta(days=30), every=30, unit=Unit.DAYS)
    found = outline(PlanTerms(parts, annual_percent=Decimal(10)), eur(120_000), AGREED)
    assert [(row.days, row.balance.minor) for row in found.rows] == [
        (30, 120_000),
        (30, 80_000),
        (30, 40_000),
    ]
    assert sum((row.amount for row in found.rows), Decimal(0)).quantize(Decimal("0.0001")) == Decimal(
        "1972.6027"
    )
    assert found.interest == eur(1_973)
    assert amounts(found.parts) == [40_658, 40_658, 40_657]
    assert total((part.amount for part in found.parts), "EUR") == found.total == eur(121_973)


def test_the_rows_of_the_interest_cover_each_day_once() -> None:
    parts = EqualParts(5, date(2026, 2, 28))
    rows = outline(PlanTerms(parts, annual_percent=Decimal("4.5")), eur(99_999), AGREED).rows
    assert rows[0].first == AGREED + timedelta(days=1)
    assert all(later.first == earlier.last + timedelta(days=1) for earlier, later in pairwise(rows))
    assert all((row.last - row.first).days + 1 == row.days for row in rows)


def test_no_interest_is_due_for_what_is_paid_on_the_day_of_the_agreement() -> None:
    terms = PlanTerms(OwnParts((Part(AGREED, eur(5_000)),)), annual_percent=Decimal(10))
    assert outline(terms, eur(5_000), AGREED).interest == eur(0)


def test_a_fee_is_spread_over_equal_parts_and_spares_the_down_payment() -> None:
    terms = PlanTerms(
        EqualParts(2, date(2026, 3, 1)), down_payment=Part(date(2026, 2, 2), eur(1_000)), fee=eur(501)
    )
    found = outline(terms, eur(3_000), AGREED)
    assert amounts(found.parts) == [1_000, 1_251, 1_250]
    assert (found.principal, found.fee, found.interest) == (eur(3_000), eur(501), eur(0))


def test_fee_and_interest_come_with_the_last_of_ones_own_parts() -> None:
    own = OwnParts((Part(date(2026, 2, 15), eur(7_000)), Part(date(2026, 6, 15), eur(3_000))))
    found = outline(PlanTerms(own, fee=eur(250)), eur(10_000), AGREED)
    assert amounts(found.parts) == [7_000, 3_250]


@pytest.mark.parametrize(
    ("terms", "wrong"),
    [
        (PlanTerms(EqualParts(0, AGREED)), "schedule.count"),
        (PlanTerms(EqualParts(121, AGREED)), "schedule.count"),
        (PlanTerms(EqualParts(2, AGREED, every=0)), "schedule.every"),
        (PlanTerms(EqualParts(120, date(2199, 1, 1))), "schedule"),
        (PlanTerms(OwnParts(())), "parts"),
        (PlanTerms(OwnParts((Part(AGREED, eur(99)),))), "parts"),
        (PlanTerms(OwnParts((Part(AGREED, Money(100, "USD")),))), "parts.0.amount.currency"),
        (PlanTerms(EqualParts(101, AGREED)), "schedule.count"),
        (PlanTerms(EqualParts(2, AGREED), fee=eur(-1)), "fee.amount"),
        (PlanTerms(EqualParts(2, AGREED), fee=Money(1, "USD")), "fee.currency"),
        (PlanTerms(EqualParts(2, AGREED), annual_percent=Decimal(-1)), "annual_percent"),
        (PlanTerms(EqualParts(2, AGREED), annual_percent=Decimal("100.01")), "annual_percent"),
        (PlanTerms(EqualParts(2, AGREED), annual_percent=Decimal("NaN")), "annual_percent"),
        (PlanTerms(EqualParts(2, AGREED), down_payment=Part(AGREED, eur(100))), "down_payment.amount.amount"),
        (PlanTerms(EqualParts(2, AGREED), down_payment=Part(AGREED, eur(0))), "down_payment.amount.amount"),
        (
            PlanTerms(EqualParts(2, AGREED), down_payment=Part(AGREED, Money(1, "USD"))),
            "down_payment.amount.currency",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_makes_no_schedule_is_refused_by_its_field(terms: PlanTerms, wrong: str) -> None:
    with pytest.raises(InvalidFields) as caught:
        outline(terms, eur(100), AGREED)
    assert fields(caught.value) == [wrong]


@given(
    st.sampled_from(sorted(DECIMALS)),
    st.integers(1_000, 10**12),
    st.integers(1, 60),
    st.integers(0, 10**6),
    st.decimals(0, 30, places=3),
    st.integers(0, 90),
)
def test_parts_always_add_up_to_what_is_owed_in_every_currency(
    currency: str, minor: int, count: int, fee: int, percent: Decimal, days: int
) -> None:
    principal = Money(minor, currency)
    down = Part(AGREED, principal.times(Decimal("0.1"))) if days % 2 else None
    terms = PlanTerms(
        EqualParts(count, AGREED + timedelta(days=days)),
        down_payment=down,
        fee=Money(fee, currency),
        annual_percent=percent,
    )
    found = outline(terms, principal, AGREED)
    assert total((part.amount for part in found.parts), currency) == found.total
    assert found.total == principal + Money(fee, currency) + found.interest
    equal = amounts(found.parts[1:] if down else found.parts)
    assert max(equal) - min(equal) <= 1
    assert all(each > 0 for each in equal)
    exact = sum((row.amount for row in found.rows), Decimal(0))
    assert abs(found.interest.minor - exact) <= Decimal("0.5")


@given(
    st.sampled_from(sorted(DECIMALS)),
    st.lists(st.integers(1, 10**9), min_size=1, max_size=20),
    st.integers(0, 999),
)
def test_own_parts_add_up_in_every_currency(currency: str, own: list[int], fee: int) -> None:
    parts = tuple(Part(AGREED + timedelta(days=i), Money(minor, currency)) for i, minor in enumerate(own, 1))
    principal = Money(sum(own), currency)
    found = outline(PlanTerms(OwnParts(parts), fee=Money(fee, currency)), principal, AGREED)
    assert amounts(found.parts)[:-1] == own[:-1]
    assert total((part.amount for part in found.parts), currency) == found.total
