"""What an amount says of receivables: whether it settles them, and what explains the difference."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product
from typing import Final

from receivables.core.money import Money, decimals
from receivables.ledger import OpenReceivable
from receivables.matching.candidates import Fit, Line

TOLERANCE: Final = 5
"""Hundredths of the currency that may be too few or too many: a rounding, a slip. (Terms may let go more.)"""
MOST_FEE: Final = 35
"""Units of the currency that banks of a transfer may have kept: the dearest transfers abroad in euro cost about that much."""
FEE_SHARE: Final = 10
"""A fee is at most one part in so many of what is owed."""
MOST_OFFERED: Final = 6
"""Receivables with a discount of which it is tried which were taken."""


@dataclass(frozen=True, slots=True)
class Fitting:
    """How an amount fits: what it would have to be (`settles`), and the difference in words (empty: none). `beyond`: it fits only with
    receivables that were not named."""

    fit: Fit
    settles: int
    why: str = ""
    beyond: bool = False


def fitting(line: Line, items: Sequence[OpenReceivable], credit: int = 0) -> Fitting:
    """How the money of a line fits all of these receivables; the surest explanation of those there are. `credit` is what the
    account has of it (minor units)."""
    total = sum(item.balance.minor for item in items)
    came = line.amount.minor
    exact = _exactly(line, items, total, credit)
    if exact is not None:
        return exact
    nearly = _nearly(line, items, total)
    if nearly is not None:
        return nearly
    if came < total:
        return Fitting(Fit.PART, total, f"{_money(total - came, line)} less than what is open of it")
    return Fitting(Fit.OVER, total, f"{_money(came - total, line)} more than what is open of it")


def may_settle(line: Line, item: OpenReceivable) -> bool:
    """False: the money of a line is so much more or less that nothing explains it. Cheap, and never wrong."""
    came = line.amount.minor
    least = min((amount.minor for _, amount in item.offers), default=item.balance.minor)
    least = min(least, item.balance.minor - item.balance.minor // FEE_SHARE)
    tolerance = hundredths(TOLERANCE, line.amount.currency)
    return least - tolerance <= came + line.charges and came <= item.balance.minor + tolerance


def _exactly(line: Line, items: Sequence[OpenReceivable], total: int, credit: int) -> Fitting | None:
    came = line.amount.minor
    if came == total:
        return Fitting(Fit.EXACT, total)
    if came in _discounted(items, line.on):
        return Fitting(
            Fit.DISCOUNT, came, f"less a discount of {_money(total - came, line)} that was still on offer"
        )
    if line.charges and came + line.charges == total:
        return Fitting(Fit.CHARGES, total, f"less {_money(line.charges, line)} that the bank says it kept")
    if credit and came + credit == total:
        return Fitting(Fit.CREDIT, came, f"less {_money(credit, line)} of credit of the account")
    return None


def _nearly(line: Line, items: Sequence[OpenReceivable], total: int) -> Fitting | None:
    came = line.amount.minor
    settling = {total, *_discounted(items, line.on)}
    tolerance = hundredths(TOLERANCE, line.amount.currency)
    if any(abs(each - came) <= tolerance for each in settling):
        return Fitting(Fit.TOLERANCE, total, f"but for {_money(abs(total - came), line)}")
    if came in _discounted(items, None):
        return Fitting(
            Fit.LATE_DISCOUNT,
            total,
            f"less a discount of {_money(total - came, line)} that was not on offer any more",
        )
    if 0 < total - came <= most_fee(total, line.amount.currency):
        return Fitting(Fit.FEE, total, f"less {_money(total - came, line)}, as if a bank had kept a fee")
    return None


def _discounted(items: Sequence[OpenReceivable], on: date | None) -> frozenset[int]:
    """What settles all of them with at least one discount: of those on offer that day, or (None) of all there ever were."""
    if not any(item.offers for item in items):
        return frozenset()
    choices = [_settling(item, on) for item in items]
    total = sum(item.balance.minor for item in items)
    offered = sum(len(each) > 1 for each in choices)
    if not offered:
        return frozenset()
    if offered <= MOST_OFFERED:
        return frozenset(sum(each) for each in product(*choices)) - {total}
    return frozenset({sum(min(each) for each in choices)})


def _settling(item: OpenReceivable, on: date | None) -> tuple[int, ...]:
    offers = (amount.minor for until, amount in item.offers if on is None or on <= until)
    return tuple(dict.fromkeys((item.balance.minor, *offers)))


def near_amounts(line: Line) -> Iterator[int]:
    """Amounts that the money of a line may have been before the charges that the bank tells, itself first."""
    yield line.amount.minor
    if line.charges:
        yield line.amount.minor + line.charges


def most_fee(owed: int, currency: str) -> int:
    """The most that a fee can be (minor units)."""
    return min(hundredths(100 * MOST_FEE, currency), owed // FEE_SHARE)


def hundredths(number: int, currency: str) -> int:
    """So many hundredths of a currency in its minor units; yen and the like count as a hundred to the unit."""
    return number * 10 ** decimals(currency) // 100 if decimals(currency) else number


def _money(minor: int, line: Line) -> Money:
    return Money(minor, line.amount.currency)
