"""Write-offs: what is open of an invoice is given up."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerStore, Posting
from receivables.ledger.adjusting import write_off
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import Booked, book
from receivables.usecases.settling import in_currency


@dataclass(frozen=True, slots=True)
class WriteOffOrder:
    """Which receivable, and how much (None: all that is open). `id` is unique for it, for ever."""

    number: str
    id: str
    amount: Money | None
    reason: str


class WriteOff:
    """Books write-offs, each once."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def write_off(self, order: WriteOffOrder, by: str, at: datetime, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound, InvalidInput (`amount`) and Conflict (nothing is open)."""
        key = f"{order.number}/{order.id}"
        deed = Deed(key, f"api/{by}", at, recorded_at, order.reason)

        def build() -> Posting:
            held = self._ledger.invoice(order.number)
            return write_off(held, deed, amount=in_currency(order.amount, held[0].amount.currency))

        done = book(self._ledger, f"write_off/{key}", build)
        return done.same(EntryKind.WRITE_OFF, order.amount, order.number)
