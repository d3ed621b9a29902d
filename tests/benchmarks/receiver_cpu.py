"""What CPU does a webhook take from the request to the answer, and what of it is the proof?"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.processors.registry import webhooks
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.processors import Request
from receivables.runtime.receive_webhook import receive_webhook, webhook
from receivables.usecases.receive_webhook import MAX_BODY
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Row, Section, budgeted
from tests.fakes.webhooks import (
    ADYEN_KEY,
    GOCARDLESS_SECRET,
    NOW,
    STRIPE_SECRET,
    NoKeys,
    adyen_item,
    adyen_notification,
    charge,
    gocardless_batch,
    gocardless_event,
    gocardless_headers,
    stripe_event,
    stripe_headers,
)

if TYPE_CHECKING:
    from tests.benchmarks.world import World

BUDGET_MS: Final = 10
"""The strictest processor waits for five seconds; a request must be a small part of that on the smallest machine."""
_REQUESTS: Final = 40
_ROUNDS: Final = 5


def measure(world: World, yardstick: float, tell: Callable[[str], None]) -> Section:
    """A usual event from the request into the table; and the proof alone, for what is largest."""
    tell("CPU of a webhook")
    secret = json.dumps({"secrets": [{"value": STRIPE_SECRET}]})
    world.engine.client("secretsmanager").create_secret(Name="bench/stripe/main", SecretString=secret)
    receive_webhook.cache_clear()
    whole = _least(lambda turn: _handled([f"evt_{turn}_{n}" for n in range(_REQUESTS)]))
    repeated = _least(lambda _: _handled(["evt_0_0"] * _REQUESTS))
    receive_webhook.cache_clear()
    rows = [
        budgeted("a Stripe event, read, proved and stored", whole, BUDGET_MS, yardstick),
        budgeted("the same again", repeated, BUDGET_MS, yardstick),
    ]
    return Section("CPU of receiving a webhook", [*rows, *_proofs(yardstick)])


def _proofs(yardstick: float) -> list[Row]:
    event = stripe_event("charge.succeeded", charge())
    batch = gocardless_batch(*(gocardless_event(event_id=f"EV{n}") for n in range(250)))
    items = adyen_notification(*(adyen_item(pspReference=f"PSP{n}") for n in range(10)))
    large = event + b" " * (MAX_BODY - len(event))
    cases = [
        ("a Stripe event", "stripe", STRIPE_SECRET, Request(event, stripe_headers(event))),
        (
            "250 events of GoCardless",
            "gocardless",
            GOCARDLESS_SECRET,
            Request(batch, gocardless_headers(batch)),
        ),
        ("10 items of Adyen, each by itself", "adyen", ADYEN_KEY, Request(items)),
        ("the largest body", "stripe", STRIPE_SECRET, Request(large, stripe_headers(large))),
    ]
    return [
        budgeted(f"proof alone: {what}", _proved(name, key, request), None, yardstick)
        for what, name, key, request in cases
    ]


def _proved(name: str, secret: str, request: Request) -> float:
    scheme, endpoint, keys = webhooks(name), Endpoint((Secret(secret),)), NoKeys()
    if scheme is None:
        raise LookupError(name)
    return _least(lambda _: [scheme.verify(request, endpoint, NOW, keys) for _ in range(_REQUESTS)])


def _least(work: Callable[[int], Any]) -> float:
    """CPU ms of one request: the least of several rounds, after one that does not count."""
    work(-1)
    return min(cpu_of(lambda turn=turn: work(turn)) for turn in range(_ROUNDS)) / _REQUESTS  # type: ignore[misc]


def _handled(event_ids: Sequence[str]) -> None:
    receive = receive_webhook()
    for event_id in event_ids:
        receive(webhook(_request(event_id)))


def _request(event_id: str) -> Mapping[str, Any]:
    body = stripe_event("charge.succeeded", charge(), event_id=event_id)
    return {
        "pathParameters": {"processor": "stripe", "endpoint": "main"},
        "headers": stripe_headers(body),
        "requestContext": {"requestTimeEpoch": int(NOW.timestamp() * 1000)},
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
