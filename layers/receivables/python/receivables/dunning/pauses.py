"""Pauses: until when something is not dunned, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from receivables.core.clock import local_instant

if TYPE_CHECKING:
    from receivables.arrangements import Promise

_MIDNIGHT: Final = time(0, 0)
_NEVER: Final = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Pause:
    """`until` is when it ends by itself (UTC; None: only by what somebody does); `reason` says in words why. `judged`:
    then it is found whether a promise was kept, and the pause lasts until that was done."""

    until: datetime | None
    reason: str
    judged: bool = False

    def lasts(self, as_of: datetime) -> bool:
        """Whether it is not over at `as_of`."""
        return self.judged or self.until is None or as_of < self.until

    def ends_after(self, as_of: datetime) -> datetime | None:
        """When to look again whether it has ended; None: something that is done will tell."""
        return None if self.judged or self.until is None or self.until <= as_of else self.until


def longest(pauses: Sequence[Pause]) -> Pause | None:
    """Of several at once the one that ends last."""
    return max(pauses, key=_end, default=None)


def first(pauses: Sequence[Pause]) -> Pause | None:
    """Of several the one that ends first."""
    return min(pauses, key=_end, default=None)


def ends_of(promise: Promise, tz: ZoneInfo) -> datetime:
    """When a promise has had its time (UTC): the last of its days, and the days of grace, are over where the customer
    is."""
    from receivables.arrangements.promise_verdict import covers_until

    return local_instant(covers_until(promise) + timedelta(days=1), _MIDNIGHT, tz)


def _end(pause: Pause) -> datetime:
    return pause.until or _NEVER
