"""Chargebacks: the payer's bank takes the money of a payment back, and sometimes returns it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money
from receivables.ledger import EntryKind, LedgerStore, Posting
from receivables.ledger.deeds import Deed
from receivables.ledger.freeing import free_some
from receivables.ledger.returning import chargeback, reverse_chargeback
from receivables.usecases.booking import Booked, book
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import Settling, holdings, in_currency, money_of, receivables_in


@dataclass(frozen=True, slots=True)
class ChargebackOrder:
    """What the bank took of a payment, and when (UTC). `id` is unique for the payment, for ever."""

    payment: str
    id: str
    amount: Money | None
    effective_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class ReversalOrder:
    """The bank returned what it had taken: the chargeback by its id, and when (UTC)."""

    payment: str
    chargeback: str
    effective_at: datetime
    reason: str


class ChargeBack:
    """Books chargebacks and their reversals, each once."""

    def __init__(self, ledger: LedgerStore, settling: Settling) -> None:
        self._ledger, self._settling = ledger, settling

    def charge_back(self, order: ChargebackOrder, by: str, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound, InvalidInput (`amount`) and Conflict (nothing is left of the payment)."""
        key = f"{order.payment}/{order.id}"
        deed = Deed(key, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            record, held, unapplied = money_of(self._ledger, order.payment)
            amount = in_currency(order.amount, record.payment.amount.currency)
            return reopened(self._ledger, chargeback(record, held, unapplied, deed, amount=amount))

        def make_room() -> Posting:
            room = free_some(*money_of(self._ledger, order.payment), deed, EntryKind.CHARGEBACK)
            return reopened(self._ledger, room)

        # Without the amount: what is booked may be less than the bank says, where money went back already.
        return book(self._ledger, _guard(key), build, make_room).same(
            EntryKind.CHARGEBACK, None, order.payment
        )

    def reverse(self, order: ReversalOrder, by: str, recorded_at: datetime) -> Booked:
        """The entry. Raises NotFound, InvalidInput (`chargeback`, `effective_at`) and Conflict."""
        key = f"{order.payment}/{order.chargeback}"
        taken = self._ledger.keyed(_guard(key))
        if taken is None:
            self._ledger.payment(order.payment)
            raise InvalidInput("chargeback", "is not known of this payment")
        if order.effective_at < taken.effective_at:
            raise InvalidInput("effective_at", "is before the chargeback")
        deed = Deed(key, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            record = self._ledger.payment(order.payment)
            if record.account_id is None:
                raise Conflict("the payment is in suspense")
            held = holdings(self._ledger, receivables_in(taken))
            return reverse_chargeback(record, taken, held, deed, tz=self._settling.zone(record.account_id))

        return book(self._ledger, f"chargeback_reversal/{key}", build)


def _guard(key: str) -> str:
    return f"chargeback/{key}"
