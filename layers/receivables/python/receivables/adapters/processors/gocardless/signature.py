"""GoCardless signs `Webhook-Signature: <hex>`: HMAC-SHA256 of the body under the endpoint's secret as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import (
    fingerprint,
    is_identifier,
    parse,
    section,
)
from receivables.adapters.processors.signatures import offered, require_hmac
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"webhook-signature", "content-type"})


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. There is no time in it: repeats are known by the batch's id (`meta.webhook_id`), else the body's SHA-256."""
    require_hmac(endpoint, now, request.body, offered(request.headers, "webhook-signature"))
    return _batch(request.body)


def _batch(body: bytes) -> str:
    try:
        name = section(parse(body), "meta").get("webhook_id")
    except Uninterpretable:
        return fingerprint(body)
    return str(name) if is_identifier(name) else fingerprint(body)
