"""Webhooks that were kept and never dealt with are handed out again, and at last put in front of a person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from receivables.payments.inbox import Inbox, InboxState

MOST_ATTEMPTS: Final = 8
"""How often a message is handed out again before it is parked for a person. It is waited for twice as long each time, more than two
days in all: a processor that is down over a weekend, or whose credentials are put right after it, costs nobody any work."""

FIRST_WAIT: Final = timedelta(minutes=15)
"""Between the first time that it is handed out again and the second."""

MOST_AT_ONCE: Final = 1_000
"""Messages looked at in one sweep. Those that wait for one processor must not hide what came from the others later."""


@dataclass(frozen=True, slots=True)
class Redriven:
    """How many messages were handed out again, and how many were parked because that had not helped."""

    redriven: int
    parked: int


def redrive_unprocessed(
    inbox: Inbox, before: datetime, limit: int = MOST_AT_ONCE, max_attempts: int = MOST_ATTEMPTS
) -> Redriven:
    """Hand out again what was received before an instant (UTC), never settled, and not handed out lately, of at most `limit`
    messages, oldest first; what was handed out `max_attempts` times already is parked, so that it is seen."""
    redriven = parked = 0
    for message in inbox.unprocessed(before, limit):
        if message.received_at + FIRST_WAIT * (2 ** min(message.attempts, max_attempts) - 1) > before:
            continue
        if message.attempts >= max_attempts:
            inbox.settle(
                message.id, InboxState.PARKED, f"could not be applied in {message.attempts + 1} attempts"
            )
            parked += 1
        else:
            inbox.redrive(message.id)
            redriven += 1
    return Redriven(redriven, parked)
