"""GET and POST /pay/{token}: what is open, and on to a processor's page to pay it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.core.errors import InvalidInput, NotFound, ReceivablesError
from receivables.runtime.observability import instrument, logger, metrics
from receivables.runtime.pay_page import failed, pay, show, target_of, unknown


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """A proxy event of API Gateway; always answered with a page, or the way to one."""
    try:
        target = target_of(event)
        if event["httpMethod"] != "POST":
            return show(event)
    except (NotFound, InvalidInput):  # it was made up, or what it is for is gone
        metrics.count("PayLinksUnknown")
        return unknown(event)
    try:
        answer = pay(event)
    except ReceivablesError as error:
        logger.failed("no page to pay on", error)
        metrics.count("PayPagesFailed")
        return failed()
    metrics.count("PayPagesOpened")
    logger.info("sent on to pay", account_id=target.account_id)
    return answer
