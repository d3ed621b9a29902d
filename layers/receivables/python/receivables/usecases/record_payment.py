"""Payments that a person records, and money in suspense that a person places. Each is booked once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.core.errors import Conflict, InvalidInput, Throttled
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import (
    InvoicePointer,
    LedgerStore,
    OpenItem,
    Payment,
    PaymentState,
    PostOutcome,
    place,
    post_payment,
)
from receivables.ledger.ports import PaymentRecord

_ATTEMPTS: Final = 5


@dataclass(frozen=True, slots=True)
class PaymentOrder:
    """Money that a person knows of. `key` is unique for ever; `reference` the number of the invoice it pays."""

    key: str
    amount: Money
    effective_at: datetime
    reference: str | None = None
    payer: str | None = None


class RecordPayment:
    """Books a payment by hand: to its invoice as far as that goes, or, without a reference, to suspense."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def record(self, order: PaymentOrder, by: str, at: datetime) -> tuple[PaymentRecord, bool]:
        """The payment and whether it is new; the same one again is harmless.

        Raises InvalidInput (`amount`, `effective_at`, `reference`: no such invoice, or in another currency), and
        Conflict when the key was used for another payment.
        """
        if order.effective_at > at:
            raise InvalidInput("effective_at", "lies in the future")
        payment = Payment(
            order.key, order.amount, order.effective_at, at, order.reference, f"api/{by}", order.payer
        )
        invoice = self._invoice(order)
        account = invoice.account_id if invoice else None
        outcome = _posted(
            lambda item: self._ledger.post(post_payment(payment, account, item)),
            lambda: _open_item(self._ledger, invoice),
        )
        record = self._ledger.payment(order.key)
        if outcome is PostOutcome.DUPLICATE and not _same(record.payment, payment):
            raise Conflict(f"the key {order.key!r} was used for another payment")
        return record, outcome is PostOutcome.POSTED

    def _invoice(self, order: PaymentOrder) -> InvoicePointer | None:
        """A person's reference is taken at its word: one that leads nowhere is a slip, and not money of a stranger."""
        if order.reference is None:
            return None
        invoice = self._ledger.pointer(order.reference)
        if invoice is None:
            raise InvalidInput("reference", f"invoice {order.reference!r} does not exist")
        if invoice.amount.currency != order.amount.currency:
            raise InvalidInput("amount.currency", f"the invoice is in {invoice.amount.currency}")
        return invoice


class PlacePayment:
    """Moves a payment out of suspense to the account, and the invoice, that a person names."""

    def __init__(self, ledger: LedgerStore) -> None:
        self._ledger = ledger

    def place(
        self, key: str, account_id: str, invoice_number: str | None, by: str, at: datetime
    ) -> PaymentRecord:
        """The payment, placed; the same placement again is harmless.

        Raises NotFound (no such payment), InvalidInput (`account_id`, `invoice`) and Conflict when it is not in
        suspense.
        """
        record = self._ledger.payment(key)
        if record.state is PaymentState.PLACED and (record.account_id, record.invoice) == (
            account_id,
            invoice_number,
        ):
            return record
        invoice = self._target(record.payment, account_id, invoice_number)

        def post(item: OpenItem | None) -> PostOutcome:
            current = self._ledger.payment(key)
            if current.state is not PaymentState.SUSPENSE:
                raise Conflict(f"payment {key!r} is not in suspense: {current.state.value}")
            release, posting = place(current.payment, account_id, item, by, at)
            return self._ledger.place(current, release, posting)

        _posted(post, lambda: _open_item(self._ledger, invoice))
        return self._ledger.payment(key)

    def _target(self, payment: Payment, account_id: str, number: str | None) -> InvoicePointer | None:
        _, currency = split_account_id(account_id)
        if currency != payment.amount.currency:
            raise InvalidInput("account_id", f"the payment is in {payment.amount.currency}")
        if self._ledger.working_set(account_id) is None:
            raise InvalidInput("account_id", f"account {account_id!r} does not exist")
        if number is None:
            return None
        invoice = self._ledger.pointer(number)
        if invoice is None or invoice.account_id != account_id:
            raise InvalidInput("invoice", f"{number!r} is not an invoice of account {account_id}")
        return invoice


def _posted(
    post: Callable[[OpenItem | None], PostOutcome], read: Callable[[], OpenItem | None]
) -> PostOutcome:
    """Post, reading the open item again while others change it. Raises Throttled when they are always faster."""
    for _ in range(_ATTEMPTS):
        outcome = post(read())
        if outcome is not PostOutcome.STALE:
            return outcome
    raise Throttled("others keep changing the invoice; nothing was booked")


def _open_item(ledger: LedgerStore, invoice: InvoicePointer | None) -> OpenItem | None:
    return None if invoice is None else ledger.open_item(invoice.account_id, invoice.number)


def _same(stored: Payment, wanted: Payment) -> bool:
    return (stored.amount, stored.reference, stored.effective_at) == (
        wanted.amount,
        wanted.reference,
        wanted.effective_at,
    )
