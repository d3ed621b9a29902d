"""Late charges in plain English words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from receivables.core.amounts import Amounts
from receivables.terms.figures import amounts_text, count_text, percent_text
from receivables.terms.late_charges import (
    Accrual,
    Band,
    Claiming,
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
    Rate,
    ReferenceRate,
)

_FIXINGS: Final = {
    Fixing.HALF_YEAR_OF_DEFAULT: "as in force on the first day of the half-year in which the debt became late",
    Fixing.EACH_HALF_YEAR: "as in force on 1 January and 1 July of each year",
    Fixing.DAILY: "as in force on each day",
}
_FIXINGS_ON_THE_EVE: Final = _FIXINGS | {
    Fixing.HALF_YEAR_OF_DEFAULT: (
        "as in force on the last day before the half-year in which the debt became late (30 June or 31 December)"
    ),
    Fixing.EACH_HALF_YEAR: "as in force on 30 June and 31 December of each year, for the half-year that follows",
}
_DAY_COUNTS: Final = {
    DayCount.ACTUAL_365: "by actual days of a year of 365",
    DayCount.ACTUAL_ACTUAL: "by actual days of a year of 365, or of 366 in leap years",
    DayCount.ACTUAL_360: "by actual days of a year of 360",
    DayCount.THIRTY_360: "by months of 30 days and a year of 360",
}
_INCLUSIONS: Final = {
    Inclusion.AFTER_DUE_TO_PAYMENT: "to the day of payment, that day included",
    Inclusion.AFTER_DUE_BEFORE_PAYMENT: "to the day before that of payment",
}
_ACCRUALS: Final = {
    Accrual.AT_PAYMENT: "It is charged with each payment, for the time until then.",
    Accrual.MONTHLY: "It is charged at the end of each month.",
    Accrual.AT_REMINDER: "It is charged with each reminder.",
}


def late_charge_sentences(charges: LateCharges) -> Iterable[str]:
    """What may be charged when an invoice is paid late; nothing where nothing may."""
    if not charges.fees and charges.interest is None:
        return
    if charges.business_only:
        yield "Consumers are not charged for paying late."
    if charges.grace_days:
        yield f"Nothing is charged when an invoice is paid within {count_text(charges.grace_days, 'day')} of its due date."
    for fee in charges.fees:
        yield from _fee(fee)
    if charges.interest is not None:
        yield from _interest(charges.interest, charges.grace_days if charges.grace_is_free else 0)
    if charges.claiming is Claiming.BY_DECISION:
        yield "Late charges are to be paid when they are claimed."


def _fee(fee: FeeRule) -> Iterable[str]:
    whole = (
        "once for all that is late on the account" if fee.per is Per.ACCOUNT else "once for each late invoice"
    )
    after = f", {count_text(fee.after_days, 'day')} later" if fee.after_days else ""
    yield f"A fee is charged {whole}{after}: {_fee_words(fee)}{_bounds(fee.minimum, fee.cap)}."


def _fee_words(fee: FeeRule) -> str:
    if fee.flat:
        return amounts_text(fee.flat)
    if fee.percent is not None:
        return f"{percent_text(fee.percent)} of what is late"
    return "; ".join(_band(band, i) for i, band in enumerate(fee.bands))


def _band(band: Band, position: int) -> str:
    limit = f"up to {amounts_text(band.up_to)}" if band.up_to else "above that" if position else "of any size"
    return f"{amounts_text(band.fee)} for amounts {limit}"


def _bounds(minimum: Amounts, cap: Amounts) -> str:
    least = f", at least {amounts_text(minimum)}" if minimum else ""
    return f"{least}, at most {amounts_text(cap)}" if cap else least


def _interest(rule: InterestRule, free_days: int) -> Iterable[str]:
    start = f"the {count_text(free_days, 'day')} of grace" if free_days else "the due date"
    yield (
        f"Interest is charged on the balance of each day at {_rate(rule.rate)}, from the day after {start} "
        f"{_INCLUSIONS[rule.inclusion]}, {_DAY_COUNTS[rule.day_count]}."
    )
    compounds = rule.compounding is Compounding.MONTHLY
    yield "Interest is added to the balance each month." if compounds else "Interest does not bear interest."
    yield _ACCRUALS[rule.accrual]
    if rule.minimum:
        yield f"Interest of less than {amounts_text(rule.minimum)} is not charged."
    if caps := _caps(rule):
        yield f"Interest on an invoice is at most {', and at most '.join(caps)}."


def _rate(rate: Rate) -> str:
    match rate:
        case FixedRate(percent):
            return f"{percent_text(percent)} a year"
        case MonthlyRate(percent):
            return f"{percent_text(percent)} a month"
        case ReferenceRate(table, margin, fixing, eve):
            points = percent_text(abs(margin)).removesuffix(" %")
            unit = "percentage point" if points == "1" else "percentage points"
            read = _FIXINGS_ON_THE_EVE if eve else _FIXINGS
            side = "below" if margin < 0 else "above"
            return f"{points} {unit} a year {side} the rate of the table {table}, {read[fixing]}"


def _caps(rule: InterestRule) -> list[str]:
    caps = []
    if rule.cap_per_invoice:
        caps.append(f"{amounts_text(rule.cap_per_invoice)} in all")
    if rule.cap_percent is not None:
        caps.append(f"{percent_text(rule.cap_percent)} of its amount")
    if rule.cap_per_year:
        caps.append(f"{amounts_text(rule.cap_per_year)} in a calendar year")
    if rule.legal_maximum is not None:
        caps.append(f"{percent_text(rule.legal_maximum)} a year, the legal maximum")
    return caps
