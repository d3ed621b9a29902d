"""What processors tell, in their own formats: as much of their payloads as tells of money."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from receivables.core.clock import format_instant
from receivables.core.money import Money
from receivables_cli.demo.story import Receipt

_STRIPE_WITHOUT_DECIMALS: Final = frozenset(
    "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF VND VUV XAF XOF XPF".split()
)


def stripe_event(kind: str, at: datetime, subject: Mapping[str, Any]) -> Mapping[str, Any]:
    """An event about `subject`; its id follows from what it tells of, so that the same is the same."""
    told = f"{kind}/{subject['id']}/{subject.get('status')}"
    return {
        "id": "evt_" + hashlib.sha256(told.encode()).hexdigest()[:24],
        "object": "event",
        "type": kind,
        "created": int(at.timestamp()),
        "livemode": True,
        "data": {"object": dict(subject)},
    }


def stripe_intent(
    intent: str, amount: Money, invoice: str | None, status: str = "succeeded"
) -> Mapping[str, Any]:
    """A payment intent."""
    units = stripe_units(amount)
    return {
        "id": intent,
        "object": "payment_intent",
        "amount": units,
        "amount_received": units if status == "succeeded" else 0,
        "currency": amount.currency.lower(),
        "status": status,
        "metadata": {"invoice": invoice} if invoice else {},
    }


def stripe_charge(intent: str, amount: Money, invoice: str | None) -> Mapping[str, Any]:
    """The charge of a payment intent, captured."""
    units = stripe_units(amount)
    return {
        "id": "ch_" + intent.removeprefix("pi_"),
        "object": "charge",
        "amount": units,
        "amount_captured": units,
        "amount_refunded": 0,
        "captured": True,
        "currency": amount.currency.lower(),
        "payment_intent": intent,
        "status": "succeeded",
        "metadata": {"invoice": invoice} if invoice else {},
    }


def stripe_session(intent: str, amount: Money, invoice: str | None) -> Mapping[str, Any]:
    """The checkout session in which a payment intent was paid."""
    return {
        "id": "cs_" + intent.removeprefix("pi_"),
        "object": "checkout.session",
        "amount_total": stripe_units(amount),
        "currency": amount.currency.lower(),
        "mode": "payment",
        "payment_intent": intent,
        "payment_status": "paid",
        "status": "complete",
        "client_reference_id": invoice,
        "metadata": {"invoice": invoice} if invoice else {},
    }


def stripe_refund(intent: str, amount: Money) -> Mapping[str, Any]:
    """A refund that was made."""
    name = intent.removeprefix("pi_")
    return {
        "id": f"re_{name}",
        "object": "refund",
        "amount": stripe_units(amount),
        "charge": f"ch_{name}",
        "currency": amount.currency.lower(),
        "payment_intent": intent,
        "status": "succeeded",
    }


def stripe_dispute(intent: str, amount: Money, status: str) -> Mapping[str, Any]:
    """A dispute for the whole of a charge."""
    name = intent.removeprefix("pi_")
    return {
        "id": f"dp_{name}",
        "object": "dispute",
        "amount": stripe_units(amount),
        "charge": f"ch_{name}",
        "currency": amount.currency.lower(),
        "payment_intent": intent,
        "reason": "fraudulent",
        "status": status,
    }


def stripe_payout(payout_id: str, amount: Money, at: datetime) -> Mapping[str, Any]:
    """A payout by Stripe's own schedule."""
    return {
        "id": payout_id,
        "object": "payout",
        "amount": stripe_units(amount),
        "arrival_date": int(at.timestamp()),
        "automatic": True,
        "created": int(at.timestamp()),
        "currency": amount.currency.lower(),
        "livemode": True,
        "status": "paid",
    }


def stripe_units(amount: Money) -> int:
    """Stripe's minor units are those of ISO 4217 for the currencies of the story."""
    if amount.currency in _STRIPE_WITHOUT_DECIMALS:
        return int(amount.decimal)
    return amount.minor


def intent_of(receipt: Receipt) -> str:
    """The payment intent of a receipt."""
    return "pi_" + receipt.id.replace("-", "")


def adyen_item(reference: str, units: int, currency: str, invoice: str, at: datetime) -> Mapping[str, Any]:
    """An authorisation that succeeded, for an account that captures at once. Amounts are in minor units."""
    return {
        "amount": {"currency": currency, "value": units},
        "eventCode": "AUTHORISATION",
        "eventDate": format_instant(at),
        "merchantAccountCode": "DemoWorks",
        "merchantReference": invoice,
        "paymentMethod": "ideal",
        "pspReference": reference,
        "success": "true",
    }


def adyen_batch(*items: Mapping[str, Any]) -> Mapping[str, Any]:
    """Several notifications in one request; each is signed by itself when it is sent."""
    return {"live": "true", "notificationItems": [{"NotificationRequestItem": dict(item)} for item in items]}


def checkout_captured(payment: str, amount: Money, invoice: str, at: datetime) -> Mapping[str, Any]:
    """Checkout.com tells that a payment was captured."""
    return {
        "id": f"evt_{payment.removeprefix('pay_')}",
        "type": "payment_captured",
        "created_on": format_instant(at),
        "data": {
            "id": payment,
            "action_id": f"act_{payment.removeprefix('pay_')}",
            "amount": amount.minor,
            "currency": amount.currency,
            "reference": invoice,
        },
    }


def as_body(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document).encode()
