"""The one form that everything heard of money is brought into before anything is decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

from receivables.core.errors import ReceivablesError
from receivables.core.money import Money


class EventType(StrEnum):
    """What happened to money, or to the permission to collect it."""

    PAYMENT_PENDING = "payment_pending"
    """The payer has ordered it and it may still fail: a direct debit, a bank transfer, a cheque."""
    PAYMENT_SUCCEEDED = "payment_succeeded"
    PAYMENT_FAILED = "payment_failed"
    """It did not come, or - after it had succeeded - it went back: a late failure."""
    PAYMENT_REVERSED = "payment_reversed"
    """The scheme or the bank took back money that had come, without a dispute: a returned direct debit."""
    REFUND_PENDING = "refund_pending"
    REFUND_SUCCEEDED = "refund_succeeded"
    REFUND_FAILED = "refund_failed"
    """The refund did not reach the payer: the money is with us, again or still."""
    DISPUTE_OPENED = "dispute_opened"
    """The payer's bank contests the payment; with an amount it has taken so much of it back, without one it only asks."""
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    MANDATE_CANCELLED = "mandate_cancelled"
    """Nothing can be collected under it any more: cancelled, failed, expired."""
    PAYOUT = "payout"
    """The processor sends what it has collected, less its fees, to our bank."""
    PAYOUT_FAILED = "payout_failed"


class Uninterpretable(ReceivablesError):
    """What was verified is not understood: it is parked with this reason."""


@dataclass(frozen=True, slots=True)
class References:
    """What tells what money is for. `invoice`: the number of an invoice, named as such (metadata that our pay links set, a field
    for it); `account`: the id of an account of ours, named likewise. `structured`: a creditor's reference with a check digit, as
    it came. `texts`: remittance text, descriptions, values of metadata - whatever a number may be found in. `end_to_end`:
    the payer's own id of the transfer."""

    invoice: str | None = None
    structured: str | None = None
    texts: tuple[str, ...] = ()
    end_to_end: str | None = None
    account: str | None = None


@dataclass(frozen=True, slots=True)
class Payer:
    """Who paid, as far as it is told. `account`: an IBAN or account number; `customer`: the processor's own id of them."""

    name: str | None = None
    email: str | None = None
    account: str | None = None
    customer: str | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """The event says only that something has changed: `kind` of thing (`payment`, `refund`, `dispute`, `payout`) and its id, to
    be asked for by the processor's API. Ids are checked when they are read: they become part of a path."""

    kind: str
    id: str


@dataclass(frozen=True, slots=True)
class MoneyEvent:
    """Something that happened to money, normalised.

    `event_id` is unique at the endpoint, for ever; of several events in one request each has its own. `payment_id` is the
    canonical id of the movement - a charge, its payment intent and its checkout session have one between them; None: it is of
    no single payment (a mandate, a payout). `subject_id` is the refund's, dispute's, payout's or mandate's own id; with
    `cumulative` the amount is all that was refunded so far instead. `amount` is positive, in the currency of the payment; for a payout
    what reaches our bank. `fee` is what the processor keeps. `occurred` is the processor's own time (UTC). `parent_id`
    is what the payment belongs to there: an order, a payout. `account` names our account there, `livemode` is None when the
    processor does not tell rehearsals from real money. `will_retry`: it failed, and will be tried again without us.
    With `fetch` nothing but the ids is to be relied upon.
    """

    type: EventType
    raw_type: str
    event_id: str
    occurred: datetime
    payment_id: str | None = None
    amount: Money | None = None
    subject_id: str | None = None
    cumulative: bool = False
    fee: Money | None = None
    parent_id: str | None = None
    account: str | None = None
    livemode: bool | None = None
    references: References = field(default_factory=References)
    payer: Payer = field(default_factory=Payer)
    failure_code: str | None = None
    will_retry: bool = False
    fetch: Fetch | None = None


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that moves no money here: stored and counted. `why` says so when its type alone does not."""

    raw_type: str
    event_id: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Poison:
    """One of several events that is not understood: `body` is a request with it alone, to be parked for a person and read
    again by the same reader; `reason` quotes nothing of it."""

    event_id: str
    body: bytes
    reason: str


Told: TypeAlias = MoneyEvent | OtherEvent | Poison
"""What one of the events in a request is."""

Heard: TypeAlias = Sequence[Told]
"""All that a request tells, in its order."""
