"""The lines of a notice as its templates see them: everything in the customer's formats."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from babel.core import Locale

from receivables.core.money import Money, decimals
from receivables.matching.references import printed, reference_of
from receivables.notices.formats import day, number, one_line

if TYPE_CHECKING:
    from receivables.ledger import ChargeDetail, WorkingRow
    from receivables.notices.content import Line

Formatter = Callable[[Money, Locale], str]

MOST_ROWS: Final = 12
"""Rows of a charge's working that a notice shows: a year by the month. Of more, the newest; the rest are counted."""


NOTES_ARE_IN: Final = "en"
"""Notes are words of the rules, not of the notice: who reads another language is shown the rows, which need none."""


def rows(
    lines: Iterable[Line], locale: Locale, money: Formatter, *, references: bool = False
) -> list[Mapping[str, Any]]:
    """The lines of one notice, with their creditor's references for bank transfers where these are possible. What was said of
    one charge is not said again of the next."""
    told: set[str] = set()
    return [
        {**_line(line, locale, money, told), "reference": _reference(line) if references else ""}
        for line in lines
    ]


def _reference(line: Line) -> str:
    """A plan's parts have none: what is paid for it goes to what it covers."""
    found = None if line.plan else reference_of(line.number)
    return printed(found) if found else ""


def _line(line: Line, locale: Locale, money: Formatter, told: set[str]) -> Mapping[str, Any]:
    """One line, and the charges that are told of with it, oldest first."""
    return {
        "number": line.number,
        "description": one_line(line.description),
        "issued": day(line.issue_date, locale),
        "due": day(line.due_date, locale),
        "days": line.days_overdue,
        "amount": money(line.balance, locale),
        "kind": "plan" if line.plan else line.kind.value,
        "concerns": line.concerns or "",
        "part": line.part,
        "parts": line.parts,
        "disputed": money(line.disputed, locale) if line.disputed else "",
        "offers": [
            {"until": day(o.until, locale), "pay": money(o.pay, locale), "off": money(o.off, locale)}
            for o in line.offers
        ],
        "charges": [
            _line(charge, locale, money, told)
            for charge in sorted(line.charges, key=lambda charge: (charge.issue_date, charge.number))
        ],
        "working": _working(line.working, locale, money, told) if line.working else None,
    }


def _working(detail: ChargeDetail, locale: Locale, money: Formatter, told: set[str]) -> Mapping[str, Any]:
    shown = detail.rows[-MOST_ROWS:]
    notes = [note for note in detail.notes if locale.language == NOTES_ARE_IN and note not in told]
    told.update(notes)
    return {
        "rule": detail.rule,
        "terms": detail.terms,
        "notes": [one_line(note) for note in notes],
        "rows": [_row(each, locale, money) for each in shown],
        "more": len(detail.rows) - len(shown),
    }


def _row(working: WorkingRow, locale: Locale, money: Formatter) -> Mapping[str, Any]:
    currency = working.balance.currency
    # The exact amount: rounding comes once, on the charge as a whole.
    exact = Decimal(working.amount).scaleb(-decimals(currency))
    return {
        "from": day(working.first, locale),
        "to": day(working.last, locale),
        "days": working.days,
        "balance": money(working.balance, locale),
        "rate": f"{number(Decimal(working.rate), locale)} %",
        "amount": f"{number(exact, locale, at_least=decimals(currency), at_most=decimals(currency) + 2)} {currency}",
    }
