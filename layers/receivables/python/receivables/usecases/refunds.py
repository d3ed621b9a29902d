"""Refunds: money of a payment, or credit, goes back to the payer. Promised first, or paid at once.

A refund is found again by its key for ever: the entry that made it, and the one that says that the money has left.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.core.money import Money
from receivables.ledger import Entry, EntryKind, LedgerName, LedgerStore, Posting
from receivables.ledger.deeds import Deed
from receivables.ledger.freeing import free_some
from receivables.ledger.returning import pay_refund, refund, refund_credit
from receivables.usecases.booking import book, working_set_of
from receivables.usecases.reopening import reopened
from receivables.usecases.settling import in_currency, money_of


@dataclass(frozen=True, slots=True)
class RefundOrder:
    """What is to go back of a payment, and when it left (UTC) or was promised. `id` is unique for it, for ever; without an
    amount all that is left."""

    payment: str
    id: str
    amount: Money | None
    paid: bool
    effective_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class CreditRefundOrder:
    """What is to go back of a credit that no payment brought. `id` is unique for the account, for ever."""

    account_id: str
    id: str
    credit_id: str
    amount: Money | None
    paid: bool
    effective_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Refund:
    """A refund and its entry. `paid_at` (UTC): when the money left; None: it is owed."""

    key: str
    entry: Entry
    paid_at: datetime | None


class RefundPayment:
    """Refunds, and what became of them."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def refund(self, order: RefundOrder, by: str, recorded_at: datetime) -> tuple[Refund, bool]:
        """The refund and whether it is new. Raises NotFound, InvalidInput (`amount`) and Conflict."""
        key = f"{order.payment}/{order.id}"
        deed = Deed(key, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            record, held, unapplied = money_of(self._ledger, order.payment)
            amount = in_currency(order.amount, record.payment.amount.currency)
            posting = refund(record, held, unapplied, deed, amount=amount, paid=order.paid)
            return reopened(self._ledger, posting)

        def make_room() -> Posting:
            room = free_some(*money_of(self._ledger, order.payment), deed, EntryKind.REFUND)
            return reopened(self._ledger, room)

        done = book(self._ledger, _guard(key), build, make_room)
        done.same(EntryKind.REFUND, order.amount, order.payment)
        return self._refund(key, done.entry), done.new

    def refund_credit(self, order: CreditRefundOrder, by: str, recorded_at: datetime) -> tuple[Refund, bool]:
        """The same for a credit. Raises NotFound, InvalidInput (`amount`, `credit_id`) and Conflict."""
        key = f"{order.account_id}/{order.id}"
        deed = Deed(key, f"api/{by}", order.effective_at, recorded_at, order.reason)

        def build() -> Posting:
            unapplied = working_set_of(self._ledger, order.account_id).credits
            credit = next((each for each in unapplied if each.id == order.credit_id), None)
            if credit is None:
                raise InvalidInput("credit_id", "is not a credit of this account, or was used up")
            amount = in_currency(order.amount, credit.balance.currency)
            return refund_credit(order.account_id, credit, deed, amount=amount, paid=order.paid)

        done = book(self._ledger, _guard(key), build)
        done.same(EntryKind.REFUND, order.amount, order.credit_id)
        return self._refund(key, done.entry), done.new

    def read(self, key: str) -> Refund:
        """A refund by its key. Raises NotFound."""
        entry = self._ledger.keyed(_guard(key))
        if entry is None:
            raise NotFound("refund", key)
        return self._refund(key, entry)

    def pay(
        self, key: str, effective_at: datetime, reason: str, by: str, recorded_at: datetime
    ) -> tuple[Refund, bool]:
        """The money has left; again is harmless. Raises NotFound, and Conflict when it did not reach the payer before it was paid."""
        known = self.read(key)
        if known.paid_at is not None:
            return known, False
        if self._ledger.keyed(f"refund_returned/{key}") is not None:
            raise Conflict("the refund was taken back: it is not owed any more")
        if effective_at < known.entry.effective_at:
            raise InvalidInput("effective_at", "is before the refund was promised")
        deed = Deed(key, f"api/{by}", effective_at, recorded_at, reason)
        of = known.entry.payment
        payment = self._ledger.payment(of).payment if of else None
        done = book(self._ledger, _paid(key), lambda: pay_refund(known.entry, deed, payment))
        return self._refund(key, known.entry), done.new

    def _refund(self, key: str, entry: Entry) -> Refund:
        if not entry.moved(LedgerName.REFUNDS_PAYABLE):
            return Refund(key, entry, entry.effective_at)
        paid = self._ledger.keyed(_paid(key))
        return Refund(key, entry, paid.effective_at if paid else None)


def _guard(key: str) -> str:
    return f"refund/{key}"


def _paid(key: str) -> str:
    return f"refund_paid/{key}"
