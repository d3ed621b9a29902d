"""What Mollie tells of payments, refunds and chargebacks, in its webhooks and by its API alike (docs.mollie.com, v2).

- Amounts are decimal strings with the decimals of ISO 4217 (`10.00` EUR, `1000` JPY).
- A payment counts once it is `paid`, with what was captured of it. `open` is a page that somebody looks at, `authorized` a
  promise of money; neither is money. `pending` is on its way (a direct debit, a bank transfer).
- A chargeback with a reason is a returned direct debit - Mollie gives reasons for these only -: the bank takes the money
  back, and what is reversed later has come again. One without is a dispute, which has taken its amount.
- Payouts are the settlements (`settlements.py`), which no webhook tells of; the `payout.*` events are of the same money, and move nothing.
- Next-gen events come with the whole entity, or with its id alone; then it is asked for.
- The invoice's number is in our links' description only: payment links take no metadata. That of a link for an account as a whole
  begins with the account's id.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit

from receivables.adapters.processors.asking import Read, as_told, to_fetch
from receivables.adapters.processors.document import (
    account_in,
    fingerprint,
    first_text,
    identifier,
    instant,
    invoice_in,
    money_in_decimals,
    parse,
    received,
    section,
    sections,
    texts,
)
from receivables.adapters.processors.mollie.signature import CLASSIC
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

MOLLIE_ID: Final = re.compile(r"[a-z]{2,10}_[A-Za-z0-9]{4,64}")
_LINKED: Final = re.compile(r"/v2/payments/(tr_[A-Za-z0-9]{4,64})(?:/.*)?")
_KINDS: Final = {"tr": "payment", "pl": "payment_link"}
_ENDED: Final = {"failed": "failedAt", "expired": "expiredAt", "canceled": "canceledAt"}
_REFUNDS: Final = {
    "queued": EventType.REFUND_PENDING,
    "pending": EventType.REFUND_PENDING,
    "processing": EventType.REFUND_PENDING,
    "refunded": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
    "canceled": EventType.REFUND_FAILED,
}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks."""
    classic = CLASSIC.fullmatch(body)
    if classic:
        subject = classic[1].decode()
        return [to_fetch(_KINDS[subject[:2]], subject, f"{subject}/changed", "classic")]
    document = parse(body)
    if document.get("resource") != "event":
        return told_of(document, fingerprint(body))
    event_id = identifier(document.get("id"), "id")
    raw_type = identifier(document.get("type"), "type")
    if raw_type.split(".")[0] not in {"payment", "refund", "chargeback", "payment-link"}:
        return [OtherEvent(raw_type, event_id)]
    entity = section(section(document, "_embedded"), "entity")
    if not entity or raw_type.startswith("payment-link."):
        return [_unseen(document, event_id, raw_type)]
    return as_told(event_id, raw_type, told_of(entity, event_id))


def told_of(entity: Mapping[str, Any], event_id: str) -> Read:
    """What a payment, refund or chargeback is by now."""
    kind = entity.get("resource")
    if kind == "payment":
        return payment(entity)
    if kind == "refund":
        return refund(entity)
    if kind == "chargeback":
        return chargeback(entity)
    return [OtherEvent(first_text(kind) or "unknown", event_id)]


def payment(entity: Mapping[str, Any]) -> Read:
    """A payment, with the refunds and chargebacks that are embedded in it."""
    embedded = section(entity, "_embedded")
    return [
        _payment(entity),
        *(each for one in sections(embedded, "refunds") for each in refund(one)),
        *(each for one in sections(embedded, "chargebacks") for each in chargeback(one)),
    ]


def refund(entity: Mapping[str, Any]) -> Read:
    """A refund. When its state changed is not told: it counts from the day on which it was made."""
    subject, status = mollie_id(entity.get("id"), "id"), _status(entity)
    if status not in _REFUNDS:
        raise Uninterpretable("the status of a refund is not known")
    return [
        MoneyEvent(
            type=_REFUNDS[status],
            raw_type=f"refund.{status}",
            event_id=f"{subject}/{status}",
            occurred=instant(entity.get("createdAt"), "createdAt"),
            payment_id=mollie_id(entity.get("paymentId"), "paymentId"),
            amount=received(money(entity, "amount")),
            subject_id=subject,
            livemode=_livemode(entity),
            references=References(texts=texts(entity.get("description"))),
        )
    ]


def chargeback(entity: Mapping[str, Any]) -> Read:
    """A chargeback, and that it was reversed, if it was."""
    subject = mollie_id(entity.get("id"), "id")
    reason = first_text(section(entity, "reason").get("code"))
    taken = MoneyEvent(
        type=EventType.PAYMENT_REVERSED if reason else EventType.DISPUTE_OPENED,
        raw_type="chargeback.received",
        event_id=f"{subject}/received",
        occurred=instant(entity.get("createdAt"), "createdAt"),
        payment_id=mollie_id(entity.get("paymentId"), "paymentId"),
        amount=received(money(entity, "amount")),
        subject_id=subject,
        failure_code=reason,
    )
    if entity.get("reversedAt") is None:
        return [taken]
    back = MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED if reason else EventType.DISPUTE_WON,
        raw_type="chargeback.reversed",
        event_id=f"{subject}/reversed",
        occurred=instant(entity.get("reversedAt"), "reversedAt"),
        payment_id=taken.payment_id,
        amount=taken.amount,
        subject_id=subject,
    )
    return [taken, back]


