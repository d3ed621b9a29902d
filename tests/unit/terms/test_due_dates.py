from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.calendar import add_months, end_of_month
from receivables.core.errors import InvalidInput
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
from receivables.terms.due_dates import resolve

issue_dates = st.dates(date(1970, 1, 1), date(2190, 12, 31))
lengths = st.integers(0, 400)
pay_days = st.sets(st.integers(1, 31), min_size=1).map(lambda numbers: tuple(sorted(numbers)))
weekdays = st.frozensets(st.integers(1, 7), min_size=1)
rules = st.one_of(
    st.just(OnReceipt()),
    st.builds(NetDays, lengths),
    st.builds(NetMonths, st.integers(0, 60)),
    st.builds(EndOfMonth, st.integers(0, 60)),
    st.builds(EndOfMonthPlusDays, lengths),
    st.builds(DaysPlusEndOfMonth, lengths),
    st.builds(DaysOfMonth, lengths, pay_days),
    st.builds(WeekdaySchedule, lengths, weekdays),
)


@pytest.mark.parametrize(
    ("rule", "reasoning"),
    [
        (OnReceipt(), "on receipt = 2026-01-31"),
        (NetDays(1), "2026-01-31 + 1 day = 2026-02-01"),
        (NetDays(30), "2026-01-31 + 30 days = 2026-03-02"),
        (NetMonths(1), "2026-01-31 + 1 month = 2026-02-28 (February has no 31st)"),
        (NetMonths(2), "2026-01-31 + 2 months = 2026-03-31"),
        (EndOfMonth(), "end of the month of 2026-01-31 = 2026-01-31"),
        (EndOfMonth(1), "end of the month 1 month after that of 2026-01-31 = 2026-02-28"),
        (EndOfMonthPlusDays(10), "end of the month of 2026-01-31 (2026-01-31) + 10 days = 2026-02-10"),
        (DaysPlusEndOfMonth(10), "2026-01-31 + 10 days = 2026-02-10, end of that month = 2026-02-28"),
        (DaysOfMonth(0, (10, 25)), "from 2026-01-31: next 10th or 25th of a month = 2026-02-10"),
        (
            DaysOfMonth(15, (30,)),
            "2026-01-31 + 15 days = 2026-02-15, next 30th of a month = 2026-02-28 (February has no 30th)",
        ),
        (
            WeekdaySchedule(2, frozenset({1, 5})),
            "2026-01-31 + 2 days = 2026-02-02, next Monday or Friday = 2026-02-02",
        ),
        (
            FixedDates((date(2026, 1, 30), date(2026, 1, 31))),
            "first of the agreed dates on or after 2026-01-31 = 2026-01-31",
        ),
    ],
)
def test_the_reasoning_can_be_followed_on_a_calendar(rule: DueRule, reasoning: str) -> None:
    resolved = resolve(rule, date(2026, 1, 31), "due")
    assert resolved.reasoning == reasoning
    assert str(resolved.day) in reasoning


def test_end_of_month_and_days_differ_by_what_comes_first() -> None:
    issued = date(2026, 1, 20)
    assert resolve(EndOfMonthPlusDays(15), issued, "due").day == date(2026, 2, 15)
    assert resolve(DaysPlusEndOfMonth(15), issued, "due").day == date(2026, 2, 28)


def test_fixed_dates_that_are_all_past_are_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        resolve(FixedDates((date(2026, 1, 30),)), date(2026, 1, 31), "instalments.2.due")
    assert refused.value.field == "instalments.2.due.dates"


@given(issue_dates, rules)
def test_nothing_is_due_before_its_invoice(issued: date, rule: DueRule) -> None:
    assert resolve(rule, issued, "due").day >= issued


@given(issue_dates, st.integers(0, 40), rules)
def test_a_later_invoice_is_never_due_earlier(issued: date, later: int, rule: DueRule) -> None:
    next_issued = date.fromordinal(issued.toordinal() + later)
    assert resolve(rule, issued, "due").day <= resolve(rule, next_issued, "due").day


@given(issue_dates, lengths, pay_days)
def test_a_pay_day_is_the_first_one_that_comes(issued: date, days: int, on: tuple[int, ...]) -> None:
    start = resolve(NetDays(days), issued, "due").day
    due = resolve(DaysOfMonth(days, on), issued, "due").day
    between = (date.fromordinal(n) for n in range(start.toordinal(), due.toordinal()))
    assert is_pay_day(due, on)
    assert not any(is_pay_day(day, on) for day in between)


def is_pay_day(day: date, on: tuple[int, ...]) -> bool:
    return day.day in on or (day == end_of_month(day) and any(number > day.day for number in on))


@given(issue_dates, st.integers(0, 60))
def test_months_keep_the_day_or_take_the_last(issued: date, months: int) -> None:
    later = add_months(issued, months)
    assert (later.year - issued.year) * 12 + later.month - issued.month == months
    assert later.day == issued.day or (later.day < issued.day and later == end_of_month(later))


@given(issue_dates, st.integers(-60, 0))
def test_months_count_backwards_too(issued: date, months: int) -> None:
    earlier = add_months(issued, months)
    assert (earlier.year - issued.year) * 12 + earlier.month - issued.month == months
