"""Composes the publication of facts."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

from receivables.adapters.dynamodb.keys import account_id_of
from receivables.adapters.dynamodb.timeline import fact_from
from receivables.adapters.eventbridge import EventBridgeBus
from receivables.runtime.clients import client
from receivables.runtime.observability import logger
from receivables.runtime.settings import setting
from receivables.usecases.publish_facts import PublishFacts, Recorded


@cache
def publish_facts() -> PublishFacts:
    """The use case with its adapter, made at the first batch and kept."""
    return PublishFacts(EventBridgeBus(client("events"), setting("EVENT_BUS")))


def publish(event: Mapping[str, Any]) -> dict[str, list[dict[str, str]]]:
    """Publish a batch of the table's stream. A stream goes on from the first record that is reported: so only that
    one is, and what was published after it comes again with the same event ids.

    A record that cannot be read blocks nothing before it: it is reported, tried again, and in the end set aside by
    the stream's own limits.
    """
    recorded: list[Recorded] = []
    unreadable: str | None = None
    for record in event["Records"]:
        try:
            recorded.append(_recorded(record))
        except Exception as error:  # noqa: BLE001 - whatever is wrong with it, those before it are published
            logger.failed("fact cannot be read", error)
            unreadable = record["dynamodb"]["SequenceNumber"]
            break
    refused = publish_facts().publish(recorded)
    first = next((each.key for each in recorded if each.key in refused), unreadable)
    return {"batchItemFailures": [] if first is None else [{"itemIdentifier": first}]}


def _recorded(record: Mapping[str, Any]) -> Recorded:
    image = record["dynamodb"]["NewImage"]
    account_id = account_id_of(image["pk"]["S"])
    return Recorded(record["dynamodb"]["SequenceNumber"], account_id, fact_from(image))
