"""Is this the certificate that PayPal signs its webhooks with? Decided offline, from what is published beside the key.

Checked: the chain to a pinned root (`authorities`; what came with the certificate, and the intermediates known, may stand
between), each certificate's validity at the moment given, its key usage and constraints by the rules of the web's
certificates (RFC 5280, as `cryptography.x509.verification` holds them), the host name that PayPal issues them to, and an RSA key
of 2048 bits at least. Not checked: revocation, which needs a call of the authority for each webhook. A revoked
certificate would have to be at PayPal's own address still: its key is fetched from there, over TLS, and again after hours.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Final

from receivables.core.errors import Unauthenticated

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
    from cryptography.x509 import Certificate

_MOST_CERTIFICATES: Final = 8
_LEAST_RSA_BITS: Final = 2048
_LONGEST_CHAIN: Final = 3


def signing_key(pem: bytes, names: frozenset[str], now: datetime, authorities: str = "") -> RSAPublicKey:
    """The key of the first certificate in `pem`, if it is issued to one of the names. `authorities` are roots (PEM) that are
    trusted besides. Raises Unauthenticated."""
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    leaf, between = _certificates(pem)
    _require_chain(leaf, [*between, *_between()], _name_of(leaf, names), now, authorities)
    key = leaf.public_key()
    if not isinstance(key, RSAPublicKey) or key.key_size < _LEAST_RSA_BITS:
        raise Unauthenticated("the certificate's key is not an RSA key of 2048 bits")
    return key


def _certificates(pem: bytes) -> tuple[Certificate, list[Certificate]]:
    from cryptography.x509 import load_pem_x509_certificates

    try:
        found = load_pem_x509_certificates(pem)
    except ValueError:
        raise Unauthenticated("what is published is no certificate") from None
    if not 0 < len(found) <= _MOST_CERTIFICATES:
        raise Unauthenticated("what is published is no chain of certificates")
    return found[0], found[1:]


def _name_of(leaf: Certificate, names: frozenset[str]) -> str:
    """The name that the certificate has literally: one for all of a domain is not PayPal's signing certificate."""
    from cryptography.x509 import DNSName, ExtensionNotFound, SubjectAlternativeName

    try:
        issued_to = leaf.extensions.get_extension_for_class(SubjectAlternativeName).value
    except (ExtensionNotFound, ValueError):
        raise Unauthenticated("the certificate names no host") from None
    found = names.intersection(issued_to.get_values_for_type(DNSName))
    if not found:
        raise Unauthenticated("the certificate is not PayPal's signing certificate")
    return min(found)


def _require_chain(
    leaf: Certificate, between: list[Certificate], name: str, now: datetime, authorities: str
) -> None:
    from cryptography.x509 import DNSName
    from cryptography.x509.verification import PolicyBuilder, Store, VerificationError

    policy = PolicyBuilder().store(Store([*_roots(), *_roots(authorities)])).time(now)
    verifier = policy.max_chain_depth(_LONGEST_CHAIN).build_server_verifier(DNSName(name))
    try:
        verifier.verify(leaf, between)
    except VerificationError:
        raise Unauthenticated("the certificate does not lead to a root that is trusted, or not now") from None


@cache
def _roots(authorities: str | None = None) -> list[Certificate]:
    """Those pinned; or those in a setting, which must be readable: half of it would be none of it."""
    from cryptography.x509 import load_pem_x509_certificates

    from receivables.adapters.processors.paypal.authorities import ROOTS

    text = ROOTS if authorities is None else authorities
    if not text.strip():
        return []
    try:
        return load_pem_x509_certificates(text.encode())
    except ValueError:
        raise Unauthenticated("the endpoint's authorities are no certificates") from None


@cache
def _between() -> list[Certificate]:
    from cryptography.x509 import load_pem_x509_certificates

    from receivables.adapters.processors.paypal.authorities import BETWEEN

    return load_pem_x509_certificates(BETWEEN.encode())
