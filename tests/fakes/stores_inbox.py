"""The inbox in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from receivables.core.errors import NotFound
from receivables.ledger import Page
from receivables.payments.inbox import InboxMessage, InboxState
from tests.fakes.stores import Shelf, page_of


class MemoryInbox:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def store(self, message: InboxMessage) -> bool:
        if message.id in self._shelf.inbox:
            return False
        self._shelf.inbox[message.id] = message
        return True

    def get(self, message_id: str) -> InboxMessage:
        try:
            return self._shelf.inbox[message_id]
        except KeyError:
            raise NotFound("message", message_id) from None

    def settle(self, message_id: str, state: InboxState, reason: str = "") -> None:
        stored = self.get(message_id)
        if stored.state is InboxState.RECEIVED:
            self._shelf.inbox[message_id] = replace(stored, state=state, reason=reason)

    def redrive(self, message_id: str) -> None:
        stored = self.get(message_id)
        if stored.state is not InboxState.PROCESSED:
            self._shelf.inbox[message_id] = replace(
                stored, state=InboxState.RECEIVED, reason="", attempts=stored.attempts + 1
            )

    def unprocessed(self, before: datetime, limit: int) -> Sequence[InboxMessage]:
        waiting = [m for m in self._in_state(InboxState.RECEIVED) if m.received_at < before]
        return waiting[:limit]

    def parked(self, limit: int) -> Sequence[InboxMessage]:
        return self._in_state(InboxState.PARKED)[:limit]

    def everything(self, position: Mapping[str, str] | None = None) -> Page[InboxMessage]:
        return page_of(sorted(self._shelf.inbox.items()), 2, position)

    def _in_state(self, state: InboxState) -> list[InboxMessage]:
        found = [message for message in self._shelf.inbox.values() if message.state is state]
        return sorted(found, key=lambda message: (message.received_at, message.id))
