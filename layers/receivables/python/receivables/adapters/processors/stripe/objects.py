"""Stripe's objects: how their ids, amounts, payers and references are read, and what an event of one says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.document import (
    account_in,
    first_text,
    identifier,
    invoice_in,
    is_identifier,
    money_in_units,
    received,
    section,
    texts,
)
from receivables.core.money import DECIMALS, Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, Payer, References, Uninterpretable

EXPONENTS: Final[Mapping[str, int]] = {
    # Decimals of Stripe's amounts where they are not ISO 4217's, from its list of currencies and special cases
    # (docs.stripe.com/currencies): MGA is whole at Stripe; ISK and UGX are still counted in hundredths. HUF and TWD differ
    # for payouts only, and still have two decimals then.
    "MGA": 0,
    "ISK": 2,
    "UGX": 2,
}
_UNUSUAL: Final = frozenset("BIF CLP DJF GNF ISK JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split())
THREE_DECIMALS: Final = frozenset("BHD JOD KWD OMR TND".split())


@dataclass(frozen=True, slots=True)
class Envelope:
    """What is known of an event beside the object that it is about."""

    raw_type: str
    event_id: str
    occurred: datetime
    livemode: bool
    account: str | None = None


def money(units: object, currency: object) -> Money:
    """An amount in Stripe's units, more than nothing. Raises Uninterpretable."""
    code = currency.upper() if isinstance(currency, str) else ""
    if DECIMALS.get(code) != 2 and code not in _UNUSUAL | THREE_DECIMALS:
        raise Uninterpretable("the currency is not one of Stripe's")
    return received(money_in_units(units, code, EXPONENTS))


def charged(charge: Mapping[str, Any]) -> str:
    """The canonical id of the payment that a charge belongs to."""
    return linked(charge, "payment_intent") or identifier(charge.get("id"), "id")


def of_charge(subject: Mapping[str, Any]) -> str:
    """The same of what names its charge: a refund, a dispute."""
    found = linked(subject, "payment_intent")
    if found is None and isinstance(subject.get("charge"), dict):
        return charged(section(subject, "charge"))
    return found or identifier(subject.get("charge"), "charge")


def linked(subject: Mapping[str, Any], name: str) -> str | None:
    """The id of another object, which may be expanded to the whole of it."""
    value = subject.get(name)
    if isinstance(value, dict):
        value = value.get("id")
    return None if value is None else identifier(value, name)


def is_inquiry(dispute: Mapping[str, Any]) -> bool:
    """Whether a dispute only asks, or was settled before it began: then it took no money."""
    status = str(dispute.get("status"))
    return status.startswith("warning_") or status == "prevented"


def disputed(at: Envelope, subject: Mapping[str, Any], kind: EventType, *, taken: bool) -> MoneyEvent:
    amount = money(subject.get("amount"), subject.get("currency")) if taken else None
    dispute_id, why = identifier(subject.get("id"), "id"), first_text(subject.get("reason"))
    return about(at, kind, of_charge(subject), amount, subject=dispute_id, failure=why)


def paid(
    at: Envelope, kind: EventType, subject: Mapping[str, Any], payment_id: str, amount: Money | None
) -> MoneyEvent:
    parent = subject.get("invoice")
    return MoneyEvent(
        type=kind,
        raw_type=at.raw_type,
        event_id=at.event_id,
        occurred=at.occurred,
        payment_id=payment_id,
        amount=amount,
        fee=_fee(subject, amount),
        parent_id=str(parent) if is_identifier(parent) else None,
        account=at.account,
        livemode=at.livemode,
        references=_references(subject),
        payer=_payer(subject),
    )


def failure(
    at: Envelope, subject: Mapping[str, Any], payment_id: str, units: object, why: str | None
) -> MoneyEvent:
    amount = money(units, subject.get("currency"))
    return about(at, EventType.PAYMENT_FAILED, payment_id, amount, failure=why)


def about(
    at: Envelope,
    kind: EventType,
    payment_id: str | None,
    amount: Money | None,
    *,
    subject: str | None = None,
    cumulative: bool = False,
    fee: Money | None = None,
    failure: str | None = None,
    fetch: Fetch | None = None,
) -> MoneyEvent:
    return MoneyEvent(
        type=kind,
        raw_type=at.raw_type,
        event_id=at.event_id,
        occurred=at.occurred,
        payment_id=payment_id,
        amount=amount,
        subject_id=subject,
        cumulative=cumulative,
        fee=fee,
        account=at.account,
        livemode=at.livemode,
        failure_code=failure,
        fetch=fetch,
    )


def _fee(subject: Mapping[str, Any], amount: Money | None) -> Money | None:
    """What Stripe kept, where the balance transaction is expanded and in the payment's own currency."""
    transaction = subject.get("balance_transaction")
    if not isinstance(transaction, dict) or amount is None:
        return None
    fee = money_in_units(transaction.get("fee"), transaction.get("currency"), EXPONENTS, "fee")
    return fee if fee.currency == amount.currency and fee.minor >= 0 else None


def _references(subject: Mapping[str, Any]) -> References:
    metadata, own = section(subject, "metadata"), subject.get("client_reference_id")
    found = texts(dict(metadata), own, subject.get("description"))
    invoice = invoice_in(metadata) or first_text(own)
    return References(invoice=invoice, texts=found, account=account_in(metadata))


def _payer(subject: Mapping[str, Any]) -> Payer:
    details = section(subject, "customer_details") or section(subject, "billing_details")
    customer = subject.get("customer")
    return Payer(
        name=first_text(details.get("name")),
        email=first_text(details.get("email"), subject.get("receipt_email")),
        customer=first_text(customer.get("id") if isinstance(customer, dict) else customer),
    )
