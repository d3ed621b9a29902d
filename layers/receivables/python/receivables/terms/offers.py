"""What an invoice offers, as the terms gave it: to pay in parts, and to pay less when paying early."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from receivables.core.money import Money


@dataclass(frozen=True, slots=True)
class Instalment:
    """A part of an invoice and the local date by which it is to be paid."""

    due_date: date
    amount: Money


@dataclass(frozen=True, slots=True)
class Discount:
    """A discount that an invoice offers: `amount` (of which `tax` is a reduction of tax) when it is paid by the local
    date `until`; `forgiven_until` is that date with the days that are overlooked, and `tolerance` the minor units."""

    until: date
    forgiven_until: date
    amount: Money
    tax: Money
    tolerance: int = 0
    shares: bool = False
