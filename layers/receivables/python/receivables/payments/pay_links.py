"""Pay links: the address at which a payer sees what is open and pays it. Whoever has the link may pay, and see that much."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from receivables.core.errors import InvalidInput, NotFound
from receivables.core.ids import split_account_id
from receivables.core.money import Money

_MAC_BYTES: Final = 16
_BETWEEN: Final = "\n"
_MOST_TOKEN: Final = 256


@dataclass(frozen=True, slots=True)
class PayTarget:
    """What a link is for: all that is open on an account, or one of its invoices."""

    account_id: str
    invoice: str | None = None


@dataclass(frozen=True, slots=True)
class LiveLink:
    """A processor's page that a payer was sent to: of which processor's account (`stripe/main`), for how much, until when (UTC)."""

    target: PayTarget
    processor: str
    id: str
    url: str
    amount: Money
    expires_at: datetime


class LinkStore(Protocol):
    """The processors' pages that can still be paid on; those that have ended are forgotten by themselves."""

    def of_account(self, account_id: str) -> Sequence[LiveLink]:
        """All of an account, strongly consistent."""

    def keep(self, link: LiveLink) -> None:
        """In place of an earlier one of the same target and processor."""

    def forget(self, link: LiveLink) -> None:
        """It has ended. Nothing when another has taken its place."""


class PayTokens:
    """Makes and reads what stands in a link for its target: the target itself, with a seal (HMAC-SHA256, 128 bits), so that nobody
    finds another's by trying. The first key seals; every one of them is accepted, so that the key can be changed."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        if not keys or not all(keys):
            raise InvalidInput("keys", "a pay link needs a key")
        self._keys = tuple(keys)

    def token(self, target: PayTarget) -> str:
        """The same for the same target, for as long as the key is."""
        payload = _payload(target)
        return base64.urlsafe_b64encode(_seal(self._keys[0], payload) + payload).decode().rstrip("=")

    def read(self, token: str) -> PayTarget:
        """Raises NotFound unless it was made here."""
        raw = _bytes(token)
        seal, payload = raw[:_MAC_BYTES], raw[_MAC_BYTES:]
        sealed = False
        for key in self._keys:
            sealed |= hmac.compare_digest(seal, _seal(key, payload))
        if not sealed:
            raise NotFound("pay link", "")
        account_id, _, invoice = payload.decode().partition(_BETWEEN)
        split_account_id(account_id)
        return PayTarget(account_id, invoice or None)


def link(base: str, token: str) -> str:
    """The address of a link. Raises InvalidInput unless the base is a web address."""
    if not base.startswith(("https://", "http://")):
        raise InvalidInput("pay_link_base", "must begin with https://")
    return f"{base.rstrip('/')}/{token}"


def _payload(target: PayTarget) -> bytes:
    return (
        f"{target.account_id}{_BETWEEN}{target.invoice}".encode()
        if target.invoice
        else target.account_id.encode()
    )


def _seal(key: bytes, payload: bytes) -> bytes:
    return hmac.digest(key, b"pay\n" + payload, hashlib.sha256)[:_MAC_BYTES]


def _bytes(token: str) -> bytes:
    if len(token) > _MOST_TOKEN or not token.isascii():
        return b""
    try:
        return base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return b""
