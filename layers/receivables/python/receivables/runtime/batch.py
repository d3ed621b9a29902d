"""Batches from queues and streams, answered in part: what failed comes again, what succeeded does not.

The answer is the protocol of Lambda's event source mappings (`ReportBatchItemFailures`). It is these few lines and
not a library's because the library's import alone would break the cold-start budget of the functions that use it
(see the decision record on dependencies).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from receivables.runtime.observability import logger

Answer = dict[str, list[dict[str, str]]]


def process_queue(event: Mapping[str, Any], one: Callable[[Mapping[str, Any]], None]) -> Answer:
    """Handle every SQS record by itself; those that raise are reported and come again."""
    failed = [record["messageId"] for record in event["Records"] if not _done(one, record)]
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}


def process_stream(event: Mapping[str, Any], one: Callable[[Mapping[str, Any]], None]) -> Answer:
    """Handle DynamoDB stream records in order; stop at the first that raises: it and all after it come again."""
    for record in event["Records"]:
        if not _done(one, record):
            return {"batchItemFailures": [{"itemIdentifier": record["dynamodb"]["SequenceNumber"]}]}
    return {"batchItemFailures": []}


def _done(one: Callable[[Mapping[str, Any]], None], record: Mapping[str, Any]) -> bool:
    try:
        one(record)
    except Exception as error:  # noqa: BLE001 - whatever it is, the record must come again
        logger.failed("record failed", error)
        return False
    return True
