"""Payments in flight: money that is on its way, being collected, or contested at the payer's bank. While it is, nobody is asked
for it again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.arrangements.arrangement import ArrangementKind, Covered
from receivables.core.money import Money


class Cause(StrEnum):
    """Why collection rests."""

    PENDING = "pending"
    """The payer has ordered the payment; it takes days and may fail (ACH, SEPA, a cheque)."""
    COLLECTING = "collecting"
    """We draw it ourselves, under the payer's mandate."""
    CONTESTED = "contested"
    """The payer's bank took it back, or asks; who is right is being decided there."""


class InFlightState(StrEnum):
    """What became of it."""

    OPEN = "open"
    SETTLED = "settled"
    """The money is here."""
    FAILED = "failed"
    """It will not come: collection resumes where it stood."""
    EXPIRED = "expired"
    """Nothing was heard of it in time: collection resumes."""


@dataclass(frozen=True, slots=True)
class InFlight:
    """A payment that collection of these receivables waits for, until an instant (UTC) that is mandatory.

    `payment` is its key (`gocardless/main/PM123`; empty: not known yet, it is still to be ordered). `id` derives from key and cause,
    or for what we draw from what is drawn. `ending` tells in words why it ended. `ordered_at`: when we
    first asked the processor to draw it (UTC); from then on its amount stays, because the same order may be sent again.
    `mandate` is the key of the one under which we draw it.
    """

    id: str
    account_id: str
    covers: tuple[Covered, ...]
    cause: Cause
    amount: Money
    payment: str
    since: datetime
    until: datetime
    state: InFlightState = InFlightState.OPEN
    ended_at: datetime | None = None
    ending: str = ""
    rev: int = 0
    ordered_at: datetime | None = None
    mandate: str = ""

    @property
    def kind(self) -> ArrangementKind:
        return ArrangementKind.IN_FLIGHT

    @property
    def active(self) -> bool:
        return self.state is InFlightState.OPEN
