"""What Square tells of payments, refunds, disputes and payouts, by webhook and by its API alike (developer.squareup.com).

- Amounts are integers in the currency's smallest unit, as in ISO 4217 (`Money`, "Working with Monetary Amounts").
- A payment counts once it is COMPLETED; APPROVED is authorised. What came is its `total_money`, tips included, and that of a
  card came when it was captured: a payment changes (`updated_at`) with its fees and refunds, too.
- Square's state of an object may reach us in any order and several times: ids of what is asked for derive from state.
- A dispute takes its amount when it is opened; an inquiry (INQUIRY_…) only asks. ACCEPTED is given up: lost.
- A payout is the same money when it is sent and when it is paid. It counts when it is sent.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.asking import Read, as_told, summed, to_fetch
from receivables.adapters.processors.document import (
    first_text,
    identifier,
    instant,
    money_in_units,
    parse,
    received,
    section,
    sections,
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

SQUARE_ID: Final = re.compile(r"[A-Za-z0-9_-]{4,192}")
INVOICE_NOTE: Final = "Invoice: "
"""How the note of a payment made by one of our links begins, before the number."""
ACCOUNT_NOTE: Final = "Account: "
"""The same where the link is for an account as a whole, before its id."""

_PAYMENTS: Final = {
    "PENDING": EventType.PAYMENT_PENDING,
    "COMPLETED": EventType.PAYMENT_SUCCEEDED,
    "FAILED": EventType.PAYMENT_FAILED,
    "CANCELED": EventType.PAYMENT_FAILED,
}
_REFUNDS: Final = {
    "PENDING": EventType.REFUND_PENDING,
    "APPROVED": EventType.REFUND_PENDING,
    "COMPLETED": EventType.REFUND_SUCCEEDED,
    "REJECTED": EventType.REFUND_FAILED,
    "FAILED": EventType.REFUND_FAILED,
}
_DISPUTES: Final = {
    "EVIDENCE_REQUIRED": EventType.DISPUTE_OPENED,
    "PROCESSING": EventType.DISPUTE_OPENED,
    "INQUIRY_EVIDENCE_REQUIRED": EventType.DISPUTE_OPENED,
    "INQUIRY_PROCESSING": EventType.DISPUTE_OPENED,
    "INQUIRY_CLOSED": EventType.DISPUTE_WON,
    "WON": EventType.DISPUTE_WON,
    "LOST": EventType.DISPUTE_LOST,
    "ACCEPTED": EventType.DISPUTE_LOST,
}
_PAYOUTS: Final = {"SENT": EventType.PAYOUT, "PAID": EventType.PAYOUT, "FAILED": EventType.PAYOUT_FAILED}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks. Square's header tells rehearsals from real money."""
    document = parse(body)
    raw_type, event_id = (
        identifier(document.get("type"), "type"),
        identifier(document.get("event_id"), "event_id"),
    )
    kind = raw_type.split(".")[0]
    entity = section(section(section(document, "data"), "object"), kind)
    livemode = {"production": True, "sandbox": False}.get(headers.get("square-environment", "").lower())
    if kind == "payout":
        return [to_fetch("payout", identifier(entity.get("id"), "id"), event_id, raw_type, livemode)]
    read = _READERS.get(kind)
    if read is None or raw_type.startswith("dispute.evidence"):
        return [OtherEvent(raw_type, event_id)]
    merchant = first_text(document.get("merchant_id"))
    told = [_placed(each, merchant, livemode) for each in read(entity)]
    return as_told(event_id, raw_type, told)


