"""Collect payments: order from the processor what was announced to be drawn under a mandate, once.

The arrangement's id is the idempotency key of the order. Before the first order the arrangement says that it is ordered, and
its amount stays from then on: so an order whose answer was lost is sent again word for word, while the processor still knows
it by its key. What becomes of the payment is told by its webhooks, which find the arrangement by the payment's key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from enum import StrEnum
from typing import Final, Protocol

from receivables.arrangements import Arrangement, ArrangementKind, Cause, InFlight, InFlightState
from receivables.cases.ports import Finance
from receivables.core.clock import local_date
from receivables.core.errors import Conflict, DependencyFailed, InvalidFields, NotFound
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.customers import Customer, Mandate
from receivables.ledger import (
    ArrangementChange,
    Known,
    LedgerStore,
    PaymentStub,
    Posting,
    PostOutcome,
    StubChange,
    WorkingSet,
)
from receivables.payments.events import EventType
from receivables.payments.processors import Collection, CollectionOrder, Collector
from receivables.usecases.booking import working_set_of
from receivables.usecases.collection_messages import order_refused, order_unsure
from receivables.usecases.keep_up_autopay import ORDERED_WITHIN, drawable
from receivables.usecases.payment_state import CURRENCY
from receivables.usecases.readers import CustomerReader

REPEATED_WITHIN: Final = timedelta(hours=20)
"""How long an order is sent again whose answer was lost. Stripe forgets idempotency keys after 24 hours (its API reference, "Idempotent
requests"), others later: after that a repeat could draw the money twice."""

HEARD_WITHIN: Final = timedelta(days=14)
"""How long a payment may take, from the day on which it is drawn, until we are told that it came or failed: direct debits take up
to a week, and as long again to come back unpaid."""

_TOLD: Final = "it is not known whether it was ordered: finance was told"

_MOST_READINGS: Final = 5
_AT_ONCE: Final = 100


class Outcome(StrEnum):
    """What became of a collection that was announced."""

    ORDERED = "ordered"
    REFUSED = "refused"
    """It will not be drawn: the processor refuses for good, or there is no mandate any more. The customer is asked."""
    NOT_NEEDED = "not_needed"
    """It was paid otherwise."""
    RESTING = "resting"
    """Since it was announced something was agreed that makes it rest; it is ordered if that ends in time."""
    UNSURE = "unsure"
    """Nobody knows whether it was ordered, and it is too late to ask again, or less is owed by now."""
    NOTHING = "nothing"
    """It was ordered before, has ended, or is none."""


class Collectors(Protocol):
    """The processors' accounts under whose mandates money is drawn."""

    def __call__(self, processor: str, endpoint: str) -> Collector:
        """Raises NotFound when it cannot be called."""


@dataclass(frozen=True, slots=True)
class Collected:
    """What one sweep did: how many of each outcome, and how many failed and are tried again."""

    outcomes: Mapping[str, int]
    failed: int = 0
    finished: bool = True


@dataclass(frozen=True, slots=True)
class CollectPayments:
    """The use case; whatever it is asked for twice it does once."""

    ledger: LedgerStore
    customers: CustomerReader
    collectors: Collectors
    finance: Finance

    def one(self, arrangement_id: str, as_of: datetime) -> Outcome:
        """Order what an arrangement announces. Raises DependencyFailed (and its kinds) when the processor or a table could not:
        then it is to be tried again, with the same order."""
        for _ in range(_MOST_READINGS):
            outcome = self._try(arrangement_id, as_of)
            if outcome is not None:
                return outcome
        raise DependencyFailed(f"arrangement {arrangement_id} keeps changing")

    def left(self, as_of: datetime, time_left: Callable[[], bool]) -> Collected:
        """All that was announced and is not ordered yet: what the events have missed. Those that fail do not stop the others."""
        outcomes: dict[str, int] = {}
        failed, finished = 0, True
        for arrangement_id in self._waiting(as_of):
            if not time_left():
                finished = False
                break
            try:
                outcome = self.one(arrangement_id, as_of)
            except DependencyFailed:
                failed += 1
                continue
            outcomes[outcome.value] = outcomes.get(outcome.value, 0) + 1
        return Collected(outcomes, failed, finished)

    def _waiting(self, as_of: datetime) -> list[str]:
        # By the day on which it ends: one that is not ordered ends within days, one that is takes longer.
        before = (as_of + ORDERED_WITHIN).date() + timedelta(days=2)
        found: list[str] = []
        position, first = None, True
        while first or position is not None:
            page = self.ledger.undecided(ArrangementKind.IN_FLIGHT, before, _AT_ONCE, position)
            found += [each.id for each in page.items if _announced(each) is not None]
            position, first = page.position, False
        return found

    def _try(self, arrangement_id: str, as_of: datetime) -> Outcome | None:
        """What one reading leads to; None: it has changed meanwhile."""
        flying = self._read(arrangement_id)
        if flying is None or as_of >= flying.until:
            return Outcome.NOTHING
        if flying.ordered_at is not None:
            return self._again(flying, flying.ordered_at, as_of)
        return self._first(flying, as_of)

    def _first(self, flying: InFlight, as_of: datetime) -> Outcome | None:
        # The account before the customer: who cancels a mandate writes the customer first, and then tells the account.
        working_set = working_set_of(self.ledger, flying.account_id)
        customer = self._customer(flying)
        if _mandate(flying, customer) is None:
            return self._refused(flying, "the mandate has ended", as_of)
        balance = _balance(working_set, flying)
        if not balance.minor:
            return self._ended(flying, InFlightState.SETTLED, "paid otherwise", as_of, Outcome.NOT_NEEDED)
        if _rests(working_set, flying, customer, as_of):
            return Outcome.RESTING
        self._collector(flying.mandate)
        ordered = replace(flying, amount=min(flying.amount, balance), ordered_at=as_of)
        # What is ordered depends on all of the account: whoever pays, or agrees something, meanwhile is faster.
        if not self._posted(flying, ordered, account_rev=working_set.account.rev):
            return None
        return self._order(replace(ordered, rev=flying.rev + 1), customer, as_of)

    def _again(self, flying: InFlight, ordered_at: datetime, as_of: datetime) -> Outcome | None:
        """An order whose answer was lost. It may not have been heard at all: so it is not repeated if it should not be made now."""
        working_set = working_set_of(self.ledger, flying.account_id)
        customer = self._customer(flying)
        forgotten = as_of - ordered_at > REPEATED_WITHIN
        # Under another mandate it could not be repeated word for word.
        if forgotten or _mandate(flying, customer) is None or _balance(working_set, flying) < flying.amount:
            return self._unsure(flying)
        if _rests(_without_flights(working_set), flying, customer, as_of):
            return Outcome.RESTING
        return self._order(flying, customer, as_of)

    def _order(self, flying: InFlight, customer: Customer, as_of: datetime) -> Outcome | None:
        mandate = _mandate(flying, customer)
        if mandate is None:
            return Outcome.UNSURE
        order = order_of(flying, mandate, customer)
        collector = self._collector(mandate.key)
        try:
            collection = collector.collect(order)
        except (Conflict, InvalidFields, NotFound) as refusal:
            return self._refused(flying, str(refusal), as_of)
        return self._ordered(flying, mandate, collection, as_of)

    def _unsure(self, flying: InFlight) -> Outcome | None:
        """Finance is told once; reminders wait as long as they would have."""
        if flying.ending == _TOLD:
            return Outcome.UNSURE
        self.finance.tell(order_unsure(flying))
        return Outcome.UNSURE if self._posted(flying, replace(flying, ending=_TOLD)) else None

    def _customer(self, flying: InFlight) -> Customer:
        return self.customers.get(split_account_id(flying.account_id)[0])

    def _collector(self, mandate_key: str) -> Collector:
        processor, endpoint = mandate_key.split("/")[:2]
        try:
            return self.collectors(processor, endpoint)
        except NotFound as missing:
            raise DependencyFailed(str(missing)) from missing

    def _ordered(
        self, flying: InFlight, mandate: Mandate, collection: Collection, as_of: datetime
    ) -> Outcome | None:
        key = f"{mandate.account}/{collection.payment_id}"
        after = replace(flying, payment=key, until=_heard_by(collection, as_of))
        # Not later than anything that the processor can tell of it.
        pending = Known(EventType.PAYMENT_PENDING.value, flying.since, minor=flying.amount.minor)
        stub = PaymentStub(
            key,
            (pending,),
            (f"{CURRENCY}{flying.amount.currency}",),
            flying.account_id,
            flying.covers[0].number,
        )
        change = ArrangementChange(flying, after)
        posting = Posting(flying.account_id, stub=StubChange(None, stub), arrangements=(change,))
        outcome = self.ledger.post(posting)
        if outcome is PostOutcome.DUPLICATE:
            # Its webhook was faster: what is known of the payment is there, and upkeep ends what it has ended.
            outcome = self.ledger.post(Posting(flying.account_id, arrangements=(change,)))
        return Outcome.ORDERED if outcome is PostOutcome.POSTED else None

    def _refused(self, flying: InFlight, why: str, as_of: datetime) -> Outcome | None:
        outcome = self._ended(flying, InFlightState.FAILED, why, as_of, Outcome.REFUSED)
        if outcome is not None:
            self.finance.tell(order_refused(flying, why))
        return outcome

    def _ended(
        self, flying: InFlight, state: InFlightState, why: str, as_of: datetime, outcome: Outcome
    ) -> Outcome | None:
        after = replace(flying, state=state, ended_at=as_of, ending=why[:200])
        return outcome if self._posted(flying, after) else None

    def _posted(self, before: InFlight, after: InFlight, account_rev: int | None = None) -> bool:
        change = ArrangementChange(before, after)
        posting = Posting(before.account_id, arrangements=(change,), account_rev=account_rev)
        return self.ledger.post(posting) is PostOutcome.POSTED

    def _read(self, arrangement_id: str) -> InFlight | None:
        try:
            return _announced(self.ledger.arrangement(arrangement_id))
        except NotFound:
            return None


def order_of(flying: InFlight, mandate: Mandate, customer: Customer) -> CollectionOrder:
    """The order: the same words each time, whenever it is sent."""
    number = flying.covers[0].number
    return CollectionOrder(
        key=flying.id,
        amount=flying.amount,
        mandate=mandate.id,
        customer=mandate.customer,
        on=local_date(flying.since, customer.tz),
        description=number,
        account_id=flying.account_id,
        invoice=number,
    )


def _announced(arrangement: Arrangement) -> InFlight | None:
    """The arrangement, if it is one that is to be ordered."""
    if not isinstance(arrangement, InFlight) or not arrangement.active or arrangement.payment:
        return None
    return arrangement if arrangement.cause is Cause.COLLECTING else None


def _mandate(flying: InFlight, customer: Customer) -> Mandate | None:
    """The mandate under which it was announced, if it is in force."""
    mandate = customer.mandate
    return mandate if mandate is not None and mandate.active and mandate.key == flying.mandate else None


def _balance(working_set: WorkingSet, flying: InFlight) -> Money:
    number = flying.covers[0].number
    open_ = (item.balance for item in working_set.open_items if item.number == number)
    return next(open_, Money(0, flying.amount.currency))


def _heard_by(collection: Collection, as_of: datetime) -> datetime:
    if collection.on is None:
        return as_of + HEARD_WITHIN
    return max(as_of, datetime.combine(collection.on, time(12), UTC)) + HEARD_WITHIN


def _without_flights(working_set: WorkingSet) -> WorkingSet:
    """Also the payment itself may be on its way already, if the order was heard."""
    others = tuple(each for each in working_set.arrangements if not isinstance(each, InFlight))
    return replace(working_set, arrangements=others)


def _rests(working_set: WorkingSet, flying: InFlight, customer: Customer, as_of: datetime) -> bool:
    """Whether something else than the announcement itself keeps the receivable still."""
    others = tuple(each for each in working_set.arrangements if each.id != flying.id)
    without = replace(working_set, arrangements=others)
    return all(due.number != flying.covers[0].number for due in drawable(without, customer, as_of))
