"""Credit: how much may be owed, leave to owe more for a time, and where a customer stands in that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.core.amounts import Amounts
from receivables.core.money import Money


@dataclass(frozen=True, slots=True)
class CreditRelease:
    """Until an instant (UTC) the customer may owe up to `limit`, whatever the credit limit says."""

    limit: Amounts
    until: datetime
    reason: str
    by: str
    granted_at: datetime

    def active(self, as_of: datetime) -> bool:
        return self.granted_at <= as_of < self.until


class CreditState(StrEnum):
    """Where a customer stands in a currency."""

    UNLIMITED = "unlimited"
    WITHIN = "within"
    RELEASED = "released"
    """Over the limit, within what was released."""
    EXCEEDED = "exceeded"


@dataclass(frozen=True, slots=True)
class CreditStanding:
    """`exposure` is what is owed, credit deducted; `limit` what may be owed now (None: as much as you like);
    `available` what is left of that, never negative."""

    exposure: Money
    limit: Money | None
    available: Money | None
    state: CreditState


def limit_in_force(
    limits: Amounts, release: CreditRelease | None, currency: str, as_of: datetime
) -> Money | None:
    """What may be owed in that currency at that time: a release, while it lasts, raises the limit and never lowers
    it. None: there is no limit."""
    limit = limits.in_(currency)
    if limit is None or release is None or not release.active(as_of):
        return limit
    released = release.limit.in_(currency)
    return max(limit, released) if released is not None else limit


def credit_standing(
    limits: Amounts, release: CreditRelease | None, exposure: Money, as_of: datetime
) -> CreditStanding:
    """Where a customer stands who owes `exposure`."""
    limit = limit_in_force(limits, release, exposure.currency, as_of)
    if limit is None:
        return CreditStanding(exposure, None, None, CreditState.UNLIMITED)
    available = max(Money.zero(exposure.currency), limit - exposure)
    agreed = limits.in_(exposure.currency)
    if exposure > limit:
        state = CreditState.EXCEEDED
    elif agreed is not None and exposure > agreed:
        state = CreditState.RELEASED
    else:
        state = CreditState.WITHIN
    return CreditStanding(exposure, limit, available, state)
