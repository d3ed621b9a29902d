"""What promises and plans have in common: the parts in which something is to be paid, and what they are for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Final

from receivables.arrangements.arrangement import Covered, Part
from receivables.core.calendar import LAST_DAY
from receivables.core.errors import FieldError, InvalidFields, InvalidInput
from receivables.core.money import Money, total

MOST_COVERED: Final = 500
"""Receivables in one arrangement: all of them are kept in one item, and read with the account."""


def sum_of(things: Sequence[Covered] | Sequence[Part]) -> Money:
    """What covered receivables, or parts, add up to. There must be one at least, all of one currency."""
    amounts = [each.balance if isinstance(each, Covered) else each.amount for each in things]
    return total(amounts, amounts[0].currency)


def check_covers(covers: Sequence[Covered]) -> None:
    """Raises InvalidInput (field `receivables`) unless there are some, each once, of one currency and with a balance."""
    if not 1 <= len(covers) <= MOST_COVERED:
        raise InvalidInput("receivables", f"must be 1 to {MOST_COVERED} receivables with a balance")
    if len({each.number for each in covers}) < len(covers):
        raise InvalidInput("receivables", "name a receivable twice")
    if len({each.balance.currency for each in covers}) > 1:
        raise InvalidInput("receivables", "are not all of one currency")
    if any(each.balance.minor <= 0 for each in covers):
        raise InvalidInput("receivables", "have one of which nothing is open")


def check_parts(parts: Sequence[Part], *, today: date, last: date, most: int, currency: str) -> None:
    """Parts are in order of their dates, of which none is past or after `last`, and each is a positive amount.

    Raises InvalidFields, with the path of each field (`parts.1.amount`).
    """
    if not 1 <= len(parts) <= most:
        raise InvalidInput("parts", f"must be 1 to {most}")
    if errors := list(_problems(parts, today, min(last, LAST_DAY - timedelta(days=366)), currency)):
        raise InvalidFields(errors)


def _problems(parts: Sequence[Part], today: date, last: date, currency: str) -> Iterator[FieldError]:
    for i, part in enumerate(parts):
        if part.amount.currency != currency:
            yield FieldError(f"parts.{i}.amount.currency", f"must be {currency}")
        elif part.amount.minor <= 0:
            yield FieldError(f"parts.{i}.amount.amount", "must be more than zero")
        if part.on < today:
            yield FieldError(f"parts.{i}.on", "lies in the past")
        elif i and part.on <= parts[i - 1].on:
            yield FieldError(f"parts.{i}.on", "must be later than the part before it")
        elif part.on > last:
            yield FieldError(f"parts.{i}.on", f"must not be later than {last}")
