from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import Covered, Part, Plan, PlanState
from receivables.core.money import Money, total
from receivables.insight import Bucket, ageing, bucket_of
from receivables.ledger import OpenItem
from receivables.terms import Instalment

TODAY = date(2026, 3, 31)


def item(minor: int, due: date, currency: str = "EUR") -> OpenItem:
    money = Money(minor, currency)
    return OpenItem(f"INV-{due}-{minor}", money, money, due - timedelta(days=30), due)


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-400, Bucket.CURRENT),
        (-1, Bucket.CURRENT),
        (0, Bucket.CURRENT),
        (1, Bucket.UP_TO_30),
        (30, Bucket.UP_TO_30),
        (31, Bucket.UP_TO_60),
        (60, Bucket.UP_TO_60),
        (61, Bucket.UP_TO_90),
        (90, Bucket.UP_TO_90),
        (91, Bucket.OVER_90),
        (4_000, Bucket.OVER_90),
    ],
)
def test_a_bucket_is_told_by_the_days_past_the_due_date(days: int, bucket: Bucket) -> None:
    assert bucket_of(TODAY - timedelta(days=days), TODAY) is bucket


def test_what_is_due_today_is_not_overdue() -> None:
    (aged,) = ageing([item(100, TODAY), item(7, TODAY - timedelta(days=1))], TODAY)
    assert aged.overdue == Money(7, "EUR")


def test_currencies_are_kept_apart_and_every_bucket_is_there() -> None:
    euro, yen = ageing([item(500, TODAY, "JPY"), item(1_050, TODAY - timedelta(days=45))], TODAY)
    assert (euro.currency, yen.currency) == ("EUR", "JPY")
    assert set(euro.buckets) == set(yen.buckets) == set(Bucket)
    assert euro.buckets[Bucket.UP_TO_60] == Money(1_050, "EUR")
    assert yen.buckets[Bucket.CURRENT] == Money(500, "JPY")


def test_without_open_items_there_is_nothing_to_age() -> None:
    assert ageing([], TODAY) == ()


amounts = st.integers(min_value=1, max_value=10**12)
due_dates = st.dates(min_value=date(2020, 1, 1), max_value=date(2030, 1, 1))
items = st.lists(
    st.builds(item, amounts, due_dates, st.sampled_from(["EUR", "USD", "JPY", "KWD"])), max_size=60
)


@given(items, due_dates)
def test_the_buckets_add_up_to_what_is_owed_to_the_cent(open_items: list[OpenItem], on: date) -> None:
    for aged in ageing(open_items, on):
        owed = [i.balance for i in open_items if i.balance.currency == aged.currency]
        assert aged.total == total(owed, aged.currency)
        assert aged.total == aged.overdue + aged.buckets[Bucket.CURRENT]


@given(items, due_dates)
def test_every_currency_is_aged_once(open_items: list[OpenItem], on: date) -> None:
    currencies = [aged.currency for aged in ageing(open_items, on)]
    assert currencies == sorted({i.balance.currency for i in open_items})


def instalments(balance: int) -> OpenItem:
    """60.00 due 40 days ago and 40.00 due in 20 days."""
    first, second = TODAY - timedelta(days=40), TODAY + timedelta(days=20)
    schedule = (Instalment(first, Money(6_000, "EUR")), Instalment(second, Money(4_000, "EUR")))
    return replace(
        item(10_000, second),
        number="INV-S",
        balance=Money(balance, "EUR"),
        schedule=schedule,
    )


@pytest.mark.parametrize(
    ("balance", "overdue", "current"), [(10_000, 6_000, 4_000), (7_000, 3_000, 4_000), (3_000, 0, 3_000)]
)
def test_each_instalment_has_its_own_age_and_the_oldest_is_paid_first(
    balance: int, overdue: int, current: int
) -> None:
    (aged,) = ageing([instalments(balance)], TODAY)
    assert aged.buckets[Bucket.UP_TO_60] == Money(overdue, "EUR")
    assert aged.buckets[Bucket.CURRENT] == Money(current, "EUR")


def plan(*parts: tuple[int, int], ages: bool = True, state: PlanState = PlanState.ACTIVE) -> Plan:
    """A plan for INV-S, by days from today and minor units."""
    return Plan(
        "plan_1",
        "C-1.EUR",
        (Covered("INV-S", Money(10_000, "EUR")),),
        tuple(Part(TODAY + timedelta(days=days), Money(minor, "EUR")) for days, minor in parts),
        "Ada",
        "phone",
        "alice",
        datetime(2026, 3, 1, tzinfo=UTC),
        ages=ages,
        state=state,
    )


def test_what_a_plan_covers_ages_by_its_parts_where_the_plan_says_so() -> None:
    other = item(500, TODAY - timedelta(days=100))
    (aged,) = ageing([instalments(7_000), other], TODAY, [plan((-10, 5_000), (20, 5_000))])
    assert aged.buckets[Bucket.UP_TO_30] == Money(2_000, "EUR")
    assert aged.buckets[Bucket.CURRENT] == Money(5_000, "EUR")
    assert aged.buckets[Bucket.OVER_90] == Money(500, "EUR")
    assert aged.total == Money(7_500, "EUR")


@pytest.mark.parametrize(("ages", "state"), [(False, PlanState.ACTIVE), (True, PlanState.DEFAULTED)])
def test_a_plan_that_does_not_count_for_ageing_changes_nothing(ages: bool, state: PlanState) -> None:
    items = [instalments(7_000)]
    assert ageing(items, TODAY, [plan((20, 10_000), ages=ages, state=state)]) == ageing(items, TODAY)


def test_what_is_owed_beyond_a_plan_is_due_with_its_first_part() -> None:
    (aged,) = ageing([instalments(10_000)], TODAY, [plan((-10, 3_000), (20, 5_000))])
    assert aged.buckets[Bucket.UP_TO_30] == Money(5_000, "EUR")
    assert aged.total == Money(10_000, "EUR")
