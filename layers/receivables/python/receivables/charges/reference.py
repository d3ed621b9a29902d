"""Annual rates: which one holds on which day, for a debt that became late on a day."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Final

from receivables.charges.rates import PERCENT_DECIMALS, RateTable
from receivables.core.errors import InvalidInput
from receivables.terms.late_charges import FixedRate, Fixing, InterestRule, MonthlyRate, ReferenceRate

SCALE: Final = 10**PERCENT_DECIMALS
"""Rates are whole numbers of millionths of a percent, so that nothing is rounded on the way."""
_JULY: Final = 7


def half_year(day: date) -> date:
    """The first day of the half-year of a day."""
    return date(day.year, _JULY if day.month >= _JULY else 1, 1)


def next_half_year(day: date) -> date:
    """The first day of the half-year after that of a day."""
    return date(day.year + 1, 1, 1) if day.month >= _JULY else date(day.year, _JULY, 1)


def scaled(percent: Decimal) -> int:
    """Percent in millionths; it has no more than six decimals."""
    return int(percent.scaleb(PERCENT_DECIMALS))


@cache
def percent_text(scaled_rate: int) -> str:
    """The rate that `scaled` made whole, without needless zeros."""
    return f"{Decimal(scaled_rate).scaleb(-PERCENT_DECIMALS).normalize():f}"


@dataclass(frozen=True, slots=True)
class _Series:
    """Rates by the day from which on they hold: ordinals, ascending, and millionths of a percent."""

    days: list[int]
    rates: list[int]

    def before(self, day: int) -> int:
        """The position after that of the rate which holds on a day."""
        return bisect_right(self.days, day)

    def on(self, day: int) -> int:
        # A debt from before the table began is worked out with its first rate, rather than not at all.
        return self.rates[max(0, self.before(day) - 1)]


class Rates:
    """The tables at hand. Made once for many debts: what was looked up for one is remembered."""

    def __init__(self, tables: Mapping[str, RateTable]) -> None:
        self._tables = tables
        self._found: dict[tuple[ReferenceRate, Decimal | None], _Series] = {}

    def table(self, name: str) -> RateTable:
        """Raises InvalidInput (field `rate.table`) when it is not known."""
        if name not in self._tables:
            raise InvalidInput("rate.table", f"{name!r} is not the id of a table of reference rates")
        return self._tables[name]

    def steps(self, rule: InterestRule, late_on: int, last: int) -> list[tuple[int, int]]:
        """From which day on (ordinals, ascending) which annual rate holds, for a debt that became late on `late_on`, as
        far as to `last`: millionths of a percent, never below zero, never above the legal maximum.

        Raises InvalidInput (field `rate.table`) when the table is not known.
        """
        match rule.rate:
            case FixedRate(percent):
                return [(late_on, _bounded(scaled(percent), rule))]
            case MonthlyRate(percent):
                return [(late_on, _bounded(12 * scaled(percent), rule))]
            case ReferenceRate() as rate:
                series = self._series(rate, rule, late_on, last)
                steps = [(late_on, series.on(late_on))]
                if rate.fixing is not Fixing.HALF_YEAR_OF_DEFAULT:
                    some = slice(series.before(late_on), series.before(last))
                    steps += zip(series.days[some], series.rates[some], strict=True)
                return steps

    def _series(self, rate: ReferenceRate, rule: InterestRule, first: int, last: int) -> _Series:
        """What the rule makes of its table: by its changes, or by half-years, as far as they are needed."""
        key = (rate, rule.legal_maximum)
        if key not in self._found:
            changes = self.table(rate.table).changes if rate.fixing is Fixing.DAILY else ()
            self._found[key] = _Series(
                [change.on.toordinal() for change in changes],
                [_bounded(scaled(change.percent + rate.margin), rule) for change in changes],
            )
        series = self._found[key]
        if rate.fixing is not Fixing.DAILY:
            self._extend(series, rate, rule, first, last)
        return series

    def _extend(
        self, halves: _Series, rate: ReferenceRate, rule: InterestRule, first: int, last: int
    ) -> None:
        """Let them reach from the half-year of one day to that after another: debts are young, tables are long."""
        if halves.days and first < halves.days[0]:
            halves.days.clear()
            halves.rates.clear()
        table, start = self.table(rate.table), half_year(date.fromordinal(first))
        while not halves.days or halves.days[-1] <= last:
            if halves.days:
                start = next_half_year(date.fromordinal(halves.days[-1]))
            percent = table.percent_on(start - timedelta(days=rate.eve))
            if percent is None:
                percent = table.changes[0].percent
            halves.days.append(start.toordinal())
            halves.rates.append(_bounded(scaled(percent + rate.margin), rule))


def _bounded(rate: int, rule: InterestRule) -> int:
    """A rate is never negative, and at most the legal maximum."""
    rate = max(0, rate)
    return rate if rule.legal_maximum is None else min(rate, scaled(rule.legal_maximum))
