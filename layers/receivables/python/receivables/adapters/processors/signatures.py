"""What every signature scheme needs: a clock check, an exact comparison, and an id for what carries none."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Secret

TOLERANCE_SECONDS: Final = 300
"""How far a signature's time may be from ours, in both directions."""

MOST_SIGNATURES: Final = 16
"""Signatures looked at in one request: rotation needs two or three; more is somebody wasting our time."""

_MOST_DIGITS: Final = 11


def signed_at(text: str) -> int:
    """The Unix time (seconds) of a signature. Raises Unauthenticated unless it is plain ASCII digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Unauthenticated("the signature's time is not a number of seconds")
    return int(text)


def is_recent(seconds: int, now: datetime) -> bool:
    """Whether a signature's time is within the tolerance, before or after."""
    return abs(int(now.timestamp()) - seconds) <= TOLERANCE_SECONDS


def live_keys(
    secrets: Iterable[Secret], now: datetime, key: Callable[[str], bytes | None]
) -> tuple[bytes, ...]:
    """The keys of the secrets that may be used now; `key` reads one (None: it is not usable).

    Raises Unauthenticated when there is none: without a secret nothing is authentic.
    """
    keys = tuple(found for secret in secrets if secret.live(now) and (found := key(secret.value)))
    if not keys:
        raise Unauthenticated("the endpoint has no usable secret")
    return keys


def is_signed(keys: Sequence[bytes], content: bytes, offered: Sequence[bytes]) -> bool:
    """Whether one of the digests offered is the HMAC-SHA256 of the content under one of the keys.

    Every pair is compared, each in constant time, so that the answer's time does not tell which key or signature
    came close.
    """
    found = False
    for key in keys:
        expected = hmac.digest(key, content, "sha256")
        for digest in offered:
            found |= hmac.compare_digest(expected, digest)
    return found


def fingerprint(body: bytes) -> str:
    """An id for a verified body that names none: the same body is the same event."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"
