"""Corrections: an entry that was a mistake is undone by another. Both stay."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import TooLarge
from receivables.ledger import EntryKind, LedgerStore, Posting
from receivables.ledger.deeds import Deed
from receivables.ledger.freeing import free_some
from receivables.ledger.reversing import receivables_of, reverse_entry
from receivables.usecases.booking import Booked, book, working_set_of
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import Settling, holdings, money_of


@dataclass(frozen=True, slots=True)
class ReversalOrder:
    """Which entry, and why. It is found by its account, its id and when it was recorded (UTC)."""

    account_id: str
    entry_id: str
    recorded_at: datetime
    reason: str


class ReverseEntry:
    """Reverses entries, each once."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def reverse(self, order: ReversalOrder, by: str, recorded_at: datetime) -> Booked:
        """The entry that undoes it. Raises NotFound, and Conflict in words where it cannot be undone."""
        entry = self._ledger.entry(order.account_id, order.entry_id, order.recorded_at)
        key = f"{order.account_id}/{order.entry_id}"
        deed = Deed(key, f"api/{by}", entry.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            record = self._ledger.payment(entry.payment) if entry.payment else None
            held = holdings(self._ledger, receivables_of(entry, record))
            unapplied = working_set_of(self._ledger, order.account_id).credits
            zone = self._settling.zone(order.account_id)
            reversed_ = reverse_entry(entry, held, unapplied, deed, record=record, tz=zone)
            return reopened(self._ledger, reversed_)

        def make_room() -> Posting:
            if entry.payment is None:
                raise TooLarge("more than one transaction takes")
            room = free_some(*money_of(self._ledger, entry.payment), deed, EntryKind.REVERSAL)
            return reopened(self._ledger, room)

        return book(self._ledger, f"reversal/{key}", build, make_room).same(
            EntryKind.REVERSAL, None, entry.id
        )
