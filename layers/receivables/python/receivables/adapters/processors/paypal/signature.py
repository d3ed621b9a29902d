"""PayPal signs `transmission-id|transmission-time|webhook-id|crc32 of the body (decimal)`: RSA with SHA-256, base64 in
`PAYPAL-TRANSMISSION-SIG`, by the certificate that `PAYPAL-CERT-URL` names
(developer.paypal.com/api/rest/webhooks/rest, "self verification method").

- The secrets of the endpoint are the ids of its webhooks: not secret, but only PayPal can sign with ours, and two of them are
  live while one webhook replaces another. Where there are none, the setting `webhook_id` is.
- The certificate is fetched from exactly `api.paypal.com`, or `api.sandbox.paypal.com` for a rehearsal, and checked
  (`certificate`); the setting `authorities` names further roots (PEM), for the day on which PayPal changes its authority.
- Only `SHA256withRSA`. The header that names the algorithm chooses nothing.
- A delivery is repeated for up to three days (25 times), maybe with the first one's signature. So it may be four days old.
- Of the body only a CRC-32 is signed, for which anybody finds another body. So the message is known by the transmission's id,
  which is signed: who has got hold of a delivery and sends another body with its headers has sent a repeat. (A delivery that is
  sent anew has another id; its event has effect once nevertheless.)
"""

from __future__ import annotations

import re
import zlib
from datetime import datetime
from typing import TYPE_CHECKING, Final

from receivables.adapters.processors.asymmetric import from_base64, is_rsa_sha256, require_sent
from receivables.adapters.processors.signatures import live_keys
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Keys, Request

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

KEPT_HEADERS: Final = frozenset(
    {
        "paypal-transmission-id",
        "paypal-transmission-time",
        "paypal-transmission-sig",
        "paypal-cert-url",
        "paypal-auth-algo",
        "content-type",
    }
)

_HOSTS: Final = {True: frozenset({"api.paypal.com"}), False: frozenset({"api.sandbox.paypal.com"})}
_LIVE_NAME: Final = "messageverificationcerts.paypal.com"
_NAMES: Final = {
    True: frozenset({_LIVE_NAME}),
    False: frozenset({_LIVE_NAME, "messageverificationcerts.sandbox.paypal.com"}),
}
_ADDRESS: Final = re.compile(r"https://[a-z.]{1,64}/v1/notifications/certs/CERT-[A-Za-z0-9-]{1,64}")
_TRANSMISSION: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_WEBHOOK: Final = re.compile(r"[A-Za-z0-9-]{1,64}")


def verify(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> str:
    """See Webhooks. The id is the transmission's."""
    webhook_ids = _webhook_ids(endpoint, now)
    transmission, sent = (request.headers.get(f"paypal-transmission-{name}", "") for name in ("id", "time"))
    if request.headers.get("paypal-auth-algo") != "SHA256withRSA":
        raise Unauthenticated("the signature is not of SHA256withRSA")
    if not _TRANSMISSION.fullmatch(transmission):
        raise Unauthenticated("PAYPAL-TRANSMISSION-ID is missing or malformed")
    require_sent(sent, now)
    signature = from_base64(request.headers.get("paypal-transmission-sig", ""))
    key = _key(request, endpoint, now, keys)
    for webhook_id in webhook_ids:
        content = f"{transmission}|{sent}|{webhook_id}|{zlib.crc32(request.body)}"
        if is_rsa_sha256(key, signature, content.encode()):
            return transmission
    raise Unauthenticated("no signature matches")


def _webhook_ids(endpoint: Endpoint, now: datetime) -> list[str]:
    secrets = endpoint.secrets or (Secret(endpoint.settings.get("webhook_id", "")),)
    return [each.decode() for each in live_keys(secrets, now, _webhook_id)]


def _webhook_id(text: str) -> bytes | None:
    return text.strip().encode() if _WEBHOOK.fullmatch(text.strip()) else None


def _key(request: Request, endpoint: Endpoint, now: datetime, keys: Keys) -> RSAPublicKey:
    from receivables.adapters.processors.paypal.certificate import signing_key

    address = request.headers.get("paypal-cert-url", "")
    if not _ADDRESS.fullmatch(address):
        raise Unauthenticated("PAYPAL-CERT-URL is missing or not an address of PayPal's certificates")
    pem = keys.get(address, _HOSTS[endpoint.livemode])
    return signing_key(pem, _NAMES[endpoint.livemode], now, endpoint.settings.get("authorities", ""))
