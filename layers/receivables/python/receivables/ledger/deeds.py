"""Deeds: who did something to the ledger, why and when. What every builder of a posting is told besides the facts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import TypeAlias

from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger.entries import Entry, EntryKind, Leg
from receivables.ledger.invoices import Invoice
from receivables.ledger.items import OpenItem

Held: TypeAlias = tuple[Invoice, OpenItem | None]
"""A receivable as read: its document and, while it is open, its open item."""

Holdings: TypeAlias = Mapping[str, Held]
"""Receivables as read, by number."""


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that is done once, for ever.

    `key` is unique among deeds of its kind: ids of entries and credits derive from it, so that a repetition is a
    duplicate. `source` is who or what did it (`api/alice`, `stripe/main/pi_123`); `effective_at` when it took effect and
    `recorded_at` when this system learned of it (both UTC).
    """

    key: str
    source: str
    effective_at: datetime
    recorded_at: datetime
    reason: str = ""

    def at(self, effective_at: datetime) -> Deed:
        """The same deed, in effect at another instant."""
        return replace(self, effective_at=effective_at)

    def entry(
        self,
        account_id: str,
        kind: EntryKind,
        amount: Money,
        legs: tuple[Leg, ...],
        *parts: str,
        invoice: str | None = None,
        payment: str | None = None,
        reverses: str | None = None,
        reason: str | None = None,
        due_date: date | None = None,
    ) -> Entry:
        """An entry of this deed, without its empty legs; its id derives from kind, key and `parts`."""
        return Entry(
            id=derived_id("ent", kind.value, self.key, *parts),
            account_id=account_id,
            kind=kind,
            amount=amount,
            effective_at=self.effective_at,
            recorded_at=self.recorded_at,
            legs=tuple(leg for leg in legs if leg.minor),
            source=self.source,
            invoice=invoice,
            reason=self.reason if reason is None else reason,
            payment=payment,
            reverses=reverses,
            due_date=due_date,
        )
