"""Tasks of the collection case's state machine: assess, park, act, close, fail."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.advance_case import carry_out
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """One task, `{"op", "case_id", "account_id", ...}`. What it raises is the state machine's to retry."""
    done = carry_out(event)
    events = done.get("events", [])
    logger.info(
        "case task done",
        case_id=event["case_id"],
        account_id=event["account_id"],
        action=event["op"],
        kind=events,
        step=done.get("next"),
    )
    metrics.count("CasesClosed", events.count("closed"))
    metrics.count("CasesFailed", events.count("failed"))
    return done
