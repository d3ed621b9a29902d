"""Fees: charged once, for an invoice or for all that is late on an account.

A fee arises when something is still open at the end of the last day of grace (and `after_days` more): on the day after. It is
for what is late then - all parts of the invoice whose days of grace are over. A percentage of that is rounded half to
even; then the fee's minimum and cap hold.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from receivables.charges.debt import Debt, LatePart
from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.terms.late_charges import FeeRule


@dataclass(frozen=True, slots=True)
class Fee:
    """A fee that has arisen on a day (ordinal), for what was late then: both in minor units."""

    on: int
    late: int
    minor: int


def fee_day(part: LatePart, rule: FeeRule) -> int:
    """The day on which the fee arises if the part is still open when it begins."""
    return part.grace_until + rule.after_days + 1


def first_late(debt: Debt, parts: Sequence[LatePart], rule: FeeRule, today: int) -> int | None:
    """The day, up to today, on which the fee arose for the invoice; None: it did not."""
    days = (
        fee_day(part, rule)
        for i, part in enumerate(parts)
        if not part.undecided and fee_day(part, rule) <= today and debt.at_end_of(fee_day(part, rule) - 1)[i]
    )
    return min(days, default=None)


def late_before(debt: Debt, parts: Sequence[LatePart], day: int) -> int:
    """What is late, its days of grace over, when a day begins: minor units."""
    still = debt.at_end_of(day - 1)
    return sum(still[i] for i, part in enumerate(parts) if part.grace_until < day)


def fee_of(debt: Debt, parts: Sequence[LatePart], rule: FeeRule, currency: str, today: int) -> Fee | None:
    """The fee that has arisen for an invoice by today; None: it has not, or it is nothing in that currency."""
    day = first_late(debt, parts, rule, today)
    if day is None:
        return None
    late = late_before(debt, parts, day)
    minor = amount_of(rule, late, currency)
    return Fee(day, late, minor) if minor else None


def amount_of(rule: FeeRule, late: int, currency: str) -> int:
    """The fee for so much that is late, in minor units; zero where the rule says nothing for the currency."""
    minor = _unbounded(rule, Money(late, currency))
    if not minor and (rule.percent is None or not late):
        return 0
    least, most = rule.minimum.in_(currency), rule.cap.in_(currency)
    minor = minor if least is None else max(minor, least.minor)
    return minor if most is None else min(minor, most.minor)


def _unbounded(rule: FeeRule, late: Money) -> int:
    if rule.percent is not None:
        return late.times(rule.percent / 100).minor
    if rule.bands:
        return _banded(rule, late)
    return _minor(rule.flat, late.currency)


def _banded(rule: FeeRule, late: Money) -> int:
    for band in rule.bands:
        if band.up_to is None:
            return _minor(band.fee, late.currency)
        bound = band.up_to.in_(late.currency)
        if bound is not None and late <= bound:
            return _minor(band.fee, late.currency)
    return 0


def _minor(amounts: Amounts | None, currency: str) -> int:
    amount = amounts.in_(currency) if amounts is not None else None
    return amount.minor if amount else 0
