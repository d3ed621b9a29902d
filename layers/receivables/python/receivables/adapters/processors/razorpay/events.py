"""What Razorpay tells of payments, refunds, disputes and settlements, by webhook and by its API alike (razorpay.com/docs).

- Amounts are integers in the currency's smallest unit, as in ISO 4217 (of three decimals the last is always 0).
- `payment.authorized` is no money yet, whatever the payment in it has become since. `payment.captured`, `order.paid` and `payment_link.paid` tell of one payment by one id.
  One that failed may still be authorised late, and what was captured does not fail any more: so a failure counts from when the
  payment was made, and can never undo its success, whoever tells of which.
  A refund of what was never captured is Razorpay's own ("auto-refund"), and moves nothing here.
- A dispute has taken what it says was deducted; most take nothing until they are lost. `closed` is over without a loss.
- Of a settlement the `amount` reaches the bank; `fees` and the `tax` on them were kept. It names no currency in India; else the
  endpoint's setting `currency` says which (INR where it is not set).
- A payment's `fee` (with its tax) is in the currency of the settlement; where that is another it is left out.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.asking import Read, as_told
from receivables.adapters.processors.document import (
    account_in,
    fingerprint,
    first_text,
    identifier,
    invoice_in,
    money_in_units,
    parse,
    received,
    section,
    texts,
    unix_time,
)
from receivables.core.money import Money
from receivables.payments.events import (
    EventType,
    Heard,
    MoneyEvent,
    OtherEvent,
    Payer,
    References,
    Uninterpretable,
)

RAZORPAY_ID: Final = re.compile(r"[a-z]{3,6}_[A-Za-z0-9]{4,40}")
HOME: Final = "INR"

_PAID_BY: Final = frozenset(
    {"payment.captured", "order.paid", "payment_link.paid", "payment_link.partially_paid"}
)
_REFUNDS: Final = {
    "created": EventType.REFUND_PENDING,
    "pending": EventType.REFUND_PENDING,
    "processed": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
}
_DISPUTES: Final = {
    "open": EventType.DISPUTE_OPENED,
    "under_review": EventType.DISPUTE_OPENED,
    "won": EventType.DISPUTE_WON,
    "closed": EventType.DISPUTE_WON,
    "lost": EventType.DISPUTE_LOST,
}
_SETTLEMENTS: Final = {"processed": EventType.PAYOUT, "failed": EventType.PAYOUT_FAILED}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks. The event's own time is when it happened."""
    document = parse(body)
    raw_type = identifier(document.get("event"), "event")
    event_id = fingerprint(body)
    occurred = unix_time(document.get("created_at"), "created_at")
    payload = section(document, "payload")
    told = _told(raw_type, payload, occurred, headers.get("endpoint-currency", HOME))
    return as_told(event_id, raw_type, told or [OtherEvent(raw_type, event_id)])


