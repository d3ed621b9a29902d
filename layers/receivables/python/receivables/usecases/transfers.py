"""Transfers: what a payment had paid of one receivable pays another of the same account."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerStore, Posting
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.returning import transfer
from receivables.usecases.booking import Booked, book
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import Settling, in_currency


@dataclass(frozen=True, slots=True)
class TransferOrder:
    """Which payment, from which invoice to which, and how much (None: all that it had paid). `id` is unique for the
    payment, for ever."""

    payment: str
    id: str
    source: str
    target: str
    amount: Money | None
    reason: str


class TransferPayment:
    """Books transfers, each once."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def transfer(self, order: TransferOrder, by: str, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound (the payment), InvalidInput (`amount`, `from`, `to`) and Conflict."""
        if order.source == order.target:
            raise InvalidInput("to", "is where the money is")
        key = f"{order.payment}/{order.id}"

        def build() -> Posting:
            record = self._ledger.payment(order.payment)
            if record.account_id is None:
                raise Conflict("the payment is in suspense: place it")
            source = self._held(order.source, record.account_id, "from")
            target = self._held(order.target, record.account_id, "to")
            effective_at = record.payment.effective_at
            deed = Deed(key, f"api/{by}", effective_at, recorded_at, order.reason)
            amount = in_currency(order.amount, record.payment.amount.currency)
            zone = self._settling.zone(record.account_id)
            moved = transfer(record, source, target, deed, amount=amount, tz=zone)
            return reopened(self._ledger, moved)

        done = book(self._ledger, f"transfer/{key}", build)
        return done.same(EntryKind.TRANSFER, order.amount, order.payment, order.source, order.target)

    def _held(self, number: str, account_id: str, field: str) -> Held:
        try:
            held = self._ledger.invoice(number)
        except NotFound:
            raise InvalidInput(field, f"invoice {number!r} does not exist") from None
        if held[0].account_id != account_id:
            raise InvalidInput(field, f"{number!r} is not an invoice of account {account_id}")
        return held
