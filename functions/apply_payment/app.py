"""The inbox's stream: interpret each message, and book what it tells of money, once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.apply_payment import METRICS, apply_payment, message
from receivables.runtime.batch import process_stream
from receivables.runtime.observability import instrument, logger, metrics


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Records of the inbox's stream, answered in part: from the first that fails they come again."""
    return dict(process_stream(event, _one))


def _one(record: Mapping[str, Any]) -> None:
    received = message(record)
    outcomes = apply_payment().each(received)
    words = ", ".join(sorted({outcome.value for outcome in outcomes}))
    logger.info("message settled", message_id=received.id, attempt=received.attempts, outcome=words)
    for outcome in outcomes:
        if outcome in METRICS:
            metrics.count(METRICS[outcome])
