"""Apply a payment that came by webhook: once, whatever comes twice, late or in another order.

The common case is two requests: one read of what never changes of the invoice, and one transaction that assumes that
nothing was paid yet. Where that is wrong - or may be, because the payment is late and there may be charges - what is open
is read and the posting worked out again. The customer is read only where the days of its zone make a difference.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.errors import InvalidInput, NotFound, StaleRevision
from receivables.core.ids import reference as invoice_number
from receivables.core.ids import split_account_id
from receivables.ledger import Payment, PaymentState, Posting, PostOutcome
from receivables.ledger.allocation import Named
from receivables.ledger.deeds import Deed
from receivables.ledger.issuing import untouched
from receivables.ledger.receiving import place, receive, to_suspense
from receivables.payments.events import OtherEvent, PaymentEvent, Uninterpretable
from receivables.payments.inbox import InboxMessage, InboxState
from receivables.terms import Settlement
from receivables.usecases.settling import closed_documents, named_items

if TYPE_CHECKING:
    from receivables.ledger import Invoice, InvoicePointer, LedgerStore, OpenItem
    from receivables.payments.events import Processor
    from receivables.payments.inbox import Inbox
    from receivables.usecases.readers import CustomerReader

MOST_TRIES: Final = 5
"""How often a posting is worked out again when others change the invoice meanwhile; then the stream brings it back."""

_ANY_ZONE: Final = ZoneInfo("UTC")
_NAMED_ONLY: Final = Settlement()
"""A payment that names its invoice is settled by that invoice's own conditions."""


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


@dataclass(frozen=True, slots=True)
class _Holding:
    """The invoice that a payment is for, as assumed or read: its open item and charges, or that it is closed."""

    items: tuple[OpenItem, ...]
    closed: tuple[Invoice, ...] = ()


class ApplyPayment:
    """Deals with one message of the inbox. Whatever it raises is worth another try: nothing is half done.

    `recording` tells when something is recorded that was received at an instant.
    """

    def __init__(
        self,
        ledger: LedgerStore,
        inbox: Inbox,
        processors: Callable[[str], Processor | None],
        customers: CustomerReader,
        recording: Callable[[datetime], datetime],
    ) -> None:
        self._ledger, self._inbox, self._processors = ledger, inbox, processors
        self._customers, self._recording = customers, recording

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
        recorded_at = self._recording(payment.received_at)
        zone = self._zone(invoice)
        holding = self._expected(invoice, payment, zone) if invoice else None
        for _ in range(MOST_TRIES):
            posting = _posting(payment, invoice, holding, zone, recorded_at)
            outcome = self._ledger.post(posting, inbox_id=message_id)
            if outcome is PostOutcome.DUPLICATE:
                return None
            if outcome is PostOutcome.POSTED and posting.payment is not None:
                return posting.payment.after.state
            holding = self._read(invoice) if invoice else None
        raise StaleRevision(f"invoice {payment.reference} keeps changing")

    def _zone(self, invoice: InvoicePointer | None) -> ZoneInfo:
        """The customer's zone, where its days matter: for a discount, and for being late where that costs."""
        if invoice is None or not (invoice.conditions.discounts or invoice.conditions.charged):
            return _ANY_ZONE
        return self._customers.get(split_account_id(invoice.account_id)[0]).tz

    def _expected(self, invoice: InvoicePointer, payment: Payment, zone: ZoneInfo) -> _Holding:
        """The invoice as it is if nothing has happened to it; read, if it may bear charges by now."""
        parts = invoice.conditions.instalments
        first_due = min((part.due_date for part in parts), default=invoice.due_date)
        # By the time of recording, not of paying: charges may have been posted that a payment was too early for.
        if invoice.conditions.charged and local_date(payment.received_at, zone) > first_due:
            return self._read(invoice)
        return _Holding((untouched(invoice),))

    def _read(self, invoice: InvoicePointer) -> _Holding:
        """The invoice as it stands, with its charges where it may have some."""
        if invoice.conditions.charged:
            working_set = self._ledger.working_set(invoice.account_id)
            items = named_items(working_set.items if working_set else (), (invoice.number,))
        else:
            item = self._ledger.open_item(invoice.account_id, invoice.number)
            items = (item,) if item else ()
        return _Holding(items, closed_documents(self._ledger, items, (invoice.number,)))

    def _place(self, payment: Payment, invoice: InvoicePointer, message: InboxMessage) -> bool:
        """Take a known payment out of suspense, where another event of it without a usable reference had put it.

        So it does not matter which of them came first.
        """
        source = f"{message.processor}/{message.endpoint}"
        for _ in range(MOST_TRIES):
            try:
                record = self._ledger.payment(payment.key)
            except NotFound:  # not booked: the message was settled otherwise, parked for example, meanwhile
                return False
            if record.state is not PaymentState.SUSPENSE or record.payment.amount != payment.amount:
                return False
            recorded_at = self._recording(message.received_at)
            deed = Deed(payment.key, source, record.payment.effective_at, recorded_at)
            named = replace(record, payment=replace(record.payment, reference=invoice.number))
            holding = self._read(invoice)
            posting = place(
                named,
                invoice.account_id,
                holding.items,
                deed,
                named=(Named(invoice.number),),
                settlement=_NAMED_ONLY,
                tz=self._zone(invoice),
                written_off=holding.closed,
            )
            if self._ledger.post(posting) is PostOutcome.POSTED:
                return True
        raise StaleRevision(f"invoice {invoice.number} keeps changing")


def _posting(
    payment: Payment,
    invoice: InvoicePointer | None,
    holding: _Holding | None,
    zone: ZoneInfo,
    recorded_at: datetime,
) -> Posting:
    if invoice is None or holding is None:
        return to_suspense(payment, recorded_at)
    return receive(
        payment,
        invoice.account_id,
        holding.items,
        named=(Named(invoice.number),),
        settlement=_NAMED_ONLY,
        tz=zone,
        written_off=holding.closed,
        recorded_at=recorded_at,
    )


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
