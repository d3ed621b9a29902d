"""Late charges: what the terms allow to be charged when an invoice is paid late. Rules only; `charges` works them out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Final, TypeAlias

from receivables.core.amounts import Amounts
from receivables.core.errors import FieldError
from receivables.terms.figures import (
    below_problems,
    currencies,
    negative_problems,
    percent_problems,
    positive_problems,
)

MAX_GRACE_DAYS: Final = 365
MAX_FEES: Final = 20
MAX_BANDS: Final = 20
MAX_RATE: Final = 1000
"""Percent a year: what is higher is a slip of the decimal point."""
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}", re.ASCII)


class Per(StrEnum):
    """What a fee is charged for."""

    INVOICE = "invoice"
    ACCOUNT = "account"
    """Once for all that is late on the account at that time."""


class Inclusion(StrEnum):
    """Which days bear interest."""

    AFTER_DUE_TO_PAYMENT = "after_due_to_payment"
    """From the day after the due date to the day of payment, that day included."""
    AFTER_DUE_BEFORE_PAYMENT = "after_due_before_payment"
    """From the day after the due date to the day before that of payment."""


class DayCount(StrEnum):
    """What part of a year a number of days is."""

    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"
    """Of 366 in leap years."""
    ACTUAL_360 = "actual/360"
    THIRTY_360 = "30/360"


class Compounding(StrEnum):
    """Whether interest bears interest."""

    NONE = "none"
    MONTHLY = "monthly"


class Fixing(StrEnum):
    """When a reference rate is read from its table."""

    HALF_YEAR_OF_DEFAULT = "half_year_of_default"
    """The rate in force on the first day of the half-year in which the debt became late, for all of its time."""
    EACH_HALF_YEAR = "each_half_year"
    """Read anew on 1 January and 1 July."""
    DAILY = "daily"
    """As the table changes."""


class Accrual(StrEnum):
    """When interest becomes a charge."""

    AT_PAYMENT = "at_payment"
    MONTHLY = "monthly"
    AT_REMINDER = "at_reminder"


class Claiming(StrEnum):
    """Who asks the customer for a charge that has arisen."""

    AT_ONCE = "at_once"
    BY_DECISION = "by_decision"
    """It is on record, but not asked for until a person claims it."""


@dataclass(frozen=True, slots=True)
class Band:
    """A fee for amounts up to `up_to` (included; None: without limit)."""

    up_to: Amounts | None
    fee: Amounts


@dataclass(frozen=True, slots=True)
class FeeRule:
    """A fee that is charged once: flat, in percent of what is late, or by bands; exactly one of the three.

    `key` names it for ever within the terms. It arises `after_days` calendar days after the due date and grace.
    """

    key: str
    flat: Amounts | None = None
    percent: Decimal | None = None
    bands: tuple[Band, ...] = ()
    per: Per = Per.INVOICE
    after_days: int = 0
    minimum: Amounts = Amounts()
    cap: Amounts = Amounts()


@dataclass(frozen=True, slots=True)
class FixedRate:
    """So many percent a year."""

    annual_percent: Decimal


@dataclass(frozen=True, slots=True)
class MonthlyRate:
    """So many percent a month: a twelfth of a year's."""

    monthly_percent: Decimal


@dataclass(frozen=True, slots=True)
class ReferenceRate:
    """A reference rate of a dated table, and so many percentage points on top.

    `eve`: where a half-year's rate counts, it is read on the day before (30 June, 31 December; so the United Kingdom's
    S.I. 2002/1675) and not on its first day (so Directive 2011/7/EU, article 3.3).
    """

    table: str
    margin: Decimal
    fixing: Fixing = Fixing.HALF_YEAR_OF_DEFAULT
    eve: bool = False


Rate: TypeAlias = FixedRate | MonthlyRate | ReferenceRate


@dataclass(frozen=True, slots=True)
class InterestRule:
    """Interest on the balance of each day. `key` names it for ever within the terms.

    `minimum`: less than that in all is not charged. `cap_per_invoice`, `cap_percent` (of the invoice's amount),
    `cap_per_year` (interest on one invoice within a calendar year) and `legal_maximum` (percent a year) bound it.
    """

    key: str
    rate: Rate
    day_count: DayCount = DayCount.ACTUAL_365
    compounding: Compounding = Compounding.NONE
    inclusion: Inclusion = Inclusion.AFTER_DUE_TO_PAYMENT
    accrual: Accrual = Accrual.MONTHLY
    minimum: Amounts = Amounts()
    cap_per_invoice: Amounts = Amounts()
    cap_percent: Decimal | None = None
    cap_per_year: Amounts = Amounts()
    legal_maximum: Decimal | None = None


@dataclass(frozen=True, slots=True)
class LateCharges:
    """All that may be charged. Nothing is, when an invoice is paid within `grace_days` calendar days of its due date; when
    it is not, fees count from there, and interest from the day after the due date, or after the days of grace where
    `grace_is_free`.

    `business_only`: consumers are not charged. `pack` names the ready-made rules that these were taken from.
    """

    fees: tuple[FeeRule, ...] = ()
    interest: InterestRule | None = None
    grace_days: int = 0
    grace_is_free: bool = False
    claiming: Claiming = Claiming.AT_ONCE
    business_only: bool = False
    pack: str | None = None


