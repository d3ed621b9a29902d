"""Credit notes: an invoice was too high."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import Conflict
from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerStore, Posting
from receivables.ledger.crediting import credit_note
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import Booked, book
from receivables.usecases.settling import Settling, in_currency


@dataclass(frozen=True, slots=True)
class CreditNoteOrder:
    """A credit note: on which invoice, its own number (unique for ever), and when it took effect (UTC)."""

    invoice: str
    number: str
    amount: Money
    tax: Money | None
    effective_at: datetime
    reason: str


class IssueCreditNote:
    """Books credit notes, each once by its number."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def issue(self, order: CreditNoteOrder, by: str, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound, InvalidInput (`amount`, `tax`) and Conflict: a late charge, or the number is taken
        by another credit note or an invoice."""
        if self._ledger.pointer(order.number) is not None:
            raise Conflict(f"the number {order.number!r} is that of an invoice")
        deed = Deed(order.number, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            held = self._ledger.invoice(order.invoice)
            zone = self._settling.zone(held[0].account_id)
            in_currency(order.amount, held[0].amount.currency)
            tax = in_currency(order.tax, held[0].amount.currency, "tax")
            return credit_note(held, deed, amount=order.amount, tax=tax, tz=zone)

        done = book(self._ledger, f"credit_note/{order.number}", build)
        return done.same(EntryKind.CREDIT_NOTE, order.amount, order.invoice)
