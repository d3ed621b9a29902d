"""The working of a late charge: how it came to its amount. It is kept with the charge for ever."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from receivables.core.money import Money


@dataclass(frozen=True, slots=True)
class WorkingRow:
    """A row of the working of a charge: days `first` to `last` (local, both included), `days` of them by the day count, the balance
    that bore interest, the annual rate in percent as a decimal string, and the exact amount in minor units likewise."""

    first: date
    last: date
    days: int
    balance: Money
    rate: str
    amount: str


@dataclass(frozen=True, slots=True)
class ChargeDetail:
    """Why a charge is what it is: its rule (`key` of the terms' version), the period that it is for, the rows, and in words what
    else went in (rounding, minimum, caps, rates and their source)."""

    rule: str
    terms: str
    period: str
    rows: tuple[WorkingRow, ...] = ()
    notes: tuple[str, ...] = ()
