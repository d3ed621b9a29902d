"""Instants and local dates. Nothing here, or in any domain module, reads the wall clock: time is handed in."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from receivables.core.errors import InvalidInput


def parse_instant(text: str, *, field: str = "time") -> datetime:
    """Read an RFC 3339 instant (with `Z` or an offset) as UTC. Raises InvalidInput naming `field`."""
    try:
        instant = datetime.fromisoformat(text)
    except (ValueError, TypeError):
        raise InvalidInput(
            field, f"{text!r} is not an RFC 3339 instant such as 2026-03-01T08:00:00Z"
        ) from None
    if instant.tzinfo is None:
        raise InvalidInput(field, "needs a zone: end it with Z or an offset")
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise InvalidInput(field, "is out of range") from None


def format_instant(instant: datetime) -> str:
    """Write an aware instant as UTC text of fixed width, so that text order is time order."""
    if instant.tzinfo is None:
        raise ValueError("an instant must be aware of its zone")
    # Not strftime: on some systems it writes the years before 1000 without their leading zeros.
    return instant.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def from_epoch_ms(milliseconds: int) -> datetime:
    """The UTC instant of a Unix time in milliseconds."""
    return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)


def parse_date(text: str, *, field: str = "date") -> date:
    """Read an ISO 8601 calendar date (`2026-03-01`). Raises InvalidInput naming `field`."""
    try:
        return datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC).date()
    except (ValueError, TypeError):
        raise InvalidInput(field, f"{text!r} is not a date such as 2026-03-01") from None


def zone(name: str, *, field: str = "timezone") -> ZoneInfo:
    """The IANA time zone of that name. Raises InvalidInput naming `field`."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        raise InvalidInput(field, f"{name!r} is not an IANA time zone such as Europe/Berlin") from None


def local_date(instant: datetime, tz: ZoneInfo) -> date:
    """The calendar date that people in `tz` see at that instant."""
    return instant.astimezone(tz).date()


def local_instant(day: date, at: time, tz: ZoneInfo) -> datetime:
    """The UTC instant at which clocks in `tz` show `at` on `day`.

    In the gap of a clock change (the time does not exist) it is the next valid instant: the change itself.
    A time that comes twice is its first occurrence.
    """
    naive = datetime.combine(day, at)
    aware = naive.replace(tzinfo=tz, fold=0)
    as_utc = aware.astimezone(UTC)
    if as_utc.astimezone(tz).replace(tzinfo=None) == naive:
        return as_utc
    # In a gap, fold=0 applies the offset before the change and fold=1 the one after it: the wall-clock
    # readings of the two lie on both sides of the gap, and the change is where the later offset begins.
    before, after = aware.utcoffset(), aware.replace(fold=1).utcoffset()
    if before is None or after is None:  # pragma: no cover - ZoneInfo always knows its offset
        raise ValueError(f"{tz} has no offset at {naive}")
    low, high = as_utc - abs(after - before), as_utc
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if (middle.astimezone(tz).utcoffset() or before) == before:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
