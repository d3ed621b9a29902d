"""Receive a webhook: verify the raw bytes, keep them, and only then say that they came. What they mean comes later."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.core.errors import NotFound, TooLarge, Unauthenticated
from receivables.payments.endpoints import Endpoint, Endpoints
from receivables.payments.inbox import Inbox, InboxMessage
from receivables.payments.processors import Keys, Request, Webhooks

MAX_BODY: Final = 1024 * 1024
"""Largest body in bytes. The largest that a processor is known to send - a batch of 250 events - is a quarter of it."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request at the endpoint that its path names: never what its body says.

    `received_at` (UTC) is the clock that the signature's time is compared with; `as_of` when the business takes it to
    have come (the same, except when time is rehearsed).
    """

    processor: str
    endpoint: str
    request: Request
    received_at: datetime
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The message that is now kept; `new` is False for a repeat, which wrote nothing."""

    message_id: str
    new: bool


class ReceiveWebhook:
    """Raises NotFound (no such processor or endpoint: not told apart), TooLarge, Unauthenticated, and
    DependencyFailed or whatever the inbox raises when it cannot be kept: then it must be sent again."""

    def __init__(
        self, endpoints: Endpoints, inbox: Inbox, webhooks: Callable[[str], Webhooks | None], keys: Keys
    ) -> None:
        self._endpoints, self._inbox, self._webhooks, self._keys = endpoints, inbox, webhooks, keys

    def __call__(self, webhook: Webhook) -> Receipt:
        scheme, endpoint = self._found(webhook)
        if len(webhook.request.body) > MAX_BODY:
            raise TooLarge(f"a webhook may have {MAX_BODY} bytes")
        event_id, endpoint = self._verified(scheme, endpoint, webhook)
        message = InboxMessage(
            id=f"{webhook.processor}#{webhook.endpoint}#{event_id}",
            processor=webhook.processor,
            endpoint=webhook.endpoint,
            event_id=event_id,
            body=webhook.request.body,
            received_at=webhook.as_of,
            headers=_kept(scheme, endpoint, webhook.request),
            livemode=endpoint.livemode,
        )
        return Receipt(message.id, self._inbox.store(message))

    def challenge(self, webhook: Webhook) -> str:
        """What a processor that checks the address by a GET is answered. Raises NotFound, also where none does so."""
        scheme, endpoint = self._found(webhook)
        return scheme.challenge(webhook.request, endpoint, webhook.received_at)

    def _found(self, webhook: Webhook) -> tuple[Webhooks, Endpoint]:
        if not _NAME.fullmatch(webhook.processor) or not _NAME.fullmatch(webhook.endpoint):
            raise _unknown()
        scheme = self._webhooks(webhook.processor)
        endpoint = self._endpoints.find(webhook.processor, webhook.endpoint) if scheme else None
        if scheme is None or endpoint is None:
            raise _unknown()
        return scheme, endpoint

    def _verified(self, scheme: Webhooks, endpoint: Endpoint, webhook: Webhook) -> tuple[str, Endpoint]:
        """The id of what was delivered, and the endpoint as it was proved to be meant."""
        try:
            return scheme.verify(webhook.request, endpoint, webhook.received_at, self._keys), endpoint
        except Unauthenticated:
            # The secret may have been rotated since it was remembered.
            renewed = self._endpoints.renewed(webhook.processor, webhook.endpoint)
            if renewed is None or renewed == endpoint:
                raise
            return scheme.verify(webhook.request, renewed, webhook.received_at, self._keys), renewed


def _kept(scheme: Webhooks, endpoint: Endpoint, request: Request) -> dict[str, str]:
    sent = {name: value for name, value in request.headers.items() if name in scheme.kept_headers}
    known = {f"endpoint-{k}": v for k, v in endpoint.settings.items() if k in scheme.kept_settings}
    return sent | known


def _unknown() -> NotFound:
    return NotFound("webhook endpoint", "")
