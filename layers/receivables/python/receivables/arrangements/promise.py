"""Promises to pay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.arrangements.arrangement import ArrangementKind, Covered, Part


class PromiseState(StrEnum):
    """What became of a promise."""

    OPEN = "open"
    KEPT = "kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Promise:
    """A customer's word: these amounts by these dates (in order), for these receivables.

    `made_by` is who gave it, `channel` how (phone, e-mail, portal...), `recorded_by` who wrote it down, `made_at` when
    (UTC). `grace_days` are calendar days after each date. `resume_at` is the step, by its day relative to the due
    date, at which dunning resumes when it is broken (None: where it stood); both are the policy's when it was made.
    `ending` tells in words why it ended as it did.
    """

    id: str
    account_id: str
    covers: tuple[Covered, ...]
    parts: tuple[Part, ...]
    made_by: str
    channel: str
    recorded_by: str
    made_at: datetime
    grace_days: int = 0
    resume_at: int | None = None
    note: str = ""
    state: PromiseState = PromiseState.OPEN
    ended_at: datetime | None = None
    ended_by: str = ""
    rev: int = 0
    ending: str = ""

    @property
    def kind(self) -> ArrangementKind:
        return ArrangementKind.PROMISE

    @property
    def active(self) -> bool:
        return self.state is PromiseState.OPEN
