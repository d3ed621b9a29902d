"""Receive a webhook: verify the raw bytes, keep them, and only then say that they came. What they mean comes later."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from receivables.core.errors import NotFound, TooLarge, Unauthenticated
from receivables.payments.endpoints import Endpoint, Endpoints
from receivables.payments.events import Processor
from receivables.payments.inbox import Inbox, InboxMessage

MAX_BODY: Final = 384 * 1024
"""Largest body in bytes: with the headers kept and the keys it fits an item of DynamoDB (400 KB)."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,31}")


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as it came: `headers` have lower-case names, `body` is the raw bytes.

    `received_at` (UTC) is the clock that the signature's time is compared with; `as_of` when the business takes it to
    have come (the same, except when time is rehearsed).
    """

    processor: str
    endpoint: str
    headers: Mapping[str, str]
    body: bytes
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
        self, endpoints: Endpoints, inbox: Inbox, processors: Callable[[str], Processor | None]
    ) -> None:
        self._endpoints, self._inbox, self._processors = endpoints, inbox, processors

    def __call__(self, webhook: Webhook) -> Receipt:
        processor = self._processor(webhook)
        endpoint = self._endpoints.find(webhook.processor, webhook.endpoint)
        if endpoint is None:
            raise _unknown()
        if len(webhook.body) > MAX_BODY:
            raise TooLarge(f"a webhook may have {MAX_BODY} bytes")
        event_id = self._verified(processor, endpoint, webhook)
        message = InboxMessage(
            id=f"{webhook.processor}#{webhook.endpoint}#{event_id}",
            processor=webhook.processor,
            endpoint=webhook.endpoint,
            event_id=event_id,
            body=webhook.body,
            received_at=webhook.as_of,
            headers={k: v for k, v in webhook.headers.items() if k in processor.kept_headers},
            livemode=endpoint.livemode,
        )
        return Receipt(message.id, self._inbox.store(message))

    def _processor(self, webhook: Webhook) -> Processor:
        if not _NAME.fullmatch(webhook.processor) or not _NAME.fullmatch(webhook.endpoint):
            raise _unknown()
        processor = self._processors(webhook.processor)
        if processor is None:
            raise _unknown()
        return processor

    def _verified(self, processor: Processor, endpoint: Endpoint, webhook: Webhook) -> str:
        try:
            return _verify(processor, endpoint, webhook)
        except Unauthenticated:
            # The secret may have been rotated since it was remembered.
            renewed = self._endpoints.renewed(webhook.processor, webhook.endpoint)
            if renewed is None or renewed.secrets == endpoint.secrets:
                raise
            return _verify(processor, renewed, webhook)


def _verify(processor: Processor, endpoint: Endpoint, webhook: Webhook) -> str:
    return processor.verify(webhook.headers, webhook.body, endpoint.secrets, webhook.received_at)


def _unknown() -> NotFound:
    return NotFound("webhook endpoint", "")
