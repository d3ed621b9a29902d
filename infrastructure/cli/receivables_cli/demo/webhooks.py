"""Webhooks as the processors send them: their payloads, signed with the endpoint's secret at the real time."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote

from receivables.core.clock import format_instant
from receivables_cli.demo import documents as tell
from receivables_cli.demo.story import Message, Receipt


@dataclass(frozen=True, slots=True)
class Webhook:
    """A request as a processor makes it: `path` under the API, raw body, headers with the signature."""

    path: str
    body: bytes
    headers: dict[str, str]


def stripe(receipt: Receipt, secret: str, signed_at: int) -> Webhook:
    """A `payment_intent.succeeded` event. `signed_at` is Unix time by the real clock, the event's own time the story's."""
    intent = tell.stripe_intent(tell.intent_of(receipt), receipt.amount, receipt.reference)
    event = tell.stripe_event("payment_intent.succeeded", receipt.at, intent)
    return sign_stripe(tell.as_body(event), secret, signed_at)


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


def sign_adyen(document: Mapping[str, Any], secret: str) -> Webhook:
    """A batch in which each notification has a signature of its own. Adyen's key is hexadecimal."""
    items = [_signed_item(each["NotificationRequestItem"], secret) for each in document["notificationItems"]]
    body = tell.as_body(
        {**document, "notificationItems": [{"NotificationRequestItem": item} for item in items]}
    )
    return Webhook("/webhooks/adyen/main", body, {"Content-Type": "application/json"})


def _signed_item(item: Mapping[str, Any], secret: str) -> Mapping[str, Any]:
    amount = item["amount"]
    names = ("pspReference", "originalReference", "merchantAccountCode", "merchantReference")
    texts = [str(item.get(name, "")) for name in names]
    signed = ":".join([*texts, str(amount["value"]), amount["currency"], item["eventCode"], item["success"]])
    digest = hmac.new(bytes.fromhex(secret), signed.encode(), hashlib.sha256).digest()
    return {**item, "additionalData": {"hmacSignature": base64.b64encode(digest).decode()}}


def sign_checkout(body: bytes, secret: str) -> Webhook:
    """The body with Checkout.com's signature."""
    digest = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    headers = {"Cko-Signature": digest, "Content-Type": "application/json"}
    return Webhook("/webhooks/checkout/main", body, headers)


def told(message: Message, secret: str, signed_at: datetime) -> Webhook:
    """A message of the story as its processor sends it."""
    if message.processor == "adyen":
        return sign_adyen(message.document, secret)
    body = tell.as_body(message.document)
    if message.processor == "checkout":
        return sign_checkout(body, secret)
    return sign_stripe(body, secret, int(signed_at.timestamp()))


def webhook(receipt: Receipt, secret: str, signed_at: datetime) -> Webhook:
    """The receipt by the processor it came through."""
    make = stripe if receipt.processor == "stripe" else standard
    return make(receipt, secret, int(signed_at.timestamp()))


def payment_key(receipt: Receipt) -> str:
    """The key of the payment that a receipt becomes."""
    known_as = tell.intent_of(receipt) if receipt.processor == "stripe" else _transfer(receipt)
    return f"{receipt.processor}/main/{known_as}"


def payment_path(receipt: Receipt) -> str:
    """Where the API has it."""
    return "/payments/" + quote(payment_key(receipt), safe="").replace("%", "~")


def _transfer(receipt: Receipt) -> str:
    return f"BANK-{receipt.id}"
