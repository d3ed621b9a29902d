"""Cells as values. What a cell could mean in two ways is refused, never guessed."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from typing import Final

from receivables.core.clock import zone
from receivables.core.errors import InvalidInput
from receivables.core.money import Money

_ISO: Final = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[T ][\d:.+Z-]*)?", re.ASCII)
_DAY_AND_MONTH: Final = re.compile(
    r"(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?", re.ASCII
)
_AMOUNTS: Final = (
    re.compile(r"-?\d+(\.\d+)?", re.ASCII),
    # Grouped with a comma and a decimal point after it, or the other way round: only one reading is possible.
    re.compile(r"-?\d{1,3}(,\d{3})+\.\d+", re.ASCII),
    re.compile(r"-?\d{1,3}(,\d{3}){2,}", re.ASCII),
)
_DECIMAL_COMMA: Final = (
    re.compile(r"-?\d+,(\d{1,2}|\d{4,})", re.ASCII),
    re.compile(r"-?\d{1,3}(\.\d{3})+,\d+", re.ASCII),
)
_EMAIL: Final = re.compile(
    r"[^@\s,;<>\"]{1,64}@(?=.{4,255}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}"
)
_E164: Final = re.compile(r"\+[1-9]\d{6,14}", re.ASCII)
_LOCALE: Final = re.compile(r"([A-Za-z]{2,3})(?:[-_]([A-Za-z]{4}))?(?:[-_]([A-Za-z]{2}|\d{3}))?")
_YES: Final = frozenset("yes y true 1 x".split())
_NO: Final = frozenset("no n false 0".split())


class DateFormat(StrEnum):
    """Order of day and month in dates that are not written year first."""

    ISO = "iso"
    MONTH_FIRST = "mdy"
    DAY_FIRST = "dmy"


def date_format(option: str | None) -> DateFormat | None:
    """The format asked for. Raises InvalidInput (field `date_format`)."""
    if option is None:
        return None
    try:
        return DateFormat(option.strip().lower())
    except ValueError:
        raise InvalidInput("date_format", "must be iso, mdy (3/31/2026) or dmy (31/3/2026)") from None


def told_by(cells: Iterable[str]) -> DateFormat:
    """The order of day and month, told from all dates of a file together: a number above 12 is a day.

    ISO when no date leaves a doubt. Raises InvalidInput (field `date_format`) if the dates could be read both ways,
    or contradict each other.
    """
    matches = [match for cell in cells if (match := _DAY_AND_MONTH.fullmatch(cell))]
    told = {order for match in matches if (order := _told_by_one(match))}
    if len(told) > 1:
        raise InvalidInput(
            "date_format", "the dates contradict each other: some have the day first, some the month"
        )
    if told:
        return told.pop()
    for match in matches:
        if match[1].zfill(2) != match[3].zfill(2) and int(match[1]) <= 12 and int(match[3]) <= 12:
            raise InvalidInput(
                "date_format", f"{match[0]!r} could be day/month or month/day: say date_format mdy or dmy"
            )
    return DateFormat.ISO


def _told_by_one(match: re.Match[str]) -> DateFormat | None:
    first, separator, second = int(match[1]), match[2], int(match[3])
    if separator == "." or 12 < first <= 31:
        return DateFormat.DAY_FIRST if second <= 12 else None
    return DateFormat.MONTH_FIRST if first <= 12 < second <= 31 else None


def as_date(cell: str, order: DateFormat, field: str) -> date:
    """A date: year first in any case, else in the file's order. Raises InvalidInput naming `field`."""
    if match := _ISO.fullmatch(cell):
        year, month, day = int(match[1]), int(match[2]), int(match[3])
    elif match := _DAY_AND_MONTH.fullmatch(cell):
        first, second, year = int(match[1]), int(match[3]), int(match[4])
        day, month = (first, second) if order is DateFormat.DAY_FIRST else (second, first)
    else:
        raise InvalidInput(field, f"{cell!r} is not a date such as 2026-03-31")
    try:
        return date(year, month, day)
    except ValueError:
        raise InvalidInput(field, f"{cell!r} is not a day of the calendar") from None


def as_money(cell: str, currency: str, field: str) -> Money:
    """An amount: `1234.50`, `1,234.50`, `1.234,50` or `1234,50`; what has two readings (`1,234`) is refused.

    Raises InvalidInput naming `field` or `currency`.
    """
    if any(form.fullmatch(cell) for form in _AMOUNTS):
        plain = cell.replace(",", "")
    elif any(form.fullmatch(cell) for form in _DECIMAL_COMMA):
        plain = cell.replace(".", "").replace(",", ".")
    elif re.fullmatch(r"-?\d{1,3},\d{3}", cell, re.ASCII):
        raise InvalidInput(field, f"{cell!r} could be thousands or decimals: write it without the comma")
    else:
        raise InvalidInput(field, f"{cell!r} is not an amount such as 1234.50")
    return Money.parse(plain, currency, field=field)


def as_email(cell: str, field: str) -> str:
    """An e-mail address. Raises InvalidInput naming `field`."""
    if not _EMAIL.fullmatch(cell):
        raise InvalidInput(field, "is not an e-mail address")
    return cell


def as_phone(cell: str, field: str) -> str:
    """A telephone number in E.164; spaces, dots, dashes and brackets are left out. Raises InvalidInput."""
    number = re.sub(r"[\s().\-]", "", cell)
    if not _E164.fullmatch(number):
        raise InvalidInput(field, "must be an international number such as +15550100")
    return number


def as_locale(cell: str, field: str) -> str:
    """A locale as CLDR writes it (`de_DE`). Raises InvalidInput naming `field`."""
    match = _LOCALE.fullmatch(cell)
    if match is None:
        raise InvalidInput(field, f"{cell!r} is not a locale such as de_DE")
    language, script, region = match[1].lower(), match[2], match[3]
    return "_".join(part for part in (language, script and script.title(), region and region.upper()) if part)


def as_timezone(cell: str, field: str) -> str:
    """An IANA time zone. Raises InvalidInput naming `field`."""
    return zone(cell, field=field).key


def as_flag(cell: str, field: str) -> bool:
    """Yes or no. Raises InvalidInput naming `field`."""
    word = cell.casefold()
    if word not in _YES | _NO:
        raise InvalidInput(field, "must be yes or no")
    return word in _YES
