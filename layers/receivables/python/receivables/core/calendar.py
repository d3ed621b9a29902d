"""Business days: the weekdays on which a company acts (holiday calendars build on this)."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

from receivables.core.errors import InvalidInput

MONDAY_TO_FRIDAY: frozenset[int] = frozenset({1, 2, 3, 4, 5})
"""ISO weekdays, Monday is 1."""

FIRST_DAY: Final = date(1970, 1, 1)
LAST_DAY: Final = date(2199, 12, 31)
"""Days of business lie between the two. What lies beyond is a slip or a placeholder for "never" (9999-12-31), and days
cannot be counted on from the very ends of the calendar."""


def business_day(day: date, *, field: str) -> date:
    """The day, if business can be done on it. Raises InvalidInput naming `field`."""
    if not FIRST_DAY <= day <= LAST_DAY:
        raise InvalidInput(field, f"must lie between {FIRST_DAY} and {LAST_DAY}")
    return day


def end_of_month(day: date) -> date:
    """The last day of the month in which the day lies."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def add_months(day: date, months: int) -> date:
    """The same day of the month so many months later (negative: earlier) or, where there is none, that month's last."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return day_of_month(date(year, month + 1, 1), day.day)


def day_of_month(month: date, number: int) -> date:
    """That day of the month in which `month` lies, or its last where it has none."""
    return month.replace(day=min(number, monthrange(month.year, month.month)[1]))


def next_allowed(day: date, weekdays: frozenset[int]) -> date:
    """The day itself if its ISO weekday is allowed, else the first following one that is ("following" rule).

    Raises ValueError if no weekday is allowed.
    """
    if not weekdays & frozenset(range(1, 8)):
        raise ValueError("at least one weekday must be allowed")
    while day.isoweekday() not in weekdays:
        day += timedelta(days=1)
    return day


def business_days(first: date, last: date, weekdays: frozenset[int] = MONDAY_TO_FRIDAY) -> Iterator[date]:
    """Every allowed day from `first` to `last`, both included."""
    day = first
    while day <= last:
        if day.isoweekday() in weekdays:
            yield day
        day += timedelta(days=1)
