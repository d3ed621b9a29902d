"""Cheques: taken in, on their way through the banks, cleared or bounced. What a person records of one goes the way of all money: through
the inbox. Until it is cleared nothing is booked, and nobody is asked for what it is to pay."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

from receivables.core.clock import format_instant
from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.core.money import Money
from receivables.ledger import LedgerStore, PaymentRecord
from receivables.payments.events import EventType, MoneyEvent, Payer, References
from receivables.payments.facts import Story, fold
from receivables.payments.inbox import Form, Inbox, InboxMessage
from receivables.payments.life import known_of
from receivables.payments.stored import dump_events, load_events

PROCESSOR: Final = "manual"
ENDPOINT: Final = "cheques"


class ChequeState(StrEnum):
    """Where a cheque is."""

    PENDING = "pending"
    """With the bank."""
    CLEARED = "cleared"
    """Its money is here."""
    BOUNCED = "bounced"


@dataclass(frozen=True, slots=True)
class ChequeOrder:
    """A cheque that was taken in at an instant (UTC). `key` is unique for it, for ever; `invoice` is the one that it is to pay,
    or it is for an account as a whole."""

    key: str
    number: str
    amount: Money
    taken_at: datetime
    invoice: str | None = None
    account_id: str | None = None
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Cheque:
    """A cheque and what became of it. `payment` is the key of its money."""

    order: ChequeOrder
    state: ChequeState
    since: datetime

    @property
    def payment(self) -> str:
        return f"{PROCESSOR}/{ENDPOINT}/{self.order.key}"


class Cheques:
    """Records them. What is recorded twice is recorded once."""

    def __init__(self, ledger: LedgerStore, inbox: Inbox) -> None:
        self._ledger, self._inbox = ledger, inbox

    def take(self, order: ChequeOrder, at: datetime) -> Cheque:
        """Raises InvalidInput (`amount`, `invoice`, `account_id`, `taken_at`), and Conflict when the key was used for another."""
        if order.taken_at > at:
            raise InvalidInput("taken_at", "lies in the future")
        if order.amount.minor <= 0:
            raise InvalidInput("amount", "must be more than zero")
        self._check_target(order)
        event = _event(order)
        if not self._tell(event, at) and self._order(order.key) != order:
            raise Conflict(f"the key {order.key!r} was used for another cheque")
        return self.read(order.key)

    def read(self, key: str) -> Cheque:
        """Raises NotFound."""
        order = self._order(key)
        found = self._ledger.known_payment(f"{PROCESSOR}/{ENDPOINT}/{key}")
        if found is None:  # recorded a moment ago
            return Cheque(order, ChequeState.PENDING, order.taken_at)
        story = fold(known_of(found) if isinstance(found, PaymentRecord) else found.known)
        return Cheque(order, *_standing(story, order))

    def clear(self, key: str, cleared_at: datetime, at: datetime) -> Cheque:
        """The bank has credited it for good. Raises NotFound and InvalidInput (`at`)."""
        return self._became(key, EventType.PAYMENT_SUCCEEDED, cleared_at, at)

    def bounce(self, key: str, bounced_at: datetime, reason: str, at: datetime) -> Cheque:
        """It was not honoured, or was taken back after it had cleared: what it was to pay is asked for again. Raises NotFound and
        InvalidInput (`at`)."""
        cheque = self.read(key)
        if cheque.state is ChequeState.CLEARED and bounced_at < cheque.since:
            raise InvalidInput("at", "is before it was cleared")
        # Not FAILED: of the day on which it was said to have cleared that would be the older word.
        return self._became(key, EventType.PAYMENT_REVERSED, bounced_at, at, reason)

    def _became(
        self, key: str, what: EventType, happened: datetime, at: datetime, reason: str | None = None
    ) -> Cheque:
        order = self._order(key)
        if not order.taken_at <= happened <= at:
            raise InvalidInput("at", "lies in the future, or before the cheque was taken in")
        event = replace(
            _event(order),
            type=what,
            event_id=f"{key}/{what.value}/{format_instant(happened)}",
            occurred=happened,
            failure_code=reason,
        )
        self._tell(event, at)
        state = ChequeState.CLEARED if what is EventType.PAYMENT_SUCCEEDED else ChequeState.BOUNCED
        return Cheque(order, state, happened)

    def _tell(self, event: MoneyEvent, at: datetime) -> bool:
        message = InboxMessage(
            id=_message_id(event.event_id),
            processor=PROCESSOR,
            endpoint=ENDPOINT,
            event_id=event.event_id,
            body=dump_events((event,)),
            received_at=at,
            headers={},
            form=Form.EVENTS,
        )
        return self._inbox.store(message)

    def _order(self, key: str) -> ChequeOrder:
        try:
            message = self._inbox.get(_message_id(_taken(key)))
        except NotFound:
            raise NotFound("cheque", key) from None
        (event,) = load_events(message.body)
        if event.amount is None:
            raise NotFound("cheque", key)
        references = event.references
        return ChequeOrder(
            key,
            references.end_to_end or "",
            event.amount,
            event.occurred,
            references.invoice,
            references.account,
            event.payer.name,
        )

    def _check_target(self, order: ChequeOrder) -> None:
        currency = order.amount.currency
        if order.invoice is not None:
            pointer = self._ledger.pointer(order.invoice)
            if pointer is None or pointer.amount.currency != currency:
                raise InvalidInput("invoice", f"{order.invoice!r} is not an invoice in {currency}")
        elif order.account_id is not None:
            account = self._ledger.working_set(order.account_id)
            if account is None or account.account.currency != currency:
                raise InvalidInput("account_id", f"{order.account_id!r} is not an account in {currency}")


def _event(order: ChequeOrder) -> MoneyEvent:
    references = References(
        invoice=order.invoice,
        account=order.account_id,
        end_to_end=order.number,
        texts=(f"cheque {order.number}",),
    )
    return MoneyEvent(
        type=EventType.PAYMENT_PENDING,
        raw_type="cheque",
        event_id=_taken(order.key),
        occurred=order.taken_at,
        payment_id=order.key,
        amount=order.amount,
        references=references,
        payer=Payer(name=order.payer),
    )


def _standing(story: Story, order: ChequeOrder) -> tuple[ChequeState, datetime]:
    last = story.episodes[-1] if story.episodes else None
    if story.pending is not None:
        return ChequeState.PENDING, story.pending.since
    if last is None or last.went is not None:
        return ChequeState.BOUNCED, last.went if last and last.went else order.taken_at
    return ChequeState.CLEARED, last.came


def _taken(key: str) -> str:
    return f"{key}/taken"


def _message_id(event_id: str) -> str:
    return f"{PROCESSOR}#{ENDPOINT}#{event_id}"
