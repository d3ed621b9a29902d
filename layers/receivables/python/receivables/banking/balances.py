"""Whether what a statement tells adds up, and whether statements follow one another without a gap."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate
from typing import Final

from receivables.banking.headers import StatementHeader
from receivables.banking.statement import Statement
from receivables.core.errors import InvalidInput
from receivables.core.money import Money, total

MOST_PASSES: Final = 400
"""Balances kept of one statement: more than a year has booking days."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A statement (`statement`) that does not begin where another one ended: `expected` is what the one before closed with, on the
    day `since`."""

    statement: str
    opening: Money
    on: date
    expected: Money
    since: date


def difference(statement: Statement) -> Money | None:
    """What is missing between opening balance, entries and closing balance; None: they agree, or a balance is not told."""
    if statement.opening is None or statement.closing is None:
        return None
    moved = total((line.amount for line in statement.lines), statement.opening.amount.currency)
    missing = statement.closing.amount - statement.opening.amount - moved
    return missing or None


def require_balanced(statement: Statement) -> None:
    """Raises InvalidInput (field `closing`) when the entries do not lead from the opening balance to the closing one: some are missing or
    misread, and a payment misread is worse than one that comes later."""
    missing = difference(statement)
    if missing is not None:
        raise InvalidInput(
            "closing",
            f"statement {statement.reference!r}: the entries lead from the opening balance to {missing} less than "
            "the closing balance; nothing of it was used",
        )


def passes(statement: Statement) -> tuple[int, ...]:
    """The balances (minor units) between its booking days: another statement may begin at each of them. None without an opening
    balance."""
    if statement.opening is None:
        return ()
    moved: dict[date, int] = defaultdict(int)
    for line in statement.lines:
        moved[line.booked_on] += line.amount.minor
    ends = accumulate((moved[day] for day in sorted(moved)), initial=statement.opening.amount.minor)
    return tuple(dict.fromkeys(list(ends)[1:-1]))[:MOST_PASSES]


def gaps(headers: Iterable[StatementHeader]) -> Sequence[Gap]:
    """Where statements of one account do not follow one another. Statements may overlap, and may have come in any order; a gap
    closes when what was missing comes. The first one follows nothing."""
    told = sorted(
        (each for each in headers if each.opening and each.closing),
        key=lambda each: (each.last_day, each.number, each.id),
    )
    found = []
    for i, each in enumerate(told):
        before = [other for other in told[:i] if other.last_day <= each.last_day]
        if before and not _follows_any(each, told):
            found.append(_gap(each, before[-1]))
    return found


def _follows_any(each: StatementHeader, others: Sequence[StatementHeader]) -> bool:
    """It opens with what another one, of its last day or earlier, closed with - or opened with, or came by: both tell of the same
    days."""
    opening = _amount(each, "opening")
    return any(
        opening == _amount(other, "closing")
        or (other.first_day <= each.first_day and _comes_by(other, opening))
        for other in others
        if other.id != each.id and other.last_day <= each.last_day
    )


def _comes_by(header: StatementHeader, balance: Money) -> bool:
    return balance == _amount(header, "opening") or balance.minor in header.passes


def _gap(each: StatementHeader, before: StatementHeader) -> Gap:
    return Gap(each.id, _amount(each, "opening"), each.first_day, _amount(before, "closing"), before.last_day)


def _amount(header: StatementHeader, which: str) -> Money:
    balance = getattr(header, which)
    amount: Money = balance.amount
    return amount
