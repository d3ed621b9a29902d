"""What is posted to Stripe, as the fields of its forms."""

from __future__ import annotations

from receivables.adapters.processors.document import units_of
from receivables.adapters.processors.stripe.objects import EXPONENTS, THREE_DECIMALS
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.payments.processors import CollectionOrder, LinkOrder


def session_form(order: LinkOrder) -> list[tuple[str, str]]:
    """A Checkout Session for one amount. The metadata is the payment intent's too. Raises InvalidInput."""
    item = "line_items[0][price_data]"
    form = [
        ("mode", "payment"),
        (f"{item}[currency]", order.amount.currency.lower()),
        (f"{item}[unit_amount]", _amount(order.amount)),
        (f"{item}[product_data][name]", order.description),
        ("line_items[0][quantity]", "1"),
        ("client_reference_id", order.invoice or order.account_id),
        ("payment_intent_data[description]", order.description),
        ("success_url", order.return_url),
        ("cancel_url", order.return_url),
        ("expires_at", str(int(order.expires_at.timestamp()))),
        ("locale", order.locale.split("-")[0]),
    ]
    form += _metadata("metadata", order) + _metadata("payment_intent_data[metadata]", order)
    return [*form, *([("customer_email", order.payer.email)] if order.payer.email else [])]


def collection_form(order: CollectionOrder) -> list[tuple[str, str]]:
    """A payment intent that is confirmed at once, without the customer. Raises InvalidInput."""
    return [
        ("amount", _amount(order.amount)),
        ("currency", order.amount.currency.lower()),
        ("customer", order.customer or ""),
        ("payment_method", order.mandate),
        ("automatic_payment_methods[enabled]", "true"),
        ("automatic_payment_methods[allow_redirects]", "never"),
        ("off_session", "true"),
        ("confirm", "true"),
        ("description", order.description),
        *_metadata("metadata", order),
    ]


def _metadata(name: str, order: LinkOrder | CollectionOrder) -> list[tuple[str, str]]:
    invoice = [(f"{name}[invoice]", order.invoice)] if order.invoice else []
    return [*invoice, (f"{name}[account]", order.account_id)]


def _amount(amount: Money) -> str:
    units = units_of(amount, EXPONENTS)
    if amount.currency in THREE_DECIMALS and units % 10:
        raise InvalidInput("amount", f"Stripe takes no more than two decimals of {amount.currency}")
    return str(units)
