"""The one form that every processor's events are brought into before anything is decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from receivables.core.errors import ReceivablesError
from receivables.core.money import Money


class EventType(StrEnum):
    """What happened to money; OTHER is stored and counted, and moves nothing."""

    PAYMENT_SUCCEEDED = "payment_succeeded"
    OTHER = "other"


class Uninterpretable(ReceivablesError):
    """The event is verified but not understood: it is parked with this reason."""


@dataclass(frozen=True, slots=True)
class PaymentEvent:
    """A processor's event, normalised.

    `payment_id` is the canonical id of the money movement: a charge, its payment intent and its checkout session
    have one between them. `reference` is the invoice number named in the event's metadata, if any. `occurred` is
    the processor's own time (UTC).
    """

    processor: str
    endpoint: str
    event_id: str
    type: EventType
    raw_type: str
    livemode: bool
    occurred: datetime
    payment_id: str | None = None
    amount: Money | None = None
    reference: str | None = None
    payer: str | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """A signing secret and the time (UTC) within which it may be used; None: unbounded."""

    value: str
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    def live(self, at: datetime) -> bool:
        return (self.valid_from is None or self.valid_from <= at) and (
            self.valid_until is None or at < self.valid_until
        )


class Processor(Protocol):
    """One payment processor: its signature scheme and its event format."""

    name: str

    def verify(self, headers: Mapping[str, str], body: bytes, secrets: list[Secret], now: datetime) -> str:
        """The event id, if the raw body is signed with a live secret within the tolerance. `headers` have lower-case
        names. Raises Unauthenticated, whatever is wrong; fails closed without a secret."""

    def interpret(self, endpoint: str, event_id: str, body: bytes) -> PaymentEvent:
        """The normalised event. Raises Uninterpretable."""
