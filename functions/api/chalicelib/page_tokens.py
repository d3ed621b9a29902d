"""Page tokens: where the next page of one list begins, signed.

A position is a key of the table. It is signed together with the list and its filter, so that a caller can neither make
one up nor carry it from one list to another.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from typing import Any, Final

from receivables.core.errors import InvalidInput

_MAC_BYTES: Final = 16


def seal(position: Any, secret: bytes, listing: str, criteria: Mapping[str, str]) -> str | None:
    """The token of a position in a list (None: there is no next page)."""
    if position is None:
        return None
    payload = json.dumps(position, separators=(",", ":"), sort_keys=True).encode()
    return base64.urlsafe_b64encode(_mac(payload, secret, listing, criteria) + payload).decode().rstrip("=")


def unseal(token: str | None, secret: bytes, listing: str, criteria: Mapping[str, str]) -> Any:
    """The position that a token holds. Raises InvalidInput (field `next`) unless it was given out for this list."""
    if token is None:
        return None
    try:
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        raw = b""
    mac, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(payload, secret, listing, criteria)):
        raise InvalidInput("next", "is not a page token of this list")
    return json.loads(payload)


def _mac(payload: bytes, secret: bytes, listing: str, criteria: Mapping[str, str]) -> bytes:
    bound = json.dumps([listing, sorted(criteria.items())], separators=(",", ":")).encode()
    message = len(bound).to_bytes(4) + bound + payload
    return hmac.new(secret, message, hashlib.sha256).digest()[:_MAC_BYTES]
