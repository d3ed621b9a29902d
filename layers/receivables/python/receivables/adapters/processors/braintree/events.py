"""What Braintree's webhooks tell (developer.paypal.com/braintree/docs/reference/general/webhooks): XML in a signed form.

- A payment is its transaction. It is ours when it is settled: `transaction_settled` (bank debits), `transaction_disbursed` (cards),
  `local_payment_funded`; `transaction_settlement_declined` is its failure. A transaction of type `credit` is a refund of
  the transaction that it names; one that names none is money that we sent.
- Some notifications have an amount without its currency: then the transaction is asked for (`api`).
- A dispute of kind `chargeback` or `pre_arbitration` has taken the amount disputed; one of kind `retrieval` only asks.
- A disbursement is a payout, of many transactions; when it fails Braintree says why (`disbursement_exception`, or `success` false).
- Amounts are decimal strings in major units. The notification's id is the payload's SHA-256: Braintree gives none.
- The reference is the custom field `invoice`; `order-id` is text in which a number may be found.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Final

from receivables.adapters.processors.braintree.signature import decoded, form
from receivables.adapters.processors.braintree.xml import (
    child,
    midnight,
    moment,
    money,
    parse,
    required,
    text,
)
from receivables.adapters.processors.document import (
    INVOICE_NAMES,
    account_in,
    currency_code,
    fingerprint,
    first_text,
    received,
    texts,
)
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    Payer,
    References,
    Told,
    Uninterpretable,
)

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REFUND: Final = {
    EventType.PAYMENT_SUCCEEDED: EventType.REFUND_SUCCEEDED,
    EventType.PAYMENT_PENDING: EventType.REFUND_PENDING,
    EventType.PAYMENT_FAILED: EventType.REFUND_FAILED,
}
_TRANSACTIONS: Final = {
    "transaction_settled": (EventType.PAYMENT_SUCCEEDED, ("transaction",)),
    "transaction_disbursed": (EventType.PAYMENT_SUCCEEDED, ("transaction",)),
    "transaction_settlement_declined": (EventType.PAYMENT_FAILED, ("transaction",)),
    "local_payment_completed": (EventType.PAYMENT_PENDING, ("local-payment", "transaction")),
    "local_payment_funded": (EventType.PAYMENT_SUCCEEDED, ("local-payment-funded", "transaction")),
}
_DISPUTES: Final = {
    "dispute_opened": EventType.DISPUTE_OPENED,
    "dispute_won": EventType.DISPUTE_WON,
    "dispute_lost": EventType.DISPUTE_LOST,
    "dispute_accepted": EventType.DISPUTE_LOST,
    "dispute_auto_accepted": EventType.DISPUTE_LOST,
    "dispute_expired": EventType.DISPUTE_LOST,
}


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks."""
    content = decoded(form(body).get("bt_payload", ""))
    if not content:
        raise Uninterpretable("bt_payload is missing or not base64")
    notification = parse(content)
    kind = required(notification, "kind")
    subject = child(notification, "subject")
    read = _reader(kind)
    if read is None or subject is None:
        return (OtherEvent(kind, fingerprint(content)),)
    return (read(kind, fingerprint(content), subject, moment(notification, "timestamp")),)


Reader = Callable[[str, str, "Element", datetime], Told]


def _reader(kind: str) -> Reader | None:
    if kind in _TRANSACTIONS:
        return _transaction
    if kind in _DISPUTES:
        return _disputed
    return {
        "refund_failed": _refund_failed,
        "disbursement": _disbursement,
        "disbursement_exception": _disbursement,
        "payment_method_revoked_by_customer": _revoked,
    }.get(kind)


def _transaction(kind: str, event_id: str, subject: Element, at: datetime) -> Told:
    type_, path = _TRANSACTIONS[kind]
    found = child(subject, *path)
    return OtherEvent(kind, event_id) if found is None else transaction(type_, kind, event_id, found, at)


def transaction(type_: EventType, raw_type: str, event_id: str, found: Element, at: datetime) -> Told:
    """A transaction, or the refund that it is; to be asked for when the notification says too little."""
    own, currency, sort = required(found, "id"), text(found, "currency-iso-code"), text(found, "type")
    if currency is None or sort is None:
        return MoneyEvent(type_, raw_type, event_id, at, payment_id=own, fetch=Fetch("payment", own))
    refunded = text(found, "refunded-transaction-id")
    if sort == "credit" and refunded is None:
        return OtherEvent(raw_type, event_id, "money that we sent, of no payment")
    return MoneyEvent(
        type=_REFUND[type_] if sort == "credit" else type_,
        raw_type=raw_type,
        event_id=event_id,
        occurred=at,
        payment_id=refunded if sort == "credit" else own,
        subject_id=own if sort == "credit" else None,
        amount=received(money(found, "amount", currency)),
        account=text(found, "merchant-account-id"),
        parent_id=None if sort == "credit" else text(found, "order-id"),
        references=_references(found),
        payer=_payer(found),
        failure_code=text(found, "processor-settlement-response-code") if _failed(type_) else None,
    )


