"""Terms in plain English words, for previews and for the document that a customer accepts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from receivables.core.amounts import Amounts
from receivables.core.calendar import MONDAY_TO_FRIDAY
from receivables.terms.business_days import WEEKDAYS
from receivables.terms.calendars import Adjustment, CalendarRule
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.discounts import DiscountBase, DiscountRules, DiscountTax, DiscountTier
from receivables.terms.due import (
    DaysOfMonth,
    DaysPlusEndOfMonth,
    DueRule,
    EndOfMonth,
    EndOfMonthPlusDays,
    FixedDates,
    NetDays,
    NetMonths,
    OnReceipt,
    WeekdaySchedule,
)
from receivables.terms.figures import amounts_text, count_text, either, ordinal, percent_text
from receivables.terms.instalments import (
    FixedAmount,
    InstalmentRule,
    PercentOfRemainder,
    PercentOfTotal,
    Remainder,
    Share,
)
from receivables.terms.settlement import CreditUse, Order, Settlement
from receivables.terms.terms import Terms
from receivables.terms.wording_charges import late_charge_sentences

_MOVED: Final = {
    Adjustment.FOLLOWING: "moves to the following business day",
    Adjustment.MODIFIED_FOLLOWING: (
        "moves to the following business day, or to the preceding one where the following is in another month "
        "and the preceding one is not before the date of the invoice"
    ),
    Adjustment.PRECEDING: (
        "moves to the preceding business day, or to the following one where the preceding is before the date of the invoice"
    ),
}
_ORDERS: Final = {
    Order.OLDEST_DUE: "the invoice that was due first",
    Order.SMALLEST: "the smallest invoice first",
    Order.LARGEST: "the largest invoice first",
}
_CREDIT_NOTES: Final = {
    CreditNoteOrder.LAST_FIRST: "the last part first",
    CreditNoteOrder.FIRST_FIRST: "the first part first",
    CreditNoteOrder.PROPORTIONAL: "all parts in proportion",
}


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A heading and its sentences, one to a line."""

    heading: str
    sentences: tuple[str, ...]


def wording(terms: Terms) -> tuple[Paragraph, ...]:
    """Everything that the terms agree, in the order in which it matters to the customer: payment, business days, discounts,
    late payment, how payments are used."""
    sections: tuple[tuple[str, Iterable[str]], ...] = (
        ("Payment", _payment(terms)),
        ("Business days", _calendar(terms.calendar)),
        ("Discount for early payment", _discount(terms.discount) if terms.discount else ()),
        ("Late payment", late_charge_sentences(terms.late_charges) if terms.late_charges else ()),
        ("How payments are used", _settlement(terms.settlement, split=len(terms.instalments) > 1)),
    )
    return tuple(Paragraph(heading, found) for heading, lines in sections if (found := tuple(lines)))


def due_words(rule: DueRule) -> str:
    """When something is due, as it follows the words "is due"."""
    match rule:
        case OnReceipt():
            return "on the date of the invoice"
        case NetDays(days):
            return f"{count_text(days, 'day')} after the date of the invoice"
        case NetMonths(months):
            return f"{count_text(months, 'month')} after the date of the invoice"
        case EndOfMonth(0):
            return "on the last day of the month of the invoice"
        case EndOfMonth(months):
            return f"on the last day of the month that is {count_text(months, 'month')} after that of the invoice"
        case _:
            return _later_words(rule)


def _later_words(
    rule: EndOfMonthPlusDays | DaysPlusEndOfMonth | DaysOfMonth | WeekdaySchedule | FixedDates,
) -> str:
    match rule:
        case EndOfMonthPlusDays(days):
            return f"{count_text(days, 'day')} after the last day of the month of the invoice"
        case DaysPlusEndOfMonth(days):
            return f"on the last day of the month that is reached {_after(days)}"
        case DaysOfMonth(days, on):
            return f"on the next {either(on, ordinal)} of a month, counted from {_from(days)}"
        case WeekdaySchedule(days, weekdays):
            names = either(tuple(sorted(weekdays)), lambda weekday: WEEKDAYS[weekday - 1])
            return f"on the next {names}, counted from {_from(days)}"
        case FixedDates(dates):
            listed = ", ".join(str(day) for day in dates)
            return f"on the first of these dates that is not before the date of the invoice: {listed}"


