"""Public holidays as a test wants them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from receivables.core.errors import InvalidInput
from receivables.terms import BusinessCalendar, CalendarRule


class FakeHolidays:
    """HolidayCalendars with only these: calendar -> day -> name. Remembers which were asked for."""

    def __init__(self, calendars: Mapping[str, Mapping[date, str]] | None = None) -> None:
        self._calendars = dict(calendars or {})
        self.asked: set[str] = set()

    def holiday(self, calendar: str, day: date) -> str | None:
        self.asked.add(calendar)
        if calendar not in self._calendars:
            raise InvalidInput("holidays", f"there is no calendar {calendar!r}")
        return self._calendars[calendar].get(day)

    def known(self, calendar: str) -> bool:
        return calendar in self._calendars


EVERY_DAY = BusinessCalendar(CalendarRule(), FakeHolidays())
"""Dates stay where the rules put them."""
