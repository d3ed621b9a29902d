"""GoCardless' payments, refunds and payouts: what an event leaves out is read from these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from receivables.adapters.processors.document import (
    account_in,
    first_text,
    identifier,
    instant,
    invoice_in,
    money_in_units,
    received,
    section,
    texts,
)
from receivables.payments.events import (
    EventType,
    MoneyEvent,
    OtherEvent,
    References,
    Told,
    Uninterpretable,
)

EXPONENTS: Final[Mapping[str, int]] = {}
"""Amounts are in ISO 4217's minor units; all of GoCardless' currencies have two decimals."""

_PAYMENT_STATES: Final = {
    "pending_customer_approval": EventType.PAYMENT_PENDING,
    "pending_submission": EventType.PAYMENT_PENDING,
    "submitted": EventType.PAYMENT_PENDING,
    "confirmed": EventType.PAYMENT_SUCCEEDED,
    "paid_out": EventType.PAYMENT_SUCCEEDED,
    "cancelled": EventType.PAYMENT_FAILED,
    "customer_approval_denied": EventType.PAYMENT_FAILED,
    "failed": EventType.PAYMENT_FAILED,
    "charged_back": EventType.PAYMENT_REVERSED,
}
_PAYOUT_STATES: Final = {"paid": EventType.PAYOUT, "bounced": EventType.PAYOUT_FAILED}


def completed(told: MoneyEvent, subject: Mapping[str, Any]) -> Told:
    """The event with what the thing itself says. Raises Uninterpretable."""
    links = section(subject, "links")
    amount = received(money_in_units(subject.get("amount"), subject.get("currency"), EXPONENTS))
    if told.type is EventType.PAYOUT:
        fee = money_in_units(subject.get("deducted_fees"), subject.get("currency"), EXPONENTS, "fees")
        return replace(told, amount=amount, fee=fee, fetch=None)
    payment_id = told.payment_id or first_text(links.get("payment"))
    if payment_id is None:
        return OtherEvent(told.raw_type, told.event_id, "it is of no payment")
    if told.subject_id:
        return replace(told, payment_id=payment_id, amount=amount, fetch=None)
    return replace(
        told,
        payment_id=payment_id,
        amount=amount,
        parent_id=first_text(links.get("payout")),
        references=_references(subject),
        fetch=None,
    )


def as_it_stands(told: MoneyEvent, payment: Mapping[str, Any]) -> MoneyEvent:
    """What a payment's state says, under the id and at the time of who asks. Raises Uninterpretable."""
    status = identifier(payment.get("status"), "status")
    if status not in _PAYMENT_STATES:
        raise Uninterpretable("the status of a payment is not known")
    return replace(told, type=_PAYMENT_STATES[status], raw_type=f"payments.{status}")


def _references(payment: Mapping[str, Any]) -> References:
    metadata = section(payment, "metadata")
    found = texts(dict(metadata), payment.get("description"), payment.get("reference"))
    return References(invoice=invoice_in(metadata), texts=found, account=account_in(metadata))


def payout(subject: Mapping[str, Any]) -> Told:
    """A payout as it stands, with the fees that were kept. Raises Uninterpretable."""
    payout_id, status = identifier(subject.get("id"), "id"), identifier(subject.get("status"), "status")
    raw_type, event_id = f"payouts.{status}", f"payouts/{payout_id}/{status}"
    kind = _PAYOUT_STATES.get(status)
    if kind is None:
        return OtherEvent(raw_type, event_id, "it was not sent yet")
    at = instant(subject.get("created_at"), "created_at")
    told = MoneyEvent(kind, raw_type, event_id, at, subject_id=payout_id)
    if kind is EventType.PAYOUT:
        return completed(told, subject)
    amount = received(money_in_units(subject.get("amount"), subject.get("currency"), EXPONENTS))
    return replace(told, amount=amount)
