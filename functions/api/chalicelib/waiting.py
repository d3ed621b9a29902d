"""Pages of what waits for a person: lists in order of time that are read whole, and from which things vanish meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from receivables.core.clock import format_instant

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a thing stands in its list: since when it waits (UTC), and its id."""

    at: datetime
    id: str


@dataclass(frozen=True, slots=True)
class Queue(Generic[T]):
    """A page that begins behind `position`: what a page token brought back (None: at the beginning)."""

    position: Mapping[str, Any] | None
    limit: int
    place: Callable[[T], Place]

    @property
    def seen(self) -> int:
        """How many were on the pages before: as many have to be read again, at most."""
        return int(self.position["seen"]) if self.position else 0

    @property
    def enough(self) -> int:
        """How many have to be read for this page, and to know whether another follows."""
        return self.seen + self.limit + 1

    def page(self, found: Sequence[T]) -> tuple[Sequence[T], Mapping[str, Any] | None]:
        """This page of what was found, and the position of the next."""
        rest = found[self._begin(found) :]
        page = rest[: self.limit]
        if len(rest) <= self.limit:
            return page, None
        last = self.place(page[-1])
        return page, {"at": format_instant(last.at), "id": last.id, "seen": self.seen + len(page)}

    def _begin(self, found: Sequence[T]) -> int:
        if self.position is None:
            return 0
        places = [self.place(each) for each in found]
        for index, place in enumerate(places):
            if place.id == self.position["id"]:
                return index + 1
        # The last of the page before waits no more: what waits as long or shorter follows.
        return sum(format_instant(place.at) < self.position["at"] for place in places)
