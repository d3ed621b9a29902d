"""Standard Webhooks (www.standardwebhooks.com, version 1.0.0): `webhook-id`, `webhook-timestamp`, `webhook-signature`.

What is signed is `id.timestamp.body`. The signature is a list, separated by spaces, of

- `v1,<base64>`: HMAC-SHA256 under the base64 key of a secret `whsec_<base64>` (or without the prefix), and
- `v1a,<base64>`: ed25519, for a public key `whpk_<base64>`.

Each kind of secret proves its own kind of signature and no other. One that holds is enough.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import is_identifier
from receivables.adapters.processors.signatures import (
    MOST_SIGNATURES,
    base64_key,
    is_signed,
    live_keys,
    require_recent,
    signed_at,
)
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"webhook-id", "webhook-timestamp", "webhook-signature", "content-type"})

# Separated by spaces; a proxy that joins repeated headers adds commas.
_SYMMETRIC: Final = re.compile(r"(?<![^\s,])v1,([A-Za-z0-9+/]{43}=)(?![^\s,])")
_ASYMMETRIC: Final = re.compile(r"(?<![^\s,])v1a,([A-Za-z0-9+/]{86}==)(?![^\s,])")
_PUBLIC_KEY: Final = "whpk_"
_SYMMETRIC_KEY: Final = "whsec_"
_PUBLIC_KEY_BYTES: Final = 32


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is `webhook-id`."""
    proofs = live_keys(endpoint.secrets, now, _tagged)
    event_id, seconds = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not is_identifier(event_id):
        raise Unauthenticated("webhook-id is missing or malformed")
    require_recent(signed_at(seconds), now)
    header = request.headers.get("webhook-signature", "")
    content = f"{event_id}.{seconds}.".encode() + request.body
    if not (_symmetric(proofs, content, header) or _asymmetric(proofs, content, header)):
        raise Unauthenticated("no signature matches")
    return event_id


def _tagged(secret: str) -> bytes | None:
    """The key of a secret behind a byte that says which kind it is."""
    if not secret.startswith(_PUBLIC_KEY):
        key = base64_key(secret.removeprefix(_SYMMETRIC_KEY))
        return b"s" + key if key else None
    key = base64_key(secret.removeprefix(_PUBLIC_KEY))
    return b"p" + key if key and len(key) == _PUBLIC_KEY_BYTES else None


def _symmetric(proofs: Sequence[bytes], content: bytes, header: str) -> bool:
    return is_signed(_of_kind(b"s", proofs), content, _signatures(_SYMMETRIC, header))


def _asymmetric(proofs: Sequence[bytes], content: bytes, header: str) -> bool:
    public, signatures = _of_kind(b"p", proofs), _signatures(_ASYMMETRIC, header)
    return any(_holds(key, content, signature) for key in public for signature in signatures)


def _holds(key: bytes, content: bytes, signature: bytes) -> bool:
    # Only here: it costs more to import than all the rest together.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        Ed25519PublicKey.from_public_bytes(key).verify(signature, content)
    except (InvalidSignature, ValueError):
        return False
    return True


def _of_kind(kind: bytes, proofs: Iterable[bytes]) -> list[bytes]:
    return [proof[1:] for proof in proofs if proof.startswith(kind)]


def _signatures(pattern: re.Pattern[str], header: str) -> list[bytes]:
    return [base64.b64decode(each) for each in pattern.findall(header)[:MOST_SIGNATURES]]
