"""Wise signs the body: RSA with SHA-256, base64 in `X-Signature-SHA256`, under a key that it publishes for all its customers
(docs.wise.com/guides/developer/webhooks/event-handling).

- The secrets of the endpoint are that public key (PEM), of the live or of the sandbox system; two of them while Wise replaces it. It is
  set up, not fetched: Wise publishes it in its documentation, not at an address that is made for programs.
- As the key signs for everybody, the setting `profile_id` is needed: an event of another profile is not ours.
- Nothing in the scheme tells the time: a delivery is repeated for two weeks. Whoever repeats one has no effect.
- The id is the body's SHA-256. `X-Delivery-Id` is not signed: with it somebody could have a body that is to come taken
  for a repeat. `X-Test-Notification` is not signed either, so what says that it is a test is known by an id of its own.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.asymmetric import from_base64, is_rsa_sha256, rsa_key
from receivables.adapters.processors.document import fingerprint, parse
from receivables.adapters.processors.signatures import live_keys, verbatim
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset(
    {"x-signature-sha256", "x-delivery-id", "x-test-notification", "content-type"}
)


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the body's SHA-256."""
    texts = live_keys(endpoint.secrets, now, verbatim)
    signature = from_base64(request.headers.get("x-signature-sha256", ""))
    public = [key for text in texts if (key := rsa_key(text.decode("utf-8", "surrogatepass")))]
    if not any(is_rsa_sha256(key, signature, request.body) for key in public):
        raise Unauthenticated("no signature matches")
    if is_test(request.headers.get("x-test-notification")):
        return f"test:{fingerprint(request.body)}"
    ours = endpoint.settings.get("profile_id", "").strip()
    if not ours or _profile(request.body) != ours:
        raise Unauthenticated("the event is of another profile")
    return fingerprint(request.body)


def is_test(value: str | None) -> bool:
    """Whether Wise only tries the address, as it does when a subscription is made; such a body has made-up ids."""
    return (value or "").strip().lower() == "true"


def _profile(body: bytes) -> str | None:
    try:
        data: Any = parse(body).get("data")
    except Uninterpretable:
        return None
    resource = data.get("resource") if isinstance(data, dict) else None
    for holder in (resource, data):
        value = holder.get("profile_id") if isinstance(holder, dict) else None
        if type(value) in {int, str}:
            return str(value)
    return None
