"""What bounds a file of statements, and the small values that every format is made of."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from receivables.core.calendar import business_day
from receivables.core.errors import InvalidInput
from receivables.core.money import Money

MOST_LINES: Final = 100_000
MOST_STATEMENTS: Final = 2_000
MOST_TEXT: Final = 500
"""Characters of one text; what is longer is cut."""
MOST_PARTS: Final = 40
"""Parts of a remittance; more are left out."""

_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f]+")
_PLAIN: Final = re.compile(r"[!-~]{1,500}")


class Budget:
    """Counts the lines and statements of a file. Raises InvalidInput (field `file`) when there are too many."""

    def __init__(self) -> None:
        self._lines = self._statements = 0

    def line(self) -> None:
        self._lines += 1
        if self._lines > MOST_LINES:
            raise InvalidInput("file", f"has more than {MOST_LINES} lines: split it")

    def statement(self) -> None:
        self._statements += 1
        if self._statements > MOST_STATEMENTS:
            raise InvalidInput("file", f"has more than {MOST_STATEMENTS} statements: split it")


def words(text: str | None) -> str | None:
    """A text on one line, without control characters, of bounded length; None when nothing is left."""
    if not text:
        return None
    if _PLAIN.fullmatch(text):
        return text
    return _BLANKS.sub(" ", text).strip()[:MOST_TEXT].rstrip() or None


def parts(texts: Iterable[str | None]) -> tuple[str, ...]:
    """The parts of a remittance that say something, each once."""
    found = dict.fromkeys(part for text in texts if (part := words(text)))
    return tuple(found)[:MOST_PARTS]


def day_of(year: int, month: int, day: int, field: str) -> date:
    """A day on which business can be done. Raises InvalidInput naming `field`."""
    try:
        return business_day(date(year, month, day), field=field)
    except ValueError:
        raise InvalidInput(field, "is not a day of the calendar") from None


def positive(text: str, currency: str, field: str) -> Money:
    """An amount without sign, with a decimal point. Raises InvalidInput naming `field`."""
    amount = Money.parse(text, currency, field=field)
    if amount.minor < 0 or text.startswith("-"):
        raise InvalidInput(field, "is negative: the side of an amount is told beside it")
    return amount
