"""Receiving: which receivable, or whose account, the money of a payment is for, and what it does there.

The common case is one read of what never changes of the invoice, and a posting that assumes that nothing was paid yet. Where that is
wrong - or may be, because the payment is late and there may be charges - what is open is read and the posting worked out
again. The customer is read only where the days of its zone make a difference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.errors import InvalidInput
from receivables.core.ids import reference as invoice_number
from receivables.core.ids import split_account_id
from receivables.ledger import OWN_CUSTOMERS, Posting
from receivables.ledger.allocation import Named
from receivables.ledger.deeds import Deed
from receivables.ledger.issuing import untouched
from receivables.ledger.payments import Payment, PaymentRecord
from receivables.ledger.receiving import place, receive, to_suspense
from receivables.payments.events import References
from receivables.terms import Settlement
from receivables.usecases.settling import closed_documents, named_items

if TYPE_CHECKING:
    from receivables.ledger import Invoice, InvoicePointer, LedgerStore, OpenItem
    from receivables.usecases.readers import CustomerReader

ANY_ZONE: Final = ZoneInfo("UTC")
_NAMED_ONLY: Final = Settlement()
"""A payment that names its invoice is settled by that invoice's own conditions."""


@dataclass(frozen=True, slots=True)
class Target:
    """What a payment is for: an invoice, or (`invoice` None) an account as a whole. What an account gets is credit, which its next
    upkeep sets against what is open, in the order that was configured for it."""

    account_id: str
    invoice: InvoicePointer | None = None

    @property
    def named(self) -> tuple[Named, ...]:
        return (Named(self.invoice.number),) if self.invoice else ()


@dataclass(frozen=True, slots=True)
class Holding:
    """The invoice that a payment is for, as assumed or read: its open item and charges, or that it is closed. `tz` is the zone of
    the customer, where its days matter."""

    tz: ZoneInfo = ANY_ZONE
    items: tuple[OpenItem, ...] = ()
    closed: tuple[Invoice, ...] = ()


class ReceivingMoney:
    """Finds targets, and works out what money does there."""

    def __init__(self, ledger: LedgerStore, customers: CustomerReader) -> None:
        self._ledger, self._customers = ledger, customers

    def target(self, references: References, currency: str) -> Target | None:
        """What the payment names and can pay: an invoice that is known, in its currency, else an account likewise. None: it is to
        be found out whose it is."""
        invoice = self._invoice(references.invoice, currency)
        if invoice is not None:
            return Target(invoice.account_id, invoice)
        return self._account(references.account, currency)

    def target_of(self, record: PaymentRecord) -> Target | None:
        """Where money of a payment went that was booked: for when it comes again."""
        currency, payment = record.payment.amount.currency, record.payment
        invoice = self._invoice(record.invoice or payment.reference, currency)
        if invoice is not None and record.account_id in {None, invoice.account_id}:
            return Target(invoice.account_id, invoice)
        return self._account(record.account_id, currency)

    def assumed(self, payment: Payment, target: Target) -> Holding:
        """The invoice as it is if nothing has happened to it; read, if it may bear charges by now."""
        invoice = target.invoice
        if invoice is None:
            return Holding()
        tz = self._zone(target)
        if invoice.conditions.charged:
            parts = invoice.conditions.instalments
            first_due = min((part.due_date for part in parts), default=invoice.due_date)
            # By the time of recording, not of paying: charges may have been posted that a payment was too early for.
            if local_date(payment.received_at, tz) > first_due:
                return self.read(target, tz)
        return Holding(tz, (untouched(invoice),))

    def read(self, target: Target, tz: ZoneInfo | None = None) -> Holding:
        """The invoice as it stands, with its charges where it may have some."""
        invoice = target.invoice
        if invoice is None:
            return Holding()
        items: tuple[OpenItem, ...]
        if invoice.conditions.charged:
            working_set = self._ledger.working_set(invoice.account_id)
            items = named_items(working_set.items if working_set else (), (invoice.number,))
        else:
            item = self._ledger.open_item(invoice.account_id, invoice.number)
            items = (item,) if item else ()
        closed = closed_documents(self._ledger, items, (invoice.number,))
        return Holding(tz or self._zone(target), items, closed)

    def zone_of(self, account_id: str) -> ZoneInfo:
        """The zone of an account's customer. Raises NotFound."""
        return self._customers.get(split_account_id(account_id)[0]).tz

    def posting(
        self, payment: Payment, target: Target | None, holding: Holding, recorded_at: datetime
    ) -> Posting:
        """The payment goes to its target or, with none, to suspense."""
        if target is None:
            return to_suspense(payment, recorded_at)
        return receive(
            payment,
            target.account_id,
            holding.items,
            named=target.named,
            settlement=_NAMED_ONLY,
            tz=holding.tz,
            written_off=holding.closed,
            recorded_at=recorded_at,
        )

    def placing(self, record: PaymentRecord, target: Target, deed: Deed) -> Posting:
        """A payment that waits in suspense goes to its target."""
        holding = self.read(target)
        if target.invoice is not None:
            named = replace(record.payment, reference=target.invoice.number)
            record = replace(record, payment=named)
        return place(
            record,
            target.account_id,
            holding.items,
            deed,
            named=target.named,
            settlement=_NAMED_ONLY,
            tz=holding.tz,
            written_off=holding.closed,
        )

    def _invoice(self, number: str | None, currency: str) -> InvoicePointer | None:
        try:
            invoice = self._ledger.pointer(invoice_number((number or "").strip(), field="reference"))
        except InvalidInput:
            return None
        return invoice if invoice is not None and invoice.amount.currency == currency else None

    def _account(self, account_id: str | None, currency: str) -> Target | None:
        if account_id is None:
            return None
        try:
            customer, own = split_account_id(account_id)
        except InvalidInput:
            return None
        if own != currency or customer in OWN_CUSTOMERS or self._ledger.working_set(account_id) is None:
            return None
        return Target(account_id)

    def _zone(self, target: Target) -> ZoneInfo:
        """The customer's zone, where its days matter: for a discount, and for being late where that costs."""
        invoice = target.invoice
        if invoice is None or not (invoice.conditions.discounts or invoice.conditions.charged):
            return ANY_ZONE
        return self.zone_of(target.account_id)
