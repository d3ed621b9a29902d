"""What a statement is called here, which days it tells of, and which statements it is the continuation of."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

from receivables.banking.headers import StatementHeader
from receivables.banking.statement import Balance, Statement
from receivables.core.ids import derived_id


def last_day(statement: Statement, heard_of: datetime) -> date:
    """The last booking day, or that of the closing balance if it is later; for a statement of nothing the day when it was made."""
    days = [line.booked_on for line in statement.lines]
    if statement.closing is not None:
        days.append(statement.closing.on)
    return max(days, default=(statement.created_at or heard_of).date())


def first_day(statement: Statement, heard_of: datetime) -> date:
    """The first booking day; without lines the last day."""
    return min((line.booked_on for line in statement.lines), default=last_day(statement, heard_of))


def statement_id(statement: Statement, heard_of: datetime) -> str:
    """`<bank account>.<last day>.<digest>`: the same for the same statement, in whatever file it comes. Not by the bank's own
    reference: some banks give the same to all."""
    said = [
        statement.format,
        statement.reference,
        "/".join(map(str, statement.number)),
        *(_written(balance) for balance in (statement.opening, statement.closing)),
        *(str(line) for line in statement.lines),
    ]
    digest = derived_id("stm", statement.account, *said).removeprefix("stm_")
    return f"{statement.account}.{last_day(statement, heard_of)}.{digest}"


def predecessors(statement: Statement, others: Iterable[StatementHeader]) -> frozenset[str]:
    """Statements that end where this one begins, one after the other: of the same kind and a lower number, closing with what the next
    one opens with. None of their lines can be one of this statement's.

    One that ends where it began itself tells nothing: it may be this very statement, told under another number.
    """
    found: set[str] = set()
    known = [each for each in others if _kind(each.format) == _kind(statement.format) and _moves(each)]
    opening, number = statement.opening, statement.number
    while opening is not None and number:
        before = [
            each
            for each in known
            if each.id not in found
            and each.number < number
            and each.closing is not None
            and each.closing.amount == opening.amount
        ]
        if not before:
            break
        nearest = max(before, key=lambda each: (each.number, each.id))
        found.add(nearest.id)
        opening, number = nearest.opening, nearest.number
    return frozenset(found)


def _kind(name: str) -> str:
    """Formats count their statements in ways of their own; versions of one do not."""
    return name.partition(".001.")[0]


def _moves(header: StatementHeader) -> bool:
    opening, closing = header.opening, header.closing
    return bool(opening and closing and header.number and opening.amount != closing.amount)


def _written(balance: Balance | None) -> str:
    return "" if balance is None else f"{balance.on} {balance.amount}"
