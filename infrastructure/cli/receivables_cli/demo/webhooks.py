"""Webhooks as the processors send them: their payloads, signed with the endpoint's secret at the real time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables_cli.demo.story import Receipt

_STRIPE_WITHOUT_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as a processor makes it: `path` under the API, raw body, headers with the signature."""

    path: str
    body: bytes
    headers: dict[str, str]


def stripe(receipt: Receipt, secret: str, signed_at: int) -> Webhook:
    """A `payment_intent.succeeded` event. `signed_at` is Unix time by the real clock, the event's own time the story's."""
    intent = _intent(receipt)
    document = {
        "id": "evt_" + receipt.id.replace("-", ""),
        "object": "event",
        "type": "payment_intent.succeeded",
        "created": int(receipt.at.timestamp()),
        "livemode": True,
        "data": {
            "object": {
                "id": intent,
                "object": "payment_intent",
                "amount": _stripe_units(receipt.amount),
                "amount_received": _stripe_units(receipt.amount),
                "currency": receipt.amount.currency.lower(),
                "status": "succeeded",
                "metadata": {"invoice": receipt.reference} if receipt.reference else {},
            }
        },
    }
    return sign_stripe(json.dumps(document).encode(), secret, signed_at)


def sign_stripe(body: bytes, secret: str, signed_at: int) -> Webhook:
    """The body with Stripe's signature, version 1."""
    digest = hmac.new(secret.encode(), f"{signed_at}.".encode() + body, hashlib.sha256).hexdigest()
    headers = {"Stripe-Signature": f"t={signed_at},v1={digest}", "Content-Type": "application/json"}
    return Webhook("/webhooks/stripe/main", body, headers)


def standard(receipt: Receipt, secret: str, signed_at: int) -> Webhook:
    """A payment in the neutral format, signed by Standard Webhooks."""
    data = {
        "payment_id": _transfer(receipt),
        "amount": f"{receipt.amount.decimal:f}",
        "currency": receipt.amount.currency,
        "payer": receipt.payer,
        **({"invoice": receipt.reference} if receipt.reference else {}),
    }
    document = {"type": "payment.succeeded", "timestamp": format_instant(receipt.at), "data": data}
    return sign_standard(json.dumps(document).encode(), f"msg_{receipt.id}", secret, signed_at)


def sign_standard(body: bytes, message_id: str, secret: str, signed_at: int) -> Webhook:
    """The body with a symmetric signature of Standard Webhooks, version 1."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    content = f"{message_id}.{signed_at}.".encode() + body
    digest = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    headers = {
        "webhook-id": message_id,
        "webhook-timestamp": str(signed_at),
        "webhook-signature": f"v1,{digest}",
        "Content-Type": "application/json",
    }
    return Webhook("/webhooks/standardwebhooks/main", body, headers)


def webhook(receipt: Receipt, secret: str, signed_at: datetime) -> Webhook:
    """The receipt by the processor it came through."""
    make = stripe if receipt.processor == "stripe" else standard
    return make(receipt, secret, int(signed_at.timestamp()))


def payment_path(receipt: Receipt) -> str:
    """Where the API has the payment that a receipt becomes."""
    known_as = _intent(receipt) if receipt.processor == "stripe" else _transfer(receipt)
    return "/payments/" + quote(f"{receipt.processor}/main/{known_as}", safe="").replace("%", "~")


def _intent(receipt: Receipt) -> str:
    return "pi_" + receipt.id.replace("-", "")


def _transfer(receipt: Receipt) -> str:
    return f"BANK-{receipt.id}"


def _stripe_units(amount: Money) -> int:
    """Stripe's minor units are those of ISO 4217 for the currencies of the story."""
    if amount.currency in _STRIPE_WITHOUT_DECIMALS:
        return int(amount.decimal)
    return amount.minor
