"""Know a payment: bring what was booked of it to what is known of it, deed by deed.

Each deed is one posting, which also marks it on the payment's record; what it is follows from what is read, so that whoever
comes after a crash, or at the same time, goes on from there.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from receivables.core.errors import Conflict, StaleRevision
from receivables.core.money import Money
from receivables.ledger import (
    Payment,
    PaymentChange,
    PaymentRecord,
    PaymentState,
    Posting,
    PostOutcome,
)
from receivables.ledger.deeds import Deed
from receivables.ledger.knowing import note, note_stub
from receivables.payments.deeds import Deed as Next
from receivables.payments.deeds import GiveBack, Remember, Take
from receivables.payments.events import EventType
from receivables.payments.life import next_deed
from receivables.usecases.money_back import MoneyBack
from receivables.usecases.payment_flights import PaymentFlights, stub_of
from receivables.usecases.payment_state import (
    CURRENCY,
    News,
    Outcome,
    PaymentAsKnown,
    payment_of,
    remittance_of,
)
from receivables.usecases.receiving_money import Holding, ReceivingMoney

if TYPE_CHECKING:
    from receivables.ledger import LedgerStore
    from receivables.usecases.readers import CustomerReader
    from receivables.usecases.receiving_money import Target

MOST_TRIES: Final = 5
"""How often something is worked out again when others change it meanwhile; then the stream brings it back."""

MOST_STEPS: Final = 500
"""More than any payment has deeds."""

_OUTCOMES: Final = {
    PaymentState.APPLIED: Outcome.APPLIED,
    PaymentState.OVERPAID: Outcome.UNAPPLIED,
    PaymentState.UNAPPLIED: Outcome.UNAPPLIED,
    PaymentState.SUSPENSE: Outcome.SUSPENDED,
}


class KnowPayment:
    """Books what an event about a payment leads to. Whatever it raises of DependencyFailed and StaleRevision is worth another
    try; Conflict and InvalidInput are not."""

    def __init__(self, ledger: LedgerStore, customers: CustomerReader) -> None:
        self._ledger = ledger
        self._receiving = ReceivingMoney(ledger, customers)
        self._flights = PaymentFlights(ledger, self._receiving)
        self._back = MoneyBack(ledger, self._receiving)

    def at_once(self, news: News, message_id: str | None) -> Outcome | None:
        """Book money that came, supposing that nothing else is known of the payment: one read, one transaction, which settles the
        message. None: something is there already, the payment or that message's end."""
        payment = payment_of(news)
        target = self._receiving.target(news.event.references, payment.amount.currency)
        holding = self._receiving.assumed(payment, target) if target else None
        for _ in range(MOST_TRIES):
            posting = self._received(payment, target, news, holding)
            outcome = self._ledger.post(posting, inbox_id=message_id)
            if outcome is PostOutcome.DUPLICATE:
                return None
            if outcome is PostOutcome.POSTED and posting.payment is not None:
                return _OUTCOMES[posting.payment.after.state]
            holding = self._receiving.read(target) if target else None
        raise StaleRevision(f"payment {news.key} cannot be booked: others keep changing its invoice")

    def __call__(self, news: News, *, something_is_there: bool = False) -> Outcome:
        """Book what is to be booked by now; DUPLICATE: nothing was. Where `something_is_there` and the payment is not known, it was the
        message that had been settled: nothing is booked."""
        if news.event.type is EventType.PAYMENT_SUCCEEDED or something_is_there:
            payment_of(news)  # raises for what cannot be one
            if self._ledger.known_payment(news.key) is None:
                outcome = Outcome.DUPLICATE if something_is_there else self.at_once(news, None)
                if outcome is not None:
                    return outcome
        return self._in_steps(news)

    def _in_steps(self, news: News) -> Outcome:
        did: list[Outcome] = []
        stale = 0
        for _ in range(MOST_STEPS):
            try:
                outcome = self._step(news)
            except StaleRevision:
                outcome, stale = None, stale + 1
                if stale > MOST_TRIES:
                    raise
                continue
            if outcome is None:
                return _told(news, did)
            did.append(outcome)
        raise Conflict(f"payment {news.key} does not come to rest")

    def _step(self, news: News) -> Outcome | None:
        """Do the next thing; None: there is nothing left to do. Raises StaleRevision when it is to be looked at anew."""
        payment = PaymentAsKnown.read(self._ledger, news)
        if payment.first is None:
            return self._before_money(payment)
        if (placed := self._place(payment, payment.first)) is not None:
            return placed
        if (opened := self._flights.opening(payment)) is not None:
            return self._post(opened, Outcome.NOTED)
        if (recognised := self._back.recognise(payment, payment.first)) is not None:
            return recognised
        deed = next_deed(payment.facts, news.key, payment.first, payment.further)
        if deed is not None:
            return self._do(deed, payment, payment.first)
        if payment.learned:
            return self._post(note(payment.first, known=payment.known), Outcome.NOTED)
        if (ended := self._flights.ending(payment)) is not None:
            return self._post(ended, Outcome.NOTED)
        return None

    def _before_money(self, payment: PaymentAsKnown) -> Outcome | None:
        if payment.story.episodes:
            return self._receive_first(payment)
        if (opened := self._flights.opening(payment)) is not None:
            return self._post(opened, Outcome.NOTED)
        if payment.learned:
            return self._post(note_stub(payment.stub, stub_of(payment)), Outcome.NOTED)
        if (ended := self._flights.ending(payment)) is not None:
            return self._post(ended, Outcome.NOTED)
        return None

    def _do(self, deed: Next, payment: PaymentAsKnown, first: PaymentRecord) -> Outcome:
        if isinstance(deed, Take):
            return self._back.take(deed, payment)
        if isinstance(deed, GiveBack):
            return self._back.give_back(deed, payment)
        if isinstance(deed, Remember):
            return self._marked(payment, first, deed.mark)
        if deed.claim is not None:
            return self._marked(payment, first, deed.claim)
        amount = Money(deed.minor, first.payment.amount.currency)
        again = replace(
            first.payment,
            key=deed.key,
            amount=amount,
            effective_at=deed.at,
            received_at=payment.news.received_at,
        )
        target = self._receiving.target_of(first)
        return self._received_outcome(self._received(again, target, payment.news))

    def _marked(self, payment: PaymentAsKnown, first: PaymentRecord, mark: str) -> Outcome:
        return self._post(note(first, known=payment.known, done=(*first.done, mark)), Outcome.NOTED)

    def _receive_first(self, payment: PaymentAsKnown) -> Outcome:
        """The money came, and something was known of it before."""
        news, stub = payment.news, payment.stub
        came = payment_of(news) if news.event.type is EventType.PAYMENT_SUCCEEDED else None
        if came is None:
            raise Conflict(f"payment {news.key} is said to have come, and is not booked")
        references = news.event.references
        if stub is not None:
            references = replace(
                references,
                invoice=references.invoice or stub.reference,
                account=references.account or stub.account_id,
            )
        target = self._receiving.target(references, came.amount.currency)
        posting = self._received(replace(came, reference=references.invoice), target, news)
        if posting.payment is not None and stub is not None:
            change = PaymentChange(None, posting.payment.after, stub_rev=stub.rev)
            posting = replace(posting, payment=change)
        return self._received_outcome(_knowing(posting, payment))

    def _received(
        self, payment: Payment, target: Target | None, news: News, holding: Holding | None = None
    ) -> Posting:
        held = holding or (self._receiving.read(target) if target else Holding())
        if target is None and payment.remittance is None:
            payment = replace(payment, remittance=remittance_of(news.event, news.key))
        elif target is not None and payment.remittance is not None:
            payment = replace(payment, remittance=None)
        return self._receiving.posting(payment, target, held, news.recorded_at)

    def _received_outcome(self, posting: Posting) -> Outcome:
        change = posting.payment
        outcome = _OUTCOMES[change.after.state] if change is not None else Outcome.APPLIED
        return self._post(posting, outcome)

    def _place(self, payment: PaymentAsKnown, first: PaymentRecord) -> Outcome | None:
        """Take a known payment out of suspense, where another event of it without a usable reference had put it: so it does not
        matter which of them came first."""
        news = payment.news
        event = news.event
        if first.state is not PaymentState.SUSPENSE or not first.waiting:
            return None
        target = self._receiving.target(event.references, first.payment.amount.currency)
        if target is None:
            return None
        deed = Deed(news.key, news.source, first.payment.effective_at, news.recorded_at)
        placing = self._receiving.placing(first, target, deed)
        return self._post(payment.marked(placing), Outcome.PLACED)

    def _post(self, posting: Posting, outcome: Outcome) -> Outcome:
        if self._ledger.post(posting) is not PostOutcome.POSTED:
            raise StaleRevision("it has changed since it was read")
        return outcome


def _told(news: News, did: list[Outcome]) -> Outcome:
    """What was done, in one word: where money moved, that; that money came is no news when it had come."""
    moved = [outcome for outcome in did if outcome is not Outcome.NOTED]
    known = news.event.type is EventType.PAYMENT_SUCCEEDED or not did
    return moved[0] if moved else Outcome.DUPLICATE if known else Outcome.NOTED


def _knowing(posting: Posting, payment: PaymentAsKnown) -> Posting:
    """With all that was known before the money came; what the record itself tells is left out."""
    change = posting.payment
    if change is None:
        return posting
    own = payment.news.fact
    known = tuple(fact for fact in payment.known if fact != own)
    done = tuple(mark for mark in payment.done if not mark.startswith(CURRENCY))
    return replace(posting, payment=replace(change, after=replace(change.after, known=known, done=done)))