def _after(days: int) -> str:
    return f"{count_text(days, 'day')} after the date of the invoice"


def _from(days: int) -> str:
    return f"the day that is {_after(days)}" if days else "the date of the invoice"


def _payment(terms: Terms) -> Iterable[str]:
    if not terms.instalments:
        yield f"An invoice is due {due_words(terms.due)}."
        return
    yield f"An invoice is paid in {count_text(len(terms.instalments), 'part')}:"
    for i, rule in enumerate(terms.instalments, start=1):
        yield _instalment(i, rule)


def _instalment(number: int, rule: InstalmentRule) -> str:
    name = f"{rule.name}: " if rule.name else ""
    return f"{number}. {name}{_share_words(rule.share)}, due {due_words(rule.due)}."


def _share_words(share: Share) -> str:
    match share:
        case PercentOfTotal(percent):
            return f"{percent_text(percent)} of the total"
        case PercentOfRemainder(percent):
            return f"{percent_text(percent)} of what the parts before it leave"
        case FixedAmount(amounts):
            return f"{amounts_text(amounts)}, or what is left if that is less"
        case Remainder():
            return "all that is left"


def _calendar(rule: CalendarRule) -> Iterable[str]:
    if rule.adjustment is Adjustment.NONE:
        return
    yield f"A date that is no business day {_MOVED[rule.adjustment]}."
    names = tuple(WEEKDAYS[weekday - 1] for weekday in sorted(rule.workdays))
    days = "Monday to Friday" if rule.workdays == MONDAY_TO_FRIDAY else _and(names)
    yield f"Business days are {days}{_except(rule)}."


def _except(rule: CalendarRule) -> str:
    closed = [f"public holidays in {_and(rule.holidays)}"] if rule.holidays else []
    if rule.company_days:
        closed.append("days on which the company is closed")
    return f", except {_and(tuple(closed))}" if closed else ""


def _discount(rules: DiscountRules) -> Iterable[str]:
    for tier in rules.tiers:
        yield f"{_tier_words(tier, rules.base)} for payment no later than {due_words(tier.within)}."
    kept = rules.tax is DiscountTax.KEPT
    yield (
        "A discount leaves the tax of the invoice as it is."
        if kept
        else "A discount reduces the tax of the invoice in proportion."
    )
    yield (
        "A payment of a part earns its share of the discount."
        if rules.shares
        else "The invoice must be paid in full to earn a discount."
    )
    if rules.tolerance_days:
        yield f"Payment up to {count_text(rules.tolerance_days, 'day')} later is accepted as in time."
    if rules.tolerance:
        yield f"Payment of up to {amounts_text(rules.tolerance)} too little is accepted as full."


def _tier_words(tier: DiscountTier, base: DiscountBase) -> str:
    if tier.percent is None:
        return amounts_text(tier.amount or Amounts())
    what = "total" if base is DiscountBase.TOTAL else "net price, without tax,"
    return f"{percent_text(tier.percent)} of the {what}"


def _settlement(settlement: Settlement, *, split: bool) -> Iterable[str]:
    yield f"A payment that names no invoice pays {_ORDERS[settlement.order]}."
    before = settlement.charges is ChargesOrder.BEFORE_PRINCIPAL
    yield f"Late charges are paid {'before' if before else 'after'} the invoice that they were charged for."
    yield (
        "Credit is used for open invoices at once."
        if settlement.credit is CreditUse.AUTOMATIC
        else "Credit is used for open invoices on request."
    )
    if split:
        yield f"A credit note reduces {_CREDIT_NOTES[settlement.credit_notes]}."
    if settlement.rounding:
        yield f"Differences of up to {amounts_text(settlement.rounding)} are let go."


def _and(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
