"""Receiving: what a payment does."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from receivables.core.clock import local_date
from receivables.core.errors import Conflict
from receivables.core.ids import account_id as account_of
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger.allocation import Named, allocate
from receivables.ledger.credits import CreditSource
from receivables.ledger.deeds import Deed
from receivables.ledger.discounting import on_offer
from receivables.ledger.entries import Entry, EntryKind, LedgerName, Leg
from receivables.ledger.inflow import Inflow
from receivables.ledger.invoices import Invoice
from receivables.ledger.items import OpenItem
from receivables.ledger.journal import Journal
from receivables.ledger.payments import Allocated, Payment, PaymentRecord, PaymentState
from receivables.ledger.posting import (
    MOST_WRITES,
    SUSPENSE_CUSTOMER,
    ItemChange,
    PaymentChange,
    Posting,
)
from receivables.ledger.settling import Settling
from receivables.ledger.sheet import Sheet
from receivables.terms import Settlement

_SPARE: Final = 12
"""Writes that are kept free for what the last receivable, credit and recovery may still need."""


def receive(
    payment: Payment,
    account_id: str,
    items: Iterable[OpenItem],
    *,
    named: Sequence[Named] = (),
    settlement: Settlement,
    tz: ZoneInfo,
    written_off: Iterable[Invoice] = (),
    recorded_at: datetime | None = None,
) -> Posting:
    """A payment on an account.

    `items` are open items as read: those that are named (with their charges), or all of the account. `written_off` are the named
    receivables that have no open item any more, whatever their status: what was written off is recovered. `tz` is the
    customer's zone, whose days decide on discounts. `recorded_at` is `payment.received_at` unless given.

    What is named is paid, and nothing else; with nothing named, what `settlement` says. A discount that is earned, a
    difference that is let go and a recovery post entries of their own; what is left becomes credit. A receivable that is late and
    bears charges stays, at zero, until these are worked out. Of more receivables than one transaction takes the
    first are paid, and the rest is credit too. Raises InvalidInput (`named...`), CurrencyMismatch.
    """
    deed = Deed(payment.key, payment.source, payment.effective_at, recorded_at or payment.received_at)
    receipt = _Receipt(payment, account_id, deed, tz, settlement)
    receipt.pay(items, named, {document.number: document for document in written_off})
    record, entries, changes = receipt.booked(EntryKind.PAYMENT)
    return replace(receipt.posting(), entries=entries, items=changes, payment=PaymentChange(None, record))


def to_suspense(payment: Payment, recorded_at: datetime | None = None) -> Posting:
    """A payment of nobody knows whom, on the suspense account of its currency."""
    account_id = account_of(SUSPENSE_CUSTOMER, payment.amount.currency)
    minor = payment.amount.minor
    deed = Deed(payment.key, payment.source, payment.effective_at, recorded_at or payment.received_at)
    entry = deed.entry(
        account_id,
        EntryKind.SUSPENSE,
        payment.amount,
        (Leg(payment.kept_on, minor), Leg(LedgerName.SUSPENSE, -minor)),
        payment=payment.key,
    )
    record = PaymentRecord(payment, PaymentState.SUSPENSE, None, None)
    return Posting(account_id, (entry,), payment=PaymentChange(None, record))


def place(
    record: PaymentRecord,
    account_id: str,
    items: Iterable[OpenItem],
    deed: Deed,
    *,
    named: Sequence[Named] = (),
    settlement: Settlement,
    tz: ZoneInfo,
    written_off: Iterable[Invoice] = (),
) -> Posting:
    """A payment moves out of suspense to an account - what is left of it there: `receive` with suspense in place of cash, and the
    entry that empties suspense. `deed` tells who decided and when it was recorded; it counts from the payment's own date.
    Raises Conflict when it is not in suspense, and what `receive` raises."""
    payment, left = record.payment, record.waiting
    if record.state is not PaymentState.SUSPENSE or not left:
        raise Conflict(f"payment {payment.key!r} is not in suspense: {record.state.value}")
    own = replace(deed, key=_placement(record), effective_at=payment.effective_at)
    receipt = _Receipt(replace(payment, amount=left), account_id, own, tz, settlement)
    receipt.pay(items, named, {document.number: document for document in written_off})
    after, entries, changes = receipt.booked(EntryKind.PLACEMENT)
    placed = replace(
        after,
        payment=payment,
        state=PaymentState.PLACED,
        rev=record.rev + 1,
        known=record.known,
        done=record.done,
        returned=record.returned,
    )
    return replace(
        receipt.posting(),
        entries=(*entries, release(payment, left, own)),
        items=changes,
        payment=PaymentChange(record, placed),
    )


def _placement(record: PaymentRecord) -> str:
    """What names a placement, for ever: it can be placed again after it was on the wrong account."""
    return f"{record.payment.key}/{record.rev}" if record.rev else record.payment.key


def release(payment: Payment, amount: Money, deed: Deed) -> Entry:
    """The entry by which so much of a payment leaves suspense for an account, of `deed`."""
    return deed.entry(
        account_of(SUSPENSE_CUSTOMER, amount.currency),
        EntryKind.PLACEMENT,
        -amount,
        (Leg(LedgerName.SUSPENSE, amount.minor), Leg(payment.kept_on, -amount.minor)),
        "release",
        payment=payment.key,
    )


@dataclass(slots=True)
class _Recovery:
    document: Invoice
    minor: int


class _Receipt:
    """One payment on its way."""

    def __init__(
        self, payment: Payment, account_id: str, deed: Deed, tz: ZoneInfo, settlement: Settlement
    ) -> None:
        self._payment, self._account_id, self._deed = payment, account_id, deed
        self._tz, self._settlement = tz, settlement
        self._sheet, self._journal = Sheet(tz), Journal()
        self._inflow = Inflow(self._sheet, self._journal, EntryKind.PAYMENT, ("payment", deed.key))
        self._settling = Settling(account_id, self._sheet, deed, tz, payment.key)
        self._paid: dict[str, int] = {}
        self._recovery: _Recovery | None = None
        self._extra: list[Entry] = []
        self._rounded = self._direct = 0
        self._named: Sequence[Named] = ()
        self._journal.post(payment.effective_at, payment.kept_on, payment.amount.minor)
        self._inflow.fresh(payment.effective_at, payment.amount.minor)

    def pay(self, items: Iterable[OpenItem], named: Sequence[Named], closed: dict[str, Invoice]) -> None:
        self._named = named
        there = tuple(items)
        for item in there:
            self._sheet.put(item)
        self._pay_open(there, named)
        for each in named:
            if each.number in self._sheet:
                self._pay_settled(each)
            elif each.number in closed:
                self._pay_closed(closed[each.number], each.amount)
        self._round_off()

    def _pay_open(self, items: tuple[OpenItem, ...], named: Sequence[Named]) -> None:
        day = local_date(self._payment.effective_at, self._tz)
        offers = {item.number: offer for item in items if (offer := on_offer(item, day))}
        shares = allocate(self._payment.amount, items, named, self._settlement, offers)
        for share in shares:
            if self._full:
                return
            in_full = share.minor == self._sheet.item(share.number).balance.minor
            capped = not in_full or any(each.amount for each in named)
            if paid := self._inflow.pay(share.number, share.minor if capped else None):
                self._paid[share.number] = paid
                self._settling.paid(share.number)

    def _pay_settled(self, named: Named) -> None:
        """Of what is paid: as far as this money came before other money, that was the later one, and is credit now."""
        if named.amount is None and not self._sheet.item(named.number).balance:
            self._inflow.pay(named.number)

    def _pay_closed(self, document: Invoice, amount: Money | None) -> None:
        """Recover what was written off. Of what was paid, and bears charges, the dates may be other than was known."""
        most = min(amount.minor if amount else self._inflow.rest, document.written_off)
        if most and self._recovery is None and self._inflow.rest:
            self._recover(document, most)
        elif self._inflow.rest and document.conditions.charged and not document.written_off:
            self._sheet.put_held((document, None))
            self._pay_settled(Named(document.number, amount))

    def _recover(self, document: Invoice, most: int) -> None:
        if document.amount.currency != self._payment.amount.currency:
            raise CurrencyMismatch(f"{self._payment.amount.currency} and {document.amount.currency}")
        journal = Journal()
        used = self._inflow.spend(most, LedgerName.BAD_DEBT, journal, document.number)
        minor = sum(coin.minor for coin in used)
        for coin in used:
            if coin.at == self._payment.effective_at:
                self._at_once(journal, coin.id, coin.minor)
        entries = journal.entries(
            self._account_id,
            EntryKind.RECOVERY,
            Money(minor, self._payment.amount.currency),
            self._deed,
            document.number,
            later=EntryKind.RECOVERY,
            invoice=document.number,
            payment=self._payment.key,
        )
        self._extra += entries
        self._recovery = _Recovery(document, minor)

    def _at_once(self, journal: Journal, credit_id: str, minor: int) -> None:
        """The money itself recovers, without having been credit."""
        at = self._payment.effective_at
        for each, sign in ((self._journal, 1), (journal, -1)):
            each.post(at, LedgerName.UNAPPLIED, sign * minor, credit_id)
            each.post(at, self._payment.kept_on, -sign * minor)
        self._direct += minor

    def _round_off(self) -> None:
        """Too much by no more than the tolerance of what it has paid."""
        rest = self._inflow.rest
        tolerance = max((self._sheet.item(number).conditions.rounding for number in self._paid), default=0)
        if not 0 < rest <= tolerance or any(self._sheet.item(number).balance for number in self._paid):
            return
        journal = Journal()
        self._inflow.spend(rest, LedgerName.ROUNDING, journal)
        self._rounded = rest
        amount = Money(-rest, self._payment.amount.currency)
        self._extra += journal.entries(
            self._account_id,
            EntryKind.ROUNDING,
            amount,
            self._deed,
            later=EntryKind.ROUNDING,
            payment=self._payment.key,
        )

    @property
    def _full(self) -> bool:
        """One transaction takes no more."""
        entries = self._journal.instants + len(self._settling.entries)
        return entries + 2 * self._sheet.touched + len(self._inflow.coins) > MOST_WRITES - _SPARE

    def posting(self) -> Posting:
        changes = self._inflow.left_over(
            self._payment.amount.currency, CreditSource.PAYMENT, self._payment.key
        )
        return Posting(self._account_id, credits=changes)

    def booked(self, kind: EntryKind) -> tuple[PaymentRecord, tuple[Entry, ...], tuple[ItemChange, ...]]:
        """The record of the payment, its entries (its own first) and what becomes of the receivables."""
        amount = self._payment.amount - Money(self._direct, self._payment.amount.currency)
        own = self._journal.entries(
            self._account_id,
            kind,
            amount,
            self._deed,
            invoice=self._concerned,
            payment=self._payment.key,
        )
        entries = (*own, *self._settling.entries, *self._extra)
        return self._record(), entries, (*self._sheet.changes(), *self._recovered())

    def _recovered(self) -> tuple[ItemChange, ...]:
        if self._recovery is None:
            return ()
        document, minor = self._recovery.document, self._recovery.minor
        left = replace(document, written_off=document.written_off - minor)
        return (ItemChange(document.number, None, None, document=left, document_rev=document.rev),)

    @property
    def _concerned(self) -> str | None:
        """The receivable that the payment is for: what was recovered (it can be taken back), else the one that was named, or
        that is paid; None when there are several."""
        if self._recovery is not None:
            return self._recovery.document.number
        numbers = [each.number for each in self._named] or list(self._paid)
        if numbers:
            return numbers[0] if len(numbers) == 1 else None
        return self._payment.reference

    def _record(self) -> PaymentRecord:
        discounts = self._settling.discounts
        rest, recovered = self._inflow.rest, self._recovery.minor if self._recovery else 0
        used = bool(self._paid or recovered)
        return PaymentRecord(
            self._payment,
            PaymentState.APPLIED if not rest else PaymentState.OVERPAID if used else PaymentState.UNAPPLIED,
            self._account_id,
            self._concerned,
            tuple(Allocated(number, minor, discounts.get(number, 0)) for number, minor in self._paid.items()),
            credit=rest,
            recovered=recovered,
            rounded=self._rounded,
        )