def _failed(type_: EventType) -> bool:
    return type_ is EventType.PAYMENT_FAILED


def _refund_failed(kind: str, event_id: str, subject: Element, at: datetime) -> Told:
    found = child(subject, "transaction")
    if found is None:
        raise Uninterpretable("transaction is missing")
    own, of = required(found, "id"), text(found, "refunded-transaction-id")
    currency = text(found, "currency-iso-code")
    if of is None or currency is None:
        return MoneyEvent(
            EventType.REFUND_FAILED, kind, event_id, at, subject_id=own, fetch=Fetch("refund", own)
        )
    return MoneyEvent(
        type=EventType.REFUND_FAILED,
        raw_type=kind,
        event_id=event_id,
        occurred=at,
        payment_id=of,
        subject_id=own,
        amount=received(money(found, "amount", currency)),
        failure_code=text(found, "status"),
    )


def _disputed(kind: str, event_id: str, subject: Element, at: datetime) -> Told:
    found = child(subject, "dispute")
    if found is None:
        raise Uninterpretable("dispute is missing")
    return dispute(_DISPUTES[kind], kind, event_id, found, at)


def dispute(type_: EventType, raw_type: str, event_id: str, found: Element, at: datetime) -> MoneyEvent:
    """A dispute: a retrieval only asks, the others have taken what is disputed."""
    currency = currency_code(text(found, "currency-iso-code"))
    asks = (text(found, "kind") or "chargeback") == "retrieval"
    name = "amount-disputed" if text(found, "amount-disputed") else "amount"
    return MoneyEvent(
        type=type_,
        raw_type=raw_type,
        event_id=event_id,
        occurred=at,
        payment_id=required(found, "transaction", "id"),
        subject_id=required(found, "id"),
        amount=None if asks else received(money(found, name, currency)),
        account=text(found, "merchant-account-id"),
        failure_code=text(found, "reason-code") or text(found, "reason"),
    )


def _disbursement(kind: str, event_id: str, subject: Element, at: datetime) -> Told:
    found = child(subject, "disbursement")
    if found is None:
        raise Uninterpretable("disbursement is missing")
    currency = text(found, "merchant-account", "currency-iso-code")
    failed = kind == "disbursement_exception" or text(found, "success") != "true"
    day = midnight(found, "disbursement-date")
    return MoneyEvent(
        type=EventType.PAYOUT_FAILED if failed else EventType.PAYOUT,
        raw_type=kind,
        event_id=event_id,
        occurred=day if day and not failed and day <= at else at,
        subject_id=required(found, "id"),
        amount=received(money(found, "amount", currency)),
        account=text(found, "merchant-account", "id"),
        failure_code=text(found, "exception-message"),
        will_retry=text(found, "retry") == "true",
    )


def _revoked(kind: str, event_id: str, subject: Element, at: datetime) -> Told:
    """The payer has taken back the permission to draw from an account, at its provider."""
    for account in subject:
        if token := text(account, "token"):
            payer = Payer(email=text(account, "email"), customer=text(account, "customer-id"))
            return MoneyEvent(EventType.MANDATE_CANCELLED, kind, event_id, at, subject_id=token, payer=payer)
    return OtherEvent(kind, event_id, "it names no payment method")


def _references(found: Element) -> References:
    fields = child(found, "custom-fields")
    own = {each.tag: first_text(each.text) for each in (fields if fields is not None else ())}
    named = (own.get(name) or own.get(name.replace("_", "-")) for name in INVOICE_NAMES)
    return References(
        invoice=next((number for number in named if number), None),
        account=account_in(own),
        texts=texts(
            text(found, "order-id"),
            text(found, "purchase-order-number"),
            text(found, "descriptor", "name"),
            *own.values(),
        ),
    )


def _payer(found: Element) -> Payer:
    names = [part for name in ("first-name", "last-name") if (part := text(found, "customer", name))]
    return Payer(
        name=" ".join(names) or text(found, "us-bank-account", "account-holder-name"),
        email=text(found, "customer", "email"),
        customer=text(found, "customer", "id"),
    )
