"""POST /webhooks/{processor}/{endpoint}: verify the raw bytes, store them, answer 2xx. Their meaning comes later.

GET, of the same path: the answer to a processor that checks the address.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.receive_webhook import (
    REFUSALS,
    accepted,
    answered,
    reason,
    receive_webhook,
    refused,
    unavailable,
    webhook,
)


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """A proxy event of API Gateway. 2xx: it is kept. 4xx: it is not, and should not be. 5xx: send it again."""
    try:
        request = webhook(event)
        if request.request.method == "GET":
            return answered(receive_webhook().challenge(request))
        receipt = receive_webhook()(request)
    except REFUSALS as error:
        logger.warning("webhook refused", reason_code=reason(error))
        metrics.count("WebhooksRefused")
        return refused(error)
    except Exception as error:  # noqa: BLE001 - whatever it is, it is ours: the sender has to send it again
        logger.failed("webhook not stored", error)
        metrics.count("WebhooksFailed")
        return unavailable()
    metrics.count("WebhooksStored" if receipt.new else "WebhooksRepeated")
    logger.info("webhook stored" if receipt.new else "webhook repeated", message_id=receipt.message_id)
    return accepted()
