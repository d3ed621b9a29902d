"""Flights: opens and ends what collection waits for, as a payment is on its way, or contested."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from receivables.arrangements import Cause, Covered, InFlight, InFlightState
from receivables.core.money import Money, total
from receivables.ledger import ArrangementChange, PaymentChange, PaymentStub, Posting, StubChange
from receivables.payments.deeds import Way
from receivables.payments.flights import arrived, awaited, flight_id, until
from receivables.payments.marks import flight_mark, flights_in, marks_in
from receivables.usecases.arrangement_endings import changed
from receivables.usecases.payment_state import PaymentAsKnown, currency_of
from receivables.usecases.receiving_money import ReceivingMoney, Target
from receivables.usecases.settling import receivables_in

if TYPE_CHECKING:
    from datetime import datetime

    from receivables.ledger import LedgerStore, OpenItem

MOST_COVERED: Final = 200
"""Receivables that one payment in flight covers: of more, those that have been due longest."""


_STAYS: Final = frozenset({InFlightState.OPEN, InFlightState.EXPIRED})
"""What nothing but a later word changes."""


class PaymentFlights:
    """Works out the next change of what is in flight; None: it is as it should be."""

    def __init__(self, ledger: LedgerStore, receiving: ReceivingMoney) -> None:
        self._ledger, self._receiving = ledger, receiving

    def opening(self, payment: PaymentAsKnown) -> Posting | None:
        """What is to be waited for, or for longer. Before money is taken back: then nothing is asked for in between."""
        return next(self._openings(payment), None)

    def ending(self, payment: PaymentAsKnown) -> Posting | None:
        """What is not to be waited for any more."""
        return next(self._endings(payment), None)

    def _openings(self, payment: PaymentAsKnown) -> Iterator[Posting]:
        for cause in (Cause.PENDING, Cause.CONTESTED):
            waiting = awaited(payment.story, cause)
            # By the time of recording: what is heard of, or replayed, too late has nothing to wait for any more.
            if waiting is None or (ends := until(cause, waiting)) <= payment.news.recorded_at:
                continue
            last = self._last(payment, cause)
            if last is not None and ends <= last.until and last.state in _STAYS:
                continue
            if last is not None and last.active:
                longer = changed(last, replace(last, until=ends))
                yield Posting(last.account_id, arrangements=(longer,))
            elif (opened := self._opened(payment, cause, waiting.since, ends)) is not None:
                yield opened

    def _endings(self, payment: PaymentAsKnown) -> Iterator[Posting]:
        for cause in (Cause.PENDING, Cause.CONTESTED):
            if awaited(payment.story, cause) is None:
                last = self._last(payment, cause)
                if last is not None and last.active:
                    yield _ended(last, payment)
        if awaited(payment.story, Cause.PENDING) is None:
            for drawn in self._collecting(payment):
                yield _ended(drawn, payment)

    def _last(self, payment: PaymentAsKnown, cause: Cause) -> InFlight | None:
        """How it was in flight for the cause the last time."""
        number = flights_in(payment.done, cause.value)
        if not number:
            return None
        found = self._ledger.arrangement(flight_id(payment.news.key, cause, number))
        return found if isinstance(found, InFlight) else None

    def _collecting(self, payment: PaymentAsKnown) -> Iterator[InFlight]:
        """What we draw ourselves by this payment."""
        of = payment.first or payment.stub
        if of is None or of.account_id is None or not _was_pending(payment):
            return
        working_set = self._ledger.working_set(of.account_id)
        for each in working_set.arrangements if working_set else ():
            if (
                isinstance(each, InFlight)
                and each.payment == payment.news.key
                and each.cause is Cause.COLLECTING
            ):
                yield each

    def _opened(
        self, payment: PaymentAsKnown, cause: Cause, since: datetime, ends: datetime
    ) -> Posting | None:
        if cause is Cause.PENDING and any(self._collecting(payment)):
            return None
        target, covers = self._covered(payment, cause)
        if target is None or not covers:
            return None
        number = flights_in(payment.done, cause.value) + 1
        key = payment.news.key
        amount = payment.news.event.amount or total(
            (each.balance for each in covers), covers[0].balance.currency
        )
        flight = InFlight(
            flight_id(key, cause, number), target.account_id, covers, cause, amount, key, since, ends
        )
        posting = Posting(target.account_id, arrangements=(ArrangementChange(None, flight),))
        return payment.marked(_with_payment(posting, payment, target), flight_mark(cause.value, number))

    def _covered(self, payment: PaymentAsKnown, cause: Cause) -> tuple[Target | None, tuple[Covered, ...]]:
        if cause is Cause.CONTESTED:
            return self._contested(payment)
        target = self._target(payment)
        if target is None:
            return None, ()
        if target.invoice is not None:
            item = self._ledger.open_item(target.account_id, target.invoice.number)
            items: tuple[OpenItem, ...] = (item,) if item is not None and item.balance else ()
        else:
            working_set = self._ledger.working_set(target.account_id)
            items = working_set.open_items if working_set else ()
        if payment.first is not None and not items:  # it is about to go back, and is tried again
            return target, _paid(payment)
        first = sorted(items, key=lambda item: (item.due_date, item.number))[:MOST_COVERED]
        return target, tuple(Covered(item.number, item.balance) for item in first)

    def _target(self, payment: PaymentAsKnown) -> Target | None:
        event, stub = payment.news.event, payment.stub
        if payment.first is not None:
            return self._receiving.target_of(payment.first)
        currency = event.amount.currency if event.amount is not None else currency_of(stub)
        if currency is None:
            return None
        references = event.references
        if stub is not None:
            references = replace(
                references,
                invoice=references.invoice or stub.reference,
                account=references.account or stub.account_id,
            )
        return self._receiving.target(references, currency)

    def _contested(self, payment: PaymentAsKnown) -> tuple[Target | None, tuple[Covered, ...]]:
        """What it pays, or has paid until it was taken back."""
        first = payment.first
        if first is None or first.account_id is None:
            return None, ()
        currency = first.payment.amount.currency
        covers = {each.number: each for each in _paid(payment)}
        for mark in marks_in(first.done):
            if mark.way == Way.CHARGEBACK:
                taken = self._ledger.keyed(f"{mark.way}/{first.payment.key}/{mark.name}")
                for number in receivables_in(taken) if taken else ():
                    covers.setdefault(number, Covered(number, Money(mark.minor, currency)))
        return Target(first.account_id), tuple(covers[number] for number in sorted(covers))


def _paid(payment: PaymentAsKnown) -> tuple[Covered, ...]:
    records = (payment.first, *payment.further) if payment.first else ()
    minors: dict[str, int] = {}
    for record in records:
        for each in record.allocated:
            minors[each.item] = minors.get(each.item, 0) + each.minor
    currency = records[0].payment.amount.currency if records else ""
    return tuple(Covered(number, Money(minor, currency)) for number, minor in sorted(minors.items()) if minor)


def _with_payment(posting: Posting, payment: PaymentAsKnown, target: Target) -> Posting:
    """With what stands at the payment's place, to be marked in the same transaction."""
    if payment.first is not None:
        after = replace(payment.first, rev=payment.first.rev + 1)
        return replace(posting, payment=PaymentChange(payment.first, after))
    return replace(posting, stub=StubChange(payment.stub, stub_of(payment, target)))


def stub_of(payment: PaymentAsKnown, target: Target | None = None) -> PaymentStub:
    """What stands at the place of a payment whose money has not come, with all that is known."""
    before, references = payment.stub, payment.news.event.references
    account_id = target.account_id if target else before.account_id if before else None
    reference = target.invoice.number if target and target.invoice else references.invoice
    return PaymentStub(
        payment.news.key,
        payment.known,
        payment.done,
        account_id,
        (before.reference if before else None) or reference,
        before.rev + 1 if before else 0,
    )


def _was_pending(payment: PaymentAsKnown) -> bool:
    return any(fact.what in _WAITS for fact in payment.facts)


_WAITS: Final = frozenset({"payment_pending", "payment_retrying"})


def _ended(flight: InFlight, payment: PaymentAsKnown) -> Posting:
    here, code = arrived(payment.story, flight.cause), payment.news.event.failure_code
    after = replace(
        flight,
        state=InFlightState.SETTLED if here else InFlightState.FAILED,
        ended_at=payment.news.received_at,
        ending="the money is here" if here else f"it failed: {code}" if code else "it failed",
    )
    return Posting(flight.account_id, arrangements=(changed(flight, after),))
