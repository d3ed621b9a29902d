"""Webhooks that were kept and never dealt with are handed out again, and at last put in front of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.payments.inbox import Inbox, InboxState

MOST_ATTEMPTS: Final = 8
"""How often a message is handed out again before it is parked for a person (two hours, at four sweeps an hour)."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many messages were handed out again, and how many were parked because that had not helped."""

    redriven: int
    parked: int


def redrive_unprocessed(
    inbox: Inbox, before: datetime, limit: int = 100, max_attempts: int = MOST_ATTEMPTS
) -> Redriven:
    """Hand out again what was received before an instant (UTC) and never settled, at most `limit` messages, oldest
    first; what was handed out `max_attempts` times already is parked, so that it blocks nothing and is seen."""
    redriven = parked = 0
    for message in inbox.unprocessed(before, limit):
        if message.attempts >= max_attempts:
            inbox.settle(
                message.id, InboxState.PARKED, f"could not be applied in {message.attempts + 1} attempts"
            )
            parked += 1
        else:
            inbox.redrive(message.id)
            redriven += 1
    return Redriven(redriven, parked)
