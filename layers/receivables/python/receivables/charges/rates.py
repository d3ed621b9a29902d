"""Dated tables of reference rates: versioned documents with their sources."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Final

from receivables.core.calendar import FIRST_DAY, LAST_DAY
from receivables.core.errors import FieldError, InvalidFields
from receivables.core.trees import loads

PERCENT_DECIMALS: Final = 6
MOST_PERCENT: Final = 1000
MOST_CHANGES: Final = 5000
"""A change on every business day of nineteen years; a table of so many still fits into an item of DynamoDB."""
_FINEST: Final = Decimal(1).scaleb(-PERCENT_DECIMALS)


@dataclass(frozen=True, slots=True)
class RateChange:
    """From this day on the rate is so many percent a year."""

    on: date
    percent: Decimal


@dataclass(frozen=True, slots=True)
class RateTable:
    """One immutable version of a table: changes in order of date. `checked_until`: the day up to which the source is known to
    have said nothing else; later days are worked out with the last rate, and the working says so.

    Raises InvalidFields, each field by its path in the document (`changes.1.on`).
    """

    id: str
    version: int
    name: str
    in_force_from: date
    changes: tuple[RateChange, ...]
    source: str
    checked_until: date

    def __post_init__(self) -> None:
        if errors := tuple(_problems(self)):
            raise InvalidFields(errors)

    def percent_on(self, day: date) -> Decimal | None:
        """The rate in force on a day, in percent a year; None before the table begins."""
        position = bisect_right(self.changes, day, key=lambda change: change.on)
        return self.changes[position - 1].percent if position else None


def _problems(table: RateTable) -> Iterator[FieldError]:
    if not table.source.strip():
        yield FieldError("source", "must say where the rates are published")
    if not 1 <= len(table.changes) <= MOST_CHANGES:
        yield FieldError("changes", f"must be 1 to {MOST_CHANGES}")
        return
    for i, change in enumerate(table.changes):
        yield from _percent_problems(change.percent, f"changes.{i}.percent")
        if not FIRST_DAY <= change.on <= LAST_DAY:
            yield FieldError(f"changes.{i}.on", f"must lie between {FIRST_DAY} and {LAST_DAY}")
    for i, (before, change) in enumerate(pairwise(table.changes), start=1):
        if change.on <= before.on:
            yield FieldError(f"changes.{i}.on", "must be later than that of the change before it")
    if not table.changes[-1].on <= table.checked_until <= LAST_DAY:
        yield FieldError("checked_until", "must not be before the last change")


def _percent_problems(percent: Decimal, at: str) -> Iterator[FieldError]:
    if not percent.is_finite() or abs(percent) > MOST_PERCENT:
        yield FieldError(at, f"must be between -{MOST_PERCENT} and {MOST_PERCENT}")
    elif percent % _FINEST:
        yield FieldError(at, f"must have at most {PERCENT_DECIMALS} decimals")


@cache
def builtin_rates() -> tuple[RateTable, ...]:
    """The tables that come with the product, by id: version 1 of each. Changes are made in further versions."""
    data = files("receivables.charges") / "rates"
    texts = sorted(
        (entry.name, entry.read_text()) for entry in data.iterdir() if entry.name.endswith(".json")
    )
    return tuple(loads(RateTable, text) for _, text in texts)
