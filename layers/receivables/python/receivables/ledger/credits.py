"""Unapplied credit: money and credit notes that are not set against a receivable yet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from receivables.core.money import Money


class CreditSource(StrEnum):
    """Where a credit came from."""

    PAYMENT = "payment"
    CREDIT_NOTE = "credit_note"
    RELEASE = "release"
    """Something that had been paid was taken back: a charge that was waived, an entry that was reversed."""


@dataclass(frozen=True, slots=True)
class Credit:
    """What is left of one credit of an account. `effective_at` (UTC) is when it came; it counts from then wherever it is
    applied, so that it makes no difference when that is done. `key` is that of the payment, the number of the credit
    note, or the id of the entry."""

    id: str
    balance: Money
    effective_at: datetime
    source: CreditSource
    key: str
    rev: int = 0
