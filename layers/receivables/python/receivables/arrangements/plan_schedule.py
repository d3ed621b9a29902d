"""The schedule of a payment plan: its parts, and the interest and fee that are agreed for it. Sums are exact.

Principal is repaid by the schedule; interest is worked out on what is left of it from the day of the agreement to each
date, actual/365, and rounded once, half to even, for the whole plan. Fee and interest are spread over equal parts, so
that these are equal but for a minor unit; with a schedule of one's own they come with the last part.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from enum import StrEnum
from typing import Final, TypeAlias

from receivables.arrangements.arrangement import Part
from receivables.core.calendar import LAST_DAY, add_months
from receivables.core.errors import FieldError, InvalidFields, InvalidInput
from receivables.core.money import Money, total

MOST_PARTS: Final = 120
MOST_EVERY: Final = 366
HIGHEST_PERCENT: Final = Decimal(100)
DAYS_OF_YEAR: Final = 365


class Unit(StrEnum):
    """What the time between equal parts is counted in."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    """The same day of each month as that of the first; a month without it has it on its last."""


@dataclass(frozen=True, slots=True)
class EqualParts:
    """So many equal parts, the first on a local date, then one every so many days, weeks or months."""

    count: int
    first: date
    every: int = 1
    unit: Unit = Unit.MONTHS


@dataclass(frozen=True, slots=True)
class OwnParts:
    """Parts as agreed; with a down payment they add up to the principal, interest and fee apart."""

    parts: tuple[Part, ...]


Schedule: TypeAlias = EqualParts | OwnParts


@dataclass(frozen=True, slots=True)
class PlanTerms:
    """What was agreed: the schedule; a down payment before it, that bears no share of fee and interest; a fee; and
    interest in percent a year."""

    schedule: Schedule
    down_payment: Part | None = None
    fee: Money | None = None
    annual_percent: Decimal | None = None


@dataclass(frozen=True, slots=True)
class InterestRow:
    """Days `first` to `last` (local, both included) on which `balance` bore interest: `amount` exactly, in minor units."""

    first: date
    last: date
    days: int
    balance: Money
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Outline:
    """What comes of it: the parts add up to principal, fee and interest. `rows` are the working of the interest."""

    parts: tuple[Part, ...]
    principal: Money
    fee: Money
    interest: Money
    rows: tuple[InterestRow, ...] = ()

    @property
    def total(self) -> Money:
        return self.principal + self.fee + self.interest


def outline(terms: PlanTerms, principal: Money, agreed_on: date) -> Outline:
    """The parts for a principal, agreed on a local date.

    Raises InvalidFields: `fee`, `annual_percent`, `down_payment`, `schedule.count`, `schedule.every`, `parts`...
    """
    _check(terms, principal)
    repaid = _repayments(terms, principal)
    rows = tuple(_interest(repaid, principal, terms.annual_percent or Decimal(0), agreed_on))
    interest = Money(_rounded(sum((row.amount for row in rows), Decimal(0))), principal.currency)
    fee = terms.fee or Money.zero(principal.currency)
    parts = _with_extras(terms, repaid, fee + interest)
    return Outline(parts, principal, fee, interest, rows)


def dates_of(parts: EqualParts) -> tuple[date, ...]:
    """The dates of equal parts."""
    return tuple(_date(parts, index) for index in range(parts.count))


def _date(parts: EqualParts, index: int) -> date:
    steps = index * parts.every
    if parts.unit is Unit.MONTHS:
        return add_months(parts.first, steps)
    return parts.first + timedelta(days=steps * (7 if parts.unit is Unit.WEEKS else 1))


def _repayments(terms: PlanTerms, principal: Money) -> tuple[Part, ...]:
    """The parts without interest and fee: they add up to the principal."""
    down = (terms.down_payment,) if terms.down_payment else ()
    rest = principal - total((part.amount for part in down), principal.currency)
    schedule = terms.schedule
    if isinstance(schedule, OwnParts):
        if (own := total((part.amount for part in schedule.parts), principal.currency)) != rest:
            raise InvalidInput("parts", f"add up to {own}, not to the {rest} that is to be paid")
        return (*down, *schedule.parts)
    if rest.minor < schedule.count:
        raise InvalidInput("schedule.count", f"is more parts than {rest} can be divided into")
    amounts = rest.allocate([1] * schedule.count)
    return (*down, *(Part(on, each) for on, each in zip(dates_of(schedule), amounts, strict=True)))


def _with_extras(terms: PlanTerms, repaid: Sequence[Part], extra: Money) -> tuple[Part, ...]:
    if not extra:
        return tuple(repaid)
    if isinstance(terms.schedule, OwnParts):
        return (*repaid[:-1], replace(repaid[-1], amount=repaid[-1].amount + extra))
    down = 1 if terms.down_payment else 0
    rest = total((part.amount for part in repaid[down:]), extra.currency) + extra
    amounts = rest.allocate([1] * terms.schedule.count)
    equal = (replace(part, amount=each) for part, each in zip(repaid[down:], amounts, strict=True))
    return (*repaid[:down], *equal)


def _interest(
    repaid: Sequence[Part], principal: Money, percent: Decimal, agreed_on: date
) -> Iterator[InterestRow]:
    if not percent:
        return
    balance, since = principal, agreed_on
    for part in repaid:
        days = (part.on - since).days
        if days > 0:
            amount = Decimal(balance.minor) * percent * days / (100 * DAYS_OF_YEAR)
            yield InterestRow(since + timedelta(days=1), part.on, days, balance, amount)
        balance, since = balance - part.amount, max(since, part.on)


def _rounded(minor: Decimal) -> int:
    return int(minor.to_integral_value(rounding=ROUND_HALF_EVEN))


def _check(terms: PlanTerms, principal: Money) -> None:
    errors = [*_money_problems(terms, principal), *_schedule_problems(terms.schedule, principal)]
    if errors:
        raise InvalidFields(errors)


def _money_problems(terms: PlanTerms, principal: Money) -> Iterator[FieldError]:
    currency, down = principal.currency, terms.down_payment
    if terms.fee is not None:
        if terms.fee.currency != currency:
            yield FieldError("fee.currency", f"must be {currency}")
        if terms.fee.minor < 0:
            yield FieldError("fee.amount", "must not be negative")
    percent = terms.annual_percent
    if percent is not None and not (percent.is_finite() and 0 <= percent <= HIGHEST_PERCENT):
        yield FieldError("annual_percent", f"must be between 0 and {HIGHEST_PERCENT}")
    if down is None:
        return
    if down.amount.currency != currency:
        yield FieldError("down_payment.amount.currency", f"must be {currency}")
    elif not 0 < down.amount.minor < principal.minor:
        yield FieldError("down_payment.amount.amount", f"must be more than zero and less than {principal}")


def _schedule_problems(schedule: Schedule, principal: Money) -> Iterator[FieldError]:
    if isinstance(schedule, OwnParts):
        if not 1 <= len(schedule.parts) <= MOST_PARTS:
            yield FieldError("parts", f"must be 1 to {MOST_PARTS}")
        for i, part in enumerate(schedule.parts):
            if part.amount.currency != principal.currency:
                yield FieldError(f"parts.{i}.amount.currency", f"must be {principal.currency}")
        return
    if not 1 <= schedule.count <= MOST_PARTS:
        yield FieldError("schedule.count", f"must be between 1 and {MOST_PARTS}")
    elif not 1 <= schedule.every <= MOST_EVERY:
        yield FieldError("schedule.every", f"must be between 1 and {MOST_EVERY}")
    elif _years(schedule) > LAST_DAY.year - schedule.first.year - 1:
        yield FieldError("schedule", f"must end before {LAST_DAY}")


def _years(parts: EqualParts) -> int:
    """At least so many years as the parts take."""
    days = {Unit.DAYS: 1, Unit.WEEKS: 7, Unit.MONTHS: 31}[parts.unit]
    return parts.count * parts.every * days // DAYS_OF_YEAR
