"""Cash application: what waits in suspense is held against what is open, and placed where that is sure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.match_payments import carry_out
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """`{"time"}` from the schedule, or our own `statement.imported`; answers what was done, by name."""
    done = carry_out(event, context.get_remaining_time_in_millis)
    found = {
        "count": done.looked_at,
        "applied": done.applied,
        "proposed": done.proposed,
        "unknown": done.unknown,
        "payouts": done.payouts,
        "skipped": done.skipped,
        "unfinished": int(not done.finished),
    }
    logger.info("matched", **found)
    metrics.count("MatchApplied", done.applied)
    metrics.count("MatchProposed", done.proposed)
    return found
