"""Square signs `x-square-hmacsha256-signature: <base64>`: HMAC-SHA256 of the public address of the webhook, exactly as it was
subscribed, followed by the body, under the signature key as it stands (developer.squareup.com, "Verify and validate").

The address is the endpoint's setting `url`, never what the request says of itself.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import identity
from receivables.adapters.processors.signatures import offered, require_hmac
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"x-square-hmacsha256-signature", "square-environment", "content-type"})


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the event's own, else the body's SHA-256."""
    url = endpoint.settings.get("url", "")
    if not url:
        raise Unauthenticated("the endpoint's public address is not set")
    signatures = offered(request.headers, "x-square-hmacsha256-signature")
    require_hmac(endpoint, now, url.encode() + request.body, signatures, encoding="base64")
    return identity(request.body, "event_id")
