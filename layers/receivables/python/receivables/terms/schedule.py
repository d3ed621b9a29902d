"""Schedules: what terms make of an invoice - its instalments, its discounts, and in words how each date came about."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from receivables.core.calendar import business_day
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.terms.business_days import BusinessCalendar
from receivables.terms.conditions import Conditions
from receivables.terms.discounting import Worth, worth
from receivables.terms.discounts import DiscountRules
from receivables.terms.due import DueRule
from receivables.terms.due_dates import Resolved, resolve
from receivables.terms.figures import count_text
from receivables.terms.offers import Discount, Instalment
from receivables.terms.splitting import split
from receivables.terms.terms import Terms


@dataclass(frozen=True, slots=True)
class Part:
    """One instalment with its name (may be empty) and how its date and its amount came about."""

    instalment: Instalment
    reasoning: str
    working: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Offer:
    """One discount, and how its last day and its amount came about."""

    discount: Discount
    reasoning: str
    working: str


@dataclass(frozen=True, slots=True)
class Schedule:
    """What terms make of one invoice. `parts` has at least one, in order of their dates, and they add up to the invoice's
    amount; `offers` has the best discount first. `notes` say what was left out, and why. `conditions` is what stays with the
    invoice."""

    parts: tuple[Part, ...]
    offers: tuple[Offer, ...]
    conditions: Conditions
    notes: tuple[str, ...] = ()

    @property
    def due_date(self) -> date:
        """The day by which all is to be paid: that of the last instalment."""
        return self.parts[-1].instalment.due_date

    @property
    def reasoning(self) -> tuple[str, ...]:
        """Every line, in the order in which they are read: the parts, the discounts, what was left out."""
        return (
            *(_part_line(part, i, len(self.parts)) for i, part in enumerate(self.parts, start=1)),
            *(f"Discount: {offer.working}; {offer.reasoning}" for offer in self.offers),
            *self.notes,
        )


def schedule(
    terms: Terms,
    issue_date: date,
    amount: Money,
    tax: Money | None,
    calendar: BusinessCalendar,
    *,
    due_date: date | None = None,
) -> Schedule:
    """What these terms make of an invoice of that local date and amount, of which `tax` is sales tax.

    `calendar` is that of the terms' rule. A `due_date` agreed for this invoice takes the place of the terms' due rule and
    instalments: all is due on it, as it stands; discounts and everything else remain those of the terms. A part for which
    nothing is left, and a discount that is no better than one that lasts as long, are left out, and a note says so. Credit
    notes (negative amounts) are split alike, and have no discounts.

    Raises InvalidInput: `issue_date` or `due_date` beyond the days of business, `due_date` before the invoice, `tax` that is
    no part of the amount, `due.dates` without a date left, `instalments.<i>.due` before the part before it,
    `instalments.<i>.share.amount` without one in the invoice's currency, `calendar.holidays.<i>` that is not known.
    """
    business_day(issue_date, field="issue_date")
    _check_tax(amount, tax)
    dates = _Dates(issue_date, calendar)
    if due_date is None:
        parts, notes = _parts(terms, amount, dates)
    else:
        parts, notes = (_agreed(due_date, amount, issue_date),), ()
    offers, left_out = _offers(terms.discount, amount, tax, dates) if terms.discount else ((), ())
    return Schedule(parts, offers, _conditions(terms, parts, offers, amount.currency), notes + left_out)


@dataclass(frozen=True, slots=True)
class _Dates:
    """From due rules to business days, for one invoice."""

    issued: date
    calendar: BusinessCalendar

    def of(self, rule: DueRule, at: str) -> Resolved:
        due = resolve(rule, self.issued, at)
        moved = self.calendar.adjust(due.day, not_before=self.issued)
        day = business_day(moved.day, field="issue_date")
        return Resolved(day, f"{due.reasoning}; {moved.reasoning}" if moved.reasoning else due.reasoning)


def _parts(terms: Terms, amount: Money, dates: _Dates) -> tuple[tuple[Part, ...], tuple[str, ...]]:
    if not terms.instalments:
        due = dates.of(terms.due, "due")
        return (Part(Instalment(due.day, amount), due.reasoning, "all of it"),), ()
    days = _in_order([dates.of(rule.due, f"instalments.{i}.due") for i, rule in enumerate(terms.instalments)])
    pieces = split([rule.share for rule in terms.instalments], amount)
    every = [
        Part(Instalment(on.day, piece.amount), on.reasoning, piece.working, rule.name)
        for rule, on, piece in zip(terms.instalments, days, pieces, strict=True)
    ]
    kept = tuple(part for part in every if part.instalment.amount) or (every[-1],)
    notes = tuple(
        f"Part {i}{_named(part)} is left out: {part.working} comes to nothing"
        for i, part in enumerate(every, start=1)
        if part not in kept
    )
    return kept, notes


def _in_order(dates: list[Resolved]) -> list[Resolved]:
    for i in range(1, len(dates)):
        if dates[i].day < dates[i - 1].day:
            raise InvalidInput(
                f"instalments.{i}.due",
                f"falls on {dates[i].day}, before the part before it ({dates[i - 1].day})",
            )
    return dates


def _agreed(due_date: date, amount: Money, issued: date) -> Part:
    business_day(due_date, field="due_date")
    if due_date < issued:
        raise InvalidInput("due_date", f"must not be before the invoice date {issued}")
    return Part(Instalment(due_date, amount), f"{due_date}, agreed for this invoice", "all of it")


def _offers(
    rules: DiscountRules, amount: Money, tax: Money | None, dates: _Dates
) -> tuple[tuple[Offer, ...], tuple[str, ...]]:
    if amount.minor <= 0:
        return (), ("No discount: there is nothing to pay",)
    notes: list[str] = []
    offers: list[Offer] = []
    for i, tier in enumerate(rules.tiers):
        value = worth(rules, tier, amount, tax)
        if why := _no_discount(value, amount):
            notes.append(f"Discount {i + 1} is left out: {why}")
        elif value is not None:
            offers.append(_offer(rules, value, dates.of(tier.within, f"discount.tiers.{i}.within")))
    best = sorted(offers, key=lambda offer: (-offer.discount.amount.minor, -offer.discount.until.toordinal()))
    kept: list[Offer] = []
    for offer in best:
        if kept and offer.discount.until <= kept[-1].discount.until:
            notes.append(
                f"The discount of {offer.discount.amount} until {offer.discount.until} is left out: that of "
                f"{kept[-1].discount.amount} lasts until {kept[-1].discount.until}"
            )
        else:
            kept.append(offer)
    return tuple(kept), tuple(notes)


def _no_discount(value: Worth | None, amount: Money) -> str:
    if value is None:
        return f"it has no amount in {amount.currency}"
    if not value.amount:
        return f"{value.working} comes to nothing"
    if value.amount >= amount:
        return f"{value.working} is all that is to be paid"
    return ""


def _offer(rules: DiscountRules, value: Worth, until: Resolved) -> Offer:
    late = rules.tolerance_days
    tolerance = rules.tolerance.in_(value.amount.currency)
    discount = Discount(
        until.day,
        until.day + timedelta(days=late),
        value.amount,
        value.tax,
        tolerance.minor if tolerance else 0,
        rules.shares,
    )
    overlooked = f" ({count_text(late, 'day')} late overlooked)" if late else ""
    return Offer(discount, f"paid by {until.day}{overlooked}: {until.reasoning}", value.working)


def _conditions(
    terms: Terms, parts: tuple[Part, ...], offers: tuple[Offer, ...], currency: str
) -> Conditions:
    rounding = terms.settlement.rounding.in_(currency)
    charges = terms.late_charges
    return Conditions(
        instalments=tuple(part.instalment for part in parts) if len(parts) > 1 else (),
        discounts=tuple(offer.discount for offer in offers),
        charged=charges is not None and (bool(charges.fees) or charges.interest is not None),
        charges=terms.settlement.charges,
        credit_notes=terms.settlement.credit_notes,
        rounding=rounding.minor if rounding else 0,
    )


def _check_tax(amount: Money, tax: Money | None) -> None:
    if tax is None:
        return
    if tax.currency != amount.currency:
        raise InvalidInput("tax", f"must be in {amount.currency}, like the amount")
    if abs(tax.minor) > abs(amount.minor) or tax.minor * amount.minor < 0:
        raise InvalidInput("tax", "must be a part of the amount")


def _named(part: Part) -> str:
    return f" ({part.name})" if part.name else ""


def _part_line(part: Part, number: int, of: int) -> str:
    what = (
        f"Part {number} of {of}{_named(part)}: {part.instalment.amount}, {part.working}, due"
        if of > 1
        else "Due"
    )
    return f"{what} {part.instalment.due_date}: {part.reasoning}"
