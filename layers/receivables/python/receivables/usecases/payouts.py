"""Payouts: what processors say of them is booked, and those that did not reach our bank in time are found.

That a line of a bank statement is a payout is recognised where bank lines are matched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Final, Protocol

from receivables.cases.ports import Finance
from receivables.core.calendar import MONDAY_TO_FRIDAY, next_allowed
from receivables.core.errors import Conflict, InvalidInput, NotFound
from receivables.core.money import Money
from receivables.ledger import Page, PaymentRecord, PostOutcome
from receivables.ledger.deeds import Deed
from receivables.ledger.payouts import Payout, PayoutState, arrive, pay_out, pay_out_failed
from receivables.payments.events import EventType, MoneyEvent
from receivables.usecases.booking import Poster, post_again
from receivables.usecases.reconciliation_messages import MOST_NAMED, payouts_late

TAKES_DAYS: Final = 3
"""Business days (Monday to Friday) that a payout takes whose processor promises no day: a bank transfer is there on the next
one or the one after it, a holiday included."""

TOLD_DAYS: Final = 2
"""Business days that the statement of our bank may take to reach us after that."""

_AT_ONCE: Final = 100


class PayoutLedger(Poster, Protocol):
    """As much of the ledger as booking payouts needs."""

    def payout(self, key: str) -> Payout:
        """One payout, strongly consistent. Raises NotFound."""


class PayoutList(Protocol):
    """As much of the ledger as lists of payouts need."""

    def payouts(
        self, state: PayoutState, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Payout]:
        """Payouts of a state."""


class BookPayout:
    """Books that a processor has sent a payout, or that it failed. Harmless when repeated, in any order."""

    def __init__(self, ledger: PayoutLedger) -> None:
        self._ledger = ledger

    def __call__(self, event: MoneyEvent, processor: str, endpoint: str, received_at: datetime) -> None:
        """`received_at` is when it is recorded (UTC). Raises InvalidInput (`subject_id`, `amount`) for what nobody can book, and
        Throttled when others keep changing the same."""
        key = payout_key(processor, endpoint, event)
        deed = Deed(key, f"{processor}/{endpoint}/{event.event_id}", event.occurred, received_at)
        if self._known(key) is None:
            payout = payout_of(key, event)
            post_again(self._ledger, lambda: pay_out(payout, deed))
        if event.type is EventType.PAYOUT_FAILED:
            self._failed(key, deed)

    def arrived(self, payout: Payout, record: PaymentRecord, recorded_at: datetime) -> PostOutcome:
        """Money in suspense was recognised as it. STALE: one of them is not as it was read any more. Raises Conflict when they do
        not fit together."""
        deed = Deed(payout.key, record.payment.source, record.payment.effective_at, recorded_at)
        return self._ledger.post(arrive(payout, record, deed))

    def _failed(self, key: str, deed: Deed) -> None:
        # What has arrived did not fail: our bank's word is the better one. What has failed needs no second entry.
        with suppress(Conflict):
            post_again(self._ledger, lambda: pay_out_failed(self._ledger.payout(key), deed))

    def _known(self, key: str) -> Payout | None:
        try:
            return self._ledger.payout(key)
        except NotFound:
            return None


class TellLatePayouts:
    """Tells finance once a day which payouts did not arrive, as long as there are any."""

    def __init__(self, ledger: PayoutList, finance: Finance) -> None:
        self._ledger, self._finance = ledger, finance

    def __call__(self, as_of: datetime) -> int:
        """How many were told; more than MOST_NAMED are told as "and more"."""
        late = list(islice(late_payouts(self._ledger, as_of), MOST_NAMED + 1))
        if late:
            self._finance.tell(payouts_late(late[:MOST_NAMED], len(late) > MOST_NAMED, as_of))
        return min(len(late), MOST_NAMED)


def payout_key(processor: str, endpoint: str, event: MoneyEvent) -> str:
    """The key of the payout that an event tells of. Raises InvalidInput (`subject_id`)."""
    if not event.subject_id:
        raise InvalidInput("subject_id", "a payout without an id")
    return f"{processor}/{endpoint}/{event.subject_id}"


def payout_of(key: str, event: MoneyEvent) -> Payout:
    """What is sent, as the processor tells it. Raises InvalidInput (`amount`)."""
    if event.amount is None:
        raise InvalidInput("amount", "a payout without an amount")
    fee = event.fee or Money(0, event.amount.currency)
    return Payout(key, key.rpartition("/")[0], event.amount, fee, event.occurred)


def late_payouts(ledger: PayoutList, as_of: datetime) -> Iterator[Payout]:
    """Payouts that should be on a statement of our bank by `as_of` (UTC), and are on none."""
    position, first = None, True
    while first or position is not None:
        page = ledger.payouts(PayoutState.SENT, _AT_ONCE, position)
        yield from (each for each in page.items if told_by(each) < as_of.date())
        position, first = page.position, False


def told_by(payout: Payout) -> date:
    """The day (UTC) by which our bank has told of it, if nothing is wrong."""
    there = payout.arrives_on or _business_days_after(payout.sent_at.date(), TAKES_DAYS)
    return _business_days_after(there, TOLD_DAYS)


def _business_days_after(day: date, days: int) -> date:
    for _ in range(days):
        day = next_allowed(day + timedelta(days=1), MONDAY_TO_FRIDAY)
    return day