def payment(
    entity: Mapping[str, Any], occurred: datetime | None = None, notes: Mapping[str, Any] | None = None
) -> Read:
    """A payment. When its status changed the API does not tell: then it counts from the day on which it was made."""
    subject, status = razorpay_id(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    raw_type, event_id = f"payment.{status}", f"{subject}/{status}"
    if status in {"created", "authorized"}:
        return [OtherEvent(raw_type, event_id, "not captured")]
    if status not in {"captured", "refunded", "failed"}:
        raise Uninterpretable("the status of a payment is not known")
    if status == "refunded" and entity.get("captured") is False:
        return [OtherEvent(raw_type, event_id, "given back without having been captured")]
    failed = status == "failed"
    amount, made = received(_money(entity, "amount")), unix_time(entity.get("created_at"), "created_at")
    return [
        MoneyEvent(
            type=EventType.PAYMENT_FAILED if failed else EventType.PAYMENT_SUCCEEDED,
            raw_type=raw_type,
            event_id=event_id if failed else f"{subject}/captured",
            occurred=made if failed else occurred or made,
            payment_id=subject,
            amount=amount,
            fee=None if failed else _fee(entity, amount.currency),
            parent_id=first_text(entity.get("order_id")),
            references=_references(entity, notes or {}),
            payer=_payer(entity),
            failure_code=first_text(entity.get("error_reason"), entity.get("error_code"), "failed")
            if failed
            else None,
        )
    ]


def refund(entity: Mapping[str, Any], occurred: datetime | None = None) -> Read:
    subject, status = razorpay_id(entity.get("id"), "id"), first_text(entity.get("status")) or "pending"
    if status not in _REFUNDS:
        raise Uninterpretable("the status of a refund is not known")
    return [
        MoneyEvent(
            type=_REFUNDS[status],
            raw_type=f"refund.{status}",
            event_id=f"{subject}/{status}",
            occurred=occurred or unix_time(entity.get("created_at"), "created_at"),
            payment_id=razorpay_id(entity.get("payment_id"), "payment_id"),
            amount=received(_money(entity, "amount")),
            subject_id=subject,
            references=References(texts=texts(_notes(entity))),
        )
    ]


def dispute(entity: Mapping[str, Any], occurred: datetime | None = None) -> Read:
    subject, status = razorpay_id(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    if status not in _DISPUTES:
        raise Uninterpretable("the status of a dispute is not known")
    kind = _DISPUTES[status]
    taken = _money(entity, "amount_deducted" if kind is EventType.DISPUTE_OPENED else "amount")
    return [
        MoneyEvent(
            type=kind,
            raw_type=f"dispute.{status}",
            event_id=f"{subject}/{status}",
            occurred=occurred or unix_time(entity.get("created_at"), "created_at"),
            payment_id=razorpay_id(entity.get("payment_id"), "payment_id"),
            amount=received(taken) if taken else None,
            subject_id=subject,
            failure_code=first_text(entity.get("reason_code")),
        )
    ]


def settlement(entity: Mapping[str, Any], currency: str = HOME, occurred: datetime | None = None) -> Read:
    subject, status = razorpay_id(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    if status not in _SETTLEMENTS:
        return [OtherEvent(f"settlement.{status}", f"{subject}/{status}")]
    code = first_text(entity.get("currency")) or currency
    units = [entity.get(name, 0) for name in ("fees", "tax")]
    fees, tax = (money_in_units(each, code, {}, "fees") for each in units)
    return [
        MoneyEvent(
            type=_SETTLEMENTS[status],
            raw_type=f"settlement.{status}",
            event_id=f"{subject}/{status}",
            occurred=occurred or unix_time(entity.get("created_at"), "created_at"),
            amount=received(money_in_units(entity.get("amount"), code, {})),
            subject_id=subject,
            fee=fees + tax,
            references=References(end_to_end=first_text(entity.get("utr"))),
        )
    ]


def razorpay_id(value: object, name: str) -> str:
    """An id of Razorpay's, which may become part of a path. Raises Uninterpretable."""
    if not isinstance(value, str) or not RAZORPAY_ID.fullmatch(value):
        raise Uninterpretable(f"{name} is not one of Razorpay's ids")
    return value


def _told(raw_type: str, payload: Mapping[str, Any], occurred: datetime, currency: str) -> Read:
    """What an event tells; nothing where it moves no money."""
    if raw_type in _PAID_BY or raw_type == "payment.failed":
        return payment(_entity(payload, "payment"), occurred, _link_notes(payload))
    if raw_type.startswith("refund.") and raw_type != "refund.speed_changed":
        return _refund(payload, raw_type, occurred)
    if raw_type.startswith("payment.dispute."):
        return dispute(_entity(payload, "dispute"), occurred)
    if raw_type.startswith("settlement."):
        return settlement(_entity(payload, "settlement"), currency, occurred)
    return []


def _refund(payload: Mapping[str, Any], raw_type: str, occurred: datetime) -> Read:
    entity = _entity(payload, "refund")
    if _entity(payload, "payment").get("captured") is False:
        return [
            OtherEvent(raw_type, razorpay_id(entity.get("id"), "id"), "of a payment that was not captured")
        ]
    return refund(entity, occurred)


def _entity(payload: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    return section(section(payload, name), "entity")


def _link_notes(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """What we wrote on the payment link that was paid, or on the order; the payment itself may not repeat it."""
    link, order = _entity(payload, "payment_link"), _entity(payload, "order")
    return {"reference": link.get("reference_id") or order.get("receipt"), **_notes(order), **_notes(link)}


def _notes(entity: Mapping[str, Any]) -> dict[str, Any]:
    """Notes without anything in them come as an empty list."""
    notes = entity.get("notes")
    return notes if isinstance(notes, dict) else {}


def _money(entity: Mapping[str, Any], name: str) -> Money:
    return money_in_units(entity.get(name), entity.get("currency"), {}, name)


def _fee(entity: Mapping[str, Any], currency: str) -> Money | None:
    base = first_text(entity.get("base_currency")) or currency
    if entity.get("fee") is None or base != currency:
        return None
    return _money(entity, "fee")


def _references(entity: Mapping[str, Any], more: Mapping[str, Any]) -> References:
    notes = {**more, **_notes(entity)}
    found = texts(entity.get("description"), notes)
    return References(invoice=invoice_in(notes), texts=found, account=account_in(notes))


def _payer(entity: Mapping[str, Any]) -> Payer:
    return Payer(
        name=first_text(section(entity, "card").get("name")),
        email=first_text(entity.get("email")),
        account=first_text(entity.get("vpa")),
        customer=first_text(entity.get("customer_id")),
    )
