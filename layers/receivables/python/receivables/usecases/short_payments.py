"""Short payments: what was kept back as if a discount had been earned is claimed, or granted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import Conflict
from receivables.core.money import Money
from receivables.ledger import LedgerStore, Posting
from receivables.ledger.adjusting import claim_short_payment, grant_short_payment
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import book, post_again


@dataclass(frozen=True, slots=True)
class ShortPaymentDecision:
    """What a person decided of an invoice that was paid short. `id` is unique for it, for ever."""

    number: str
    id: str
    grant: bool
    reason: str


class DecideShortPayment:
    """Carries out the decision."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def decide(self, decision: ShortPaymentDecision, by: str, at: datetime, recorded_at: datetime) -> Money:
        """What is open of the invoice afterwards. Raises NotFound, and Conflict when nothing waits for a decision."""
        key = f"{decision.number}/{decision.id}"
        deed = Deed(key, f"api/{by}", at, recorded_at, decision.reason)
        if decision.grant:
            book(self._ledger, f"short_payment/{key}", lambda: self._granted(decision.number, deed))
        else:
            post_again(self._ledger, lambda: self._claimed(decision.number, deed))
        invoice, item = self._ledger.invoice(decision.number)
        return item.balance if item else Money.zero(invoice.amount.currency)

    def _granted(self, number: str, deed: Deed) -> Posting:
        held = self._ledger.invoice(number)
        short = held[1].short if held[1] else None
        record = self._ledger.payment(short.payment) if short else None
        return grant_short_payment(held, deed, record=record)

    def _claimed(self, number: str, deed: Deed) -> Posting:
        invoice, item = self._ledger.invoice(number)
        if item is None:
            raise Conflict(f"invoice {number} is not open")
        return claim_short_payment(invoice.account_id, item, deed)
