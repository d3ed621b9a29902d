"""The working of a charge in words: what the rows alone do not tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from receivables.charges.caps import half_even
from receivables.charges.debt import LatePart
from receivables.charges.interest import UNIT, Line
from receivables.charges.reference import Rates, percent_text
from receivables.charges.rulebook import Pause
from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.ledger import WorkingRow
from receivables.terms.late_charges import (
    Band,
    Compounding,
    DayCount,
    FeeRule,
    FixedRate,
    Fixing,
    Inclusion,
    InterestRule,
    LateCharges,
    MonthlyRate,
    Per,
    ReferenceRate,
)

ROW_DECIMALS: Final = 6
"""So many decimals of a minor unit are shown of the exact amount of a row."""
_SHOWN: Final = 10**ROW_DECIMALS
_PART: Final = UNIT // _SHOWN
"""Parts of UNIT in the last decimal that is shown: a whole number of them."""

_INCLUSION: Final = {
    Inclusion.AFTER_DUE_TO_PAYMENT: "Interest runs from the day after the due date to the day of payment, both included.",
    Inclusion.AFTER_DUE_BEFORE_PAYMENT: "Interest runs from the day after the due date to the day before payment.",
}
_DAY_COUNT: Final = {
    DayCount.ACTUAL_365: "A day is a 365th of a year.",
    DayCount.ACTUAL_ACTUAL: "A day is a 365th of a year, a 366th in leap years.",
    DayCount.ACTUAL_360: "A day is a 360th of a year.",
    DayCount.THIRTY_360: "Every month counts 30 days, a year 360 (30E/360).",
}
_FIXING: Final = {
    Fixing.HALF_YEAR_OF_DEFAULT: "as on the first day of the half-year in which the debt became late",
    Fixing.EACH_HALF_YEAR: "read anew on 1 January and 1 July",
    Fixing.DAILY: "from the day on which it changes",
}
_FIXING_EVE: Final = {
    Fixing.HALF_YEAR_OF_DEFAULT: "as on the day before the half-year in which the debt became late",
    Fixing.EACH_HALF_YEAR: "as on 31 December and 30 June before",
}


def rows_of(lines: Iterable[Line], currency: str) -> tuple[WorkingRow, ...]:
    """The lines of a working as they are kept and shown; amounts have six decimals of a minor unit."""
    rows, balance = [], Money.zero(currency)
    for line in lines:
        if balance.minor != line.balance:
            balance = Money(line.balance, currency)
        first, last = date.fromordinal(line.first), date.fromordinal(line.last)
        rate, amount = percent_text(line.rate), exact_text(line.exact)
        rows.append(WorkingRow(first, last, line.days, balance, rate, amount))
    return tuple(rows)


def exact_text(exact: int) -> str:
    """An exact amount in minor units, to six decimals, without needless zeros."""
    shown = half_even(exact, _PART)
    whole, rest = divmod(shown, _SHOWN)
    return f"{whole}.{rest:0{ROW_DECIMALS}d}".rstrip("0") if rest else str(whole)


def interest_notes(
    rule: InterestRule,
    rules: LateCharges,
    lines: Sequence[Line],
    rates: Rates,
    currency: str,
    pauses: Sequence[Pause] = (),
) -> Iterator[str]:
    """How the rate was found, which days count, how it was rounded, and what bounded it."""
    yield from _rate_notes(rule, lines, rates)
    yield _INCLUSION[rule.inclusion]
    yield _DAY_COUNT[rule.day_count]
    if rule.compounding is Compounding.MONTHLY:
        yield "At the end of each calendar month its interest is rounded, half to even, and what is unpaid of it bears interest."
    else:
        yield "Rounded once, half to even, on the total since the first day; a period is that total less the periods before it."
    if rules.grace_days and rules.grace_is_free:
        yield f"The {rules.grace_days} days of grace bear no interest."
    yield from _bound_notes(rule, currency)
    for pause in pauses:
        until = "until further notice" if pause.last is None else f"to {pause.last}"
        yield f"No interest from {pause.first} {until}: {pause.reason}."


def _rate_notes(rule: InterestRule, lines: Sequence[Line], rates: Rates) -> Iterator[str]:
    match rule.rate:
        case FixedRate(percent):
            yield f"Rate: {_percent(percent)} a year."
        case MonthlyRate(percent):
            yield f"Rate: {_percent(percent)} a month, which is {_percent(12 * percent)} a year."
        case ReferenceRate(name, margin, fixing):
            table = rates.table(name)
            words = (_FIXING_EVE if rule.rate.eve else _FIXING).get(fixing, _FIXING[fixing])
            yield f"Rate: {table.name} {words}, plus {_points(margin)}. Source: {table.source} (table {table.id}/{table.version})."
            if lines and lines[-1].last > table.checked_until.toordinal():
                yield f"The reference rate is checked until {table.checked_until}; later days are worked out with its last known value."
            if lines and lines[0].first < table.changes[0].on.toordinal():
                yield f"The table begins on {table.changes[0].on}; days before it are worked out with its first value."


def _bound_notes(rule: InterestRule, currency: str) -> Iterator[str]:
    if rule.legal_maximum is not None:
        yield f"The rate is at most {_percent(rule.legal_maximum)} a year."
    if rule.cap_percent is not None:
        yield f"All interest on an invoice is at most {_percent(rule.cap_percent)} of its amount."
    for bound, words in (
        (rule.cap_per_invoice, "All interest on an invoice is at most"),
        (rule.cap_per_year, "Interest on an invoice within a calendar year is at most"),
        (rule.minimum, "Interest is not charged when it is, in all, less than"),
    ):
        if amount := bound.in_(currency):
            yield f"{words} {amount}."


def fee_notes(rule: FeeRule, late: Money, rules: LateCharges) -> Iterator[str]:
    """What the fee is for, and by which part of its rule."""
    what = "all that is late on the account" if rule.per is Per.ACCOUNT else "what is late"
    if rule.percent is not None:
        yield f"{_percent(rule.percent)} of {what}, {late}, rounded half to even."
    elif rule.bands:
        yield f"For {what}, {late}: {_band_text(rule.bands, late)}."
    else:
        yield f"A flat fee; {what} is {late}."
    if days := rules.grace_days + rule.after_days:
        yield f"It arises when something is still unpaid {days} days after the due date."
    for bound, words in ((rule.minimum, "at least"), (rule.cap, "at most")):
        if amount := bound.in_(late.currency):
            yield f"It is {words} {amount}."


def part_notes(parts: Sequence[LatePart]) -> Iterator[str]:
    """From which due dates days are counted, where there are several."""
    if len(parts) > 1:
        dates = ", ".join(str(date.fromordinal(part.due)) for part in parts)
        yield f"Each instalment is late from the day after its own due date ({dates}); payments pay the oldest first."


def _band_text(bands: Sequence[Band], late: Money) -> str:
    for band in bands:
        bound = _amount(band.up_to, late.currency)
        if bound is None or late <= bound:
            return "the band without limit" if bound is None else f"the band up to {bound}"
    return "no band"


def _amount(amounts: Amounts | None, currency: str) -> Money | None:
    return None if amounts is None else amounts.in_(currency)


def _percent(value: Decimal) -> str:
    return f"{value.normalize():f} %"


def _points(value: Decimal) -> str:
    return f"{value.normalize():f} percentage points"
