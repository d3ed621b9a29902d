"""Interest on the balance of each day.

Day by day the late balance bears a rate; equal days in a row are one line. With AFTER_DUE_TO_PAYMENT a day bears interest on what
was open when it began (so the day of payment does, that of a refund does not yet), with AFTER_DUE_BEFORE_PAYMENT on what
was open when it ended. Everything is exact - whole numbers over one common denominator - and **rounded once: the total since
the first day, half to even to the minor unit**. What a period costs is the total at its end less that at the end of the period
before it, so that it makes no difference how often interest is charged.

Compounded monthly, the formula is another one, and so is its rounding: at the end of each calendar month its interest
is rounded (half to even), and from the next day on what is unpaid of it bears interest too, while something of the principal
is late. Where parts of an invoice became late in different half-years, the first one's rate then holds for all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple

from receivables.charges.caps import Caps, CompoundTotal, SimpleTotal
from receivables.charges.day_count import COMMON_YEAR, days_between, year_of
from receivables.charges.debt import Debt, LatePart
from receivables.charges.reference import SCALE, Rates, half_year
from receivables.charges.rulebook import Pause
from receivables.core.calendar import add_months
from receivables.terms.late_charges import (
    Compounding,
    DayCount,
    Fixing,
    Inclusion,
    InterestRule,
    ReferenceRate,
)

UNIT: Final = COMMON_YEAR * 100 * SCALE
"""The common denominator: an exact amount is so many of these parts of a minor unit."""


class Line(NamedTuple):
    """Days `first` to `last` (ordinals, both included) on which the same balance bore the same rate (millionths of a percent a
    year). `exact` is their interest in parts of UNIT."""

    first: int
    last: int
    days: int
    balance: int
    rate: int
    exact: int


@dataclass(frozen=True, slots=True)
class Working:
    """The lines in order of time, and the total in minor units from the first day to each of the days that were asked for."""

    lines: tuple[Line, ...]
    totals: Mapping[int, int]

    def within(self, after: int, to: int) -> tuple[Line, ...]:
        """The lines of the days after one day up to another."""
        return tuple(line for line in self.lines if after < line.last <= to)


def work_out(
    debt: Debt,
    parts: Sequence[LatePart],
    rule: InterestRule,
    rates: Rates,
    ends: Sequence[int],
    caps: Caps,
    *,
    pauses: Sequence[Pause] = (),
    reductions: Sequence[tuple[int, int]] = (),
) -> Working:
    """The interest on a debt to the end of each of the days `ends` (ascending, one at least).

    `reductions` are days on which interest charged before was paid, and how much; they matter where it is compounded.
    Raises InvalidInput when a table of rates is not known.
    """
    if rule.compounding is Compounding.MONTHLY:
        return _compounded(debt, parts, rule, rates, ends, caps, pauses, reductions)
    lines = [
        line
        for group in _groups(parts, rule)
        for line in _lines(debt, parts, group, rule, rates, ends, caps, pauses)
    ]
    lines.sort(key=_last)
    total, totals, before = SimpleTotal(caps, UNIT), {}, 0
    for end in ends:
        after = bisect_right(lines, end, lo=before, key=_last)
        total.add([(line.first, line.exact) for line in lines[before:after]])
        totals[end], before = total.minor, after
    lines.sort()
    return Working(tuple(lines), totals)


def _last(line: Line) -> int:
    return line.last


def _compounded(
    debt: Debt,
    parts: Sequence[LatePart],
    rule: InterestRule,
    rates: Rates,
    ends: Sequence[int],
    caps: Caps,
    pauses: Sequence[Pause],
    reductions: Sequence[tuple[int, int]],
) -> Working:
    shift = _shift(rule)
    first = min(part.free_until for part in parts) + 1
    paid = (day + shift - 1 for day, _ in reductions)
    cuts = sorted({*ends, *_month_ends(first, ends[-1]), *(day for day in paid if day < ends[-1])})
    plain = _lines(debt, parts, range(len(parts)), rule, rates, cuts, caps, pauses)
    total = CompoundTotal(caps, UNIT, [(day + shift, minor) for day, minor in reductions])
    lines, totals, at = [], {}, 0
    for end in ends:
        while at < len(plain) and plain[at].last <= end:
            capital = total.capital_on(plain[at].first)
            first, last, _, balance, rate, _ = plain[at]
            (line,) = _made([(first, last, balance + capital, rate)], rule.day_count)
            total.add(line.exact, first)
            lines.append(line)
            at += 1
        totals[end] = total.minor
    return Working(tuple(lines), totals)


def _groups(parts: Sequence[LatePart], rule: InterestRule) -> Iterator[Sequence[int]]:
    """The parts that bear the same rate: all, unless the half-year in which each became late makes a difference."""
    fixed = isinstance(rule.rate, ReferenceRate) and rule.rate.fixing is Fixing.HALF_YEAR_OF_DEFAULT
    if len(parts) == 1 or not fixed:
        yield range(len(parts))
        return
    by_half: dict[date, list[int]] = {}
    for i, part in enumerate(parts):
        by_half.setdefault(half_year(date.fromordinal(part.due + 1)), []).append(i)
    yield from by_half.values()


def _lines(
    debt: Debt,
    parts: Sequence[LatePart],
    group: Sequence[int],
    rule: InterestRule,
    rates: Rates,
    cuts: Sequence[int],
    caps: Caps,
    pauses: Sequence[Pause],
) -> list[Line]:
    """The lines of the parts of a group, cut after each of the days `cuts` and nowhere after the last of them."""
    first, end, shift = min(parts[i].free_until for i in group) + 1, cuts[-1], _shift(rule)
    if first > end:
        return []
    steps = rates.steps(rule, min(parts[i].due for i in group) + 1, end)
    hard = {cut + 1 for cut in cuts}
    hard.update(day for day, _ in steps)
    if caps.per_year is not None or rule.day_count is DayCount.ACTUAL_ACTUAL:
        hard.update(_new_years(first, end))
    soft = {parts[i].free_until + 1 for i in group}
    soft.update(day + shift for day in debt.days[1:])
    soft.update(day for pause in pauses for day in _edges(pause))
    starts = sorted(day for day in hard | soft if first <= day <= end)
    bearing = _bearing(debt, parts, group, starts, shift)
    lines: list[tuple[int, int, int, int]] = []
    step = 0
    for day, following, balance in zip(starts, [*starts[1:], end + 1], bearing, strict=True):
        if not balance or (pauses and any(_paused(pause, day) for pause in pauses)):
            continue
        while step + 1 < len(steps) and steps[step + 1][0] <= day:
            step += 1
        rate = steps[step][1]
        if lines and day not in hard and lines[-1][1:] == (day - 1, balance, rate):
            lines[-1] = (lines[-1][0], following - 1, balance, rate)
        else:
            lines.append((day, following - 1, balance, rate))
    return _made(lines, rule.day_count)


def _bearing(
    debt: Debt, parts: Sequence[LatePart], group: Sequence[int], days: Sequence[int], shift: int
) -> Iterator[int]:
    """What of the parts bears interest on each of these days (ascending)."""
    free = [(i, parts[i].free_until) for i in group]
    at, last = 0, len(debt.days) - 1
    for day in days:
        while at < last and debt.days[at + 1] <= day - shift:
            at += 1
        still = debt.open[at]
        yield sum([still[i] for i, free_until in free if free_until < day])


def _made(lines: Iterable[tuple[int, int, int, int]], count: DayCount) -> list[Line]:
    """Lines with their days and exact interest."""
    if count in {DayCount.ACTUAL_365, DayCount.ACTUAL_360}:
        # The usual case, without a look at each day's year.
        part = COMMON_YEAR // year_of(0, count)
        return [
            Line(first, last, last - first + 1, balance, rate, balance * rate * (last - first + 1) * part)
            for first, last, balance, rate in lines
        ]
    made = []
    for first, last, balance, rate in lines:
        days = days_between(first - 1, last, count)
        part = COMMON_YEAR // year_of(date.fromordinal(first).year, count)
        made.append(Line(first, last, days, balance, rate, balance * rate * days * part))
    return made


def _shift(rule: InterestRule) -> int:
    """How many days after a change of the balance it bears interest otherwise."""
    return 1 if rule.inclusion is Inclusion.AFTER_DUE_TO_PAYMENT else 0


def _new_years(first: int, last: int) -> Iterable[int]:
    years = range(date.fromordinal(first).year + 1, date.fromordinal(last).year + 1)
    return (date(year, 1, 1).toordinal() for year in years)


def _month_ends(first: int, last: int) -> Iterator[int]:
    start = add_months(date.fromordinal(first).replace(day=1), 1)
    while (end := start.toordinal() - 1) <= last:
        yield end
        start = add_months(start, 1)


def _edges(pause: Pause) -> Iterator[int]:
    yield pause.first.toordinal()
    if pause.last is not None:
        yield pause.last.toordinal() + 1


def _paused(pause: Pause, day: int) -> bool:
    return pause.first.toordinal() <= day and (pause.last is None or day <= pause.last.toordinal())


def with_minimum(working: Working, minimum: int) -> Working:
    """Nothing at all where all interest, to the last of the days, is below the minimum."""
    if not working.totals or max(working.totals.values()) >= minimum:
        return working
    return replace(working, totals=dict.fromkeys(working.totals, 0))
