"""A bank statement has been dropped in the bucket: import it, page by page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.runtime.front_door import tick_time
from receivables.runtime.import_statement import import_statement
from receivables.runtime.observability import instrument, logger

_ENOUGH_FOR_A_PAGE_MS: Final = 30_000


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """EventBridge "Object Created" of S3. When the time runs out it fails on purpose: the next attempt goes on."""
    job = import_statement().run(
        event["detail"]["object"]["key"],
        tick_time(event),
        lambda: context.get_remaining_time_in_millis() > _ENOUGH_FOR_A_PAGE_MS,
    )
    logger.info(
        "statement imported", job_id=job.id, state=job.state, rows=job.lines, received=job.so_far.payments
    )
    return {"import_id": job.id, "state": job.state, "lines": job.lines, "new": job.so_far.new}