def mollie_id(value: object, name: str) -> str:
    """An id of Mollie's, which may become part of a path. Raises Uninterpretable."""
    if not isinstance(value, str) or not MOLLIE_ID.fullmatch(value):
        raise Uninterpretable(f"{name} is not one of Mollie's ids")
    return value


def money(entity: Mapping[str, Any], name: str) -> Money:
    amount = section(entity, name)
    return money_in_decimals(amount.get("value"), amount.get("currency"), name)


def _payment(entity: Mapping[str, Any]) -> MoneyEvent | OtherEvent:
    subject, status = mollie_id(entity.get("id"), "id"), _status(entity)
    raw_type, event_id = f"payment.{status}", f"{subject}/{status}"
    found = _state(entity, status)
    if found is None:
        return OtherEvent(raw_type, event_id, "nothing is on its way")
    kind, occurred = found
    amount = _came(entity)
    if not amount:
        return OtherEvent(raw_type, event_id, "a card or mandate is tried, without money")
    failed = kind is EventType.PAYMENT_FAILED
    return MoneyEvent(
        type=kind,
        raw_type=raw_type,
        event_id=event_id,
        occurred=occurred,
        payment_id=subject,
        amount=received(amount),
        parent_id=first_text(entity.get("orderId"), entity.get("settlementId")),
        account=first_text(entity.get("profileId")),
        livemode=_livemode(entity),
        references=_references(entity),
        payer=_payer(entity),
        failure_code=_failure(entity, status) if failed else None,
    )


def _state(entity: Mapping[str, Any], status: str) -> tuple[EventType, datetime] | None:
    """What a payment's status is as an event, and when it became so; None: no money is on its way."""
    created = entity.get("createdAt")
    if status in {"open", "authorized"}:
        return None
    if status == "pending":
        return EventType.PAYMENT_PENDING, instant(created, "createdAt")
    if status == "paid":
        return EventType.PAYMENT_SUCCEEDED, instant(entity.get("paidAt") or created, "paidAt")
    if status in _ENDED:
        return EventType.PAYMENT_FAILED, instant(entity.get(_ENDED[status]) or created, _ENDED[status])
    raise Uninterpretable("the status of a payment is not known")


def _came(entity: Mapping[str, Any]) -> Money:
    captured = money(entity, "amountCaptured") if entity.get("amountCaptured") else None
    return captured if captured and captured.minor > 0 else money(entity, "amount")


def _failure(entity: Mapping[str, Any], status: str) -> str:
    details, reason = section(entity, "details"), entity.get("statusReason")
    code = reason.get("code") if isinstance(reason, dict) else None
    return first_text(code, details.get("failureReason"), details.get("bankReasonCode")) or status


def _status(entity: Mapping[str, Any]) -> str:
    return identifier(entity.get("status"), "status")


def _livemode(entity: Mapping[str, Any]) -> bool | None:
    return {"live": True, "test": False}.get(str(entity.get("mode")))


def _references(entity: Mapping[str, Any]) -> References:
    metadata, details = _metadata(entity.get("metadata")), section(entity, "details")
    reference = first_text(details.get("transferReference"), details.get("creditorReference"))
    description = first_text(entity.get("description"))
    return References(
        invoice=invoice_in(metadata),
        structured=reference,
        texts=texts(description, metadata, reference),
        account=account_in(metadata) or (description.split()[0] if description else None),
    )


def _metadata(value: object) -> dict[str, Any]:
    """Metadata may be anything; as text it is often JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            return {"text": value}
    return value if isinstance(value, dict) else {}


def _payer(entity: Mapping[str, Any]) -> Payer:
    details = section(entity, "details")
    return Payer(
        name=first_text(details.get("consumerName"), details.get("cardHolder"), details.get("bankName")),
        email=first_text(details.get("billingEmail"), section(entity, "billingAddress").get("email")),
        account=first_text(details.get("consumerAccount")),
        customer=first_text(entity.get("customerId")),
    )


def _unseen(document: Mapping[str, Any], event_id: str, raw_type: str) -> MoneyEvent:
    """An event that comes without its entity: its payment is asked for, which embeds its refunds and chargebacks."""
    subject = mollie_id(document.get("entityId"), "entityId")
    if kind := _KINDS.get(subject.split("_")[0]):
        return to_fetch(kind, subject, event_id, raw_type)
    href = section(section(document, "_links"), "entity").get("href")
    linked = _LINKED.fullmatch(urlsplit(href).path) if isinstance(href, str) else None
    if linked is None:
        raise Uninterpretable("the event does not say of which payment it is")
    return to_fetch("payment", linked[1], event_id, raw_type)