def payment(entity: Mapping[str, Any]) -> Read:
    subject, status = identifier(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    raw_type, event_id = f"payment.{status}", f"{subject}/{status}"
    if status == "APPROVED":
        return [OtherEvent(raw_type, event_id, "authorised, not captured")]
    if _settled_elsewhere(entity):
        return [OtherEvent(raw_type, event_id, "cash or another processor's money: it is not at Square")]
    amount = money(entity, "total_money" if entity.get("total_money") else "amount_money")
    if not amount:
        return [OtherEvent(raw_type, event_id, "no money")]
    kind = _known(_PAYMENTS, status, "payment")
    return [
        MoneyEvent(
            type=kind,
            raw_type=raw_type,
            event_id=event_id,
            occurred=_when(entity, kind),
            payment_id=subject,
            amount=received(amount),
            fee=_fees(entity, amount.currency) if kind is EventType.PAYMENT_SUCCEEDED else None,
            parent_id=first_text(entity.get("order_id")),
            account=first_text(entity.get("location_id")),
            references=_references(entity),
            payer=_payer(entity),
            failure_code=_failure(entity, status) if kind is EventType.PAYMENT_FAILED else None,
        )
    ]


def refund(entity: Mapping[str, Any]) -> Read:
    subject, status = identifier(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    if entity.get("payment_id") is None:
        return [OtherEvent(f"refund.{status}", f"{subject}/{status}", "it is of no payment at Square")]
    return [
        MoneyEvent(
            type=_known(_REFUNDS, status, "refund"),
            raw_type=f"refund.{status}",
            event_id=f"{subject}/{status}",
            occurred=instant(entity.get("updated_at") or entity.get("created_at"), "updated_at"),
            payment_id=identifier(entity.get("payment_id"), "payment_id"),
            amount=received(money(entity, "amount_money")),
            subject_id=subject,
            references=References(texts=texts(entity.get("reason"))),
        )
    ]


def dispute(entity: Mapping[str, Any]) -> Read:
    subject = identifier(entity.get("id") or entity.get("dispute_id"), "id")
    state = identifier(entity.get("state"), "state")
    disputed = section(entity, "disputed_payment").get("payment_id")
    asks_only = state.startswith("INQUIRY")
    return [
        MoneyEvent(
            type=_known(_DISPUTES, state, "dispute"),
            raw_type=f"dispute.{state}",
            event_id=f"{subject}/{state}",
            occurred=instant(entity.get("updated_at") or entity.get("created_at"), "updated_at"),
            payment_id=identifier(disputed, "payment_id"),
            amount=None if asks_only else received(money(entity, "amount_money")),
            subject_id=subject,
            failure_code=first_text(entity.get("reason")),
        )
    ]


def payout(entity: Mapping[str, Any], entries: Sequence[Mapping[str, Any]]) -> Read:
    """A payout with all its entries. Its amount is what reaches the bank, its fee what was kept of the payments in it."""
    subject, status = identifier(entity.get("id"), "id"), identifier(entity.get("status"), "status")
    amount = money(entity, "amount_money")
    if amount.minor <= 0:
        return [
            OtherEvent(f"payout.{status}", f"{subject}/{status}", "money is drawn from our bank, not sent")
        ]
    return [
        MoneyEvent(
            type=_known(_PAYOUTS, status, "payout"),
            raw_type=f"payout.{status}",
            event_id=f"{subject}/{status}",
            occurred=instant(entity.get("created_at"), "created_at"),
            amount=received(amount),
            subject_id=subject,
            fee=summed((_kept(each) for each in entries), amount.currency),
            account=first_text(entity.get("location_id")),
            references=References(end_to_end=first_text(entity.get("end_to_end_id"))),
        )
    ]


def money(entity: Mapping[str, Any], name: str) -> Money:
    amount = section(entity, name)
    return money_in_units(amount.get("amount"), amount.get("currency"), {}, name)


def _kept(entry: Mapping[str, Any]) -> Money:
    """What an entry of a payout takes for Square: the fee of a payment, or all of an entry that is a fee itself."""
    gross, kind = money(entry, "gross_amount_money"), first_text(entry.get("type")) or ""
    fee = money(entry, "fee_amount_money") if entry.get("fee_amount_money") else Money.zero(gross.currency)
    is_fee = ("FEE" in kind and not kind.startswith("APP_FEE")) or kind == "FREE_PROCESSING"
    return fee - gross if is_fee else fee


def _placed(
    told: MoneyEvent | OtherEvent, merchant: str | None, livemode: bool | None
) -> MoneyEvent | OtherEvent:
    if isinstance(told, OtherEvent):
        return told
    return replace(told, account=told.account or merchant, livemode=livemode)


def _known(states: Mapping[str, EventType], state: str, what: str) -> EventType:
    if state not in states:
        raise Uninterpretable(f"the state of a {what} is not known")
    return states[state]


def _when(entity: Mapping[str, Any], kind: EventType) -> datetime:
    timeline = section(section(entity, "card_details"), "card_payment_timeline")
    captured = timeline.get("captured_at") if kind is EventType.PAYMENT_SUCCEEDED else None
    return instant(captured or entity.get("updated_at") or entity.get("created_at"), "updated_at")


def _settled_elsewhere(entity: Mapping[str, Any]) -> bool:
    """Recorded at Square, and never in its hands."""
    return first_text(entity.get("source_type")) in {"CASH", "EXTERNAL"}


def _fees(entity: Mapping[str, Any], currency: str) -> Money | None:
    """Known some time after the payment only."""
    fees = sections(entity, "processing_fee")
    return summed((money(each, "amount_money") for each in fees), currency) if fees else None


def _failure(entity: Mapping[str, Any], status: str) -> str:
    for details in ("card_details", "bank_account_details"):
        for error in sections(section(entity, details), "errors"):
            if code := first_text(error.get("code")):
                return code
    return status


def _references(entity: Mapping[str, Any]) -> References:
    note = first_text(entity.get("note")) or ""
    reference = first_text(entity.get("reference_id"))
    return References(
        invoice=_after(INVOICE_NOTE, note) or reference,
        texts=texts(reference, note),
        account=_after(ACCOUNT_NOTE, note),
    )


def _after(beginning: str, note: str) -> str | None:
    return first_text(note.removeprefix(beginning)) if note.startswith(beginning) else None


def _payer(entity: Mapping[str, Any]) -> Payer:
    address, card = section(entity, "billing_address"), section(section(entity, "card_details"), "card")
    names = [name for key in ("first_name", "last_name") if (name := first_text(address.get(key)))]
    return Payer(
        name=first_text(card.get("cardholder_name"), " ".join(names)),
        email=first_text(entity.get("buyer_email_address")),
        customer=first_text(entity.get("customer_id")),
    )


_READERS: Final[dict[str, Callable[[Mapping[str, Any]], Read]]] = {
    "payment": payment,
    "refund": refund,
    "dispute": dispute,
}
