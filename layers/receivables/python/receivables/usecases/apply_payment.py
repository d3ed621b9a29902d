"""Apply what was heard of money: once, whatever comes twice, late or in another order.

The common case - money comes, and nothing else is known of it - is two requests: one read, and one transaction that settles the
message, too. Everything else is brought to what is known of the payment, deed by deed (see `know_payment`). One of several
events that is not understood, or cannot be booked, does not hold up the others: it becomes a message of its own, in front of a
person.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Final, Protocol

from receivables.core.errors import (
    Conflict,
    InvalidFields,
    NotFound,
    StaleRevision,
    TooLarge,
)
from receivables.core.money import CurrencyMismatch
from receivables.payments.events import EventType, MoneyEvent, OtherEvent, Poison, Uninterpretable
from receivables.payments.inbox import Form, InboxMessage, InboxState
from receivables.payments.stored import dump_events
from receivables.usecases.hear_money import HearMoney, Unanswered, Unfit
from receivables.usecases.know_payment import KnowPayment
from receivables.usecases.payment_state import News, Outcome

if TYPE_CHECKING:
    from receivables.payments.events import Told
    from receivables.payments.inbox import Inbox

__all__ = ["ApplyPayment", "Mandates", "Outcome", "Payouts"]

_FOR_GOOD: Final = (Conflict, InvalidFields, NotFound, Uninterpretable, CurrencyMismatch, TooLarge)
"""What another try would not change. (Somebody having been faster is a Conflict, too: see `StaleRevision`.)"""


class Payouts(Protocol):
    """Books what processors send to our bank."""

    def __call__(self, event: MoneyEvent, processor: str, endpoint: str, received_at: datetime, /) -> object:
        """Once, whatever comes twice or in another order."""


class Mandates(Protocol):
    """Ends permissions to draw money."""

    def __call__(
        self, processor: str, endpoint: str, mandate_id: str, reason: str, at: datetime, /
    ) -> object:
        """Once, whatever comes twice."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What is not of a single payment."""

    payouts: Payouts
    mandates: Mandates


