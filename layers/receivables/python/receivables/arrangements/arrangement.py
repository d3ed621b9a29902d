"""What promises, plans, disputes and payments in flight have in common."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from receivables.core.money import Money

if TYPE_CHECKING:
    from receivables.arrangements.dispute import Dispute
    from receivables.arrangements.in_flight import InFlight
    from receivables.arrangements.plan import Plan
    from receivables.arrangements.promise import Promise

Arrangement: TypeAlias = "Promise | Plan | Dispute | InFlight"


class ArrangementKind(StrEnum):
    """Which of them it is."""

    PROMISE = "promise"
    PLAN = "plan"
    DISPUTE = "dispute"
    IN_FLIGHT = "in_flight"


@dataclass(frozen=True, slots=True)
class Covered:
    """A receivable that an arrangement is about, and what was open of it when it was made."""

    number: str
    balance: Money


@dataclass(frozen=True, slots=True)
class Part:
    """An amount that is to be there on a local date of the customer."""

    on: date
    amount: Money
