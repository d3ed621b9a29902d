"""Which charges are due on an account, and when the next will be."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from typing import TypeVar

from receivables.charges.account_fees import account_fees_due
from receivables.charges.accrual import Subject, interest_due, month_ends, subject_of
from receivables.charges.explain import fee_notes
from receivables.charges.fees import fee_day, fee_of
from receivables.charges.numbers import charge_number
from receivables.charges.reference import Rates
from receivables.charges.rulebook import ChargesDue, Correction, NewCharge, RuleBook
from receivables.core.clock import local_date, local_instant
from receivables.core.money import Money
from receivables.ledger import ChargeDetail, Invoice, ItemKind, OpenItem, WorkingSet
from receivables.terms.late_charges import Accrual, Compounding, FeeRule, Per

T = TypeVar("T")


def charged_terms(working_set: WorkingSet) -> frozenset[str]:
    """The terms versions (`net-30/2`) by which receivables of the account may be charged."""
    return frozenset(
        item.terms
        for item in working_set.items
        if item.terms is not None and item.conditions.charged and not item.is_charge
    )


def charges_to_read(working_set: WorkingSet, book: RuleBook) -> frozenset[str]:
    """Numbers of closed charges whose documents `charges_due` needs: how they were paid matters where interest is
    compounded."""
    here = {item.number for item in working_set.items}
    return frozenset(
        period.charge
        for item in working_set.items
        for period in item.accrued
        if period.charge not in here and _compounded(item, book, period.rule)
    )


def charges_due(
    working_set: WorkingSet,
    book: RuleBook,
    as_of: datetime,
    reminding: frozenset[str] = frozenset(),
    charges: Mapping[str, Invoice] | None = None,
) -> ChargesDue:
    """All that is to be charged, corrected and settled on an account by what is known at `as_of` (UTC).

    `reminding` are invoices of which a notice is about to remind; `charges` the documents that `charges_to_read` named.
    Empty once it was posted: calling it again changes nothing. Raises NotFound when the book lacks terms of an
    invoice that may be charged, and InvalidInput (field `rate.table`) when it lacks a table of rates.
    """
    today, rates = local_date(as_of, book.tz), Rates(book.tables)
    known: dict[str, OpenItem | Invoice] = {
        **(charges or {}),
        **{item.number: item for item in working_set.items if item.is_charge},
    }
    subjects = [
        found
        for item in working_set.items
        if _may_be_late(item, today) and (found := subject_of(item, book, today)) is not None
    ]
    due: list[NewCharge | Correction] = []
    for subject in subjects:
        due += _fees_due(subject)
        due += interest_due(subject, book, rates, known, reminding=subject.item.number in reminding)
    of_account = list(account_fees_due(subjects))
    due += [each for each in of_account if not isinstance(each, tuple)]
    return ChargesDue(
        today,
        new=_only(NewCharge, due),
        corrections=_only(Correction, due),
        covered=tuple(each for each in of_account if isinstance(each, tuple)),
        settled=tuple(_settled(working_set, subjects)),
    )


def next_charge_at(working_set: WorkingSet, book: RuleBook, as_of: datetime) -> datetime | None:
    """The next instant (UTC) after `as_of` at which time alone makes a charge arise; None: there is none to come."""
    today = local_date(as_of, book.tz)
    days = [
        day
        for item in working_set.items
        if (subject := subject_of(item, book, today)) is not None
        for day in _days_to_come(subject)
        if day > subject.today
    ]
    return local_instant(date.fromordinal(min(days)), time(), book.tz) if days else None


def _may_be_late(item: OpenItem, today: date) -> bool:
    """A first look, that spares the work on invoices that are not due yet."""
    instalments = item.conditions.instalments
    due = min(part.due_date for part in instalments) if instalments else item.due_date
    return due < today or bool(item.accrued)


def _fees_due(subject: Subject) -> Iterator[NewCharge | Correction]:
    for rule in subject.rules.fees:
        if rule.per is Per.INVOICE and not _fee_undecided(subject, rule):
            yield from _fee_due(subject, rule)


def _fee_undecided(subject: Subject, rule: FeeRule) -> bool:
    return any(part.undecided and fee_day(part, rule) <= subject.today for part in subject.parts)


def _fee_due(subject: Subject, rule: FeeRule) -> Iterator[NewCharge | Correction]:
    item, accrued = subject.item, subject.accrued(rule.key)
    fee = fee_of(subject.debt, subject.parts, rule, subject.currency, subject.today)
    minor = fee.minor if fee else 0
    if minor == sum(period.minor for period in accrued):
        return
    on = date.fromordinal(fee.on) if fee else accrued[0].first
    late = Money(fee.late if fee else 0, subject.currency)
    detail = ChargeDetail(rule.key, subject.terms, str(on), (), tuple(fee_notes(rule, late, subject.rules)))
    number = charge_number(item.number, rule.key, None)
    if accrued:
        yield Correction(
            item.number, accrued[0], number, ItemKind.FEE, minor, subject.currency, detail, subject.claimed
        )
    else:
        amount = Money(minor, subject.currency)
        yield NewCharge(number, item.number, ItemKind.FEE, rule.key, on, on, amount, detail, subject.claimed)


def _settled(working_set: WorkingSet, subjects: Iterable[Subject]) -> Iterator[OpenItem]:
    """Paid invoices of which nothing remains to be worked out. A payment that is dated later may still be returned."""
    waiting = {each.item.number for each in subjects if not each.settled}
    for item in working_set.items:
        if not item.balance and not item.is_charge and item.number not in waiting:
            yield item


def _days_to_come(subject: Subject) -> Iterator[int]:
    """Days on which something may arise or be decided by time alone."""
    item, rule = subject.item, subject.rules.interest
    if not item.balance:
        yield from () if subject.debt.settled_on is None else (subject.debt.settled_on,)
        return
    if item.extension is not None:
        yield item.extension.due_date.toordinal() + 1
    for fee in subject.rules.fees:
        if not subject.accrued(fee.key):
            yield from (fee_day(part, fee) for part in subject.parts)
    if rule is None:
        return
    yield from (part.grace_until + 1 for part in subject.parts if part.undecided)
    if rule.accrual is Accrual.MONTHLY:
        bearing = max(subject.today, min(part.free_until for part in subject.parts) + 1)
        yield next(month_ends(bearing, bearing + 31)) + 1


def _compounded(item: OpenItem, book: RuleBook, rule: str) -> bool:
    terms = book.terms.get(item.terms or "")
    interest = terms.late_charges.interest if terms and terms.late_charges else None
    return interest is not None and interest.key == rule and interest.compounding is not Compounding.NONE


def _only(type_: type[T], values: Iterable[object]) -> tuple[T, ...]:
    return tuple(value for value in values if isinstance(value, type_))
