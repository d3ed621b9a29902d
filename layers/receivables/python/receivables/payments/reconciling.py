"""Reconciliation: what a processor has on record of a payment or payout, and what we have. Pure.

What the processor tells and we have not heard is *missing*, and can be made good: it is heard now. Everything else is a
difference that people look at: we have what the processor does not (*extra*), both have it with another *amount* or in another
*currency*, or something happened to a payment that neither side explains (*orphan*).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final, TypeAlias

from receivables.core.money import Money
from receivables.ledger.payments import PaymentRecord, PaymentStub
from receivables.ledger.payouts import Payout, PayoutState
from receivables.payments.events import EventType, MoneyEvent
from receivables.payments.facts import fact_of
from receivables.payments.life import known_of

Ours: TypeAlias = PaymentRecord | PaymentStub | None


class DifferenceKind(StrEnum):
    """How the two sides differ."""

    MISSING = "missing"
    EXTRA = "extra"
    AMOUNT = "amount"
    CURRENCY = "currency"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class Side:
    """What one side has: in words, how much, and when (UTC)."""

    what: str
    amount: Money | None = None
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """A difference of one payment or payout, by its key. `events` are the processor's side as it was told: what is missing is
    made good by hearing them."""

    kind: DifferenceKind
    key: str
    ours: Side | None
    theirs: Side | None
    events: tuple[MoneyEvent, ...] = ()

    @property
    def about(self) -> str:
        """What of it differs: the same text for the same difference."""
        told = sorted({f"{each.type.value}/{each.subject_id or ''}" for each in self.events})
        return " ".join(told)


_BACK: Final = frozenset({EventType.PAYMENT_FAILED.value, EventType.PAYMENT_REVERSED.value})
_SILENT: Final = frozenset({EventType.REFUND_PENDING})
"""Facts that change nothing by themselves."""
_OF_COMING: Final = frozenset(
    {EventType.PAYMENT_PENDING, EventType.PAYMENT_SUCCEEDED, EventType.PAYMENT_FAILED}
)
_OF_PAYMENTS: Final = frozenset(EventType) - {
    EventType.MANDATE_CANCELLED,
    EventType.PAYOUT,
    EventType.PAYOUT_FAILED,
}


def by_payment(events: Iterable[MoneyEvent], *, livemode: bool) -> dict[str, tuple[MoneyEvent, ...]]:
    """Events of payments by the payment's id, each in the order in which it happened; rehearsals apart from real money."""
    found: dict[str, list[MoneyEvent]] = {}
    for event in events:
        if event.payment_id and event.type in _OF_PAYMENTS and event.livemode in {None, livemode}:
            found.setdefault(event.payment_id, []).append(event)
    return {key: tuple(sorted(told, key=lambda each: each.occurred)) for key, told in found.items()}


def compare(key: str, theirs: Sequence[MoneyEvent], ours: Ours, heard_at: datetime) -> Iterator[Finding]:
    """How a payment differs. `heard_at` is when the processor was asked (UTC).

    A refund or dispute of a payment that is on neither side is an orphan, unless the processor is asked for the payment itself:
    give what it answered with it.
    """
    theirs = list({(each.type, each.subject_id, each.occurred): each for each in theirs}.values())
    came = any(event.type is EventType.PAYMENT_SUCCEEDED for event in theirs)
    if not came and not isinstance(ours, PaymentRecord):
        orphans = tuple(each for each in theirs if each.type not in _OF_COMING | _SILENT)
        if orphans:
            yield Finding(DifferenceKind.ORPHAN, key, _ours(ours), _theirs(orphans), orphans)
            theirs = [each for each in theirs if each not in orphans]
    missing = tuple(each for each in theirs if _unheard(each, ours, heard_at))
    # That something failed which nobody here waits for, is no news.
    if missing and (ours or any(each.type is not EventType.PAYMENT_FAILED for each in missing)):
        yield Finding(DifferenceKind.MISSING, key, _ours(ours), _theirs(missing), missing)
    yield from _otherwise(key, theirs, ours)


