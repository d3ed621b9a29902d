"""Checkout.com signs `Cko-Signature: <hex>`: HMAC-SHA256 of the body under the webhook's signature key as it stands
(checkout.com/docs, "Configure your webhook server").

A webhook may send a fixed `Authorization` as well. It is one of the endpoint's secrets that begins with `authorization:`;
where such a one is live, it must be there too. It proves nothing without the signature.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import identity
from receivables.adapters.processors.signatures import live_keys, offered, require_hmac, same_text
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"cko-signature", "content-type"})

_WORD: Final = "authorization:"


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the event's own, else the body's SHA-256."""
    words = tuple(each for each in endpoint.secrets if each.value.startswith(_WORD))
    signing = tuple(each for each in endpoint.secrets if each not in words)
    require_hmac(
        replace(endpoint, secrets=signing), now, request.body, offered(request.headers, "cko-signature")
    )
    if words:
        live = live_keys(words, now, _word)
        if not same_text(live, request.headers.get("authorization", "")):
            raise Unauthenticated("the fixed Authorization is not the agreed one")
    return identity(request.body, "id")


def _word(secret: str) -> bytes | None:
    return secret.removeprefix(_WORD).strip().encode("utf-8", "surrogatepass") or None
