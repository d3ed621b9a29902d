"""Splits: how an amount is divided into the parts of instalment rules. They always add up to it, to the minor unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.terms.figures import PERCENT_DECIMALS, percent_text
from receivables.terms.instalments import (
    FixedAmount,
    PercentOfRemainder,
    PercentOfTotal,
    Remainder,
    Share,
)


@dataclass(frozen=True, slots=True)
class Piece:
    """One part of a split amount, and how it came about: `30 % of 1000.00 EUR`. It can be zero."""

    amount: Money
    working: str


def split(shares: Sequence[Share], amount: Money, at: str = "instalments") -> tuple[Piece, ...]:
    """Divide an amount, which may be negative (a credit note is split like its invoice).

    Percentages of the total alone are divided by largest remainder: no part is off by a minor unit or more. Where the last
    part takes the remainder, each part before it is rounded half-even, and is at most what is left. Raises InvalidInput
    (`<at>.<i>.share.amount`) where a fixed amount has none in the currency.
    """
    percents = [share.percent for share in shares if isinstance(share, PercentOfTotal)]
    if len(percents) == len(shares):
        parts = amount.allocate([_weight(percent) for percent in percents])
        return tuple(
            Piece(part, _percent_of(percent, amount, ""))
            for part, percent in zip(parts, percents, strict=True)
        )
    return _one_after_another(shares, amount, at)


def _one_after_another(shares: Sequence[Share], amount: Money, at: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    left = amount
    for i, share in enumerate(shares):
        wanted, working = _wanted(share, amount, left, f"{at}.{i}.share")
        part = _at_most(wanted, left)
        pieces.append(Piece(part, working if part == wanted else f"{working}, but only {left} is left"))
        left = left - part
    return tuple(pieces)


def _wanted(share: Share, amount: Money, left: Money, at: str) -> tuple[Money, str]:
    match share:
        case PercentOfTotal(percent):
            return amount.times(percent / 100), _percent_of(percent, amount, "")
        case PercentOfRemainder(percent):
            return left.times(percent / 100), _percent_of(percent, left, "the remaining ")
        case FixedAmount(amounts):
            fixed = amounts.in_(amount.currency)
            if fixed is None:
                raise InvalidInput(f"{at}.amount", f"has no amount in {amount.currency}")
            return -fixed if amount.minor < 0 else fixed, "fixed amount"
        case Remainder():
            return left, "the remainder"


def _at_most(wanted: Money, left: Money) -> Money:
    """Both have the sign of the amount that is split, or are zero."""
    return wanted if abs(wanted.minor) <= abs(left.minor) else left


def _weight(percent: Decimal) -> int:
    return int(percent.scaleb(PERCENT_DECIMALS))


def _percent_of(percent: Decimal, amount: Money, which: str) -> str:
    return f"{percent_text(percent)} of {which}{amount}"
