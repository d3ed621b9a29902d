"""What PayPal's webhooks tell (developer.paypal.com/api/rest/webhooks/event-names): captures of orders (v2) and sales (v1).

- A payment is its capture (or sale). `PAYMENT.CAPTURE.COMPLETED`, `.PENDING`, `.DENIED`, `.DECLINED`; `PAYMENT.SALE.*` alike.
- A refund (`.REFUNDED`, `PAYMENT.REFUND.*`) names its capture by the link `up`, or its sale by `sale_id`.
- `.REVERSED` is the money taken back, be it by a chargeback, a claim or PayPal itself. Only this says so:
  `CUSTOMER.DISPUTE.*` says that somebody contests, and what was decided. Both would take it twice; so disputes have no amount.
- An order moves no money, its captures do. But one that a payer has approved by our own pay link waits for us to take the
  money: `CHECKOUT.ORDER.APPROVED` of it is a pending payment that needs a fetch, which takes it (`api`).
- Amounts are decimal strings in major units (HUF, JPY and TWD without decimals).
- The reference is in `custom_id` (v1: `custom`) as our pay links write it, `invoice=…&account=…`; else `invoice_id` (`invoice_number`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from receivables.adapters.processors.document import (
    first_text,
    identifier,
    instant,
    parse,
    received,
    section,
    sections,
)
from receivables.adapters.processors.paypal.fields import (
    Resource,
    fee_of,
    is_ours,
    livemode,
    money_of,
    occurred_at,
    order_of,
    parent_of,
    positive,
    references,
)
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    Told,
    Uninterpretable,
)

_PAYMENTS: Final = {
    "COMPLETED": EventType.PAYMENT_SUCCEEDED,
    "PENDING": EventType.PAYMENT_PENDING,
    "DENIED": EventType.PAYMENT_FAILED,
    "DECLINED": EventType.PAYMENT_FAILED,
    "FAILED": EventType.PAYMENT_FAILED,
}
_REFUNDS: Final = {
    "COMPLETED": EventType.REFUND_SUCCEEDED,
    "PENDING": EventType.REFUND_PENDING,
    "FAILED": EventType.REFUND_FAILED,
    "CANCELLED": EventType.REFUND_FAILED,
}
_LOST: Final = frozenset({"RESOLVED_BUYER_FAVOUR", "ACCEPTED"})


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks."""
    event = parse(body)
    raw_type = identifier(event.get("event_type"), "event_type")
    read = _reader(raw_type)
    if read is None:
        return (OtherEvent(raw_type, identifier(event.get("id"), "id")),)
    return read(
        raw_type,
        identifier(event.get("id"), "id"),
        section(event, "resource"),
        instant(event.get("create_time"), "create_time"),
    )


Reader = Callable[[str, str, Resource, datetime], Sequence[Told]]


def _reader(raw_type: str) -> Reader | None:
    subject, _, happened = raw_type.rpartition(".")
    if raw_type == "CHECKOUT.ORDER.APPROVED":
        return approved
    if subject == "CUSTOMER.DISPUTE":
        return dispute
    if subject == "PAYMENT.REFUND" or happened == "REFUNDED":
        return refund if subject.startswith("PAYMENT.") else None
    if subject in {"PAYMENT.CAPTURE", "PAYMENT.SALE"}:
        return reversal if happened == "REVERSED" else payment if happened in _PAYMENTS else None
    return None


def payment(raw_type: str, event_id: str, resource: Resource, told: datetime) -> Sequence[Told]:
    """A capture or sale: what it became is the last word of the type."""
    amount = received(money_of(resource))
    return (
        MoneyEvent(
            type=_PAYMENTS[raw_type.rpartition(".")[2]],
            raw_type=raw_type,
            event_id=event_id,
            occurred=occurred_at(resource, told),
            payment_id=identifier(resource.get("id"), "resource.id"),
            amount=amount,
            fee=fee_of(resource, amount.currency),
            parent_id=order_of(resource),
            account=first_text(section(resource, "payee").get("merchant_id")),
            livemode=livemode(resource),
            references=references(resource),
            failure_code=first_text(
                section(resource, "status_details").get("reason"), resource.get("reason_code")
            ),
        ),
    )


def refund(raw_type: str, event_id: str, resource: Resource, told: datetime) -> Sequence[Told]:
    """A refund: what it became is its own status, where it has one."""
    status = (first_text(resource.get("status"), resource.get("state")) or "COMPLETED").upper()
    if status not in _REFUNDS:
        return (OtherEvent(raw_type, event_id, "a refund in a state that moves nothing"),)
    return (
        MoneyEvent(
            type=_REFUNDS[status],
            raw_type=raw_type,
            event_id=event_id,
            occurred=occurred_at(resource, told),
            payment_id=parent_of(resource),
            subject_id=identifier(resource.get("id"), "resource.id"),
            amount=received(positive(money_of(resource))),
            livemode=livemode(resource),
            references=references(resource),
        ),
    )


def reversal(raw_type: str, event_id: str, resource: Resource, told: datetime) -> Sequence[Told]:
    """Money taken back. The resource is the reversal, which names its payment, or the payment itself."""
    own = identifier(resource.get("id"), "resource.id")
    try:
        payment_id = parent_of(resource)
    except Uninterpretable:
        payment_id = own
    return (
        MoneyEvent(
            type=EventType.PAYMENT_REVERSED,
            raw_type=raw_type,
            event_id=event_id,
            occurred=occurred_at(resource, told),
            payment_id=payment_id,
            subject_id=None if payment_id == own else own,
            amount=received(positive(money_of(resource))),
            livemode=livemode(resource),
            references=references(resource),
            failure_code=first_text(resource.get("reason_code")),
        ),
    )


def dispute(raw_type: str, event_id: str, resource: Resource, told: datetime) -> Sequence[Told]:
    """A dispute, of one payment or several: one event for each."""
    outcome = first_text(section(resource, "dispute_outcome").get("outcome_code")) or ""
    ended = resource.get("status") == "RESOLVED" or raw_type.endswith(".RESOLVED")
    type_ = EventType.DISPUTE_LOST if outcome in _LOST else EventType.DISPUTE_WON
    disputed = sections(resource, "disputed_transactions")
    if not disputed:
        raise Uninterpretable("the dispute names no transaction")
    return tuple(
        MoneyEvent(
            type=type_ if ended else EventType.DISPUTE_OPENED,
            raw_type=raw_type,
            event_id=event_id if len(disputed) == 1 else f"{event_id}/{number}",
            occurred=occurred_at(resource, told),
            payment_id=identifier(each.get("seller_transaction_id"), "seller_transaction_id"),
            subject_id=identifier(resource.get("dispute_id"), "dispute_id"),
            livemode=livemode(resource),
            failure_code=first_text(resource.get("reason")),
            references=references(each),
        )
        for number, each in enumerate(disputed)
    )


def approved(raw_type: str, event_id: str, resource: Resource, told: datetime) -> Sequence[Told]:
    """An order that the payer has approved: ours to take the money of, if it came from one of our links."""
    if not any(is_ours(unit) for unit in sections(resource, "purchase_units")):
        return (OtherEvent(raw_type, event_id, "an order that is not of our pay links"),)
    order = identifier(resource.get("id"), "resource.id")
    return (
        MoneyEvent(
            type=EventType.PAYMENT_PENDING,
            raw_type=raw_type,
            event_id=event_id,
            occurred=told,
            parent_id=order,
            livemode=livemode(resource),
            fetch=Fetch("order", order),
        ),
    )
