"""Every night each processor's account is compared with the ledger; every few minutes what was left of it is gone on with."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.reconcile_payments import carry_out


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """`{"time", "scope": "full" | "rest"}`; answers how many runs finished, and what was found, by kind."""
    done = carry_out(event, context.get_remaining_time_in_millis)
    runs = {"finished": done.finished, "unfinished": done.unfinished, "failed": done.failed}
    logger.info("reconciled", kind=event["scope"], count=done.finished, **runs)
    metrics.count("ReconciliationsFailed", done.failed)
    metrics.count("PaymentsMissing", done.found.get("missing", 0))
    differing = ("extra", "amount", "currency", "orphan")
    metrics.count("PaymentsDiffering", sum(done.found.get(kind, 0) for kind in differing))
    return {**runs, **done.found}
