"""What our calls of processors' APIs are authenticated with, from Secrets Manager, remembered for a bounded time.

The secret `<prefix>/<processor>/<endpoint>` - apart from the secrets of webhooks, which the public receiver may read - is a
JSON document:

    {"values": {"api_key": "…"}, "base_url": "https://…", "livemode": true}

`values` are named as the processor's module documents them. `base_url` replaces the processor's own address (its sandbox
is known where there is one: `livemode` false chooses it); it is https, or http on this machine. Text that cannot be read as
that is no credentials: a call is refused rather than made with half of them.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from botocore.exceptions import ClientError

from receivables.adapters.errors import calling, code_of
from receivables.payments.processors import Credentials

REMEMBERED_SECONDS: Final = 300
"""How long credentials are used without asking again: those that were taken out stop being used within it."""

_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class SecretsManagerCredentials:
    """Finds credentials. `monotonic` is a clock in seconds that only goes forward."""

    def __init__(self, client: Any, prefix: str, monotonic: Callable[[], float]) -> None:
        self._client, self._prefix, self._monotonic = client, prefix, monotonic
        self._remembered: dict[tuple[str, str], tuple[float, Credentials]] = {}

    def find(self, processor: str, endpoint: str) -> Credentials | None:
        """Those of an endpoint, possibly as remembered; None: there are none, or none that can be used.
        Raises DependencyFailed."""
        now = self._monotonic()
        remembered = self._remembered.get((processor, endpoint))
        if remembered and now - remembered[0] < REMEMBERED_SECONDS:
            return remembered[1]
        found = self._read(processor, endpoint)
        if found is None:
            self._remembered.pop((processor, endpoint), None)
        else:
            self._remembered[processor, endpoint] = (now, found)
        return found

    def _read(self, processor: str, endpoint: str) -> Credentials | None:
        with calling("secretsmanager"):
            try:
                answer = self._client.get_secret_value(SecretId=f"{self._prefix}/{processor}/{endpoint}")
            except ClientError as error:
                if code_of(error) == "ResourceNotFoundException":
                    return None
                raise
        return credentials_from(answer.get("SecretString", ""))


def credentials_from(text: str) -> Credentials | None:
    """The credentials that a secret's text describes; None: they cannot be used."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or not isinstance(document.get("livemode", True), bool):
        return None
    values, base_url = document.get("values"), document.get("base_url")
    if not isinstance(values, dict) or not values or not all(map(_is_value, values.values())):
        return None
    if base_url is not None and not _is_address(base_url):
        return None
    trimmed = {
        name: value.strip() for name, value in values.items()
    }  # an editor's last newline is no part of a key
    return Credentials(trimmed, base_url, document.get("livemode", True))


def _is_value(value: object) -> bool:
    """Text with something in it, of ASCII: it becomes part of a header, or is a key."""
    return isinstance(value, str) and bool(value.strip()) and value.isascii()


def _is_address(text: object) -> bool:
    if not isinstance(text, str) or not text.isascii() or not text.isprintable():
        return False
    parts = urlsplit(text)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return (
        secure and bool(parts.hostname) and parts.username is None and not parts.query and not parts.fragment
    )
