"""What is to be charged for one invoice: the periods that have ended, and those charged before as they come out now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from receivables.charges.caps import caps_of
from receivables.charges.debt import Debt, LatePart, debt_of, late_parts
from receivables.charges.explain import interest_notes, part_notes, rows_of
from receivables.charges.interest import Working, with_minimum, work_out
from receivables.charges.numbers import charge_number
from receivables.charges.reductions import reductions
from receivables.charges.reference import Rates
from receivables.charges.rulebook import Correction, NewCharge, Pause, RuleBook
from receivables.core.calendar import add_months
from receivables.core.errors import NotFound
from receivables.core.money import Money
from receivables.ledger import Accrued, ChargeDetail, Invoice, ItemKind, OpenItem
from receivables.terms import LateCharges
from receivables.terms.late_charges import Accrual, Claiming, Inclusion, InterestRule


@dataclass(frozen=True, slots=True)
class Subject:
    """An invoice that may be charged, worked out as of a local day (`today`, an ordinal)."""

    item: OpenItem
    terms: str
    rules: LateCharges
    debt: Debt
    parts: tuple[LatePart, ...]
    pauses: tuple[Pause, ...]
    today: int

    @property
    def currency(self) -> str:
        return self.item.amount.currency

    @property
    def claimed(self) -> bool:
        return self.rules.claiming is Claiming.AT_ONCE

    @property
    def settled(self) -> bool:
        """It is paid, by now."""
        on = self.debt.settled_on
        return not self.item.balance and on is not None and on <= self.today

    def accrued(self, rule: str) -> list[Accrued]:
        return [period for period in self.item.accrued if period.rule == rule]


def subject_of(item: OpenItem, book: RuleBook, today: date) -> Subject | None:
    """The invoice with its rules; None when nothing may be charged for it. Raises NotFound when the book lacks its
    terms."""
    if item.is_charge or not item.conditions.charged or item.terms is None:
        return None
    if item.terms not in book.terms:
        raise NotFound("terms", item.terms)
    rules = book.terms[item.terms].late_charges
    if rules is None or (rules.business_only and not book.business):
        return None
    debt = debt_of(item, book.tz)
    parts = late_parts(item, debt, rules, today.toordinal())
    return Subject(item, item.terms, rules, debt, parts, book.pauses.get(item.number, ()), today.toordinal())


def interest_due(
    subject: Subject,
    book: RuleBook,
    rates: Rates,
    charges: Mapping[str, OpenItem | Invoice],
    *,
    reminding: bool,
) -> Iterator[NewCharge | Correction]:
    """New periods of interest, and charged ones that come out otherwise by what is known now."""
    rule = subject.rules.interest
    if rule is None:
        return
    accrued = subject.accrued(rule.key)
    if accrued and accrued[-1].last.toordinal() > _decided_until(subject):
        return
    new = ends_due(subject, rule, reminding=reminding)
    ends = [period.last.toordinal() for period in accrued] + new
    if not ends:
        return
    paid = reductions(rule, accrued, charges, book.tz)
    working = worked_out(subject, rule, rates, ends, paid)
    before = 0
    for period, end in zip(accrued, ends, strict=False):
        minor = working.totals[end] - working.totals.get(before, 0)
        if minor != period.minor:
            detail = _detail(subject, rule, rates, working, before, end)
            yield Correction(
                subject.item.number,
                period,
                period.charge,
                ItemKind.INTEREST,
                minor,
                subject.currency,
                detail,
                subject.claimed,
            )
        before = end
    yield from _new_periods(subject, rule, rates, working, before, new)


def worked_out(
    subject: Subject,
    rule: InterestRule,
    rates: Rates,
    ends: Sequence[int],
    paid: Sequence[tuple[int, int]] = (),
) -> Working:
    """The interest on the invoice to the end of each of these days, with its minimum."""
    working = work_out(
        subject.debt,
        subject.parts,
        rule,
        rates,
        ends,
        caps_of(rule, subject.item.amount),
        pauses=subject.pauses,
        reductions=paid,
    )
    minimum = rule.minimum.in_(subject.currency)
    return with_minimum(working, minimum.minor) if minimum else working


def ends_due(subject: Subject, rule: InterestRule, *, reminding: bool) -> list[int]:
    """The days, later than what was charged, to the end of which interest is to be charged now."""
    first = min(part.free_until for part in subject.parts) + 1
    accrued = subject.accrued(rule.key)
    after = max([first - 1, *(period.last.toordinal() for period in accrued)])
    last = min(subject.today, _decided_until(subject))
    return sorted({day for day in _ends(subject, rule, first, reminding=reminding) if after < day <= last})


def _ends(subject: Subject, rule: InterestRule, first: int, *, reminding: bool) -> Iterator[int]:
    """Where periods end. The day of a payment bears interest, or does not, as the rule says; a month is over when its last
    day is, and a reminder asks for what had accrued by the end of the day before it."""
    before = 0 if rule.inclusion is Inclusion.AFTER_DUE_TO_PAYMENT else 1
    settled = subject.debt.settled_on
    if settled is not None:
        yield settled - before
    if rule.accrual is Accrual.AT_PAYMENT:
        yield from (day - before for day in subject.debt.paid_on)
    elif rule.accrual is Accrual.MONTHLY:
        until = subject.today - 1 if settled is None else min(settled, subject.today - 1)
        yield from month_ends(first, until)
    elif reminding:
        yield subject.today - 1


def month_ends(first: int, last: int) -> Iterator[int]:
    """The last days of months from one day to another, as ordinals."""
    start = add_months(date.fromordinal(first).replace(day=1), 1)
    while (end := (start - timedelta(days=1)).toordinal()) <= last:
        yield end
        start = add_months(start, 1)


def _decided_until(subject: Subject) -> int:
    """The last day of which it is known what bears interest: a part within its days of grace may yet be paid in time."""
    return min((part.due for part in subject.parts if part.undecided), default=subject.today)


def _new_periods(
    subject: Subject, rule: InterestRule, rates: Rates, working: Working, charged_to: int, ends: Sequence[int]
) -> Iterator[NewCharge]:
    """One charge for each period in which interest arose; days without any belong to the next."""
    after = charged_to
    for end in ends:
        minor = working.totals[end] - working.totals.get(after, 0)
        if minor <= 0:
            continue
        first = date.fromordinal(after + 1 if after else working.lines[0].first)
        yield NewCharge(
            number=charge_number(subject.item.number, rule.key, first),
            invoice=subject.item.number,
            kind=ItemKind.INTEREST,
            rule=rule.key,
            first=first,
            last=date.fromordinal(end),
            amount=Money(minor, subject.currency),
            detail=_detail(subject, rule, rates, working, after, end),
            claimed=subject.claimed,
        )
        after = end


def _detail(
    subject: Subject, rule: InterestRule, rates: Rates, working: Working, after: int, end: int
) -> ChargeDetail:
    lines = working.within(after, end)
    first = date.fromordinal(after + 1) if after else date.fromordinal(lines[0].first) if lines else None
    notes = [
        *interest_notes(rule, subject.rules, lines, rates, subject.currency, subject.pauses),
        *part_notes(subject.parts),
    ]
    last = date.fromordinal(end)
    return ChargeDetail(
        rule.key,
        subject.terms,
        f"{first}/{last}" if first else str(last),
        rows_of(lines, subject.currency),
        tuple(notes),
    )
