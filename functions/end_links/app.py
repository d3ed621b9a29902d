"""Money came, or what is open changed: processors' pages that ask for another amount are ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.core.clock import parse_instant
from receivables.runtime.end_links import end_links
from receivables.runtime.observability import instrument, logger


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, int]:
    """An event of our bus about an account. Raises what makes it worth another try."""
    account_id = event["detail"]["account_id"]
    ended = end_links()(account_id, parse_instant(event["detail"]["at"], field="detail.at"))
    if ended:
        logger.info("pages to pay on ended", account_id=account_id, count=ended)
    return {"ended": ended}
