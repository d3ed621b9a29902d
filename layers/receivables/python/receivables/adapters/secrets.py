"""The secrets of webhook endpoints, from Secrets Manager, remembered for a bounded time so that rotation is seen.

The secret `<prefix>/<processor>/<endpoint>` is a JSON document:

    {"secrets": [{"value": "whsec_…", "valid_from": "2026-01-01T00:00:00Z", "valid_until": "2026-02-01T00:00:00Z"}],
     "livemode": true}

During a rotation the old and the new secret are both in it; `valid_from` and `valid_until` may be left out. `livemode`
says whether the endpoint's payments are real money (true when left out). A part that cannot be read proves nothing:
it is dropped, never taken to be without bounds.
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
    secrets = tuple(secret for entry in document["secrets"] if (secret := _secret(entry)))
    return Endpoint(secrets, livemode=document.get("livemode", True) is not False)


def _secret(entry: object) -> Secret | None:
    if not isinstance(entry, dict) or not isinstance(entry.get("value"), str) or not entry["value"].strip():
        return None
    try:
        return Secret(entry["value"], _instant(entry.get("valid_from")), _instant(entry.get("valid_until")))
    except InvalidInput:
        return None


def _instant(text: Any) -> datetime | None:
    return None if text is None else parse_instant(text)
