"""The tick of the schedule: queue the accounts whose turn it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.core.clock import format_instant
from receivables.runtime.front_door import tick_time
from receivables.runtime.nominate import nominate
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """`{"time": "<RFC 3339>"}` from the scheduler; answers how many accounts were queued."""
    done = nominate()(tick_time(event))
    as_of = format_instant(done.as_of)
    if done.halted:
        logger.warning("nothing nominated: the kill switch is engaged", as_of=as_of)
        metrics.count("Halted")
    metrics.count("Nominated", done.count)
    logger.info("accounts nominated", as_of=as_of, queued=done.count)
    return {"nominated": done.count, "as_of": as_of, "halted": done.halted}
