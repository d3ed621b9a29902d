"""What schemes with public keys need: strict base64, RSA with SHA-256, and how late a delivery may be.

`cryptography` is imported inside the functions: it costs more than all else that the receiver imports, and only these
schemes need it.
"""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final

from receivables.adapters.processors.signatures import TOLERANCE_SECONDS
from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput, Unauthenticated

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

RETRIED_DAYS: Final = 4
"""How old a signed delivery may be where a retry carries the signature of the first try: PayPal and TrueLayer retry for three
days. A repeat within it is harmless, because every event has effect once."""

_LEAST_RSA_BITS: Final = 2048


def require_sent(text: str, now: datetime) -> None:
    """Raises Unauthenticated unless an RFC 3339 instant is within the tolerance after our clock, or the days of retries before."""
    try:
        sent = parse_instant(text, field="time")
    except InvalidInput:
        raise Unauthenticated("the signature's time is missing or malformed") from None
    if not now - timedelta(days=RETRIED_DAYS) <= sent <= now + timedelta(seconds=TOLERANCE_SECONDS):
        raise Unauthenticated("the signature is too old or from the future")


def from_base64(text: str) -> bytes:
    """Strict base64, with padding. Raises Unauthenticated."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise Unauthenticated("the signature is not base64") from None


def from_base64url(text: str) -> bytes:
    """Strict base64url without padding (RFC 7515). Raises Unauthenticated."""
    if not text.isascii() or any(c in "+/=" for c in text):
        raise Unauthenticated("the signature is not base64url")
    return from_base64(text.replace("-", "+").replace("_", "/") + "=" * (-len(text) % 4))


def rsa_key(text: str) -> RSAPublicKey | None:
    """The RSA key (2048 bits at least) of a PEM `PUBLIC KEY`, or of its base64 alone; None: it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.hazmat.primitives.serialization import load_der_public_key

    body = "".join(
        text.replace("-----BEGIN PUBLIC KEY-----", "").replace("-----END PUBLIC KEY-----", "").split()
    )
    try:
        key = load_der_public_key(base64.b64decode(body, validate=True))
    except (ValueError, UnsupportedAlgorithm):
        return None
    return key if isinstance(key, RSAPublicKey) and key.key_size >= _LEAST_RSA_BITS else None


def is_rsa_sha256(key: RSAPublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the signature is the content's, by RSASSA-PKCS1-v1_5 with SHA-256."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
    from cryptography.hazmat.primitives.hashes import SHA256

    try:
        key.verify(signature, content, PKCS1v15(), SHA256())
    except InvalidSignature:
        return False
    return True
