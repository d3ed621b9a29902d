"""Time enters here and nowhere else: from the schedule's event, or from the request."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from receivables.core.clock import from_epoch_ms, parse_instant
from receivables.core.errors import InvalidInput
from receivables.runtime.settings import optional

AS_OF_HEADER: Final = "X-As-Of"
"""Replaces the request's own time where the stack allows time travel (rehearsals, replays); refused elsewhere."""


def tick_time(event: Mapping[str, Any]) -> datetime:
    """The instant that a schedule hands over in `time`. Raises InvalidInput (field `time`)."""
    text = event.get("time")
    if not isinstance(text, str):
        raise InvalidInput("time", "is required: the schedule's own time, RFC 3339")
    return parse_instant(text, field="time")


def received_at(event: Mapping[str, Any]) -> datetime:
    """When API Gateway received the request: the clock that signatures are checked against."""
    context = event["requestContext"]
    epoch = context["requestTimeEpoch"] if "requestTimeEpoch" in context else context["timeEpoch"]
    return from_epoch_ms(int(epoch))


def request_time(event: Mapping[str, Any]) -> datetime:
    """The as_of of a request: when it was received, unless time travel is allowed and asked for.

    Raises InvalidInput (field `X-As-Of`) for a bad instant, or where the header is not allowed.
    """
    headers = event.get("headers") or {}
    wanted = next((v for k, v in headers.items() if k.lower() == AS_OF_HEADER.lower()), None)
    if wanted is None:
        return received_at(event)
    if optional("TIME_TRAVEL", "denied") != "allowed":
        raise InvalidInput(AS_OF_HEADER, "is not allowed: this stack does not travel in time")
    return parse_instant(wanted, field=AS_OF_HEADER)


def recording_time(heard_of: datetime, clock: Callable[[], datetime] | None = None) -> datetime:
    """When something that was heard of at an instant is recorded: now, by this function's clock, and never before it was
    heard of. What is known at a past instant must not grow afterwards, so a message that waited is recorded when it is
    dealt with. Where time travel is allowed the message's own time is the only one.
    """
    if optional("TIME_TRAVEL", "denied") == "allowed":
        return heard_of
    return max(heard_of, (clock or _now)())


def _now() -> datetime:
    return datetime.now(UTC)
