"""The queue of accounts: decide for each, claim, send, record, plan."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.core.clock import format_instant
from receivables.runtime.batch import process_queue
from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.work_account import Tally, turn, work_account


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Messages `{"account_id", "as_of"}`, each by itself; those that fail come again."""
    return dict(process_queue(event, _one))


def _one(record: Mapping[str, Any]) -> None:
    message, tally, outcome = turn(record), Tally(), "failed"
    try:
        outcome = work_account()(message.account_id, message.as_of, tally).value
    finally:
        logger.info(
            "account worked",
            account_id=message.account_id,
            as_of=format_instant(message.as_of),
            outcome=outcome,
            sent=tally["Sent"],
            unknown=tally["Unknown"],
        )
        for name, number in (tally + Tally(Worked=1)).items():
            metrics.count(name, number)
