"""Deeds: what is to be booked of a payment, each once for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from receivables.ledger.payments import PaymentRecord
from receivables.payments.marks import Mark


class Way(StrEnum):
    """How money went back."""

    REFUND = "refund"
    CHARGEBACK = "chargeback"
    FAILURE = "failure"
    """It was reversed, or turned out not to have come at all."""


BACK: Final = {
    Way.REFUND: "refund_returned",
    Way.CHARGEBACK: "chargeback_reversal",
    Way.FAILURE: "failure_reversal",
}
"""How its coming back is called."""


@dataclass(frozen=True, slots=True)
class Receive:
    """The money came: the payment of that key is to be booked. Where it came again, `claim` claims the key first, by a mark on the
    record of the payment itself; None: it is the payment itself, or claimed already."""

    key: str
    at: datetime
    minor: int
    claim: str | None = None


@dataclass(frozen=True, slots=True)
class Take:
    """So much of the money of `record` went back, at an instant."""

    record: PaymentRecord
    way: Way
    name: str
    at: datetime
    minor: int

    @property
    def guard(self) -> str:
        """The key under which it is booked, for ever: the one of a person who records the same, too."""
        return f"{self.way}/{self.record.payment.key}/{self.name}"

    def mark(self, minor: int | None = None) -> str:
        """What stands on the record once it is booked, with the amount that really was."""
        return str(Mark(self.way, self.name, self.minor if minor is None else minor))


@dataclass(frozen=True, slots=True)
class GiveBack:
    """So much of something that had gone back is with us again: the refund did not arrive, the dispute was won. `taken` is the key
    under which it was booked that it went."""

    record: PaymentRecord
    way: Way
    taken: str
    name: str
    at: datetime
    minor: int

    @property
    def guard(self) -> str:
        return f"{BACK[self.way]}/{self.record.payment.key}/{self.name}"

    def mark(self, minor: int | None = None) -> str:
        return str(Mark(BACK[self.way], self.name, self.minor if minor is None else minor))


@dataclass(frozen=True, slots=True)
class Remember:
    """Nothing is to be booked, and a mark is to stand on the record of the payment itself."""

    mark: str


Deed: TypeAlias = Receive | Take | GiveBack | Remember
