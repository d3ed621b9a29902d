"""Checks of figures in terms: percentages and amounts, and how they are written in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from receivables.core.amounts import Amounts
from receivables.core.errors import FieldError

PERCENT_DECIMALS: Final = 6
"""So many decimals of a percentage are kept; they make shares of amounts exact integers."""
MOST_LET_GO: Final = 1000
"""Minor units. More than that is not a difference, but money."""
_FINEST: Final = Decimal(1).scaleb(-PERCENT_DECIMALS)


def percent_problems(
    value: Decimal, at: str, *, most: int, least: int = 0, open_ends: bool = True
) -> Iterator[FieldError]:
    """What is wrong with a percentage between `least` and `most`; with `open_ends` it is more than the least."""
    if not value.is_finite():
        yield FieldError(at, "must be a number")
    elif not least <= value <= most or (open_ends and value == least):
        bound = f"more than {least} and at most {most}" if open_ends else f"between {least} and {most}"
        yield FieldError(at, f"must be {bound}")
    elif value % _FINEST:
        yield FieldError(at, f"must have at most {PERCENT_DECIMALS} decimals")


def positive_problems(amounts: Amounts, at: str) -> Iterator[FieldError]:
    """All amounts must be more than zero."""
    yield from (
        FieldError(at, f"{amount} must be more than zero") for amount in amounts.each if amount.minor <= 0
    )


def negative_problems(amounts: Amounts, at: str) -> Iterator[FieldError]:
    """No amount may be negative."""
    yield from (
        FieldError(at, f"{amount} must not be negative") for amount in amounts.each if amount.minor < 0
    )


def small_change_problems(amounts: Amounts, at: str) -> Iterator[FieldError]:
    """Amounts that are let go without asking anybody: not negative, and no money worth speaking of."""
    yield from negative_problems(amounts, at)
    for amount in amounts.each:
        if amount.minor > MOST_LET_GO:
            yield FieldError(at, f"{amount} must be at most {MOST_LET_GO} minor units")


def below_problems(upper: Amounts, lower: Amounts, at: str, what: str) -> Iterator[FieldError]:
    """In no currency may an upper amount be less than the lower one, which is called `what`."""
    for amount in upper.each:
        least = lower.in_(amount.currency)
        if least is not None and amount < least:
            yield FieldError(at, f"{amount} must not be below the {what} of {least}")


def currencies(amounts: Amounts) -> frozenset[str]:
    """The currencies in which there is an amount."""
    return frozenset(amount.currency for amount in amounts.each)


def percent_text(value: Decimal) -> str:
    """A percentage without needless zeros, as `2.5 %`."""
    return f"{value.normalize():f} %"


def amounts_text(amounts: Amounts) -> str:
    """All amounts, as `40.00 EUR or 35.00 GBP`."""
    return " or ".join(str(amount) for amount in amounts.each)


def count_text(number: int, unit: str) -> str:
    """A number of things, as `1 day` or `30 days`."""
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def either(numbers: tuple[int, ...], name: Callable[[int], str]) -> str:
    """One of several, as `10th or 25th`."""
    return " or ".join(name(number) for number in numbers)


def ordinal(number: int) -> str:
    """A day of the month, as `1st`, `22nd` or `13th`."""
    suffix = "th" if 11 <= number <= 13 else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{suffix}"
