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
    logger.info(
        "case task done",
        case_id=event["case_id"],
        account_id=event["account_id"],
        action=event["op"],
        step=done.get("next") or done.get("event"),
        stage=done.get("stage"),
    )
    if done.get("event") == "closed":
        metrics.count("CasesClosed")
    if done.get("event") == "failed":
        metrics.count("CasesFailed")
    return done
