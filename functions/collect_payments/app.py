"""What was announced to be drawn under a mandate is ordered from the processor, at once or - what was missed - by a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.collect_payments import carry_out
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """An event of our bus about an arrangement, or `{"time"}` of the schedule; answers how many had which outcome."""
    done = carry_out(event, context.get_remaining_time_in_millis)
    for outcome, number in done.outcomes.items():
        logger.info("collections", outcome=outcome, count=number)
        metrics.count("Collections" + "".join(word.title() for word in outcome.split("_")), number)
    metrics.count("CollectionsFailed", done.failed)
    return {**done.outcomes, "failed": done.failed, "unfinished": int(not done.finished)}
