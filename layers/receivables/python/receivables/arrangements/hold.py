"""Holds and extensions: they sit on what they pause - an invoice, an account, a customer - and end with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Hold:
    """Collection is paused, for a reason, until an instant (UTC) that is mandatory.

    `by` is who placed it, `owner` who answers for it (empty: the same).
    """

    reason: str
    by: str
    placed_at: datetime
    until: datetime
    owner: str = ""

    def active(self, as_of: datetime) -> bool:
        return self.placed_at <= as_of < self.until


class InterestFrom(StrEnum):
    """From which day late interest counts when more time was granted."""

    ORIGINAL_DUE_DATE = "original_due_date"
    """As if nothing had been granted, should the new date be missed too; nothing while it is kept."""
    NEW_DUE_DATE = "new_due_date"


@dataclass(frozen=True, slots=True)
class Extension:
    """More time: the due date for dunning, in place of the one that the terms gave. Ageing keeps the latter."""

    due_date: date
    interest: InterestFrom
    reason: str
    by: str
    granted_at: datetime
