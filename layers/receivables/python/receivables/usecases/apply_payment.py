"""Apply a payment that came by webhook: once, whatever comes twice, late or in another order.

The common case is two requests: one read of what never changes of the invoice, and one transaction that assumes that
nothing was paid yet. Where that is wrong the open item is read and the posting worked out again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from receivables.core.errors import InvalidInput, NotFound, StaleRevision
from receivables.core.ids import reference as invoice_number
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
from receivables.payments.events import OtherEvent, PaymentEvent, Processor, Uninterpretable
from receivables.payments.inbox import Inbox, InboxMessage, InboxState

MOST_TRIES: Final = 5
"""How often a posting is worked out again when others change the invoice meanwhile; then the stream brings it back."""

MOST_ATTEMPTS: Final = 8
"""How often a message is handed out again before it is parked for a person (two hours, at four sweeps an hour)."""


class Outcome(StrEnum):
    """What became of a message."""

    APPLIED = "applied"
    """All of the payment went to its invoice."""
    UNAPPLIED = "unapplied"
    """Some or all of it is unapplied credit: the invoice was paid already, or less was owed."""
    SUSPENDED = "suspended"
    """Nobody knows yet whose it is."""
    DUPLICATE = "duplicate"
    """The payment was known."""
    PLACED = "placed"
    """The payment was known and in suspense, and this event named its invoice."""
    IGNORED = "ignored"
    """It moves no money here."""
    PARKED = "parked"
    """It is not understood: in front of a person."""
    SETTLED = "settled"
    """It was dealt with before."""


_OUTCOMES: Final = {
    PaymentState.APPLIED: Outcome.APPLIED,
    PaymentState.OVERPAID: Outcome.UNAPPLIED,
    PaymentState.UNAPPLIED: Outcome.UNAPPLIED,
    PaymentState.SUSPENSE: Outcome.SUSPENDED,
}


class ApplyPayment:
    """Deals with one message of the inbox. Whatever it raises is worth another try: nothing is half done."""

    def __init__(
        self, ledger: LedgerStore, inbox: Inbox, processors: Callable[[str], Processor | None]
    ) -> None:
        self._ledger, self._inbox, self._processors = ledger, inbox, processors

    def __call__(self, message: InboxMessage) -> Outcome:
        if message.state is not InboxState.RECEIVED:
            return Outcome.SETTLED
        try:
            event = self._interpret(message)
        except Uninterpretable as error:
            self._inbox.settle(message.id, InboxState.PARKED, str(error))
            return Outcome.PARKED
        if isinstance(event, OtherEvent):
            self._inbox.settle(message.id, InboxState.IGNORED, event.why)
            return Outcome.IGNORED
        return self._apply(message, _payment(message, event))

    def _interpret(self, message: InboxMessage) -> PaymentEvent | OtherEvent:
        processor = self._processors(message.processor)
        if processor is None:
            raise Uninterpretable("the processor is no longer known")
        event = processor.interpret(message.body)
        if isinstance(event, PaymentEvent) and event.livemode not in {None, message.livemode}:
            raise Uninterpretable(
                "a rehearsal at an endpoint for real money"
                if message.livemode
                else "real money at an endpoint for rehearsals"
            )
        return event

    def _apply(self, message: InboxMessage, payment: Payment) -> Outcome:
        invoice = self._invoice_of(payment)
        state = self._post(payment, invoice, message.id)
        if state is not None:
            return _OUTCOMES[state]
        placed = invoice is not None and self._place(payment, invoice, message)
        self._inbox.settle(message.id, InboxState.PROCESSED, "placed" if placed else "duplicate")
        return Outcome.PLACED if placed else Outcome.DUPLICATE

    def _invoice_of(self, payment: Payment) -> InvoicePointer | None:
        """The invoice that the payment names and can pay: known, and in the payment's currency."""
        try:
            number = invoice_number(payment.reference or "", field="reference")
        except InvalidInput:
            return None
        invoice = self._ledger.pointer(number)
        if invoice is None or invoice.amount.currency != payment.amount.currency:
            return None
        return invoice

    def _post(self, payment: Payment, invoice: InvoicePointer | None, message_id: str) -> PaymentState | None:
        """Where the money went; None: it was booked before. Raises StaleRevision when others are always faster."""
        item = _untouched(invoice) if invoice else None
        for _ in range(MOST_TRIES):
            posting = post_payment(payment, invoice.account_id if invoice else None, item)
            outcome = self._ledger.post(posting, inbox_id=message_id)
            if outcome is PostOutcome.DUPLICATE:
                return None
            if outcome is PostOutcome.POSTED:
                return posting.state
            if invoice:
                item = self._ledger.open_item(invoice.account_id, invoice.number)
        raise StaleRevision(f"invoice {payment.reference} keeps changing")

    def _place(self, payment: Payment, invoice: InvoicePointer, message: InboxMessage) -> bool:
        """Take a known payment out of suspense, where another event of it without a usable reference had put it.

        So it does not matter which of them came first.
        """
        for _ in range(MOST_TRIES):
            try:
                record = self._ledger.payment(payment.key)
            except NotFound:  # not booked: the message was settled otherwise, parked for example, meanwhile
                return False
            if record.state is not PaymentState.SUSPENSE or record.payment.amount != payment.amount:
                return False
            item = self._ledger.open_item(invoice.account_id, invoice.number)
            named = replace(record.payment, reference=invoice.number)
            by = f"{message.processor}/{message.endpoint}"
            release, posting = place(named, invoice.account_id, item, by, message.received_at)
            if self._ledger.place(record, release, posting) is PostOutcome.POSTED:
                return True
        raise StaleRevision(f"invoice {invoice.number} keeps changing")


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many messages were handed out again, and how many were parked because that had not helped."""

    redriven: int
    parked: int


def redrive_unprocessed(
    inbox: Inbox, before: datetime, limit: int = 100, max_attempts: int = MOST_ATTEMPTS
) -> Redriven:
    """Hand out again what was received before an instant (UTC) and never settled, at most `limit` messages, oldest
    first; what was handed out `max_attempts` times already is parked, so that it blocks nothing and is seen."""
    redriven = parked = 0
    for message in inbox.unprocessed(before, limit):
        if message.attempts >= max_attempts:
            inbox.settle(
                message.id, InboxState.PARKED, f"could not be applied in {message.attempts + 1} attempts"
            )
            parked += 1
        else:
            inbox.redrive(message.id)
            redriven += 1
    return Redriven(redriven, parked)


def _payment(message: InboxMessage, event: PaymentEvent) -> Payment:
    """A processor whose clock is ahead tells of money that has moved: by the time we heard of it at the latest."""
    key = f"{message.processor}/{message.endpoint}/{event.payment_id}"
    return Payment(
        key=key,
        amount=event.amount,
        effective_at=min(event.occurred, message.received_at),
        received_at=message.received_at,
        reference=event.reference,
        source=key,
        payer=event.payer,
    )


def _untouched(invoice: InvoicePointer) -> OpenItem:
    """The open item as it is if nothing was paid yet."""
    return OpenItem(
        invoice.number,
        invoice.amount,
        invoice.amount,
        invoice.issue_date,
        invoice.due_date,
        invoice.description,
    )
