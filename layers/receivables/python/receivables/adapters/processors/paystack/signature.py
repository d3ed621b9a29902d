"""Paystack signs `x-paystack-signature: <hex>`: HMAC-SHA512 of the body under the account's secret key as it stands
(paystack.com/docs/payments/webhooks). Events have no ids: the same body is the same event - but for refunds, which do not say
either of which refund they tell, nor when: two refunds of one amount may look the same, and each is asked for."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import fingerprint, identity, news_of
from receivables.adapters.processors.signatures import offered, require_hmac
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"x-paystack-signature", "content-type"})


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the body's SHA-256, of a refund with the instant of its receipt."""
    signatures = offered(request.headers, "x-paystack-signature")
    require_hmac(endpoint, now, request.body, signatures, algorithm="sha512")
    event_id = fingerprint(request.body)
    is_refund = identity(request.body, "event").startswith("refund.")
    return news_of(event_id, now) if is_refund else event_id
