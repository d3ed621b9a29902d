"""The other side of webhooks: endpoints that are set up, and processors that sign for real."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from receivables.core.errors import DependencyFailed
from receivables.payments.endpoints import Endpoint, Secret

STRIPE_SECRET = "whsec_of_a_test"
STANDARD_SECRET = "whsec_" + base64.b64encode(b"a key of thirty-two random bytes").decode()
ADYEN_KEY = "44" * 32
ADYEN_TEXTS = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
GOCARDLESS_SECRET = "a secret of GoCardless"
NOW = datetime(2026, 3, 2, 9, 30, 0, tzinfo=UTC)


class InMemoryEndpoints:
    """Implements payments.endpoints.Endpoints. `remembered` plays a cache that has not seen a rotation yet."""

    def __init__(self, endpoints: Mapping[tuple[str, str], Endpoint] | None = None) -> None:
        self.endpoints = dict(endpoints or {})
        self.remembered: dict[tuple[str, str], Endpoint] = {}

    def find(self, processor: str, endpoint: str) -> Endpoint | None:
        return self.remembered.get((processor, endpoint)) or self.renewed(processor, endpoint)

    def renewed(self, processor: str, endpoint: str) -> Endpoint | None:
        return self.endpoints.get((processor, endpoint))


class NoKeys:
    """Implements payments.processors.Keys where nothing is published."""

    def get(self, url: str, hosts: frozenset[str]) -> bytes:
        raise DependencyFailed("no key is published here")

    def renewed(self, url: str, hosts: frozenset[str]) -> bytes:
        raise DependencyFailed("no key is published here")


def both_endpoints(livemode: bool = True) -> InMemoryEndpoints:
    """`stripe/main` and `standardwebhooks/main`, each with its test secret."""
    return InMemoryEndpoints(
        {
            ("stripe", "main"): Endpoint((Secret(STRIPE_SECRET),), livemode),
            ("standardwebhooks", "main"): Endpoint((Secret(STANDARD_SECRET),), livemode),
        }
    )


def stripe_headers(body: bytes, *, secret: str = STRIPE_SECRET, at: datetime | int = NOW) -> dict[str, str]:
    """The header that Stripe sends with a body."""
    seconds = _seconds(at)
    return {"stripe-signature": f"t={seconds},v1={stripe_signature(body, secret=secret, at=seconds)}"}


def stripe_signature(body: bytes, *, secret: str = STRIPE_SECRET, at: datetime | int = NOW) -> str:
    content = f"{_seconds(at)}.".encode() + body
    return hmac.new(secret.encode(), content, hashlib.sha256).hexdigest()


def standard_headers(
    body: bytes, *, event_id: str = "msg_1", secret: str = STANDARD_SECRET, at: datetime | int = NOW
) -> dict[str, str]:
    """The headers of Standard Webhooks for a body."""
    signature = standard_signature(body, event_id=event_id, secret=secret, at=at)
    return {"webhook-id": event_id, "webhook-timestamp": str(_seconds(at)), "webhook-signature": signature}


def standard_signature(
    body: bytes, *, event_id: str = "msg_1", secret: str = STANDARD_SECRET, at: datetime | int = NOW
) -> str:
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{event_id}.{_seconds(at)}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()


def adyen_item(code: str = "AUTHORISATION", **members: Any) -> dict[str, Any]:
    """An item of a notification, not signed yet."""
    return {
        "eventCode": code,
        "success": "true",
        "pspReference": "PSP1",
        "merchantAccountCode": "ExampleCOM",
        "merchantReference": "INV-1",
        "amount": {"currency": "EUR", "value": 10_000},
        "eventDate": "2026-03-02T10:29:00+01:00",
        "paymentMethod": "visa",
        "reason": "",
        **members,
    }


def adyen_signature(item: Mapping[str, Any], key: str = ADYEN_KEY) -> str:
    amount = item.get("amount", {})
    fields = [item.get(name, "") for name in ADYEN_TEXTS]
    content = ":".join(map(str, [*fields, amount.get("value", ""), amount.get("currency", "")]))
    content += f":{item.get('eventCode', '')}:{item.get('success', '')}"
    return base64.b64encode(hmac.digest(bytes.fromhex(key), content.encode(), "sha256")).decode()


def adyen_notification(*items: Mapping[str, Any], key: str = ADYEN_KEY, live: str = "true") -> bytes:
    """A standard notification, each item signed."""
    signed = []
    for item in items:
        data = {**item.get("additionalData", {}), "hmacSignature": adyen_signature(item, key)}
        signed.append({"NotificationRequestItem": {**item, "additionalData": data}})
    return json.dumps({"live": live, "notificationItems": signed}).encode()


def gocardless_event(
    resource: str = "payments", action: str = "confirmed", event_id: str = "EV1", **members: Any
) -> dict[str, Any]:
    link = {"payments": "payment", "refunds": "refund", "mandates": "mandate", "payouts": "payout"}.get(
        resource
    )
    return {
        "id": event_id,
        "created_at": "2026-03-02T09:29:00.000Z",
        "resource_type": resource,
        "action": action,
        "details": {"origin": "gocardless", "cause": f"{resource}_{action}"},
        "links": {link: {"payment": "PM1", "refund": "RF1", "mandate": "MD1", "payout": "PO1"}[link]}
        if link
        else {},
        **members,
    }


def gocardless_batch(*events: Any) -> bytes:
    return json.dumps({"events": list(events), "meta": {"webhook_id": "WB1"}}).encode()


def gocardless_headers(body: bytes, secret: str = GOCARDLESS_SECRET) -> dict[str, str]:
    return {"webhook-signature": hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def stripe_event(
    kind: str, subject: Mapping[str, Any], *, event_id: str = "evt_1", created: datetime = NOW, **members: Any
) -> bytes:
    """A Stripe snapshot event as bytes."""
    event = {
        "id": event_id,
        "object": "event",
        "type": kind,
        "created": int(created.timestamp()),
        "livemode": True,
        "data": {"object": subject},
        **members,
    }
    return json.dumps(event).encode()


def intent(payment: str = "1", minor: int = 10_000, currency: str = "eur", **members: Any) -> dict[str, Any]:
    """A succeeded payment intent."""
    return {
        "id": f"pi_{payment}",
        "object": "payment_intent",
        "amount": minor,
        "amount_received": minor,
        "currency": currency,
        "metadata": {},
        **members,
    }


def charge(payment: str = "1", minor: int = 10_000, currency: str = "eur", **members: Any) -> dict[str, Any]:
    """The charge of a payment intent."""
    return {
        "id": f"ch_{payment}",
        "object": "charge",
        "amount": minor,
        "amount_captured": minor,
        "captured": True,
        "currency": currency,
        "payment_intent": f"pi_{payment}",
        "billing_details": {"name": "Ada Lovelace", "email": "ada@example.com"},
        "metadata": {},
        **members,
    }


def session(payment: str = "1", minor: int = 10_000, currency: str = "eur", **members: Any) -> dict[str, Any]:
    """The checkout session of a payment intent."""
    return {
        "id": f"cs_{payment}",
        "object": "checkout.session",
        "amount_total": minor,
        "currency": currency,
        "payment_intent": f"pi_{payment}",
        "payment_status": "paid",
        "client_reference_id": None,
        "metadata": {},
        **members,
    }


def neutral_payment(
    payment_id: str = "bank-1", amount: Any = "100.00", currency: str = "EUR", **data: Any
) -> bytes:
    """A payment in this product's own format."""
    document = {
        "type": "payment.succeeded",
        "timestamp": "2026-03-02T09:29:00Z",
        "data": {"payment_id": payment_id, "amount": amount, "currency": currency, **data},
    }
    return json.dumps(document).encode()


def _seconds(at: datetime | int) -> int:
    return at if isinstance(at, int) else int(at.timestamp())
