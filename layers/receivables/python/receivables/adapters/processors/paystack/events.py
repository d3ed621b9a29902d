"""What Paystack tells of transactions, refunds, disputes and settlements, by webhook and by its API alike (paystack.com/docs).

- Amounts are hundredths of every currency, also of XOF and RWF, which have none in ISO 4217: whoever sends fractions of those
  is not understood. Refunds' amounts may come as text.
- A transaction is known by its `reference`, because refunds and disputes name that.
- A refund's webhook does not name the refund: the refunds of the transaction are asked for. One that belongs to a
  dispute is the dispute's own money, and does not count twice.
- A dispute takes nothing while it is open. Accepted - by us or, left unanswered, by Paystack - it is lost; declined, won.
- Transfers are money that we send, and nothing of receivables.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.processors.asking import Read, as_told, to_fetch
from receivables.adapters.processors.document import (
    account_in,
    currency_code,
    fingerprint,
    first_text,
    identifier,
    instant,
    invoice_in,
    money_in_units,
    parse,
    received,
    section,
    texts,
    whole,
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

REFERENCE: Final = re.compile(r"[A-Za-z0-9.=_-]{1,100}")
"""Paystack takes letters, digits and `-.=`; those that it makes itself have underscores too."""
NUMBER: Final = re.compile(r"[0-9]{1,20}")
UNITS: Final = {"XOF": 2, "RWF": 2}

_CURRENCIES: Final = frozenset("EGP GHS KES NGN RWF USD XOF ZAR".split())
_REFUNDS: Final = {
    "pending": EventType.REFUND_PENDING,
    "processing": EventType.REFUND_PENDING,
    "needs-attention": EventType.REFUND_PENDING,
    "processed": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
    "reversed": EventType.REFUND_FAILED,
}
_ENDED: Final = frozenset({"failed", "abandoned", "reversed"})
_ON_ITS_WAY: Final = frozenset({"pending", "processing", "queued"})
_RESOLUTIONS: Final = {
    "declined": EventType.DISPUTE_WON,
    "merchant-accepted": EventType.DISPUTE_LOST,
    "auto-accepted": EventType.DISPUTE_LOST,
}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks."""
    document = parse(body)
    raw_type, event_id = identifier(document.get("event"), "event"), fingerprint(body)
    data = section(document, "data")
    if raw_type == "charge.success":
        return as_told(event_id, raw_type, transaction(data))
    if raw_type.startswith("charge.dispute."):
        return as_told(event_id, raw_type, dispute(data))
    if raw_type.startswith("refund."):
        of = path_reference(data.get("transaction_reference"))
        return [to_fetch("refunds", of, event_id, raw_type, _livemode(data))]
    return [OtherEvent(raw_type, event_id)]


def transaction(entity: Mapping[str, Any]) -> Read:
    subject, status = path_reference(entity.get("reference")), identifier(entity.get("status"), "status")
    raw_type, event_id = f"transaction.{status}", f"{subject}/{status}"
    kind = _kind(status)
    if kind is None:
        return [OtherEvent(raw_type, event_id, "nothing is on its way")]
    amount = received(money(entity.get("amount"), entity.get("currency")))
    fees = entity.get("fees")
    came = kind is EventType.PAYMENT_SUCCEEDED
    return [
        MoneyEvent(
            type=kind,
            raw_type=raw_type,
            event_id=event_id,
            occurred=instant(
                entity.get("paid_at") or entity.get("created_at") or entity.get("createdAt"), "paid_at"
            ),
            payment_id=subject,
            amount=amount,
            fee=money(fees, amount.currency, "fees") if came and fees is not None else None,
            livemode=_livemode(entity),
            references=_references(entity),
            payer=_payer(entity),
            failure_code=None if came else first_text(entity.get("gateway_response"), status),
        )
    ]


def refund(entity: Mapping[str, Any], reference: str | None = None) -> Read:
    """A refund as the API has it, of the transaction of that reference."""
    subject, status = str(whole(entity.get("id"), "id")), identifier(entity.get("status"), "status")
    raw_type, event_id = f"refund.{status}", f"refund:{subject}/{status}"
    if entity.get("dispute"):
        return [OtherEvent(raw_type, event_id, "the dispute tells of the same money")]
    if status not in _REFUNDS:
        raise Uninterpretable("the status of a refund is not known")
    when = entity.get("refunded_at") if status == "processed" else None
    made = entity.get("createdAt") or entity.get("created_at")
    return [
        MoneyEvent(
            type=_REFUNDS[status],
            raw_type=raw_type,
            event_id=event_id,
            occurred=instant(when or made, "createdAt"),
            payment_id=reference or _transaction_of(entity),
            amount=received(money(entity.get("amount"), entity.get("currency"))),
            subject_id=subject,
            livemode=_livemode(entity),
            references=References(texts=texts(entity.get("merchant_note"), entity.get("customer_note"))),
        )
    ]


