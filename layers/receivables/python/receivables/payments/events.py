"""The one form that every processor's events are brought into before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from receivables.core.errors import ReceivablesError
from receivables.core.money import Money
from receivables.payments.endpoints import Secret


class EventType(StrEnum):
    """What happened to money."""

    PAYMENT_SUCCEEDED = "payment_succeeded"


class Uninterpretable(ReceivablesError):
    """The event is verified but not understood: it is parked with this reason."""


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """A processor's event about money, normalised.

    `payment_id` is the canonical id of the money movement: a charge, its payment intent and its checkout session
    have one between them. `amount` is positive. `occurred` is the processor's own time (UTC). `reference` is the
    invoice number named in the event, if any; `payer` what the processor calls the one who paid. `livemode` is None
    when the processor does not tell rehearsals from real money.
    """

    type: EventType
    raw_type: str
    payment_id: str
    amount: Money
    occurred: datetime
    reference: str | None = None
    payer: str | None = None
    livemode: bool | None = None


@dataclass(frozen=True, slots=True)
class OtherEvent:
    """An event that moves no money here: stored and counted. `why` says so when its type alone does not."""

    raw_type: str
    why: str = ""


class Processor(Protocol):
    """One payment processor: its signature scheme and its event format."""

    @property
    def name(self) -> str:
        """As in the path of its webhooks."""

    @property
    def kept_headers(self) -> frozenset[str]:
        """Lower-case names of the headers that prove or describe the event; no other is stored."""

    def verify(
        self, headers: Mapping[str, str], body: bytes, secrets: Sequence[Secret], now: datetime
    ) -> str:
        """The event id, if the raw body is signed with a live secret within the tolerance. `headers` have lower-case
        names. Raises Unauthenticated, whatever is wrong; fails closed without a secret."""

    def interpret(self, body: bytes) -> PaymentEvent | OtherEvent:
        """The normalised event. Raises Uninterpretable."""
