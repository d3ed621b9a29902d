"""TrueLayer signs `Tl-Signature`: a JWS (ES512) without its payload, which is the method, the path, the headers that
`tl_headers` names and the body, under a key of the set (JWKS) that `jku` names
(github.com/TrueLayer/truelayer-signing, request-signing-v2).

- Only `ES512` (P-521), `tl_version` 2, and exactly the address of TrueLayer's webhook keys, live or sandbox. What else the header says
  chooses nothing; a `crit` that we do not know is refused (RFC 7515).
- `X-Tl-Webhook-Timestamp` must be among the signed headers. A delivery is repeated for 72 hours: it may be four days old.
- The same key signs for every customer of TrueLayer, and anybody may give our address to it as his own. So the address has a token,
  `?token=…` (as TrueLayer recommends), which is the endpoint's secret; and amounts are asked for by our own API.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlencode

from receivables.adapters.processors.asymmetric import from_base64url, require_sent
from receivables.adapters.processors.document import identity, parse
from receivables.adapters.processors.signatures import live_keys, same_text, verbatim
from receivables.adapters.processors.truelayer.jws import is_signed, message
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint
from receivables.payments.events import Uninterpretable
from receivables.payments.processors import Keys, Request

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

KEPT_HEADERS: Final = frozenset({"tl-signature", "x-tl-webhook-timestamp", "content-type"})

_TIMESTAMP: Final = "x-tl-webhook-timestamp"
_JWKS: Final = {
    True: "https://webhooks.truelayer.com/.well-known/jwks",
    False: "https://webhooks.truelayer-sandbox.com/.well-known/jwks",
}
_HOSTS: Final = {
    True: frozenset({"webhooks.truelayer.com"}),
    False: frozenset({"webhooks.truelayer-sandbox.com"}),
}
_HEADER_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_MOST_HEADERS: Final = 16
_LONGEST: Final = 4096


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:
    """See Webhooks. The id is the event's own, else the body's SHA-256."""
    tokens = live_keys(endpoint.secrets, now, verbatim)
    if not same_text(tokens, request.query.get("token", "")):
        raise Unauthenticated("the token of the address is missing or wrong")
    protected, header, signature = _parts(request.headers.get("tl-signature", ""))
    _require_scheme(header, endpoint.livemode)
    signed = _signed_headers(header, request.headers)
    require_sent(request.headers.get(_TIMESTAMP, ""), now)
    key = _key(str(header["kid"]), endpoint.livemode, keys)
    for path in (request.path, f"{request.path}?{urlencode(request.query)}"):
        if is_signed(key, signature, message(protected, request.method, path, signed, request.body)):
            return identity(request.body, "event_id")
    raise Unauthenticated("no signature matches")


def _parts(text: str) -> tuple[str, Mapping[str, Any], bytes]:
    protected, _, rest = text.partition(".")
    payload, _, signature = rest.partition(".")
    if len(text) > _LONGEST or not protected or payload or not signature:
        raise Unauthenticated("Tl-Signature is missing or not a JWS without payload")
    try:
        header = parse(from_base64url(protected))
    except Uninterpretable:
        raise Unauthenticated("the header of Tl-Signature is not JSON") from None
    return protected, header, from_base64url(signature)


def _require_scheme(header: Mapping[str, Any], livemode: bool) -> None:
    fixed = {"alg": "ES512", "tl_version": "2", "jku": _JWKS[livemode]}
    if any(header.get(name) != value for name, value in fixed.items()) or "crit" in header:
        raise Unauthenticated("Tl-Signature is of another algorithm, version or key set")
    if not isinstance(header.get("kid"), str):
        raise Unauthenticated("Tl-Signature names no key")


def _signed_headers(header: Mapping[str, Any], headers: Mapping[str, str]) -> list[tuple[str, str]]:
    """The headers that are signed, by the names and in the order of `tl_headers`."""
    listed = header.get("tl_headers")
    names = listed.split(",") if isinstance(listed, str) and listed else []
    lowered = [name.lower() for name in names]
    if len(names) > _MOST_HEADERS or len(set(lowered)) != len(names) or _TIMESTAMP not in lowered:
        raise Unauthenticated("the time is not among the signed headers")
    if not all(_HEADER_NAME.fullmatch(name) and name.lower() in headers for name in names):
        raise Unauthenticated("a signed header is missing")
    return [(name, headers[name.lower()]) for name in names]


def _key(kid: str, livemode: bool, keys: Keys) -> EllipticCurvePublicKey:
    from receivables.adapters.processors.truelayer.jws import key_in

    address, hosts = _JWKS[livemode], _HOSTS[livemode]
    key = key_in(keys.get(address, hosts), kid) or key_in(keys.renewed(address, hosts), kid)
    if key is None:
        raise Unauthenticated("TrueLayer publishes no such key")
    return key
