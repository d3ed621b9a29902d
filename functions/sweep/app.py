"""The schedule's sweep: finds what was begun and not finished, and finishes it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.sweep import carry_out


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """`{"time", "scope": "full" | "outstanding"}`; answers what was found, by name."""
    found = {
        name: int(number) for name, number in carry_out(event, context.get_remaining_time_in_millis).items()
    }
    logger.info("swept", kind=event["scope"], **found)
    metrics.count("UnknownOutcomes", found.get("unknown", 0))
    metrics.count("IndexMissed", found.get("missed", 0))
    return found
