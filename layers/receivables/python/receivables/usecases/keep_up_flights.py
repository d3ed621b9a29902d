"""Upkeep of payments in flight: one of which nothing was heard in time is not waited for any more; of one that we draw ourselves
it is asked what became of it, should that have been heard of before the order was on record."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias

from receivables.arrangements import Arrangement, Cause, InFlight, InFlightState
from receivables.ledger import PaymentRecord, Posting
from receivables.usecases.arrangement_endings import changed

if TYPE_CHECKING:
    from receivables.ledger import PaymentStub

KnownPayment: TypeAlias = "Callable[[str], PaymentRecord | PaymentStub | None]"
"""What is known of a payment, by its key."""


def ended(
    arrangements: Sequence[Arrangement], known_payment: KnownPayment | None, as_of: datetime
) -> Sequence[Posting]:
    """The first payment in flight that ends now (UTC); none: empty. `known_payment` is there when something has happened on the
    account since it was planned."""
    for flight in arrangements:
        if not isinstance(flight, InFlight) or not flight.active:
            continue
        after = _decided(flight, known_payment, as_of) or _expired(flight, as_of)
        if after is not None:
            return (Posting(flight.account_id, arrangements=(changed(flight, after),)),)
    return ()


def _expired(flight: InFlight, as_of: datetime) -> InFlight | None:
    if as_of < flight.until:
        return None
    words = "nothing was heard of it in time"
    return replace(flight, state=InFlightState.EXPIRED, ended_at=as_of, ending=words)


def _decided(flight: InFlight, known_payment: KnownPayment | None, as_of: datetime) -> InFlight | None:
    """What we draw is ordered outside of the ledger: the answer can come before the order is on record."""
    if known_payment is None or flight.cause is not Cause.COLLECTING or not flight.payment:
        return None
    from receivables.payments.facts import fold
    from receivables.payments.life import known_of

    known = known_payment(flight.payment)
    if known is None:
        return None
    story = fold(known_of(known) if isinstance(known, PaymentRecord) else known.known)
    if story.pending is not None:
        return None
    here = bool(story.episodes) and story.episodes[-1].went is None
    state = InFlightState.SETTLED if here else InFlightState.FAILED
    words = "the money is here" if here else "it failed"
    return replace(flight, state=state, ended_at=as_of, ending=words)
