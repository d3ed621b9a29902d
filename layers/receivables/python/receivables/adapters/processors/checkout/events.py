"""What Checkout.com tells of payments, refunds and disputes, by webhook and by its API alike (checkout.com/docs).

- Amounts are integers. Its table ("Format the amount value") is that of ISO 4217, but CLP counts in hundredths; CLF, UYI and
  UYW are in no list of it and are refused. In currencies of three decimals the last digit is always 0.
- A payment counts once it is captured; approved is authorised. What came is what was captured in all, where that is told.
- What is voided, expires or is not captured of a payment that was captured in part is the rest: it moves nothing.
- An event that has `timestamp` or `created_on` happened then. Refunds are known by their action's id.
- A dispute takes its amount when it is received. `resolved` means that the payment had been refunded before: the amount is
  given back, as when the dispute is won or cancelled.
- `payment_returned`: the bank took back what had come (a direct debit).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from receivables.adapters.processors.asking import Read
from receivables.adapters.processors.document import (
    account_in,
    currency_code,
    first_text,
    identifier,
    instant,
    invoice_in,
    money_in_units,
    parse,
    received,
    section,
    texts,
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

CHECKOUT_ID: Final = re.compile(r"[a-z]{2,5}_[A-Za-z0-9]{4,64}")
UNITS: Final = {"CLP": 2}
"""Decimals of its amounts where they are not those of ISO 4217."""

_UNLISTED: Final = frozenset({"CLF", "UYI", "UYW"})
_PAYMENTS: Final = {
    "payment_pending": EventType.PAYMENT_PENDING,
    "payment_captured": EventType.PAYMENT_SUCCEEDED,
    "payment_declined": EventType.PAYMENT_FAILED,
    "payment_capture_declined": EventType.PAYMENT_FAILED,
    "payment_canceled": EventType.PAYMENT_FAILED,
    "payment_expired": EventType.PAYMENT_FAILED,
    "payment_voided": EventType.PAYMENT_FAILED,
    "payment_returned": EventType.PAYMENT_REVERSED,
    "payment_refund_pending": EventType.REFUND_PENDING,
    "payment_refunded": EventType.REFUND_SUCCEEDED,
    "payment_refund_declined": EventType.REFUND_FAILED,
}
_BY_ACTION: Final = frozenset(
    "payment_returned payment_refund_pending payment_refunded payment_refund_declined".split()
)
_DISPUTES: Final = {
    "received": EventType.DISPUTE_OPENED,
    "evidence_required": EventType.DISPUTE_OPENED,
    "evidence_under_review": EventType.DISPUTE_OPENED,
    "arbitration_under_review": EventType.DISPUTE_OPENED,
    "canceled": EventType.DISPUTE_WON,
    "resolved": EventType.DISPUTE_WON,
    "won": EventType.DISPUTE_WON,
    "arbitration_won": EventType.DISPUTE_WON,
    "accepted": EventType.DISPUTE_LOST,
    "expired": EventType.DISPUTE_LOST,
    "lost": EventType.DISPUTE_LOST,
    "arbitration_lost": EventType.DISPUTE_LOST,
}
_STATUSES: Final = {
    "Pending": "payment_pending",
    "Captured": "payment_captured",
    "Partially Captured": "payment_captured",
    "Refunded": "payment_captured",
    "Partially Refunded": "payment_captured",
    "Returned": "payment_captured",
    "Declined": "payment_declined",
    "Canceled": "payment_canceled",
    "Expired": "payment_expired",
    "Voided": "payment_voided",
}
_ACTIONS: Final = {"Refund": EventType.REFUND_SUCCEEDED, "Return": EventType.PAYMENT_REVERSED}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks."""
    document = parse(body)
    event_id, raw_type = identifier(document.get("id"), "id"), identifier(document.get("type"), "type")
    data = section(document, "data")
    occurred = instant(document.get("timestamp") or document.get("created_on"), "timestamp")
    if raw_type in _PAYMENTS:
        return [_payment(data, raw_type, event_id, occurred, _livemode(document))]
    state = raw_type.removeprefix("dispute_")
    if raw_type.startswith("dispute_") and state in _DISPUTES:
        return [_dispute(data, state, event_id, occurred, _livemode(document))]
    return [
        OtherEvent(raw_type, event_id, "authorised, not captured" if raw_type == "payment_approved" else "")
    ]


def payment(entity: Mapping[str, Any]) -> Read:
    """A payment as the API has it, without its refunds."""
    subject = identifier(entity.get("id"), "id")
    status = first_text(entity.get("status")) or ""
    raw_type = _STATUSES.get(status)
    if raw_type is None:
        return [OtherEvent(f"payment: {status}", f"{subject}/{status}", "no money is on its way")]
    occurred = instant(entity.get("processed_on") or entity.get("requested_on"), "requested_on")
    return [_payment(entity, raw_type, f"{subject}/{raw_type}", occurred, None)]


