"""Braintree signs a form: `bt_signature` is `<public key>|<hex>` (several, joined by `&`, while keys rotate), the HMAC-SHA1 of
`bt_payload` as it stands (base64 with its line breaks) under the SHA-1 of the private key. A new address is checked by a GET
with `bt_challenge`, answered with the public key and the challenge's HMAC
(developer.paypal.com/braintree/docs/guides/webhooks).

- A secret is a pair of keys, `<public key>:<private key>`; or a private key alone, with the setting `public_key`.
- Nothing in the scheme tells the time: a delivery is repeated for 24 hours. Whoever repeats one has no effect.
- The challenge makes us sign what anybody sends. Its form (20 to 32 hexadecimal digits) is therefore no payload.
- Nothing names the delivery: its id is the SHA-256 of the payload.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl

from receivables.adapters.processors.document import fingerprint
from receivables.adapters.processors.signatures import MOST_SIGNATURES, hex_digest, live_keys, verbatim
from receivables.core.errors import NotFound, Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.processors import Keys, Request

KEPT_HEADERS: Final = frozenset({"content-type"})

_CHALLENGE: Final = re.compile(r"[a-f0-9]{20,32}")
_PAYLOAD: Final = re.compile(r"[A-Za-z0-9+/=\n]+")
_MOST_FIELDS: Final = 8


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:  # noqa: ARG001
    """See Webhooks. The id is the payload's SHA-256."""
    pairs = _key_pairs(endpoint, now)
    fields = form(request.body)
    payload, offered = fields.get("bt_payload", ""), _offered(fields.get("bt_signature", ""))
    if not _PAYLOAD.fullmatch(payload) or _CHALLENGE.fullmatch(payload.strip()):
        raise Unauthenticated("bt_payload is missing or malformed")
    found = False
    for public, private in pairs:
        for digest in offered.get(public, ()):
            # Braintree's own libraries accept the payload with one more line break: some frameworks strip it.
            for content in (payload, payload + "\n"):
                found |= hmac.compare_digest(_hmac(private, content), digest)
    if not found:
        raise Unauthenticated("no signature matches")
    return fingerprint(decoded(payload) or payload.encode())


def challenge(request: Request, endpoint: Endpoint, now: datetime) -> str:
    """See Webhooks. Signed with the first live pair of keys. Raises NotFound when nothing is asked."""
    asked = request.query.get("bt_challenge", "")
    if not _CHALLENGE.fullmatch(asked):
        raise NotFound("webhook endpoint", "")
    public, private = _key_pairs(endpoint, now)[0]
    return f"{public}|{_hmac(private, asked).hex()}"


def form(body: bytes) -> Mapping[str, str]:
    """The fields of a form, each of which may come once; nothing when it is none."""
    try:
        pairs = parse_qsl(body.decode("ascii"), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs) if len(dict(pairs)) == len(pairs) else {}


def decoded(payload: str) -> bytes | None:
    """What a payload holds; None: it is not base64."""
    try:
        return base64.b64decode(payload.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return None


def _offered(text: str) -> Mapping[str, list[bytes]]:
    """The signatures by the public key that they claim."""
    found: dict[str, list[bytes]] = {}
    for pair in text.split("&", MOST_SIGNATURES)[:MOST_SIGNATURES]:
        public, _, signature = pair.partition("|")
        if digest := hex_digest(signature, "sha1"):
            found.setdefault(public, []).append(digest)
    return found


def _key_pairs(endpoint: Endpoint, now: datetime) -> list[tuple[str, str]]:
    common = endpoint.settings.get("public_key", "").strip()
    pairs = []
    for secret in live_keys(endpoint.secrets, now, verbatim):
        public, _, private = secret.decode("utf-8", "surrogatepass").strip().rpartition(":")
        pairs.append((public or common, private))
    usable = [(public, private) for public, private in pairs if public and private]
    if not usable:
        raise Unauthenticated("the endpoint has no usable pair of keys")
    return usable


def _hmac(private: str, content: str) -> bytes:
    key = hashlib.sha1(private.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()
    return hmac.digest(key, content.encode(), "sha1")
