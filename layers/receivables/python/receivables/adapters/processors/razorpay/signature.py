"""Razorpay signs `X-Razorpay-Signature: <hex>`: HMAC-SHA256 of the body under the webhook's secret as it stands
(razorpay.com/docs/webhooks/validate-test).

The event's id comes in the header `x-razorpay-event-id`, which is not signed: who caught one request could send it under the
id of another, and have the other taken for a repeat. So the header is kept for people who look for it, and the body, which is
the same each time it is sent, is its own id.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import fingerprint
from receivables.adapters.processors.signatures import offered, require_hmac
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"x-razorpay-signature", "x-razorpay-event-id", "content-type"})
KEPT_SETTINGS: Final = frozenset({"currency"})


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the body's SHA-256."""
    require_hmac(endpoint, now, request.body, offered(request.headers, "x-razorpay-signature"))
    return fingerprint(request.body)
