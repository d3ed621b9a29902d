"""What bounds interest, and the running total of it within these bounds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from receivables.core.money import Money
from receivables.terms.late_charges import InterestRule


@dataclass(frozen=True, slots=True)
class Caps:
    """The most in minor units: in all, and in one calendar year (None: without bound)."""

    in_all: int | None = None
    per_year: int | None = None


def caps_of(rule: InterestRule, amount: Money) -> Caps:
    """The bounds of a rule for an invoice of that amount. A bound in percent is rounded down: at most is at most."""
    bounds = []
    if (most := rule.cap_per_invoice.in_(amount.currency)) is not None:
        bounds.append(most.minor)
    if rule.cap_percent is not None:
        bounds.append(int(amount.minor * rule.cap_percent / 100))
    yearly = rule.cap_per_year.in_(amount.currency)
    return Caps(min(bounds, default=None), None if yearly is None else yearly.minor)


def half_even(numerator: int, denominator: int) -> int:
    """A fraction that is not negative, rounded to a whole number; a half goes to the even one."""
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest > denominator or (2 * rest == denominator and whole % 2 == 1))


class SimpleTotal:
    """Simple interest: exact amounts of years, each at most its cap; the sum is rounded."""

    def __init__(self, caps: Caps, unit: int) -> None:
        self._caps, self._unit = caps, unit
        self._exact = 0
        self._years: dict[int, int] = {}

    def add(self, interest: Sequence[tuple[int, int]]) -> None:
        """Add interest of days: the first of them (all are in one calendar year, where there is a cap of a year), and the exact
        amount."""
        if self._caps.per_year is None:
            self._exact += sum([exact for _, exact in interest])
            return
        for day, exact in interest:
            year = date.fromordinal(day).year
            self._years[year] = self._years.get(year, 0) + exact

    @property
    def minor(self) -> int:
        exact = self._exact
        if self._caps.per_year is not None:
            exact = sum(min(each, self._caps.per_year * self._unit) for each in self._years.values())
        return _at_most(half_even(exact, self._unit), self._caps.in_all)


class CompoundTotal:
    """Interest that bears interest: what months came to, each rounded at its end, and what is unpaid of that.

    `reductions` are days from which on so much less of it is unpaid.
    """

    def __init__(self, caps: Caps, unit: int, reductions: Sequence[tuple[int, int]]) -> None:
        self._caps, self._unit, self._reductions = caps, unit, reductions
        self._month: tuple[int, int] | None = None
        self._exact = self._closed = 0
        self._years: dict[int, int] = {}

    def capital_on(self, day: int) -> int:
        """The interest of earlier months that is unpaid on a day."""
        self._turn_to(day)
        paid = sum(minor for since, minor in self._reductions if since <= day)
        return max(0, self._closed - paid)

    def add(self, exact: int, day: int) -> None:
        self._turn_to(day)
        self._exact += exact

    @property
    def minor(self) -> int:
        return self._closed + self._of_month()

    def _turn_to(self, day: int) -> None:
        when = date.fromordinal(day)
        month = (when.year, when.month)
        if self._month is not None and month != self._month:
            of_month = self._of_month()
            self._closed += of_month
            self._years[self._month[0]] = self._years.get(self._month[0], 0) + of_month
            self._exact = 0
        self._month = month

    def _of_month(self) -> int:
        minor = half_even(self._exact, self._unit)
        if self._caps.per_year is not None and self._month is not None:
            minor = min(minor, max(0, self._caps.per_year - self._years.get(self._month[0], 0)))
        if self._caps.in_all is not None:
            minor = min(minor, max(0, self._caps.in_all - self._closed))
        return minor


def _at_most(minor: int, most: int | None) -> int:
    return minor if most is None else min(minor, most)
