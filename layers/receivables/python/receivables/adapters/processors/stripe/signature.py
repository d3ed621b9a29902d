"""Stripe signs `Stripe-Signature: t=<seconds>,v1=<hex>[,v1=…]`: HMAC-SHA256 of `t.body` under the secret as it stands."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import identity
from receivables.adapters.processors.signatures import require_hmac, require_recent, signed_at
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"stripe-signature", "content-type"})


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the event's own, else the body's SHA-256."""
    times, signatures = _parts(request.headers.get("stripe-signature", ""))
    if len(times) != 1:
        raise Unauthenticated("Stripe-Signature is missing or malformed")
    (seconds,) = times
    require_recent(signed_at(seconds), now)
    require_hmac(endpoint, now, f"{seconds}.".encode() + request.body, signatures)
    return identity(request.body, "id")


def _parts(header: str) -> tuple[set[str], list[str]]:
    """Times and v1 signatures; other versions (v0 is for test mode) prove nothing. Two times are ambiguous."""
    pairs = [part.strip().partition("=") for part in header.split(",")]
    times = {value for name, _, value in pairs if name == "t"}
    return times, [value for name, _, value in pairs if name == "v1"]
