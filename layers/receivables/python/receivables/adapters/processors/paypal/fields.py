"""What the resources of PayPal's events and answers have in common: amounts, fees, links, references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

from receivables.adapters.processors.document import (
    account_in,
    first_text,
    identifier,
    instant,
    is_identifier,
    money_in_decimals,
    section,
    sections,
    texts,
)
from receivables.core.money import Money
from receivables.payments.events import Payer, References, Uninterpretable

Resource = Mapping[str, Any]

_LIVE: Final = {
    "api.paypal.com": True,
    "api-m.paypal.com": True,
    "api.sandbox.paypal.com": False,
    "api-m.sandbox.paypal.com": False,
}


def is_ours(unit: Resource) -> bool:
    """Whether a purchase unit was made by one of our pay links that has not been ended."""
    return bool(_custom(unit).keys() & {"invoice", "account"})


def references(resource: Resource) -> References:
    """What tells what a payment is for."""
    custom = _custom(resource)
    raw = first_text(resource.get("custom_id"), resource.get("custom"))
    named = first_text(resource.get("invoice_id"), resource.get("invoice_number"))
    return References(
        invoice=first_text(custom.get("invoice")) or (None if custom else named),
        account=account_in(custom),
        texts=texts(
            None if custom else raw, named, resource.get("description"), resource.get("note_to_payer")
        ),
    )


def livemode(resource: Resource) -> bool | None:
    """Whether it is real money, as the addresses of its links tell; None: they do not."""
    for link in _links(resource):
        if (found := _LIVE.get(_host(link.get("href")))) is not None:
            return found
    return None


def payer_of(resource: Resource) -> Payer:
    """The payer of an order."""
    payer = section(resource, "payer")
    name = section(payer, "name")
    parts = [text for key in ("given_name", "surname") if (text := first_text(name.get(key)))]
    return Payer(
        name=" ".join(parts) or None,
        email=first_text(payer.get("email_address")),
        customer=first_text(payer.get("payer_id")),
    )


def _custom(resource: Resource) -> Mapping[str, str]:
    text = first_text(resource.get("custom_id"), resource.get("custom")) or ""
    pairs = parse_qs(text, max_num_fields=8) if text.count("&") < 8 else {}
    known = {name: values[0] for name, values in pairs.items() if name in {"invoice", "account", "ended"}}
    return {} if len(known) != len(pairs) else known


def money_of(resource: Resource) -> Money:
    amount = section(resource, "amount")
    value, currency = amount.get("value"), amount.get("currency_code")
    if value is None:
        value, currency = amount.get("total"), amount.get("currency")
    return money_in_decimals(value, currency)


def positive(amount: Money) -> Money:
    return -amount if amount.minor < 0 else amount


def fee_of(resource: Resource, currency: str) -> Money | None:
    fee = section(section(resource, "seller_receivable_breakdown"), "paypal_fee")
    fee = fee or section(resource, "transaction_fee")
    kept = fee.get("currency_code", fee.get("currency"))
    return money_in_decimals(fee.get("value"), kept, "fee") if kept == currency else None


def occurred_at(resource: Resource, told: datetime) -> datetime:
    """When it changed last, as the resource says, but not after PayPal told of it."""
    text = resource.get("update_time") or resource.get("create_time")
    return min(instant(text, "update_time"), told) if text else told


def parent_of(resource: Resource) -> str:
    """The payment that a refund or reversal belongs to."""
    if is_identifier(sale := resource.get("sale_id", resource.get("capture_id"))):
        return str(sale)
    for link in _links(resource):
        path = urlsplit(str(link.get("href", ""))).path.split("/")
        if link.get("rel") in {"up", "sale"} and path[-2:-1] in (["captures"], ["sale"], ["capture"]):
            return identifier(path[-1], "links.up")
    raise Uninterpretable("no link names the payment")


def order_of(resource: Resource) -> str | None:
    related = section(section(resource, "supplementary_data"), "related_ids")
    return first_text(related.get("order_id"), resource.get("parent_payment"))


def _links(resource: Resource) -> Sequence[Resource]:
    return sections(resource, "links")


def _host(href: object) -> str:
    try:
        return urlsplit(href).hostname or "" if isinstance(href, str) else ""
    except ValueError:
        return ""
