"""Taking down a promise to pay: what can be promised, and for how long."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from receivables.arrangements.arrangement import Covered, Part
from receivables.arrangements.parts import check_covers, check_parts, sum_of
from receivables.arrangements.promise import Promise
from receivables.core.errors import InvalidInput

MOST_PARTS: Final = 12
"""A promise of more parts is a payment plan."""


@dataclass(frozen=True, slots=True)
class Word:
    """What was said: who gave their word (`made_by`), how (`channel`), for what, and what."""

    covers: tuple[Covered, ...]
    parts: tuple[Part, ...]
    made_by: str
    channel: str
    note: str = ""


def make_promise(
    word: Word,
    *,
    id: str,  # noqa: A002 - it is the promise's own
    account_id: str,
    recorded_by: str,
    made_at: datetime,
    today: date,
    longest_days: int,
    grace_days: int,
    resume_at: int | None,
) -> Promise:
    """The promise, if it can be taken: its parts in order, positive, not in the past (`today` is the customer's local
    date), at most `longest_days` calendar days away, of one currency, and together at most what is open.

    Raises InvalidFields (`receivables`, `parts.0.on`, `parts.0.amount.amount`...).
    """
    check_covers(word.covers)
    open_now = sum_of(word.covers)
    last = today + timedelta(days=longest_days)
    check_parts(word.parts, today=today, last=last, most=MOST_PARTS, currency=open_now.currency)
    if sum_of(word.parts) > open_now:
        raise InvalidInput("parts", f"promise more than the {open_now} that is open")
    return Promise(
        id=id,
        account_id=account_id,
        covers=word.covers,
        parts=word.parts,
        made_by=word.made_by,
        channel=word.channel,
        recorded_by=recorded_by,
        made_at=made_at,
        grace_days=grace_days,
        resume_at=resume_at,
        note=word.note,
    )
