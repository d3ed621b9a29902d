"""What is heard of one payment, and what is known and booked of it so far."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from functools import cached_property
from typing import TYPE_CHECKING, Final

from receivables.core.errors import Conflict
from receivables.ledger import Known, PaymentRecord, PaymentStub, Posting
from receivables.ledger.payments import Payment, Remittance
from receivables.payments.events import MoneyEvent, Uninterpretable
from receivables.payments.facts import SUCCEEDED, Story, fact_of, fold
from receivables.payments.life import further_keys, known_of

if TYPE_CHECKING:
    from receivables.ledger import LedgerStore

_OURS: Final = frozenset({"bank", "manual", "standardwebhooks", "wise"})
"""Sources whose money comes to an account of our own at once; what others tell of they hold until they pay it out."""

CURRENCY: Final = "currency/"
"""Begins the mark of the currency in which something is known before the money came."""


class Outcome(StrEnum):
    """What became of something that was heard."""

    APPLIED = "applied"
    """All of the payment went to its invoice."""
    UNAPPLIED = "unapplied"
    """Some or all of it is unapplied credit: the invoice was paid already, less was owed, or none was named."""
    SUSPENDED = "suspended"
    """Nobody knows yet whose it is."""
    DUPLICATE = "duplicate"
    """It was known."""
    PLACED = "placed"
    """The payment was known and in suspense, and this event named its invoice."""
    RETURNED = "returned"
    """Money went back: a refund, a chargeback, a payment that failed after it had come."""
    RESTORED = "restored"
    """Money that had gone back is here again."""
    NOTED = "noted"
    """It moves no money yet, and is remembered: a payment on its way, a refund of one that is not known yet."""
    BOOKED = "booked"
    """A payout, or the end of a mandate."""
    IGNORED = "ignored"
    """It moves no money here."""
    PARKED = "parked"
    """It is not understood, or cannot be booked: in front of a person."""
    SETTLED = "settled"
    """It was dealt with before."""
    WAITING = "waiting"
    """A processor has to be asked and does not answer: the message stays as it is, and the sweep hands it out again."""
    UNASKED = "unasked"
    """Only the processor knows what has changed, and it was not asked."""
    SEVERAL = "several"
    """The message told of several things, each of which has an outcome of its own."""


@dataclass(frozen=True, slots=True)
class News:
    """An event about the payment of that key. `source` is where it came from (`stripe/main`); it was heard of, and is recorded, at
    these instants (UTC)."""

    key: str
    event: MoneyEvent
    source: str
    received_at: datetime
    recorded_at: datetime

    @property
    def fact(self) -> Known:
        return fact_of(self.event, self.received_at)


@dataclass(frozen=True)
class PaymentAsKnown:
    """A payment as it was read, with what is new. `first` is its record, `stub` what stands there while its money has not
    come, `further` the payments in which it came again."""

    news: News
    stub: PaymentStub | None = None
    first: PaymentRecord | None = None
    further: tuple[PaymentRecord, ...] = ()

    @classmethod
    def read(cls, ledger: LedgerStore, news: News) -> PaymentAsKnown:
        """Raises Conflict when the event is of another currency than the payment, or tells of another amount that came."""
        found = ledger.known_payment(news.key)
        amount = news.event.amount
        if not isinstance(found, PaymentRecord):
            told = currency_of(found)
            if amount is not None and told not in {None, amount.currency}:
                raise Conflict(
                    f"what was heard of the payment before is in {told}, and this in {amount.currency}"
                )
            return cls(news, stub=found)
        if amount is not None and amount.currency != found.payment.amount.currency:
            raise Conflict(
                f"the payment is in {found.payment.amount.currency}, and this in {amount.currency}"
            )
        known = (ledger.known_payment(key) for key in further_keys(found))
        read = cls(news, None, found, tuple(each for each in known if isinstance(each, PaymentRecord)))
        read.check_amount()
        return read

    def check_amount(self) -> None:
        """Raises Conflict when money is said to have come twice at once with different amounts: parts of it, perhaps. That nobody
        but a person can tell from an error."""
        fact = self.news.fact
        if fact.what != SUCCEEDED:
            return
        told = next((each.told for each in self.story.episodes if fact.at in each.told), ())
        if len({each.minor for each in self.facts if each.what == SUCCEEDED and each.at in told}) > 1:
            raise Conflict("the same payment is said to have come with another amount")

    @cached_property
    def facts(self) -> frozenset[Known]:
        """All that is known by now."""
        if self.first is not None:
            return known_of(self.first) | {self.news.fact}
        return frozenset({*(self.stub.known if self.stub else ()), self.news.fact})

    @cached_property
    def story(self) -> Story:
        return fold(self.facts)

    @property
    def learned(self) -> bool:
        """The event tells something new."""
        return self.facts != (
            known_of(self.first) if self.first else frozenset(self.stub.known if self.stub else ())
        )

    @property
    def known(self) -> tuple[Known, ...]:
        """What is to stand with the payment: all of it but, on a record, that its money came as the record says."""
        facts = (
            self.facts if self.first is None else self.facts - (known_of(self.first) - {*self.first.known})
        )
        return ordered(facts)

    @property
    def done(self) -> tuple[str, ...]:
        """The marks; before the money came with the currency that was told, for facts have none."""
        if self.first is not None:
            return self.first.done
        done, amount = self.stub.done if self.stub else (), self.news.event.amount
        if amount is None or currency_of(self.stub) is not None:
            return done
        return (*done, f"{CURRENCY}{amount.currency}")

    def marked(self, posting: Posting, *marks: str) -> Posting:
        """The posting of the first record, or of the stub, with all that is known, and these marks."""
        done = (*self.done, *marks)
        if posting.payment is not None:
            after = replace(posting.payment.after, known=self.known, done=done)
            return replace(posting, payment=replace(posting.payment, after=after))
        if posting.stub is not None:
            return replace(
                posting,
                stub=replace(posting.stub, after=replace(posting.stub.after, known=self.known, done=done)),
            )
        return posting


def ordered(facts: Iterable[Known]) -> tuple[Known, ...]:
    """Facts in an order of their own, which is not that of hearing."""
    return tuple(sorted(facts, key=lambda fact: (fact.at, fact.what, fact.id, fact.minor or 0, fact.total)))


def currency_of(stub: PaymentStub | None) -> str | None:
    """What is known of a payment whose money has not come is told in this currency; None: no amount was told."""
    marks = stub.done if stub else ()
    return next((mark.removeprefix(CURRENCY) for mark in marks if mark.startswith(CURRENCY)), None)


def payment_of(news: News) -> Payment:
    """The money that an event tells of. Raises Uninterpretable when it does not say how much."""
    event, amount = news.event, news.event.amount
    if amount is None:
        raise Uninterpretable("money came, and it is not told how much")
    return Payment(
        key=news.key,
        amount=amount,
        effective_at=news.fact.at,
        received_at=news.received_at,
        reference=event.references.invoice,
        source=news.key,
        payer=event.payer.name or event.payer.email,
        held_by=None if news.source.partition("/")[0] in _OURS else news.source,
    )


def remittance_of(event: MoneyEvent, key: str) -> Remittance | None:
    """What may tell what it is for, where that is to be found out."""
    references, payer = event.references, event.payer
    charges = event.fee.minor if event.fee is not None and key.startswith("bank/") else 0
    found = Remittance(
        texts=references.texts,
        structured=references.structured,
        end_to_end=references.end_to_end,
        name=payer.name,
        email=payer.email,
        account=payer.account,
        customer=payer.customer,
        charges=charges,
    )
    return found if found != Remittance() else None
