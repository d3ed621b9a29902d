"""ES512 of detached JWS, both ways: for webhooks that TrueLayer signs, and for requests that it wants signed by us.

The signature is r and s, 66 bytes each (RFC 7518, 3.4), as are the coordinates of a key (6.2.1); its curve is P-521 and no other.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from receivables.adapters.processors.asymmetric import from_base64url
from receivables.adapters.processors.document import parse, sections
from receivables.core.errors import Refused, Unauthenticated
from receivables.payments.events import Uninterpretable

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey

_HALF: Final = 66


def message(protected: str, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes) -> bytes:
    """What is signed: the protected header and the payload that is not sent, each in base64url."""
    lines = [f"{method.upper()} {path}", *(f"{name}: {value}" for name, value in headers)]
    payload = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass") + body
    return f"{protected}.{to_base64url(payload)}".encode()


def is_signed(key: EllipticCurvePublicKey, signature: bytes, content: bytes) -> bool:
    """Whether the signature is the content's."""
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA512

    if len(signature) != 2 * _HALF:
        return False
    r, s = int.from_bytes(signature[:_HALF]), int.from_bytes(signature[_HALF:])
    try:
        key.verify(encode_dss_signature(r, s), content, ECDSA(SHA512()))
    except InvalidSignature:
        return False
    return True


def key_in(jwks: bytes, kid: str) -> EllipticCurvePublicKey | None:
    """The key of that id in a key set; None: there is none, or none for ES512. Raises Unauthenticated for what is no key set."""
    from cryptography.hazmat.primitives.asymmetric.ec import SECP521R1, EllipticCurvePublicNumbers

    try:
        found = [key for key in sections(parse(jwks), "keys") if key.get("kid") == kid]
    except Uninterpretable:
        raise Unauthenticated("what is published is no set of keys") from None
    if len(found) != 1 or found[0].get("kty") != "EC" or found[0].get("crv") != "P-521":
        return None
    x, y = (from_base64url(str(found[0].get(name, ""))) for name in ("x", "y"))
    if len(x) != _HALF or len(y) != _HALF:
        return None
    try:
        return EllipticCurvePublicNumbers(int.from_bytes(x), int.from_bytes(y), SECP521R1()).public_key()
    except ValueError:
        return None


def tl_signature(
    private_key: str, kid: str, method: str, path: str, headers: Sequence[tuple[str, str]], body: bytes
) -> str:
    """`Tl-Signature` for a request of ours. Raises Refused unless the key (PEM) is a private key of P-521."""
    from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, SECP521R1, EllipticCurvePrivateKey
    from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
    from cryptography.hazmat.primitives.hashes import SHA512
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        key = load_pem_private_key(private_key.encode(), None)
    except (ValueError, TypeError):
        raise Refused("truelayer: the signing key is no private key") from None
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP521R1):
        raise Refused("truelayer: the signing key is not of the curve P-521")
    names = ",".join(name for name, _ in headers)
    header = {"alg": "ES512", "kid": kid, "tl_version": "2", "tl_headers": names}
    protected = to_base64url(json.dumps(header, separators=(",", ":")).encode())
    r, s = decode_dss_signature(key.sign(message(protected, method, path, headers, body), ECDSA(SHA512())))
    return f"{protected}..{to_base64url(r.to_bytes(_HALF) + s.to_bytes(_HALF))}"


def to_base64url(content: bytes) -> str:
    """Base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()
