"""Composes the webhook receiver, and translates between API Gateway's events and its words.

What a function must not import before it is needed - an HTTP client for published keys, the readers of events - stays
out of it: a processor waits for seconds only.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from typing import Any, Final

from receivables.core.errors import (
    InvalidFields,
    NotFound,
    ReceivablesError,
    Throttled,
    TooLarge,
    Unauthenticated,
)
from receivables.payments.processors import Keys, Request
from receivables.runtime.clients import client
from receivables.runtime.front_door import received_at, request_time
from receivables.runtime.problems import MEDIA_TYPE, document, kind_of
from receivables.runtime.settings import setting
from receivables.usecases.receive_webhook import ReceiveWebhook, Webhook

REFUSALS: Final = (InvalidFields, NotFound, TooLarge, Unauthenticated)
"""What is the sender's affair. Everything else is ours, and the sender must send it again."""

_RETRY_AFTER_SECONDS: Final = 30


@cache
def receive_webhook() -> ReceiveWebhook:
    """The use case with its adapters, made at the first request and kept."""
    from receivables.adapters.dynamodb.inbox import DynamoInbox
    from receivables.adapters.processors.registry import webhooks
    from receivables.adapters.secrets import SecretsManagerEndpoints

    endpoints = SecretsManagerEndpoints(
        client("secretsmanager"), setting("WEBHOOK_SECRETS_PREFIX"), time.monotonic
    )
    inbox = DynamoInbox(client("dynamodb"), setting("INBOX_TABLE"))
    return ReceiveWebhook(endpoints, inbox, webhooks, PublishedWhenAsked())


class PublishedWhenAsked:
    """Implements payments.processors.Keys: published keys, by an HTTP client that is imported when one is asked for."""

    def get(self, url: str, hosts: frozenset[str]) -> bytes:
        """See Keys."""
        return _published_keys().get(url, hosts)

    def renewed(self, url: str, hosts: frozenset[str]) -> bytes:
        """See Keys."""
        return _published_keys().renewed(url, hosts)


@cache
def _published_keys() -> Keys:
    from receivables.adapters.http import Http
    from receivables.adapters.published_keys import PublishedKeys

    # Processors wait about five seconds for an answer.
    http = Http(read_seconds=3, total_seconds=4, attempts=2, most_bytes=64 * 1024)
    return PublishedKeys(http, time.monotonic)


def webhook(event: Mapping[str, Any]) -> Webhook:
    """The request in a proxy event of API Gateway, payload format 1.0 or 2.0. Raises InvalidInput."""
    named = event.get("pathParameters") or {}
    return Webhook(
        processor=named.get("processor", ""),
        endpoint=named.get("endpoint", ""),
        request=Request(
            body=_body(event),
            headers=_headers(event),
            method=_method(event),
            path=_path(event),
            query=event.get("queryStringParameters") or {},
        ),
        received_at=received_at(event),
        as_of=request_time(event),
    )


def accepted() -> dict[str, Any]:
    """The same for what is new and what is not: the sender has done its part."""
    return _answer(HTTPStatus.OK, "application/json", {"received": True})


def answered(challenge: str) -> dict[str, Any]:
    """A challenge's answer, as plain text."""
    return _answer(HTTPStatus.OK, "text/plain; charset=utf-8", challenge)


def refused(error: ReceivablesError) -> dict[str, Any]:
    """A refusal as a problem document, which tells a stranger nothing of which endpoints and secrets there are."""
    kind = kind_of(error)
    fields = error.errors if isinstance(error, InvalidFields) else ()
    return _answer(kind.status, MEDIA_TYPE, document(kind, errors=fields))


def reason(error: ReceivablesError) -> str:
    """Why it was refused, for our own log: what kind of refusal, and what was wrong with a signature."""
    return str(error) if isinstance(error, Unauthenticated) else type(error).__name__


def unavailable() -> dict[str, Any]:
    """It could not be kept: the sender must send it again."""
    kind = kind_of(Throttled())
    detail = "The webhook could not be stored; please send it again."
    return _answer(
        kind.status, MEDIA_TYPE, document(kind, detail), {"Retry-After": str(_RETRY_AFTER_SECONDS)}
    )


def _method(event: Mapping[str, Any]) -> str:
    context = event["requestContext"]
    return str(event.get("httpMethod") or context.get("http", {}).get("method") or "POST")


def _path(event: Mapping[str, Any]) -> str:
    """The path that was called, with the stage or the mapping of a custom domain that is in front of the resource's own."""
    context = event["requestContext"]
    return str(context.get("path") or event.get("rawPath") or event.get("path") or "/")


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    """By lower-case name; the values of a header that comes more than once are joined by commas, as HTTP says."""
    found: dict[str, list[str]] = {}
    for name, value in (event.get("headers") or {}).items():
        found.setdefault(name.lower(), []).append(value)
    for name, values in (event.get("multiValueHeaders") or {}).items():
        found.setdefault(name.lower(), []).extend(values)
    return {name: ",".join(dict.fromkeys(v for v in values if v)) for name, values in found.items()}


def _body(event: Mapping[str, Any]) -> bytes:
    """The bytes that were sent. Text can only be UTF-8: anything else API Gateway hands over in base64."""
    body = event.get("body") or ""
    if not event.get("isBase64Encoded"):
        return str(body).encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body, validate=True)
    except ValueError:
        return b""  # proves nothing, and is refused as such


def _answer(
    status: int, content_type: str, body: Mapping[str, Any] | str, headers: Mapping[str, str] | None = None
) -> dict[str, Any]:
    return {
        "statusCode": int(status),
        "headers": {"Content-Type": content_type, "Cache-Control": "no-store", **(headers or {})},
        "body": body if isinstance(body, str) else json.dumps(body),
        "isBase64Encoded": False,
    }
