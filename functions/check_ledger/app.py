"""The nightly check of the ledger: every invariant worked out again from the entries."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.check_ledger import carry_out
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """`{"time", "scope": "full" | "rest"}`; answers how many accounts were checked, and how many of them differ."""
    walk = carry_out(event, context.get_remaining_time_in_millis)
    found = {"scanned": walk.checked, "unfinished": int(not walk.finished), "differing": walk.differing}
    logger.info("checked", kind=event["scope"], **found)
    metrics.count("LedgerDifferences", walk.differing)
    return found
