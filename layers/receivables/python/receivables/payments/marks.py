"""Marks: what stands on the record of a payment about what was booked because of what is known of it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.core.clock import format_instant, parse_instant

_MARK: Final = re.compile(r"([a-z_]+)/(.+)=([0-9]+)", re.DOTALL)
_PART: Final = re.compile(r"\+[0-9]+$")
_CLAIM: Final = re.compile(r"came/([0-9]+)@(.+)")
_FLIGHT: Final = re.compile(r"flight/([a-z]+)/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Mark:
    """So much was booked, in a way, under a name: the id of a refund or dispute, `+2` for its second part; of what came back, the
    name of what had gone, `^2` for the second time that some of it did."""

    way: str
    name: str
    minor: int

    def __str__(self) -> str:
        return f"{self.way}/{self.name}={self.minor}"

    @property
    def id(self) -> str:
        """The name without its part."""
        return _PART.sub("", self.name)

    @property
    def of(self) -> str:
        """The name of what had gone, of something that came back."""
        return self.name.partition("^")[0]


@dataclass(frozen=True, slots=True)
class Claim:
    """The money came again at an instant: that is a payment of its own, the `number`-th."""

    number: int
    at: datetime

    def __str__(self) -> str:
        return f"came/{self.number}@{format_instant(self.at)}"

    def key(self, first: str) -> str:
        return f"{first}~{self.number}"


def marks_in(done: Iterable[str]) -> tuple[Mark, ...]:
    """What was booked, in the order of booking."""
    found = (_MARK.fullmatch(text) for text in done)
    return tuple(Mark(match[1], match[2], int(match[3])) for match in found if match)


def claims_in(done: Iterable[str]) -> tuple[Claim, ...]:
    """How often the money is known to have come again."""
    found = (_CLAIM.fullmatch(text) for text in done)
    return tuple(Claim(int(match[1]), parse_instant(match[2], field="done")) for match in found if match)


def flight_mark(cause: str, number: int) -> str:
    """The payment was in flight, for that cause, for the `number`-th time."""
    return f"flight/{cause}/{number}"


def flights_in(done: Iterable[str], cause: str) -> int:
    """How often it was in flight for a cause."""
    found = (_FLIGHT.fullmatch(text) for text in done)
    return sum(1 for match in found if match and match[1] == cause)
