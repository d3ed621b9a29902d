"""Due rules: from an invoice date to a due date. Which days can be kept is the calendar's matter, not the rule's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Final, TypeAlias

from receivables.core.calendar import FIRST_DAY, LAST_DAY
from receivables.core.errors import FieldError

MAX_DAYS: Final = 1825
"""Five years: longer terms are slips of the keyboard."""
MAX_MONTHS: Final = 60
MAX_DATES: Final = 366


@dataclass(frozen=True, slots=True)
class OnReceipt:
    """Due on the day of the invoice."""


@dataclass(frozen=True, slots=True)
class NetDays:
    """So many calendar days after the invoice date."""

    days: int


@dataclass(frozen=True, slots=True)
class NetMonths:
    """So many months after the invoice date, on the same day of the month or, where there is none, its last."""

    months: int


@dataclass(frozen=True, slots=True)
class EndOfMonth:
    """The last day of the month that lies so many months after that of the invoice (0: the invoice's own month)."""

    months: int = 0


@dataclass(frozen=True, slots=True)
class EndOfMonthPlusDays:
    """So many days after the last day of the invoice's month."""

    days: int


@dataclass(frozen=True, slots=True)
class DaysPlusEndOfMonth:
    """The last day of the month in which the day lies that is so many days after the invoice date."""

    days: int


@dataclass(frozen=True, slots=True)
class DaysOfMonth:
    """So many days after the invoice date, then the next of these days of the month, that day included. A month without
    the day has it on its last."""

    days: int
    on: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class FixedDates:
    """The first of these dates that is not before the invoice date."""

    dates: tuple[date, ...]


@dataclass(frozen=True, slots=True)
class WeekdaySchedule:
    """So many days after the invoice date, then the next of these ISO weekdays, that day included."""

    days: int
    on: frozenset[int]


DueRule: TypeAlias = (
    OnReceipt
    | NetDays
    | NetMonths
    | EndOfMonth
    | EndOfMonthPlusDays
    | DaysPlusEndOfMonth
    | DaysOfMonth
    | FixedDates
    | WeekdaySchedule
)


def due_problems(rule: DueRule, at: str) -> Iterator[FieldError]:
    """What is wrong with a rule that stands at that path of a document."""
    if isinstance(rule, NetMonths | EndOfMonth):
        yield from _within(rule.months, MAX_MONTHS, f"{at}.months")
    elif not isinstance(rule, OnReceipt | FixedDates):
        yield from _within(rule.days, MAX_DAYS, f"{at}.days")
    match rule:
        case DaysOfMonth(on=numbers):
            if not numbers or not all(1 <= number <= 31 for number in numbers) or not _ascending(numbers):
                yield FieldError(
                    f"{at}.on", "must be days of the month from 1 to 31, ascending, at least one"
                )
        case WeekdaySchedule(on=weekdays):
            if not weekdays or not weekdays <= frozenset(range(1, 8)):
                yield FieldError(
                    f"{at}.on", "must be ISO weekdays from 1 (Monday) to 7 (Sunday), at least one"
                )
        case FixedDates(dates):
            yield from _date_problems(dates, f"{at}.dates")
        case _:
            pass


def certainly_later(rule: DueRule, other: DueRule) -> bool:
    """Whether a rule ends after another one for every invoice, as far as that can be told without one: both are of the same
    kind. On receipt is net no days."""
    first, second = _measure(rule), _measure(other)
    return first[0] == second[0] and first[1] > second[1]


def _measure(rule: DueRule) -> tuple[str, int]:
    match rule:
        case OnReceipt():
            return NetDays.__name__, 0
        case NetMonths(size) | EndOfMonth(size) | NetDays(size) | EndOfMonthPlusDays(size):
            return type(rule).__name__, size
        case DaysPlusEndOfMonth(days):
            return type(rule).__name__, days
        case DaysOfMonth() | FixedDates() | WeekdaySchedule():
            return repr(rule), 0


def _within(value: int, most: int, at: str) -> Iterator[FieldError]:
    if not 0 <= value <= most:
        yield FieldError(at, f"must be between 0 and {most}")


def _date_problems(dates: tuple[date, ...], at: str) -> Iterator[FieldError]:
    if not 1 <= len(dates) <= MAX_DATES:
        yield FieldError(at, f"must be 1 to {MAX_DATES} dates")
    if not all(FIRST_DAY <= day <= LAST_DAY for day in dates):
        yield FieldError(at, f"must lie between {FIRST_DAY} and {LAST_DAY}")
    if not _ascending(dates):
        yield FieldError(at, "must be in ascending order, each once")


def _ascending(values: Sequence[int] | Sequence[date]) -> bool:
    return all(first < second for first, second in pairwise(values))  # type: ignore[operator]
