"""What is posted to GoCardless."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.adapters.processors.document import units_of
from receivables.adapters.processors.gocardless.resources import EXPONENTS
from receivables.payments.processors import CollectionOrder, LinkOrder


def billing_request(order: LinkOrder) -> Mapping[str, Any]:
    """A billing request for one payment; its metadata becomes the payment's. Raises InvalidInput."""
    return {
        "payment_request": {
            "amount": units_of(order.amount, EXPONENTS),
            "currency": order.amount.currency,
            "description": order.description,
            "metadata": _metadata(order),
        },
        "metadata": _metadata(order),
    }


def flow(order: LinkOrder, request_id: str) -> Mapping[str, Any]:
    """A page for a billing request."""
    payer = {"prefilled_customer": {"email": order.payer.email}} if order.payer.email else {}
    return {
        "redirect_uri": order.return_url,
        "exit_uri": order.return_url,
        "language": order.locale.split("-")[0],
        "links": {"billing_request": request_id},
        **payer,
    }


def collection(order: CollectionOrder, on: str) -> Mapping[str, Any]:
    """A payment under a mandate, on a day. Raises InvalidInput."""
    return {
        "amount": units_of(order.amount, EXPONENTS),
        "currency": order.amount.currency,
        "charge_date": on,
        "description": order.description,
        "metadata": _metadata(order),
        "links": {"mandate": order.mandate},
    }


def _metadata(order: LinkOrder | CollectionOrder) -> dict[str, str]:
    invoice = {"invoice": order.invoice} if order.invoice else {}
    return {**invoice, "account": order.account_id}
