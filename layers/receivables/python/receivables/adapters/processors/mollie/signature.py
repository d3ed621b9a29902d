"""Mollie's two kinds of webhooks (docs.mollie.com, "Next-gen webhooks" and "Webhooks").

Next-gen: `X-Mollie-Signature: sha256=<hex>`, HMAC-SHA256 of the body under the secret as it stands; while a secret is
rotated the header comes twice, once for each.

Classic: nothing is signed; the body is the form `id=tr_…` and says only that this payment has changed. It is taken where the
endpoint's setting `classic` is `yes`, and nowhere else, so that no signature can be left out where one is due. Whoever
invents one makes us ask Mollie, with our own key, for what is there anyway.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import fingerprint, identity, news_of
from receivables.adapters.processors.signatures import offered, require_hmac
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"x-mollie-signature", "content-type"})
CLASSIC: Final = re.compile(rb"id=((?:tr|pl)_[A-Za-z0-9]{4,64})")
"""The whole body of a classic webhook, of a payment or of a payment link."""

_SCHEME: Final = "sha256="


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the event's own, else the body's SHA-256; of a classic webhook the payment's with the instant of
    its receipt, because that it comes again is news."""
    if "x-mollie-signature" not in request.headers and endpoint.settings.get("classic") == "yes":
        return _changed(request.body, now)
    signatures = offered(request.headers, "x-mollie-signature")
    digests = [each.removeprefix(_SCHEME) for each in signatures if each.startswith(_SCHEME)]
    require_hmac(endpoint, now, request.body, digests)
    event_id = identity(request.body, "id")
    # Not the id of a payment: it would be that of the next change as well.
    return event_id if event_id.startswith("event_") else fingerprint(request.body)


def _changed(body: bytes, now: datetime) -> str:
    found = CLASSIC.fullmatch(body)
    if found is None:
        raise Unauthenticated("not signed, and not a classic webhook")
    return news_of(found[1].decode(), now)
