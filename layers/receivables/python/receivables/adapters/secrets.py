"""The secrets of webhook endpoints, from Secrets Manager, remembered for a bounded time so that rotation is seen.

The secret `<prefix>/<processor>/<endpoint>` is a JSON document:

    {"secrets": [{"value": "whsec_…", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"}],
     "livemode": true, "settings": {"url": "https://pay.example.com/webhooks/square/main"}}

`value` is the secret as the processor shows it: of Stripe `whsec_…`, of Standard Webhooks `whsec_…` or the public key `whpk_…`,
of Adyen the hexadecimal HMAC key. `livemode` says whether the endpoint's payments are real money (true when left out). A
part that cannot be read proves nothing: it is dropped, never taken to be without bounds.

**Rotation.** Put the new secret in beside the old one, change it at the processor, and give the old one a `valid_until` of
no less than 72 hours later: processors sign what they queued before with the old one, and send it again for days.
`valid_from` and `valid_until` may be left out. A new secret is used within RENEWED_SECONDS of the first signature that no
other explains, one that was taken out no longer than REMEMBERED_SECONDS.

`settings` are texts that are no secrets, by processor:

    any         `url`: the public address of the endpoint, where it is not the one that API Gateway tells
    adyen       `capture`: `delayed` where payments are captured by hand: then an authorisation is no money yet
    braintree   `public_key`: of the account whose private key is the secret
    mollie      `classic`: `yes` where unsigned classic webhooks (`id=tr_…`) are taken too
    paypal      `webhook_id`, where there is no secret; `authorities`: further roots of its certificate (PEM)
    razorpay    `currency`: of the settlements, where it is not INR
    square      `url`, as it was subscribed: it is signed too
    wise        `profile_id`, without which nothing passes: its key signs for all its customers

Of PayPal the secret is the webhook's id; of Braintree `<public key>:<private key>`; of Wise the public key that it publishes (PEM);
of TrueLayer the token in our address (`?token=…`), which it recommends, because its key signs for all its customers as well.
Of Checkout.com a secret that begins with `authorization:` is the fixed header that its webhooks send beside the signature.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from receivables.adapters.errors import calling, code_of
from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput
from receivables.payments.endpoints import Endpoint, Secret

REMEMBERED_SECONDS: Final = 300
"""How long a secret is used without asking again: a secret that was taken out stops working within it."""

RENEWED_SECONDS: Final = 10
"""How often, at most, a signature that does not match makes us ask again: a new secret works within it."""

_MOST_REMEMBERED: Final = 256


class SecretsManagerEndpoints:
    """Implements payments.endpoints.Endpoints. `monotonic` is a clock in seconds that only goes forward."""

    def __init__(self, client: Any, prefix: str, monotonic: Callable[[], float]) -> None:
        self._client, self._prefix, self._monotonic = client, prefix, monotonic
        self._remembered: dict[tuple[str, str], tuple[float, Endpoint | None]] = {}

    def find(self, processor: str, endpoint: str) -> Endpoint | None:
        """See Endpoints. That there is no such endpoint is remembered as well."""
        return self._within(REMEMBERED_SECONDS, processor, endpoint)

    def renewed(self, processor: str, endpoint: str) -> Endpoint | None:
        """See Endpoints."""
        return self._within(RENEWED_SECONDS, processor, endpoint)

    def _within(self, seconds: int, processor: str, endpoint: str) -> Endpoint | None:
        now = self._monotonic()
        remembered = self._remembered.get((processor, endpoint))
        if remembered and now - remembered[0] < (seconds if remembered[1] else RENEWED_SECONDS):
            return remembered[1]
        found = self._read(processor, endpoint)
        if len(self._remembered) >= _MOST_REMEMBERED:  # somebody tries names: forget, rather than grow
            self._remembered.clear()
        self._remembered[processor, endpoint] = (now, found)
        return found

    def _read(self, processor: str, endpoint: str) -> Endpoint | None:
        with calling("secretsmanager"):
            try:
                answer = self._client.get_secret_value(SecretId=f"{self._prefix}/{processor}/{endpoint}")
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return None
                raise
        return endpoint_from(answer.get("SecretString", ""))


def endpoint_from(text: str) -> Endpoint:
    """The endpoint that a secret's text describes; whatever cannot be read of it gives no secret."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or not isinstance(document.get("secrets"), list):
        return Endpoint(())
    livemode = document.get("livemode", True)
    if not isinstance(livemode, bool):
        return Endpoint(())  # rehearsals must not become real money by a slip
    secrets = tuple(secret for entry in document["secrets"] if (secret := _secret(entry)))
    return Endpoint(secrets, livemode, _settings(document.get("settings")))


def _settings(entries: object) -> dict[str, str]:
    if not isinstance(entries, dict):
        return {}
    return {name: value for name, value in entries.items() if isinstance(value, str)}


def _secret(entry: object) -> Secret | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str) or not entry["value"].strip():
        return None
    try:
        return Secret(entry["value"], _instant(entry.get("valid_from")), _instant(entry.get("valid_until")))
    except InvalidInput:
        return None


def _instant(text: Any) -> datetime | None:
    return None if text is None else parse_instant(text)
