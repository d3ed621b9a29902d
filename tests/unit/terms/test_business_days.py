from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import InvalidFields, InvalidInput
from receivables.terms import Adjustment, BusinessCalendar, CalendarRule, require_known
from tests.fakes.calendars import FakeHolidays

LONG_AGO = date(1970, 1, 1)
EASTER = {date(2026, 4, 3): "Good Friday", date(2026, 4, 6): "Easter Monday"}
days = st.dates(date(2020, 1, 1), date(2030, 12, 31))
moving = st.sampled_from([Adjustment.FOLLOWING, Adjustment.MODIFIED_FOLLOWING, Adjustment.PRECEDING])


def calendar(adjustment: Adjustment, **more: object) -> BusinessCalendar:
    closed = {date(2026, 8, 14): "works outing", date(2026, 8, 17): ""}
    return BusinessCalendar(
        CalendarRule(adjustment, ("GB",), **more),  # type: ignore[arg-type]
        FakeHolidays({"GB": EASTER}),
        closed,
    )


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2026, 4, 2), None),
        (date(2026, 4, 3), "Good Friday (GB)"),
        (date(2026, 4, 4), "Saturday"),
        (date(2026, 8, 14), "closed: works outing"),
        (date(2026, 8, 17), "closed"),
    ],
)
def test_a_calendar_says_why_nobody_pays_on_a_day(day: date, why: str | None) -> None:
    assert calendar(Adjustment.FOLLOWING).closed_because(day) == why


@pytest.mark.parametrize(
    ("adjustment", "day", "moved", "why"),
    [
        (Adjustment.FOLLOWING, "2026-04-03", "2026-04-07",
         "Good Friday (GB), Easter Monday (GB) -> following business day 2026-04-07"),
        (Adjustment.PRECEDING, "2026-04-06", "2026-04-02",
         "Easter Monday (GB), Good Friday (GB) -> preceding business day 2026-04-02"),
        (Adjustment.MODIFIED_FOLLOWING, "2026-01-31", "2026-01-30",
         "Saturday; the following business day 2026-02-02 is in another month -> preceding business day 2026-01-30"),
        (Adjustment.MODIFIED_FOLLOWING, "2026-01-17", "2026-01-19",
         "Saturday -> following business day 2026-01-19, in the same month"),
        (Adjustment.FOLLOWING, "2026-08-14", "2026-08-18",
         "closed: works outing, closed -> following business day 2026-08-18"),
        (Adjustment.NONE, "2026-04-04", "2026-04-04", ""),
    ],
)  # fmt: skip
def test_a_date_moves_by_the_rule_and_says_why(
    adjustment: Adjustment, day: str, moved: str, why: str
) -> None:
    adjusted = calendar(adjustment).adjust(date.fromisoformat(day), LONG_AGO)
    assert (str(adjusted.day), adjusted.reasoning) == (moved, why)


@pytest.mark.parametrize("adjustment", [Adjustment.PRECEDING, Adjustment.MODIFIED_FOLLOWING])
def test_no_date_moves_before_the_invoice(adjustment: Adjustment) -> None:
    issued = date(2026, 1, 31)
    adjusted = calendar(adjustment).adjust(issued, issued)
    assert adjusted.day == date(2026, 2, 2)
    assert "2026-01-30 is before the invoice -> following business day 2026-02-02" in adjusted.reasoning


def test_a_date_can_move_to_the_day_of_the_invoice() -> None:
    friday = date(2026, 1, 30)
    assert calendar(Adjustment.PRECEDING).adjust(date(2026, 1, 31), friday).day == friday


def test_company_days_count_only_where_the_rule_says_so() -> None:
    open_all_summer = calendar(Adjustment.FOLLOWING, company_days=False)
    assert open_all_summer.adjust(date(2026, 8, 14), LONG_AGO).day == date(2026, 8, 14)


def test_a_week_can_have_other_workdays() -> None:
    sunday_to_thursday = calendar(Adjustment.FOLLOWING, workdays=frozenset({7, 1, 2, 3, 4}))
    assert sunday_to_thursday.adjust(date(2026, 1, 2), LONG_AGO).day == date(2026, 1, 4)


def test_public_holidays_are_not_looked_up_where_no_date_can_move() -> None:
    holidays = FakeHolidays()
    BusinessCalendar(CalendarRule(Adjustment.NONE, ("GB",)), holidays).adjust(date(2026, 4, 3), LONG_AGO)
    assert not holidays.asked


def test_a_calendar_that_is_not_known_is_named_by_its_place() -> None:
    rule = CalendarRule(Adjustment.FOLLOWING, ("GB", "XX", "YY"))
    holidays = FakeHolidays({"GB": {}})
    with pytest.raises(InvalidInput) as unknown:
        BusinessCalendar(rule, holidays).adjust(date(2026, 4, 1), LONG_AGO)
    assert unknown.value.field == "calendar.holidays.1"
    with pytest.raises(InvalidFields) as every:
        require_known(rule, holidays)
    assert [error.field for error in every.value.errors] == ["calendar.holidays.1", "calendar.holidays.2"]


def test_known_calendars_pass() -> None:
    require_known(CalendarRule(holidays=("GB",)), FakeHolidays({"GB": {}}))


def test_a_company_that_never_opens_is_refused_rather_than_searched_for_ever() -> None:
    never = {date(2026, 1, 1) + timedelta(days=i): "closed for good" for i in range(800)}
    shut = BusinessCalendar(CalendarRule(Adjustment.FOLLOWING), FakeHolidays(), never)
    with pytest.raises(InvalidInput) as refused:
        shut.adjust(date(2026, 1, 5), LONG_AGO)
    assert refused.value.field == "calendar"
    assert "2026-01-05" in refused.value.message


@given(days, moving)
def test_a_moved_date_is_the_nearest_business_day_on_its_side(day: date, adjustment: Adjustment) -> None:
    rule = calendar(adjustment)
    moved = rule.adjust(day, LONG_AGO).day
    assert rule.closed_because(moved) is None
    passed = (
        {day + timedelta(days=i) for i in range(abs((moved - day).days))}
        if moved > day
        else {day - timedelta(days=i) for i in range(abs((moved - day).days))}
    )
    assert all(rule.closed_because(other) for other in passed)
    assert adjustment is not Adjustment.MODIFIED_FOLLOWING or moved.month == day.month
    assert adjustment is not Adjustment.FOLLOWING or moved >= day
    assert adjustment is not Adjustment.PRECEDING or moved <= day


@given(days, st.integers(0, 400), moving)
def test_a_later_date_never_moves_before_an_earlier_one(
    day: date, later: int, adjustment: Adjustment
) -> None:
    rule = calendar(adjustment)
    assert rule.adjust(day, LONG_AGO).day <= rule.adjust(day + timedelta(days=later), LONG_AGO).day
