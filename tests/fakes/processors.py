"""Payment processors in memory: what they have on record, and what they draw."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from receivables.core.errors import Conflict, NotFound, OutcomeUnknown
from receivables.payments.events import Fetch, Heard, MoneyEvent
from receivables.payments.processors import Collection, CollectionOrder, Listed


@dataclass
class InMemoryProcessor:
    """One account at a processor: `events` is what it tells of payments, `payouts` of payouts, so many a page. It can be a
    ProcessorApi, and a Collector that knows idempotency keys; `lost` answers never come although it was done."""

    events: list[MoneyEvent] = field(default_factory=list)
    sent: list[MoneyEvent] = field(default_factory=list)
    size: int = 2
    drawn: dict[str, tuple[CollectionOrder, Collection]] = field(default_factory=dict)
    asked: list[CollectionOrder] = field(default_factory=list)
    refuses: str = ""
    lost: int = 0
    pages: int = 0

    def fetch(self, need: Fetch, told: MoneyEvent) -> Heard:
        found = [each for each in self.events if each.payment_id == need.id]
        if not found:
            raise NotFound(need.kind, need.id)
        return found

    def payments(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        return self._page((each for each in self.events if since <= each.occurred < until), cursor)

    def payouts(self, since: datetime, until: datetime, cursor: str | None) -> Listed:
        return self._page((each for each in self.sent if since <= each.occurred < until), cursor)

    def collect(self, order: CollectionOrder) -> Collection:
        self.asked.append(order)
        if self.refuses:
            raise Conflict(self.refuses)
        if order.key not in self.drawn:
            collection = Collection(f"PM{len(self.drawn) + 1}", order.on)
            self.drawn[order.key] = (order, collection)
        first, collection = self.drawn[order.key]
        if first != order:
            raise Conflict("the idempotency key was used for something else")
        if self.lost:
            self.lost -= 1
            raise OutcomeUnknown("the answer never came")
        return collection

    def _page(self, found: Iterable[MoneyEvent], cursor: str | None) -> Listed:
        self.pages += 1
        events, at = list(found), int(cursor or 0)
        end = at + self.size
        return Listed(tuple(events[at:end]), str(end) if end < len(events) else None)