def late_charge_problems(charges: LateCharges, at: str) -> Iterator[FieldError]:
    """What is wrong with late charges that stand at that path of a document. Whether there is a table of that name is not
    looked up here."""
    if not 0 <= charges.grace_days <= MAX_GRACE_DAYS:
        yield FieldError(f"{at}.grace_days", f"must be between 0 and {MAX_GRACE_DAYS}")
    if len(charges.fees) > MAX_FEES:
        yield FieldError(f"{at}.fees", f"must be at most {MAX_FEES}")
    for i, fee in enumerate(charges.fees):
        yield from _fee_problems(fee, f"{at}.fees.{i}")
    if charges.interest is not None:
        yield from _interest_problems(charges.interest, f"{at}.interest")
    yield from _key_problems(charges, at)


def _key_problems(charges: LateCharges, at: str) -> Iterator[FieldError]:
    keys = [(fee.key, f"{at}.fees.{i}.key") for i, fee in enumerate(charges.fees)]
    if charges.interest is not None:
        keys.append((charges.interest.key, f"{at}.interest.key"))
    seen: Counter[str] = Counter()
    for key, path in keys:
        if not _KEY.fullmatch(key):
            yield FieldError(path, "must be 1 to 40 letters, digits, dots, hyphens or underscores")
        elif seen[key]:
            yield FieldError(path, f"{key!r} is used twice")
        seen[key] += 1


def _fee_problems(fee: FeeRule, at: str) -> Iterator[FieldError]:
    given = [
        name for name, value in (("flat", fee.flat), ("percent", fee.percent), ("bands", fee.bands)) if value
    ]
    if len(given) != 1:
        at_fault = f"{at}.{given[-1]}" if given else at
        yield FieldError(at_fault, "must be exactly one of: a flat amount, a percentage, bands")
    if fee.flat:
        yield from positive_problems(fee.flat, f"{at}.flat")
    if fee.percent is not None:
        yield from percent_problems(fee.percent, f"{at}.percent", most=100)
    yield from _band_problems(fee.bands, f"{at}.bands")
    if not 0 <= fee.after_days <= MAX_GRACE_DAYS:
        yield FieldError(f"{at}.after_days", f"must be between 0 and {MAX_GRACE_DAYS}")
    yield from negative_problems(fee.minimum, f"{at}.minimum")
    yield from positive_problems(fee.cap, f"{at}.cap")
    yield from below_problems(fee.cap, fee.minimum, f"{at}.cap", "minimum")
    yield from below_problems(fee.cap, fee.flat or Amounts(), f"{at}.cap", "flat fee")
    if named := currencies(fee.flat or Amounts()).union(*(currencies(band.fee) for band in fee.bands)):
        for bound, path in ((fee.minimum, f"{at}.minimum"), (fee.cap, f"{at}.cap")):
            if not currencies(bound) <= named:
                yield FieldError(path, "must be in currencies of the fee")


def _band_problems(bands: tuple[Band, ...], at: str) -> Iterator[FieldError]:
    if len(bands) > MAX_BANDS:
        yield FieldError(at, f"must be at most {MAX_BANDS}")
    for i, band in enumerate(bands):
        yield from _single_band_problems(band, f"{at}.{i}")
        if band.up_to is None and i + 1 < len(bands):
            yield FieldError(f"{at}.{i}.up_to", "must be there: only the last band is without limit")
    for i, (lower, band) in enumerate(pairwise(bands), start=1):
        if currencies(lower.fee) != currencies(band.fee):
            yield FieldError(f"{at}.{i}.fee", "must be in the same currencies as the band before it")
        if lower.up_to and band.up_to and not _above(band.up_to, lower.up_to):
            yield FieldError(f"{at}.{i}.up_to", "must be more than that of the band before it")


def _single_band_problems(band: Band, at: str) -> Iterator[FieldError]:
    if not band.fee:
        yield FieldError(f"{at}.fee", "must be an amount in one currency at least")
    yield from negative_problems(band.fee, f"{at}.fee")
    if band.up_to is not None:
        yield from positive_problems(band.up_to, f"{at}.up_to")
        if currencies(band.up_to) != currencies(band.fee):
            yield FieldError(f"{at}.up_to", "must be in the same currencies as the fee")


def _above(upper: Amounts, lower: Amounts) -> bool:
    pairs = ((amount, lower.in_(amount.currency)) for amount in upper.each)
    return all(least is None or amount > least for amount, least in pairs)


def _interest_problems(rule: InterestRule, at: str) -> Iterator[FieldError]:
    yield from _rate_problems(rule.rate, f"{at}.rate")
    yield from negative_problems(rule.minimum, f"{at}.minimum")
    for name, cap in (("cap_per_invoice", rule.cap_per_invoice), ("cap_per_year", rule.cap_per_year)):
        yield from positive_problems(cap, f"{at}.{name}")
        yield from below_problems(cap, rule.minimum, f"{at}.{name}", "minimum")
    if rule.cap_percent is not None:
        yield from percent_problems(rule.cap_percent, f"{at}.cap_percent", most=MAX_RATE)
    if rule.legal_maximum is not None:
        yield from percent_problems(rule.legal_maximum, f"{at}.legal_maximum", most=MAX_RATE, open_ends=False)


def _rate_problems(rate: Rate, at: str) -> Iterator[FieldError]:
    match rate:
        case FixedRate(percent):
            yield from percent_problems(percent, f"{at}.annual_percent", most=MAX_RATE)
        case MonthlyRate(percent):
            yield from percent_problems(percent, f"{at}.monthly_percent", most=MAX_RATE // 12)
        case ReferenceRate(table, margin):
            if not table.strip():
                yield FieldError(f"{at}.table", "must not be empty")
            yield from percent_problems(margin, f"{at}.margin", least=-100, most=100, open_ends=False)
