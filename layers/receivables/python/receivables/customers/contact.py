"""Ways to reach a customer."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Channel(StrEnum):
    """A way to deliver a notice."""

    EMAIL = "email"
    SMS = "sms"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whether a channel can be used for a customer: its address, or the reason why not."""

    channel: Channel
    address: str | None
    reason: str | None = None