def extra(key: str, ours: PaymentRecord) -> Finding:
    """The processor does not know a payment that we have."""
    return Finding(DifferenceKind.EXTRA, key, _ours(ours), None)


def compare_payout(key: str, theirs: MoneyEvent, ours: Payout | None) -> Iterator[Finding]:
    """How a payout differs."""
    if ours is None or (theirs.type is EventType.PAYOUT_FAILED and ours.state is PayoutState.SENT):
        # One that failed and was never booked moved nothing, here or there.
        if ours is not None or theirs.type is EventType.PAYOUT:
            yield Finding(DifferenceKind.MISSING, key, _of_payout(ours), _theirs((theirs,)), (theirs,))
    elif theirs.amount is not None and theirs.amount != ours.amount:
        same = theirs.amount.currency == ours.amount.currency
        kind = DifferenceKind.AMOUNT if same else DifferenceKind.CURRENCY
        yield Finding(kind, key, _of_payout(ours), _theirs((theirs,)), (theirs,))


def _unheard(event: MoneyEvent, ours: Ours, heard_at: datetime) -> bool:
    """Whether it is news."""
    if event.type in _SILENT:
        return False
    if event.type is EventType.PAYMENT_SUCCEEDED:
        return not isinstance(ours, PaymentRecord)
    if ours is None:
        return True
    known = known_of(ours) if isinstance(ours, PaymentRecord) else ours.known
    if event.type is EventType.PAYMENT_PENDING:
        return not known
    if event.type is EventType.PAYMENT_FAILED and isinstance(ours, PaymentRecord):
        # Tried in vain before it succeeded, it has succeeded.
        before = event.occurred <= ours.payment.effective_at
        return not (before or event.will_retry or any(fact.what in _BACK for fact in known))
    fact = fact_of(event, heard_at)
    return not any(
        each.what == fact.what
        and each.id == fact.id
        and (not fact.total or (each.minor or 0) >= (fact.minor or 0))
        for each in known
    )


def _otherwise(key: str, theirs: Sequence[MoneyEvent], ours: Ours) -> Iterator[Finding]:
    """What both have, and do not agree on."""
    if not isinstance(ours, PaymentRecord):
        return
    for event in theirs:
        here = _here(event, ours)
        if here is None or event.amount is None or event.amount == here:
            continue
        same = event.amount.currency == here.currency
        kind = DifferenceKind.AMOUNT if same else DifferenceKind.CURRENCY
        yield Finding(kind, key, Side(event.type.value, here), _theirs((event,)), (event,))


def _here(event: MoneyEvent, ours: PaymentRecord) -> Money | None:
    """How much we think that it was about; None: we do not know, or it is not told in single amounts."""
    if event.type is EventType.PAYMENT_SUCCEEDED:
        return ours.payment.amount
    if event.type is not EventType.REFUND_SUCCEEDED or event.cumulative:
        return None
    known = [fact for fact in ours.known if fact.what == event.type.value and fact.id == event.subject_id]
    minor = next((fact.minor for fact in known if fact.minor is not None), None)
    return None if minor is None else Money(minor, ours.payment.amount.currency)


def _ours(ours: Ours) -> Side | None:
    if ours is None:
        return None
    if isinstance(ours, PaymentRecord):
        return Side(ours.state.value, ours.payment.amount, ours.payment.effective_at)
    last = max(ours.known, key=lambda fact: fact.at, default=None)
    return Side(last.what if last else "known", None, last.at if last else None)


def _of_payout(ours: Payout | None) -> Side | None:
    return None if ours is None else Side(ours.state.value, ours.amount, ours.sent_at)


def _theirs(events: Sequence[MoneyEvent]) -> Side:
    last = max(events, key=lambda each: each.occurred)
    return Side(", ".join(dict.fromkeys(each.type.value for each in events)), last.amount, last.occurred)
