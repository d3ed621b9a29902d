"""What the mail provider reports: settle the notice, suppress addresses that cannot be written to."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.batch import process_queue
from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.record_delivery import record_delivery, report


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Records whose bodies are the provider's events; those that fail come again."""
    return dict(process_queue(event, _one))


def _one(record: Mapping[str, Any]) -> None:
    found = report(record)
    if found is None:
        metrics.count("Ignored")
        return
    outcome = record_delivery()(found)
    logger.info("notice reported", notice_id=found.notice_id, state=found.fate.value, outcome=outcome.value)
    metrics.count(f"Delivery{outcome.value.capitalize()}")
