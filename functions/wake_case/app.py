"""The table's stream: a payment on an invoice in a case, or a decision, wakes the case."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.batch import process_stream
from receivables.runtime.observability import instrument, metrics
from receivables.runtime.wake_case import change, wake_case


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Records of the stream, answered in part: from the first that fails they come again."""
    return dict(process_stream(event, _one))


def _one(record: Mapping[str, Any]) -> None:
    if wake_case().changed(*change(record)):
        metrics.count("CasesWoken")
