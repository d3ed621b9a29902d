"""The inbox: everything heard of money as it came, for ever, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from receivables.ledger import Page


class Form(StrEnum):
    """What the body of a message is."""

    WEBHOOK = "webhook"
    """The raw bytes of a request, in the processor's own format."""
    EVENTS = "events"
    """Events that are normalised already (`payments.stored`): a line of a bank statement, what a reconciliation found missing, a
    cheque that a person recorded."""


class InboxState(StrEnum):
    """What became of a message."""

    RECEIVED = "received"
    PROCESSED = "processed"
    IGNORED = "ignored"
    """Verified, stored, counted, and of a type that moves no money here."""
    PARKED = "parked"
    """It cannot be interpreted or applied: in front of a person, with the reason."""


@dataclass(frozen=True, slots=True)
class InboxMessage:
    """Something heard of money: a verified webhook, raw, or what came otherwise. `id` is `<processor>#<endpoint>#<event id>` and
    unique for ever.

    `livemode` is that of the endpoint when the message came: real money, or a rehearsal. `attempts` counts how often
    it was handed out again.
    """

    id: str
    processor: str
    endpoint: str
    event_id: str
    body: bytes
    received_at: datetime
    headers: Mapping[str, str]
    state: InboxState = InboxState.RECEIVED
    reason: str = ""
    attempts: int = 0
    livemode: bool = True
    form: Form = Form.WEBHOOK


class Inbox(Protocol):
    """Where webhooks are kept."""

    def store(self, message: InboxMessage) -> bool:
        """Keep it; False when it was there already (a repeat is harmless)."""

    def get(self, message_id: str) -> InboxMessage:
        """One message, strongly consistent. Raises NotFound."""

    def settle(self, message_id: str, state: InboxState, reason: str = "") -> None:
        """From RECEIVED to its final state; a repeat changes nothing."""

    def redrive(self, message_id: str) -> None:
        """Back to RECEIVED with one more attempt, so that the stream hands it out again; nothing when it was PROCESSED.
        Raises NotFound."""

    def unprocessed(self, before: datetime, limit: int) -> Sequence[InboxMessage]:
        """Messages received before an instant and still RECEIVED, oldest first."""

    def parked(self, limit: int) -> Sequence[InboxMessage]:
        """Messages in front of a person, oldest first."""

    def everything(self, position: Mapping[str, str] | None = None) -> Page[InboxMessage]:
        """All that was ever kept, in no order, page by page; a page may be empty. What comes meanwhile may be missing."""
