"""Business days: the weekdays on which a company acts (holiday calendars build on this)."""

from __future__ import annotations

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
