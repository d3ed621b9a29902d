"""Payments, refunds, payouts and what is on a merchant account, as TrueLayer's API gives them, read as events
(docs.truelayer.com/reference)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.asking import Read
from receivables.adapters.processors.document import (
    account_in,
    first_text,
    instant,
    invoice_in,
    money_in_units,
    received,
    section,
    sections,
    texts,
)
from receivables.adapters.processors.truelayer.events import uuid
from receivables.core.money import Money
from receivables.payments.events import (
    EventType,
    Fetch,
    MoneyEvent,
    OtherEvent,
    Payer,
    References,
    Uninterpretable,
)

Thing = Mapping[str, Any]

_PAYMENTS: Final = {
    "authorized": (EventType.PAYMENT_PENDING, "authorized_at"),
    "executed": (EventType.PAYMENT_PENDING, "executed_at"),
    "settled": (EventType.PAYMENT_SUCCEEDED, "settled_at"),
    "failed": (EventType.PAYMENT_FAILED, "failed_at"),
}
_REFUNDS: Final = {
    "pending": EventType.REFUND_PENDING,
    "authorized": EventType.REFUND_PENDING,
    "executed": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
}
_PAYOUTS: Final = {"executed": EventType.PAYOUT, "failed": EventType.PAYOUT_FAILED}


def payment(found: Thing) -> Read:
    """A payment as it is by now."""
    own, status = uuid(found.get("id"), "id"), str(found.get("status"))
    if status not in _PAYMENTS:
        return [OtherEvent(f"payment.{status}", f"{own}/{status}", "nothing was paid yet")]
    type_, time = _PAYMENTS[status]
    user, source = section(found, "user"), section(found, "payment_source")
    beneficiary = section(section(found, "payment_method"), "beneficiary")
    metadata = section(found, "metadata")
    return [
        MoneyEvent(
            type=type_,
            raw_type=f"payment.{status}",
            event_id=f"{own}/{status}",
            occurred=_when(found, time),
            payment_id=own,
            amount=amount(found),
            account=first_text(beneficiary.get("merchant_account_id")),
            references=References(
                invoice=invoice_in(metadata),
                account=account_in(metadata),
                texts=texts(beneficiary.get("reference"), metadata),
            ),
            payer=Payer(
                name=first_text(source.get("account_holder_name"), user.get("name")),
                email=first_text(user.get("email")),
                account=_account(source),
                customer=first_text(user.get("id")),
            ),
            failure_code=first_text(found.get("failure_reason")),
        )
    ]


def refund(found: Thing, payment_id: str) -> Read:
    """A refund of a payment as it is by now."""
    own, status = uuid(found.get("id"), "id"), str(found.get("status"))
    if status not in _REFUNDS:
        return [OtherEvent(f"refund.{status}", f"{own}/{status}")]
    return [
        MoneyEvent(
            type=_REFUNDS[status],
            raw_type=f"refund.{status}",
            event_id=f"{own}/{status}",
            occurred=_when(found, f"{status}_at"),
            payment_id=payment_id,
            subject_id=own,
            amount=amount(found),
            failure_code=first_text(found.get("failure_reason")),
        )
    ]


def payout(found: Thing) -> Read:
    """A payout to our own bank account. One to somebody else's is a refund, or nothing of ours."""
    own, status = uuid(found.get("id"), "id"), str(found.get("status"))
    to = section(found, "beneficiary").get("type")
    if status not in _PAYOUTS or to != "business_account":
        return [OtherEvent(f"payout.{status}", f"{own}/{status}", f"to {to}")]
    return [
        MoneyEvent(
            type=_PAYOUTS[status],
            raw_type=f"payout.{status}",
            event_id=f"{own}/{status}",
            occurred=_when(found, f"{status}_at"),
            subject_id=own,
            amount=amount(found),
            account=first_text(found.get("merchant_account_id")),
            failure_code=first_text(found.get("failure_reason")),
        )
    ]


def transaction(found: Thing) -> Read:
    """What is on a merchant account: payments (to be asked for: who paid what stands there), transfers that no payment asked
    for, and refunds."""
    own, kind = uuid(found.get("id"), "id"), str(found.get("type"))
    if kind == "merchant_account_payment":
        of = uuid(found.get("payment_id"), "payment_id")
        return [
            MoneyEvent(
                EventType.PAYMENT_SUCCEEDED,
                kind,
                f"{of}/settled",
                _when(found, "settled_at"),
                payment_id=of,
                amount=amount(found),
                fetch=Fetch("payment", of),
            )
        ]
    if kind == "external_payment":
        return [_external(own, found)]
    if kind == "refund" and found.get("payment_id"):
        same = {**found, "id": found.get("refund_id", own)}
        return refund(same, uuid(found.get("payment_id"), "payment_id"))
    return [OtherEvent(kind, own)]


def paid_out(found: Thing) -> Read:
    """A payout that is on a merchant account."""
    own = uuid(found.get("id"), "id")
    if found.get("type") != "payout":
        return [OtherEvent(str(found.get("type")), own)]
    return payout({**found, "id": found.get("payout_id", own)})


def amount(found: Thing) -> Money:
    """TrueLayer counts in the minor units of ISO 4217."""
    return received(money_in_units(found.get("amount_in_minor"), found.get("currency"), {}))


def _external(own: str, found: Thing) -> MoneyEvent:
    remitter = section(found, "remitter")
    return MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type="external_payment",
        event_id=f"{own}/settled",
        occurred=_when(found, "settled_at"),
        payment_id=own,
        amount=amount(found),
        references=References(texts=texts(remitter.get("reference"))),
        payer=Payer(name=first_text(remitter.get("account_holder_name")), account=_account(remitter)),
    )


def _account(source: Thing) -> str | None:
    """The payer's IBAN, else the account number that is told."""
    identifiers = sections(source, "account_identifiers") or (section(source, "account_identifier"),)
    return first_text(
        *(each.get("iban") for each in identifiers), *(each.get("account_number") for each in identifiers)
    )


def _when(found: Thing, name: str) -> datetime:
    text = found.get(name) or found.get("created_at")
    if text is None:
        raise Uninterpretable(f"{name} is missing")
    return instant(text, name)
