"""What every signature scheme needs: a clock check, keys, an exact comparison. Whatever is wrong is Unauthenticated.

A scheme of its own `signature` module is mostly one call:

    require_hmac(endpoint, now, request.body, offered(request.headers, "x-signature"))
"""

from __future__ import annotations

import base64
import binascii
import hmac
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final, Literal, TypeAlias

from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret

Algorithm: TypeAlias = Literal["sha1", "sha256", "sha512"]
Encoding: TypeAlias = Literal["hex", "base64"]
KeyReader: TypeAlias = Callable[[str], bytes | None]
"""How a secret's text is a key; None: it is not usable."""

TOLERANCE_SECONDS: Final = 300
"""How far a signature's time may be from ours, in both directions."""

MOST_SIGNATURES: Final = 16
"""Signatures looked at in one request: rotation needs two or three; more is somebody wasting our time."""

_DIGEST_BYTES: Final[dict[Algorithm, int]] = {"sha1": 20, "sha256": 32, "sha512": 64}
_MOST_DIGITS: Final = 11


def offered(headers: Mapping[str, str], name: str) -> tuple[str, ...]:
    """The values of a header that may have come more than once, trimmed; of very many only the first."""
    parts = headers.get(name, "").split(",", MOST_SIGNATURES)[:MOST_SIGNATURES]
    return tuple(value for part in parts if (value := part.strip()))


def require_hmac(
    endpoint: Endpoint,
    now: datetime,
    content: bytes,
    signatures: Iterable[str],
    *,
    algorithm: Algorithm = "sha256",
    encoding: Encoding = "hex",
    key: KeyReader | None = None,
) -> None:
    """Raises Unauthenticated unless one of the signatures is the content's HMAC under one of the live secrets."""
    keys = live_keys(endpoint.secrets, now, key or verbatim)
    read = _READERS[encoding]
    digests = [digest for text in signatures if (digest := read(text, algorithm))]
    if not is_signed(keys, content, digests[:MOST_SIGNATURES], algorithm):
        raise Unauthenticated("no signature matches")


def require_recent(seconds: int, now: datetime) -> None:
    """Raises Unauthenticated unless a signature's Unix time is within the tolerance, before or after."""
    if not is_recent(seconds, now):
        raise Unauthenticated("the signature is too old or from the future")


def signed_at(text: str) -> int:
    """The Unix time (seconds) of a signature. Raises Unauthenticated unless it is plain ASCII digits."""
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        raise Unauthenticated("the signature's time is not a number of seconds")
    return int(text)


def is_recent(seconds: int, now: datetime) -> bool:
    """Whether a signature's time is within the tolerance, before or after."""
    return abs(int(now.timestamp()) - seconds) <= TOLERANCE_SECONDS


def live_keys(secrets: Iterable[Secret], now: datetime, key: KeyReader) -> tuple[bytes, ...]:
    """The keys of the secrets that may be used now; `key` reads one (None: it is not usable).

    Raises Unauthenticated when there is none: without a secret nothing is authentic.
    """
    keys = tuple(found for secret in secrets if secret.live(now) and (found := key(secret.value)))
    if not keys:
        raise Unauthenticated("the endpoint has no usable secret")
    return keys


def is_signed(
    keys: Sequence[bytes], content: bytes, digests: Sequence[bytes], algorithm: Algorithm = "sha256"
) -> bool:
    """Whether one of the digests offered is the HMAC of the content under one of the keys.

    Every pair is compared, each in constant time, so that the answer's time does not tell which key or signature
    came close.
    """
    found = False
    for key in keys:
        expected = hmac.digest(key, content, algorithm)
        for digest in digests:
            found |= hmac.compare_digest(expected, digest)
    return found


def same_text(keys: Sequence[bytes], given: str) -> bool:
    """Whether a shared word (a static Authorization header) is one of the keys; compared in constant time."""
    found = False
    for key in keys:
        found |= hmac.compare_digest(key, given.encode("utf-8", "surrogatepass"))
    return found


def verbatim(secret: str) -> bytes | None:
    """A secret that is the key as it stands. Blank is no secret."""
    return secret.encode("utf-8", "surrogatepass") if secret.strip() else None


def hex_key(secret: str) -> bytes | None:
    """A secret that is the key in hexadecimal digits."""
    return _unhex(secret)


def base64_key(secret: str) -> bytes | None:
    """A secret that is the key in base64."""
    return _unbase64(secret)


def hex_digest(text: str, algorithm: Algorithm = "sha256") -> bytes | None:
    """The digest that hexadecimal digits of the right number stand for; None: it is none."""
    digest = _unhex(text)
    return digest if digest and len(digest) == _DIGEST_BYTES[algorithm] else None


def base64_digest(text: str, algorithm: Algorithm = "sha256") -> bytes | None:
    """The digest that base64 of the right length stands for; None: it is none."""
    digest = _unbase64(text)
    return digest if digest and len(digest) == _DIGEST_BYTES[algorithm] else None


_READERS: Final[dict[Encoding, Callable[[str, Algorithm], bytes | None]]] = {
    "hex": hex_digest,
    "base64": base64_digest,
}


def _unhex(text: str) -> bytes | None:
    # Not bytes.fromhex alone: it skips white space.
    try:
        return binascii.unhexlify(text)
    except ValueError:
        return None


def _unbase64(text: str) -> bytes | None:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None
