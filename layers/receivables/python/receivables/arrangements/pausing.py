"""Holds, extensions and credit releases: their bounds. Whatever pauses collection ends by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements.hold import Extension, Hold, InterestFrom
from receivables.core.errors import InvalidInput

LONGEST: Final = timedelta(days=732)
"""What rests for longer is forgotten."""


def make_hold(
    reason: str, *, by: str, owner: str | None, placed_at: datetime, until: datetime, field: str = "until"
) -> Hold:
    """A hold from now on. Raises InvalidInput (`until`) unless it ends in the future and within LONGEST."""
    check_until(until, placed_at, field=field)
    return Hold(reason, by, placed_at, until, owner or by)


def check_until(until: datetime, as_of: datetime, *, field: str = "until") -> None:
    """Raises InvalidInput unless the instant lies in the future, and within LONGEST."""
    if until <= as_of:
        raise InvalidInput(field, "must lie in the future")
    if until - as_of > LONGEST:
        raise InvalidInput(field, f"must be within {LONGEST.days} days")


def make_extension(
    due_date: date,
    interest: InterestFrom,
    reason: str,
    *,
    by: str,
    granted_at: datetime,
    today: date,
    agreed: date,
) -> Extension:
    """More time than the due date that was `agreed` gives. Raises InvalidInput (`due_date`) unless the new date is later
    than that, not past (`today` is the customer's local date), and within LONGEST."""
    if due_date <= agreed:
        raise InvalidInput("due_date", f"must be later than {agreed}, the due date")
    if due_date < today:
        raise InvalidInput("due_date", "lies in the past")
    if due_date - today > LONGEST:
        raise InvalidInput("due_date", f"must be within {LONGEST.days} days")
    return Extension(due_date, interest, reason, by, granted_at)