def dispute(entity: Mapping[str, Any]) -> Read:
    subject, status = str(whole(entity.get("id"), "id")), identifier(entity.get("status"), "status")
    resolution = first_text(entity.get("resolution"))
    state = resolution if status == "resolved" and resolution else status
    kind = _RESOLUTIONS.get(state, EventType.DISPUTE_OPENED)
    if status == "resolved" and state not in _RESOLUTIONS:
        raise Uninterpretable("the resolution of a dispute is not known")
    over = entity.get("resolvedAt") if status == "resolved" else None
    when = over or entity.get("updatedAt") or entity.get("updated_at") or entity.get("createdAt")
    return [
        MoneyEvent(
            type=kind,
            raw_type=f"dispute.{state}",
            event_id=f"dispute:{subject}/{state}",
            occurred=instant(when or entity.get("created_at"), "createdAt"),
            payment_id=_transaction_of(entity),
            amount=_given_back(entity) if kind is EventType.DISPUTE_LOST else None,
            subject_id=subject,
            livemode=_livemode(entity),
            failure_code=first_text(entity.get("category")),
        )
    ]


def settlement(entity: Mapping[str, Any]) -> Read:
    subject, status = str(whole(entity.get("id"), "id")), identifier(entity.get("status"), "status")
    if status not in {"success", "failed"}:
        return [OtherEvent(f"settlement.{status}", f"{subject}/{status}")]
    amount = received(money(entity.get("effective_amount"), entity.get("currency"), "effective_amount"))
    fees = entity.get("total_fees")
    when = entity.get("settlement_date") or entity.get("createdAt")
    return [
        MoneyEvent(
            type=EventType.PAYOUT if status == "success" else EventType.PAYOUT_FAILED,
            raw_type=f"settlement.{status}",
            event_id=f"settlement:{subject}/{status}",
            occurred=instant(when, "settlement_date"),
            amount=amount,
            subject_id=subject,
            fee=money(fees, amount.currency, "total_fees") if fees is not None else None,
            livemode=_livemode(entity),
        )
    ]


def money(units: object, currency: object, name: str = "amount") -> Money:
    """An amount in hundredths, which may be text. Raises Uninterpretable, also for currencies that Paystack does not have."""
    code = currency_code(currency)
    if code not in _CURRENCIES:
        raise Uninterpretable("the currency is not one of Paystack's")
    if isinstance(units, str) and NUMBER.fullmatch(units):
        units = int(units)
    return money_in_units(units, code, UNITS, name)


def path_reference(value: object) -> str:
    """A reference, which may become part of a path. Raises Uninterpretable."""
    if not isinstance(value, str) or not REFERENCE.fullmatch(value) or set(value) == {"."}:
        raise Uninterpretable("the reference of a transaction is missing or not one of Paystack's")
    return value


def _kind(status: str) -> EventType | None:
    if status == "success":
        return EventType.PAYMENT_SUCCEEDED
    if status in _ENDED:
        return EventType.PAYMENT_FAILED
    return EventType.PAYMENT_PENDING if status in _ON_ITS_WAY else None


def _transaction_of(entity: Mapping[str, Any]) -> str:
    of = entity.get("transaction")
    nested = of.get("reference") if isinstance(of, dict) else None
    return path_reference(entity.get("transaction_reference") or nested)


def _given_back(entity: Mapping[str, Any]) -> Money:
    of = entity.get("transaction")
    of = of if isinstance(of, dict) else {}
    units = entity.get("refund_amount")
    if not units:
        units = of.get("amount")
    return received(money(units, entity.get("currency") or of.get("currency"), "refund_amount"))


def _livemode(entity: Mapping[str, Any]) -> bool | None:
    return {"live": True, "test": False}.get(str(entity.get("domain")))


def _references(entity: Mapping[str, Any]) -> References:
    metadata = _metadata(entity.get("metadata"))
    fields = metadata.pop("custom_fields", None)
    for each in fields if isinstance(fields, list) else []:
        if isinstance(each, dict) and isinstance(each.get("variable_name"), str):
            metadata.setdefault(each["variable_name"], each.get("value"))
    found = texts(metadata, entity.get("message"))
    return References(invoice=invoice_in(metadata), texts=found, account=account_in(metadata))


def _metadata(value: object) -> dict[str, Any]:
    """Metadata is an object, text that is JSON, an empty text or 0."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=str, parse_int=str)
        except (ValueError, RecursionError):
            return {"text": value}
    return dict(value) if isinstance(value, dict) else {}


def _payer(entity: Mapping[str, Any]) -> Payer:
    customer, how = section(entity, "customer"), section(entity, "authorization")
    names = [name for key in ("first_name", "last_name") if (name := first_text(customer.get(key)))]
    return Payer(
        name=first_text(" ".join(names), how.get("sender_name"), how.get("account_name")),
        email=first_text(customer.get("email")),
        account=first_text(how.get("sender_bank_account_number")),
        customer=first_text(customer.get("customer_code")),
    )
