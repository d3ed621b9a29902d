"""Business-day adjustment: what becomes of a due date on which nobody pays."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Protocol

from receivables.core.calendar import MONDAY_TO_FRIDAY
from receivables.core.errors import FieldError

MAX_CALENDARS: Final = 20
_CALENDAR: Final = re.compile(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", re.ASCII)


class Adjustment(StrEnum):
    """Where a date goes that is not a business day."""

    NONE = "none"
    FOLLOWING = "following"
    MODIFIED_FOLLOWING = "modified_following"
    """The following business day, unless that is in another month: then the preceding one."""
    PRECEDING = "preceding"


@dataclass(frozen=True, slots=True)
class CalendarRule:
    """Which days are business days, and what happens to a date that is none.

    `holidays` are countries (ISO 3166-1 alpha-2), with a subdivision where one is meant: `DE`, `DE-BY`, `GB-SCT`; a day
    is a holiday if it is one in any of them. `company_days`: the company's own closed days count too.
    """

    adjustment: Adjustment = Adjustment.NONE
    holidays: tuple[str, ...] = ()
    workdays: frozenset[int] = MONDAY_TO_FRIDAY
    company_days: bool = True


class HolidayCalendars(Protocol):
    """Public holidays by country and subdivision."""

    def holiday(self, calendar: str, day: date) -> str | None:
        """The name of the holiday that a day is there, in English; None: it is none. Raises InvalidInput (field
        `holidays`) for a calendar that is not known."""

    def known(self, calendar: str) -> bool:
        """Whether there is such a calendar."""


def calendar_problems(rule: CalendarRule, at: str) -> Iterator[FieldError]:
    """What is wrong with a rule that stands at that path of a document. Whether there are such calendars is not looked up
    here: see `business_days.require_known`."""
    for i, calendar in enumerate(rule.holidays):
        if not _CALENDAR.fullmatch(calendar):
            yield FieldError(
                f"{at}.holidays.{i}", "must be a country such as DE, or one with a subdivision such as DE-BY"
            )
        elif calendar in rule.holidays[:i]:
            yield FieldError(f"{at}.holidays.{i}", f"{calendar} is named twice")
    if len(rule.holidays) > MAX_CALENDARS:
        yield FieldError(f"{at}.holidays", f"must be at most {MAX_CALENDARS}")
    if not rule.workdays or not rule.workdays <= frozenset(range(1, 8)):
        yield FieldError(f"{at}.workdays", "must be ISO weekdays from 1 (Monday) to 7 (Sunday), at least one")