class ApplyPayment:
    """Deals with one message of the inbox. Whatever it raises is worth another try: what was done stays done, and is not done
    again.

    `recording` tells when something is recorded that was received at an instant.
    """

    def __init__(
        self,
        inbox: Inbox,
        hear: HearMoney,
        know: KnowPayment,
        elsewhere: Elsewhere,
        recording: Callable[[datetime], datetime],
    ) -> None:
        self._inbox, self._hear, self._know = inbox, hear, know
        self._elsewhere, self._recording = elsewhere, recording

    def __call__(self, message: InboxMessage) -> Outcome:
        """What became of the message."""
        outcomes = self.each(message)
        return outcomes[0] if len(outcomes) == 1 else Outcome.SEVERAL

    def each(self, message: InboxMessage) -> Sequence[Outcome]:
        """What became of each thing that the message tells; never empty. One that waits for a processor's answer holds up nothing: it
        stays as it is, and comes again with the sweep."""
        if message.state is not InboxState.RECEIVED:
            return (Outcome.SETTLED,)
        try:
            return self._each(message)
        except Uninterpretable as error:
            return self._parked(message, error)
        except Unanswered:
            return (Outcome.WAITING,)

    def _each(self, message: InboxMessage) -> Sequence[Outcome]:
        heard: Sequence[Told | Unfit] = self._hear(message)
        if len(heard) == 1:
            told = heard[0]
            if (outcome := self._at_once(message, told)) is not None:
                return (outcome,)
            heard = tuple(self._hear.in_full(message, told))
        if all(isinstance(each, OtherEvent) for each in heard):
            return self._ignored(message, heard)
        return self._alone(message, heard[0]) if len(heard) == 1 else self._several(message, heard)

    def again(self, message: InboxMessage, *, ask: bool = False) -> Sequence[Outcome]:
        """Apply what a message tells once more, whatever became of it, and leave the message as it is: where all of it was
        applied, nothing changes. Processors are asked only if told so: they answer how things are by now. Raises
        Uninterpretable for what cannot be read."""
        outcomes: list[Outcome] = []
        for told in self._hear(message):
            if isinstance(told, MoneyEvent) and told.fetch is not None and not ask:
                outcomes.append(Outcome.UNASKED)
                continue
            outcomes.extend(self._once_more(message, each) for each in self._hear.in_full(message, told))
        return outcomes

    def _once_more(self, message: InboxMessage, told: Told | Unfit) -> Outcome:
        if isinstance(told, MoneyEvent) and told.type is EventType.MANDATE_CANCELLED:
            return Outcome.IGNORED  # no money, and finance has been told
        try:
            return self._apply(message, told)
        except StaleRevision:
            raise
        except _FOR_GOOD:
            return Outcome.PARKED

    def _at_once(self, message: InboxMessage, told: Told | Unfit) -> Outcome | None:
        """Money that came and of which nothing else is known, as far as one transaction says."""
        if not isinstance(told, MoneyEvent) or told.fetch is not None or told.payment_id is None:
            return None
        if told.type is not EventType.PAYMENT_SUCCEEDED or told.livemode not in {None, message.livemode}:
            return None
        news = self._news(message, told)
        try:
            outcome = self._know.at_once(news, message.id)
            if outcome is not None:
                return outcome
            outcome = self._know(news, something_is_there=True)
        except StaleRevision:
            raise
        except _FOR_GOOD as error:
            return self._parked(message, error)[0]
        self._inbox.settle(message.id, InboxState.PROCESSED, outcome.value)
        return outcome

    def _alone(self, message: InboxMessage, told: Told | Unfit) -> Sequence[Outcome]:
        """The one thing that a message tells: what is wrong with it is wrong with the message."""
        try:
            outcome = self._apply(message, told)
        except StaleRevision:
            raise
        except _FOR_GOOD as error:
            return self._parked(message, error)
        self._inbox.settle(message.id, InboxState.PROCESSED, outcome.value)
        return (outcome,)

    def _several(self, message: InboxMessage, heard: Sequence[Told | Unfit]) -> Sequence[Outcome]:
        """Each for itself. What fails otherwise than for good is tried again with the whole message, after all others."""
        outcomes: list[Outcome] = []
        failed: list[Exception] = []
        for told in heard:
            if failed and isinstance(told, MoneyEvent) and told.fetch is not None:
                continue  # its processor, or the ledger, does not answer now: that is not waited for again and again
            try:
                full = self._hear.in_full(message, told)
                outcomes.extend(self._one_of_several(message, each) for each in full)
            except Exception as error:  # noqa: BLE001 - whatever it is, the others are not to wait for it
                failed.append(error)
        if failed:
            # What is wrong with us comes first: a processor's silence is waited for otherwise.
            raise min(failed, key=lambda error: isinstance(error, Unanswered))
        self._inbox.settle(message.id, InboxState.PROCESSED, _counted(outcomes))
        return outcomes

    def _one_of_several(self, message: InboxMessage, told: Told | Unfit) -> Outcome:
        try:
            return self._apply(message, told)
        except StaleRevision:
            raise
        except _FOR_GOOD as error:
            self._inbox.store(_by_itself(message, told, str(error)))
            return Outcome.PARKED

    def _parked(self, message: InboxMessage, error: Exception) -> Sequence[Outcome]:
        self._inbox.settle(message.id, InboxState.PARKED, str(error))
        return (Outcome.PARKED,)

    def _ignored(self, message: InboxMessage, heard: Sequence[Told | Unfit]) -> Sequence[Outcome]:
        words = "; ".join(sorted({each.why for each in heard if isinstance(each, OtherEvent) and each.why}))
        self._inbox.settle(message.id, InboxState.IGNORED, words)
        return (Outcome.IGNORED,) * max(1, len(heard))

    def _apply(self, message: InboxMessage, told: Told | Unfit) -> Outcome:
        """Raises of `_FOR_GOOD` what has to be put in front of a person."""
        if isinstance(told, OtherEvent):
            return Outcome.IGNORED
        if not isinstance(told, MoneyEvent):
            raise Uninterpretable(told.reason)
        if told.type in {EventType.PAYOUT, EventType.PAYOUT_FAILED}:
            self._elsewhere.payouts(told, message.processor, message.endpoint, message.received_at)
            return Outcome.BOOKED
        if told.type is EventType.MANDATE_CANCELLED:
            return self._end_mandate(message, told)
        if told.payment_id is None:
            raise Uninterpretable("it does not say of which payment it tells")
        return self._know(self._news(message, told))

    def _end_mandate(self, message: InboxMessage, told: MoneyEvent) -> Outcome:
        if told.subject_id is None:
            raise Uninterpretable("it does not say which mandate has ended")
        at = min(told.occurred, message.received_at)
        reason = told.failure_code or told.raw_type
        self._elsewhere.mandates(message.processor, message.endpoint, told.subject_id, reason, at)
        return Outcome.BOOKED

    def _news(self, message: InboxMessage, event: MoneyEvent) -> News:
        source = f"{message.processor}/{message.endpoint}"
        recorded_at = self._recording(message.received_at)
        return News(f"{source}/{event.payment_id}", event, source, message.received_at, recorded_at)


def _by_itself(message: InboxMessage, told: Told | Unfit, reason: str) -> InboxMessage:
    """One of several things that a message tells as a message of its own, in front of a person: it can be handed out again."""
    event = told.event if isinstance(told, Unfit) else told
    poison = event if isinstance(event, Poison) else None
    return replace(
        message,
        id=f"{message.processor}#{message.endpoint}#{event.event_id}",
        event_id=event.event_id,
        body=poison.body if poison else dump_events((event,)) if isinstance(event, MoneyEvent) else b"",
        form=message.form if poison else Form.EVENTS,
        state=InboxState.PARKED,
        reason=reason,
        attempts=0,
    )


def _counted(outcomes: Sequence[Outcome]) -> str:
    parked = sum(outcome is Outcome.PARKED for outcome in outcomes)
    return f"{len(outcomes)} events, {parked} parked" if parked else f"{len(outcomes)} events"
