"""This product's own, neutral format: what any other source sends, signed by Standard Webhooks.

    {"type": "payment.succeeded", "timestamp": "2026-03-01T08:00:00Z",
     "data": {"payment_id": "BANK-2026-000123", "amount": "123.45", "currency": "EUR", "livemode": true,
              "invoice": "INV-1", "account": "C-1.EUR", "structured": "RF18539007547034",
              "texts": ["Invoice INV-1, thanks"], "end_to_end": "E2E-7", "fee": "0.35", "parent_id": "ORDER-9",
              "payer": "Example Ltd", "email": "pay@example.com", "payer_account": "DE89370400440532013000",
              "customer": "CUST-4"}}

`timestamp` is when it happened (RFC 3339, with a zone). Amounts are decimal strings in major units, more than zero. What is not
named below may be left out. Other types are stored and move nothing. The event's id is `webhook-id`.

    type                                                   needs beside timestamp
    payment.pending, payment.succeeded                     payment_id, amount, currency
    payment.failed, payment.reversed                       payment_id; `code`, `will_retry` (true: it is tried again)
    refund.pending, refund.succeeded, refund.failed        payment_id, amount, currency, and `refund_id`, or of a refund that
                                                           succeeded `cumulative` true: the amount is all refunded so far
    dispute.opened                                         payment_id, dispute_id; with amount and currency it was taken
    dispute.won, dispute.lost                              payment_id, dispute_id
    mandate.cancelled                                      mandate_id; `code`
    payout.sent                                            payout_id, amount (what reaches the bank), currency; fee
    payout.failed                                          payout_id, amount, currency

`payment_id` names the movement and is unique at the endpoint; refunds, disputes, mandates and payouts likewise.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from receivables.adapters.processors.document import (
    fingerprint,
    first_text,
    flag,
    identifier,
    instant,
    is_identifier,
    money_in_decimals,
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

_AMOUNT: Final = re.compile(r"[0-9]{1,16}(\.[0-9]{1,6})?")


@dataclass(frozen=True, slots=True)
class _Type:
    """A type of event: which id it has of its own, whether it is of a payment, and whether it must have an amount."""

    kind: EventType
    subject: str | None = None
    of_payment: bool = True
    amount: bool = True


_TYPES: Final[Mapping[str, _Type]] = {
    "payment.pending": _Type(EventType.PAYMENT_PENDING),
    "payment.succeeded": _Type(EventType.PAYMENT_SUCCEEDED),
    "payment.failed": _Type(EventType.PAYMENT_FAILED, amount=False),
    "payment.reversed": _Type(EventType.PAYMENT_REVERSED, amount=False),
    "refund.pending": _Type(EventType.REFUND_PENDING, "refund_id"),
    "refund.succeeded": _Type(EventType.REFUND_SUCCEEDED, "refund_id"),
    "refund.failed": _Type(EventType.REFUND_FAILED, "refund_id"),
    "dispute.opened": _Type(EventType.DISPUTE_OPENED, "dispute_id", amount=False),
    "dispute.won": _Type(EventType.DISPUTE_WON, "dispute_id", amount=False),
    "dispute.lost": _Type(EventType.DISPUTE_LOST, "dispute_id", amount=False),
    "mandate.cancelled": _Type(EventType.MANDATE_CANCELLED, "mandate_id", of_payment=False, amount=False),
    "payout.sent": _Type(EventType.PAYOUT, "payout_id", of_payment=False),
    "payout.failed": _Type(EventType.PAYOUT_FAILED, "payout_id", of_payment=False),
}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks: one event."""
    document = parse(body)
    raw_type = identifier(document.get("type"), "type")
    named = headers.get("webhook-id")
    event_id = str(named) if is_identifier(named) else fingerprint(body)
    known = _TYPES.get(raw_type)
    if known is None:
        return (OtherEvent(raw_type, event_id),)
    data = section(document, "data")
    cumulative = known.kind is EventType.REFUND_SUCCEEDED and _optional_flag(data, "cumulative")
    subject = (
        None if cumulative or known.subject is None else identifier(data.get(known.subject), known.subject)
    )
    livemode = data.get("livemode")
    return (
        MoneyEvent(
            type=known.kind,
            raw_type=raw_type,
            event_id=event_id,
            occurred=instant(document.get("timestamp"), "timestamp"),
            payment_id=identifier(data.get("payment_id"), "payment_id") if known.of_payment else None,
            amount=_amount(data, required=known.amount),
            subject_id=subject,
            cumulative=cumulative,
            fee=_money(data, "fee") if data.get("fee") is not None else None,
            parent_id=first_text(data.get("parent_id")),
            livemode=None if livemode is None else flag(livemode, "livemode"),
            references=_references(data),
            payer=_payer(data),
            failure_code=first_text(data.get("code")),
            will_retry=_optional_flag(data, "will_retry"),
        ),
    )


def _amount(data: Mapping[str, Any], *, required: bool) -> Money | None:
    if not required and data.get("amount") is None:
        return None
    return received(_money(data, "amount"))


def _money(data: Mapping[str, Any], name: str) -> Money:
    amount = data.get(name)
    if not isinstance(amount, str) or not _AMOUNT.fullmatch(amount):
        raise Uninterpretable(f"{name} is not a decimal string")
    return money_in_decimals(amount, data.get("currency"), name)


def _optional_flag(data: Mapping[str, Any], name: str) -> bool:
    value = data.get(name)
    return False if value is None else flag(value, name)


def _references(data: Mapping[str, Any]) -> References:
    told = data.get("texts")
    return References(
        invoice=first_text(data.get("invoice")),
        structured=first_text(data.get("structured")),
        texts=texts(*told) if isinstance(told, list) else (),
        end_to_end=first_text(data.get("end_to_end")),
        account=first_text(data.get("account")),
    )


def _payer(data: Mapping[str, Any]) -> Payer:
    return Payer(
        name=first_text(data.get("payer")),
        email=first_text(data.get("email")),
        account=first_text(data.get("payer_account")),
        customer=first_text(data.get("customer")),
    )
