"""Due dates: what a due rule makes of an invoice date, with the reasoning in words. Business days come afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from receivables.core.calendar import add_months, day_of_month, end_of_month, next_allowed
from receivables.core.errors import InvalidInput
from receivables.terms.business_days import WEEKDAYS
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
from receivables.terms.figures import count_text, either, ordinal

_MONTHS: Final = (
    "January February March April May June July August September October November December".split()
)


@dataclass(frozen=True, slots=True)
class Resolved:
    """A date, and how it came about: `2026-01-31 + 30 days = 2026-03-02`."""

    day: date
    reasoning: str


def resolve(rule: DueRule, issued: date, at: str) -> Resolved:
    """The date that the rule, which stands at path `at`, makes of an invoice date. Raises InvalidInput (`<at>.dates`) when
    none of its fixed dates is left."""
    match rule:
        case OnReceipt():
            return Resolved(issued, f"on receipt = {issued}")
        case NetDays(days):
            return _plus_days(issued, days)
        case NetMonths(months):
            day = add_months(issued, months)
            text = f"{issued} + {count_text(months, 'month')} = {day}"
            return Resolved(day, text + _clipped(day, (issued.day,)))
        case EndOfMonth() | EndOfMonthPlusDays() | DaysPlusEndOfMonth():
            return _month_end(rule, issued)
        case DaysOfMonth(days, on):
            return _pay_day(days, on, issued)
        case WeekdaySchedule(days, weekdays):
            return _weekday(days, weekdays, issued)
        case FixedDates(dates):
            return _fixed(dates, issued, at)


def _plus_days(issued: date, days: int) -> Resolved:
    day = issued + timedelta(days=days)
    return Resolved(day, f"{issued} + {count_text(days, 'day')} = {day}")


def _month_end(rule: EndOfMonth | EndOfMonthPlusDays | DaysPlusEndOfMonth, issued: date) -> Resolved:
    match rule:
        case EndOfMonth(months):
            day = end_of_month(add_months(issued.replace(day=1), months))
            later = f" {count_text(months, 'month')} after that of {issued}" if months else f" of {issued}"
            return Resolved(day, f"end of the month{later} = {day}")
        case EndOfMonthPlusDays(days):
            end = end_of_month(issued)
            day = end + timedelta(days=days)
            return Resolved(day, f"end of the month of {issued} ({end}) + {count_text(days, 'day')} = {day}")
        case DaysPlusEndOfMonth(days):
            start = _plus_days(issued, days)
            day = end_of_month(start.day)
            return Resolved(day, f"{start.reasoning}, end of that month = {day}")


def _pay_day(days: int, on: tuple[int, ...], issued: date) -> Resolved:
    start, text = _start(issued, days)
    # The last pay day of a month may already be past: then it is the first of the next one.
    months = (start, add_months(start.replace(day=1), 1))
    day = min(found for month in months for number in on if (found := day_of_month(month, number)) >= start)
    return Resolved(day, f"{text}next {either(on, ordinal)} of a month = {day}{_clipped(day, on)}")


def _weekday(days: int, weekdays: frozenset[int], issued: date) -> Resolved:
    start, text = _start(issued, days)
    day = next_allowed(start, weekdays)
    names = either(tuple(sorted(weekdays)), lambda weekday: WEEKDAYS[weekday - 1])
    return Resolved(day, f"{text}next {names} = {day}")


def _fixed(dates: tuple[date, ...], issued: date, at: str) -> Resolved:
    day = next((day for day in dates if day >= issued), None)
    if day is None:
        raise InvalidInput(f"{at}.dates", f"has no date on or after the invoice date {issued}")
    return Resolved(day, f"first of the agreed dates on or after {issued} = {day}")


def _start(issued: date, days: int) -> tuple[date, str]:
    if not days:
        return issued, f"from {issued}: "
    start = _plus_days(issued, days)
    return start.day, f"{start.reasoning}, "


def _clipped(day: date, wanted: tuple[int, ...]) -> str:
    """Why a date is the last of its month where a later day of the month was wanted."""
    missing = [number for number in wanted if number > day.day]
    if day.day in wanted or not missing or day != end_of_month(day):
        return ""
    return f" ({_MONTHS[day.month - 1]} has no {ordinal(missing[0])})"
