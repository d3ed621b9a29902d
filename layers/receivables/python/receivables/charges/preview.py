"""What would be charged: the history of one invoice, and rules, give rows. The same working as is posted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from itertools import groupby
from typing import Final
from zoneinfo import ZoneInfo

from receivables.charges.accrual import Subject, worked_out
from receivables.charges.debt import debt_of, late_parts
from receivables.charges.explain import fee_notes, interest_notes, part_notes, rows_of
from receivables.charges.fees import fee_of
from receivables.charges.rates import RateTable
from receivables.charges.reference import Rates
from receivables.charges.rulebook import Pause
from receivables.core.calendar import business_day
from receivables.core.errors import FieldError, InvalidFields
from receivables.core.money import Money, total
from receivables.ledger import EntryKind, Move, OpenItem, WorkingRow
from receivables.terms import PLAIN, Conditions, Instalment, LateCharges
from receivables.terms.late_charges import Inclusion, InterestRule

_UTC: Final = ZoneInfo("UTC")
CONSUMERS_ARE_FREE: Final = (
    "Nothing is charged: the rules hold between businesses only, and the customer is a consumer."
)


@dataclass(frozen=True, slots=True)
class Event:
    """On a local date what is owed changed by so much (a payment is negative)."""

    on: date
    amount: Money
    kind: EntryKind = EntryKind.PAYMENT


@dataclass(frozen=True, slots=True)
class History:
    """One invoice: what was owed, by when (one date, or instalments that add up to it), and what happened since."""

    amount: Money
    instalments: tuple[Instalment, ...]
    events: tuple[Event, ...] = ()
    business: bool = True
    conditions: Conditions = PLAIN
    pauses: tuple[Pause, ...] = ()


@dataclass(frozen=True, slots=True)
class FeePreview:
    """A fee, from which day on, and why it is so much."""

    rule: str
    on: date
    amount: Money
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ChargesPreview:
    """The rows of interest, what they come to, the fees, all in all, and in words what else went in."""

    rows: tuple[WorkingRow, ...]
    interest: Money
    fees: tuple[FeePreview, ...]
    total: Money
    notes: tuple[str, ...]


def preview_charges(
    history: History, rules: LateCharges, tables: Mapping[str, RateTable], as_of: date
) -> ChargesPreview:
    """What would have been charged in all, had what was still open been paid on the local date `as_of`. Writes nothing.

    Raises InvalidFields (`amount`, `instalments`, `events.N.amount`, `events.N.on`, `as_of`) for a history that
    cannot be, and InvalidInput (`rate.table`) for a table that is not known.
    """
    if errors := tuple(_problems(history, as_of)):
        raise InvalidFields(errors)
    nothing = Money.zero(history.amount.currency)
    if rules.business_only and not history.business:
        return ChargesPreview((), nothing, (), nothing, (CONSUMERS_ARE_FREE,))
    subject = _subject(history, rules, as_of)
    fees = tuple(_fees(subject))
    rows, interest, notes = _interest(subject, Rates(tables))
    all_in_all = total([interest, *(fee.amount for fee in fees)], nothing.currency)
    return ChargesPreview(rows, interest, fees, all_in_all, notes)


def _subject(history: History, rules: LateCharges, as_of: date) -> Subject:
    """The invoice as an open item would have it, as of the end of the day."""
    instalments = tuple(sorted(history.instalments, key=lambda part: part.due_date))
    moves = tuple(
        Move(datetime.combine(event.on, time(12), UTC), event.amount.minor, event.kind)
        for event in history.events
        if event.on <= as_of
    )
    conditions = Conditions(
        instalments=instalments if len(instalments) > 1 else (),
        charged=True,
        credit_notes=history.conditions.credit_notes,
    )
    balance = history.amount.minor + sum(move.minor for move in moves)
    item = OpenItem(
        "preview",
        history.amount,
        Money(balance, history.amount.currency),
        instalments[0].due_date,
        instalments[-1].due_date,
        conditions=conditions,
        schedule=conditions.instalments,
        moves=moves,
    )
    debt, today = debt_of(item, _UTC), as_of.toordinal()
    parts = late_parts(item, debt, rules, today)
    return Subject(item, "preview", rules, debt, parts, history.pauses, today)


def _interest(subject: Subject, rates: Rates) -> tuple[tuple[WorkingRow, ...], Money, tuple[str, ...]]:
    rule = subject.rules.interest
    if rule is None:
        return (), Money.zero(subject.currency), ("The rules have no interest.",)
    end = _last_day(subject, rule)
    working = worked_out(subject, rule, rates, [end])
    interest = Money(working.totals[end], subject.currency)
    notes = (
        *interest_notes(rule, subject.rules, working.lines, rates, subject.currency, subject.pauses),
        *part_notes(subject.parts),
        *_undecided_notes(subject),
    )
    return rows_of(working.lines, subject.currency), interest, notes


def _last_day(subject: Subject, rule: InterestRule) -> int:
    """Had it been paid today: today bears interest, or does not, as the rule says."""
    before = 0 if rule.inclusion is Inclusion.AFTER_DUE_TO_PAYMENT else 1
    return subject.today - before


def _undecided_notes(subject: Subject) -> Iterator[str]:
    for part in subject.parts:
        if part.undecided:
            yield f"Nothing is charged yet for what is due on {date.fromordinal(part.due)}: it may be paid in time until {date.fromordinal(part.grace_until)}."


def _fees(subject: Subject) -> Iterator[FeePreview]:
    """Fees, those of the account as if this invoice were all that is late on it."""
    for rule in subject.rules.fees:
        fee = fee_of(subject.debt, subject.parts, rule, subject.currency, subject.today)
        if fee is not None:
            late = Money(fee.late, subject.currency)
            notes = tuple(fee_notes(rule, late, subject.rules))
            yield FeePreview(rule.key, date.fromordinal(fee.on), Money(fee.minor, subject.currency), notes)


def _problems(history: History, as_of: date) -> Iterator[FieldError]:
    amount, currency = history.amount, history.amount.currency
    if amount.minor <= 0:
        yield FieldError("amount", "must be more than zero")
    yield from _day_problems(as_of, "as_of")
    for i, part in enumerate(history.instalments):
        yield from _day_problems(part.due_date, f"instalments.{i}.due_date")
        if part.amount.currency != currency:
            yield FieldError(f"instalments.{i}.amount", f"must be in {currency}")
        elif part.amount.minor <= 0 < amount.minor:
            yield FieldError(f"instalments.{i}.amount", "must be more than zero")
    if sum(part.amount.minor for part in history.instalments) != amount.minor:
        yield FieldError("instalments", f"must add up to {amount}")
    yield from _event_problems(history)


def _event_problems(history: History) -> Iterator[FieldError]:
    currency = history.amount.currency
    for i, event in enumerate(history.events):
        yield from _day_problems(event.on, f"events.{i}.on")
        if event.amount.currency != currency:
            yield FieldError(f"events.{i}.amount", f"must be in {currency}")
    owed = history.amount.minor
    in_order = sorted(enumerate(history.events), key=lambda each: each[1].on)
    for _, day in groupby(in_order, key=lambda each: each[1].on):
        # Nobody can tell what came first on a day: what is owed at its end counts.
        events = list(day)
        owed += sum(event.amount.minor for _, event in events)
        if owed < 0:
            yield FieldError(f"events.{events[-1][0]}.amount", "is more than was owed by then")
            return
        if owed > history.amount.minor:
            yield FieldError(f"events.{events[-1][0]}.amount", "gives back more than was paid by then")
            return


def _day_problems(day: date, at: str) -> Iterator[FieldError]:
    try:
        business_day(day, field=at)
    except InvalidFields as refused:
        yield from refused.errors
