"""Business days: the weekdays on which a company acts (holiday calendars build on this)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

MONDAY_TO_FRIDAY: frozenset[int] = frozenset({1, 2, 3, 4, 5})
"""ISO weekdays, Monday is 1."""


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