def actions(entity: Mapping[str, Any], found: Sequence[Mapping[str, Any]]) -> Read:
    """The refunds and returns among the actions of a payment."""
    return [
        MoneyEvent(
            type=_ACTIONS[first_text(each.get("type")) or ""],
            raw_type=f"action: {each.get('type')}",
            event_id=identifier(each.get("id"), "id"),
            occurred=instant(each.get("processed_on"), "processed_on"),
            payment_id=identifier(entity.get("id"), "id"),
            amount=received(money(each.get("amount"), entity.get("currency"))),
            subject_id=identifier(each.get("id"), "id"),
        )
        for each in found
        if first_text(each.get("type")) in _ACTIONS and each.get("approved") is not False
    ]


def dispute(entity: Mapping[str, Any]) -> Read:
    """A dispute as the API has it."""
    subject, status = identifier(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    if status not in _DISPUTES:
        return [OtherEvent(f"dispute: {status}", f"{subject}/{status}")]
    occurred = instant(entity.get("last_update") or entity.get("received_on"), "last_update")
    return [_dispute(entity, status, f"{subject}/{status}", occurred, None)]


def money(units: object, currency: object, name: str = "amount") -> Money:
    if currency_code(currency) in _UNLISTED:
        raise Uninterpretable("the currency is in no list of Checkout.com's amounts")
    return money_in_units(units, currency, UNITS, name)


def _payment(
    data: Mapping[str, Any], raw_type: str, event_id: str, occurred: datetime, livemode: bool | None
) -> MoneyEvent | OtherEvent:
    kind = _PAYMENTS[raw_type]
    if kind is EventType.PAYMENT_FAILED and section(data, "balances").get("total_captured"):
        return OtherEvent(raw_type, event_id, "the rest of what was captured in part")
    amount = _amount(data, kind)
    if amount is not None and not amount:
        return OtherEvent(raw_type, event_id, "a card is tried, without money")
    return MoneyEvent(
        type=kind,
        raw_type=raw_type,
        event_id=event_id,
        occurred=occurred,
        payment_id=identifier(data.get("id"), "id"),
        amount=None if amount is None else received(amount),
        subject_id=identifier(data.get("action_id"), "action_id") if raw_type in _BY_ACTION else None,
        livemode=livemode,
        references=_references(data),
        payer=_payer(data),
        failure_code=_failure(data, raw_type),
    )


def _amount(data: Mapping[str, Any], kind: EventType) -> Money | None:
    captured = section(data, "balances").get("total_captured")
    if kind is EventType.PAYMENT_SUCCEEDED and captured:
        return money(captured, data.get("currency"), "total_captured")
    if data.get("amount") is None and kind is EventType.PAYMENT_FAILED:
        return None
    return money(data.get("amount"), data.get("currency"))


def _dispute(
    data: Mapping[str, Any], state: str, event_id: str, occurred: datetime, livemode: bool | None
) -> MoneyEvent:
    paid = data.get("payment_id") or section(data, "payment").get("id")
    return MoneyEvent(
        type=_DISPUTES[state],
        raw_type=f"dispute_{state}",
        event_id=event_id,
        occurred=occurred,
        payment_id=identifier(paid, "payment_id"),
        amount=received(money(data.get("amount"), data.get("currency"))),
        subject_id=identifier(data.get("id"), "id"),
        livemode=livemode,
        failure_code=first_text(data.get("reason_code")),
    )


def _failure(data: Mapping[str, Any], raw_type: str) -> str | None:
    if _PAYMENTS[raw_type] not in {
        EventType.PAYMENT_FAILED,
        EventType.PAYMENT_REVERSED,
        EventType.REFUND_FAILED,
    }:
        return None
    return first_text(data.get("response_code"), data.get("reason")) or raw_type


def _livemode(document: Mapping[str, Any]) -> bool | None:
    """The event's own address tells."""
    href = section(section(document, "_links"), "self").get("href")
    host = urlsplit(href).hostname if isinstance(href, str) and href.isascii() else None
    if not host or not host.endswith("checkout.com"):
        return None
    return not host.endswith("sandbox.checkout.com")


def _references(data: Mapping[str, Any]) -> References:
    metadata, reference = section(data, "metadata"), first_text(data.get("reference"))
    return References(
        invoice=invoice_in(metadata) or reference,
        texts=texts(reference, data.get("description"), metadata),
        account=account_in(metadata),
    )


def _payer(data: Mapping[str, Any]) -> Payer:
    customer, source = section(data, "customer"), section(data, "source")
    return Payer(
        name=first_text(customer.get("name"), source.get("name")),
        email=first_text(customer.get("email")),
        account=first_text(source.get("iban")),
        customer=first_text(customer.get("id")),
    )
