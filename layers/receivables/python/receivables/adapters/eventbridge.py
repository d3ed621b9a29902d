"""The event bus: facts for other systems, through EventBridge."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from receivables.adapters.errors import calling
from receivables.cases.ports import BusEvent
from receivables.core.clock import format_instant

SOURCE: Final = "receivables"
MAX_ENTRIES: Final = 10
"""Entries that one PutEvents takes."""


class EventBridgeBus:
    """Implements `cases.ports.EventBus`. Delivery is at least once: the detail carries the event's id."""

    def __init__(self, client: Any, bus_name: str) -> None:
        self._client, self._bus = client, bus_name

    def publish(self, events: Sequence[BusEvent]) -> Sequence[BusEvent]:
        refused: list[BusEvent] = []
        for first in range(0, len(events), MAX_ENTRIES):
            refused.extend(self._put(events[first : first + MAX_ENTRIES]))
        return refused

    def _put(self, events: Sequence[BusEvent]) -> list[BusEvent]:
        with calling("events"):
            answer = self._client.put_events(Entries=[self._entry(event) for event in events])
        results = answer["Entries"]
        return [event for event, result in zip(events, results, strict=True) if result.get("ErrorCode")]

    def _entry(self, event: BusEvent) -> dict[str, Any]:
        detail = {"id": event.id, "at": format_instant(event.at), **event.detail}
        return {
            "EventBusName": self._bus,
            "Source": SOURCE,
            "DetailType": event.type,
            "Detail": json.dumps(detail, separators=(",", ":"), ensure_ascii=False),
        }
