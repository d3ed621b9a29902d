"""Day counts: how many days lie between two dates, and what part of a year they are.

30/360 is the Eurobond basis, 30E/360 (ISDA 2006 Definitions, section 4.16(g); ICMA rule 251): the 31st counts as the 30th,
and the end of February as what it is. The American bond basis (4.16(f)) makes a day's weight depend on where a period
began, so that the rows of a working would not add up when a payment or a new rate splits them; this one adds up.

Actual/actual is that of ISDA 2006, section 4.16(b): each day is a 366th of a year in leap years, and a 365th in others.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date
from math import lcm
from typing import Final

from receivables.terms.late_charges import DayCount

COMMON_YEAR: Final = lcm(360, 365, 366)
"""A year in parts of which every day count gives whole numbers."""

_BASIS: Final = {DayCount.ACTUAL_365: 365, DayCount.ACTUAL_360: 360, DayCount.THIRTY_360: 360}


def days_between(after: int, to: int, count: DayCount) -> int:
    """Days after one date up to another one, that one included, both as ordinals."""
    if count is DayCount.THIRTY_360:
        return thirty_360_days(date.fromordinal(after), date.fromordinal(to))
    return to - after


def thirty_360_days(after: date, to: date) -> int:
    """Days between two dates by 30E/360."""
    return 360 * (to.year - after.year) + 30 * (to.month - after.month) + min(to.day, 30) - min(after.day, 30)


def year_of(year: int, count: DayCount) -> int:
    """The days that a year has, for days of that calendar year."""
    if count is DayCount.ACTUAL_ACTUAL:
        return 366 if isleap(year) else 365
    return _BASIS[count]
