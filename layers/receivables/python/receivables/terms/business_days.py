"""The business calendar: a rule of the terms on public holidays and the company's own closed days."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from receivables.core.errors import FieldError, InvalidFields, InvalidInput
from receivables.terms.calendars import Adjustment, CalendarRule, HolidayCalendars

WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ONE_DAY: Final = timedelta(days=1)
_LONGEST_SEARCH: Final = 366


@dataclass(frozen=True, slots=True)
class Adjusted:
    """A date after adjustment, and why it was moved (empty: it was not)."""

    day: date
    reasoning: str = ""


@dataclass(frozen=True, slots=True)
class BusinessCalendar:
    """Which days are business days by `rule`, and where other dates go. `closed`: the company's own closed days (local dates)
    with their reasons, as in `Company.closed_days`."""

    rule: CalendarRule
    holidays: HolidayCalendars
    closed: Mapping[date, str] = field(default_factory=dict)

    def closed_because(self, day: date) -> str | None:
        """Why nobody pays on that day (`Saturday`, `Epiphany (DE-BY)`); None: it is a business day. Raises InvalidInput
        (`calendar.holidays.<i>`) for a calendar that is not known."""
        if day.isoweekday() not in self.rule.workdays:
            return WEEKDAYS[day.weekday()]
        if self.rule.company_days and day in self.closed:
            return f"closed: {self.closed[day]}" if self.closed[day] else "closed"
        for i, calendar in enumerate(self.rule.holidays):
            if name := self._holiday(calendar, day, f"calendar.holidays.{i}"):
                return f"{name} ({calendar})"
        return None

    def adjust(self, day: date, not_before: date) -> Adjusted:
        """The day, or where the rule's adjustment puts it. A rule that would move it before `not_before` (the invoice's
        date) moves it to the following business day instead: nobody can pay before there is an invoice. Raises InvalidInput
        (`calendar`) when there is no business day within a year."""
        if self.rule.adjustment is Adjustment.NONE or self.closed_because(day) is None:
            return Adjusted(day)
        following, why = self._nearest(day, _ONE_DAY)
        reason = ", ".join(why)
        if self.rule.adjustment is Adjustment.FOLLOWING:
            return Adjusted(following, f"{reason} -> following business day {following}")
        if self.rule.adjustment is Adjustment.MODIFIED_FOLLOWING:
            if (following.year, following.month) == (day.year, day.month):
                return Adjusted(
                    following, f"{reason} -> following business day {following}, in the same month"
                )
            reason = f"{reason}; the following business day {following} is in another month"
        preceding, why = self._nearest(day, -_ONE_DAY)
        if self.rule.adjustment is Adjustment.PRECEDING:
            reason = ", ".join(why)
        if preceding < not_before:
            return Adjusted(
                following,
                f"{reason}; the preceding business day {preceding} is before the invoice "
                f"-> following business day {following}",
            )
        return Adjusted(preceding, f"{reason} -> preceding business day {preceding}")

    def _nearest(self, day: date, step: timedelta) -> tuple[date, list[str]]:
        """The nearest business day in that direction, with the reasons of those passed; ordinary days off that only
        follow one another are told once."""
        reasons: list[str] = []
        for _ in range(_LONGEST_SEARCH):
            reason = self.closed_because(day)
            if reason is None:
                return day, reasons
            if not reasons or reason not in WEEKDAYS:
                reasons.append(reason)
            day += step
        raise InvalidInput("calendar", f"has no business day within a year of {day - _LONGEST_SEARCH * step}")

    def _holiday(self, calendar: str, day: date, at: str) -> str | None:
        try:
            return self.holidays.holiday(calendar, day)
        except InvalidInput as error:
            raise InvalidInput(at, error.message) from error


def require_known(rule: CalendarRule, holidays: HolidayCalendars) -> None:
    """Raises InvalidFields (`calendar.holidays.<i>`) for each public holiday calendar that is not known."""
    unknown = [
        FieldError(f"calendar.holidays.{i}", f"there is no calendar {calendar!r}")
        for i, calendar in enumerate(rule.holidays)
        if not holidays.known(calendar)
    ]
    if unknown:
        raise InvalidFields(unknown)
