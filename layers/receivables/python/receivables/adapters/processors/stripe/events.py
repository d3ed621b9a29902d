"""What Stripe's snapshot events mean.

All that tell of one payment - its payment intent, its charges, its checkout session - have the payment intent's id (a charge
without one: its own), so that any of them, in any order and number, are one payment.

- A charge that is authorised and not captured has moved nothing. A session that is complete and not paid is on its way: its
  payment method takes days. A session of a subscription names no intent; the intent and charge of its invoice tell of the money.
- `invoice.paid` and its kin move nothing here: the payment of a Stripe invoice is told by its own payment intent and
  charge, newer API versions no longer name the intent on the invoice, and "paid out of band" is no money at Stripe.
- `charge.refunded` tells all that was refunded of the charge so far; `refund.*` of one refund.
- A dispute whose status begins with `warning_` is an inquiry, and takes no money. `funds_withdrawn` and `funds_reinstated` tell
  when money goes and comes back; `closed` who was right.
- A mandate here is a payment method (`pm_…`) that may be charged: it ends with its mandate, or when it is detached.
- A payout's fees are with its balance transactions, so they are asked for.
- The time is the event's `created`: when it happened. (The object's own is when the attempt to pay began.)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from receivables.adapters.processors.document import first_text, flag, identifier, parse, section, unix_time
from receivables.adapters.processors.stripe.objects import (
    Envelope,
    about,
    charged,
    disputed,
    failure,
    is_inquiry,
    linked,
    money,
    of_charge,
    paid,
)
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, Heard, OtherEvent, Told, Uninterpretable


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks: one event."""
    return (read(parse(body)),)


def read(event: Mapping[str, Any]) -> Told:
    """One event, from a webhook or from Stripe's list of events. Raises Uninterpretable."""
    raw_type = identifier(event.get("type"), "type")
    event_id = identifier(event.get("id"), "id")
    if raw_type not in READERS:
        return OtherEvent(raw_type, event_id)
    envelope = Envelope(
        raw_type,
        event_id,
        unix_time(event.get("created"), "created"),
        flag(event.get("livemode"), "livemode"),
        first_text(event.get("account")),
    )
    return READERS[raw_type](envelope, section(section(event, "data"), "object"))


def succeeded_intent(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A payment intent whose money is here."""
    amount = money(subject.get("amount_received"), subject.get("currency"))
    return paid(at, EventType.PAYMENT_SUCCEEDED, subject, identifier(subject.get("id"), "id"), amount)


def pending_intent(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A payment intent whose money is on its way."""
    amount = money(subject.get("amount"), subject.get("currency"))
    return paid(at, EventType.PAYMENT_PENDING, subject, identifier(subject.get("id"), "id"), amount)


def failed_intent(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A payment intent whose attempt failed, or that was given up."""
    error = section(subject, "last_payment_error")
    why = first_text(error.get("decline_code"), error.get("code"), subject.get("cancellation_reason"))
    return failure(at, subject, identifier(subject.get("id"), "id"), subject.get("amount"), why)


def succeeded_charge(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A charge whose money is here, unless it was only authorised."""
    if subject.get("captured") is False:
        return OtherEvent(at.raw_type, at.event_id, "authorised, not captured")
    amount = money(subject.get("amount_captured", subject.get("amount")), subject.get("currency"))
    return paid(at, EventType.PAYMENT_SUCCEEDED, subject, charged(subject), amount)


def pending_charge(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A charge whose money is on its way."""
    amount = money(subject.get("amount"), subject.get("currency"))
    return paid(at, EventType.PAYMENT_PENDING, subject, charged(subject), amount)


def failed_charge(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A charge that did not come."""
    outcome = section(subject, "outcome")
    why = first_text(subject.get("failure_code"), outcome.get("reason"))
    return failure(at, subject, charged(subject), subject.get("amount"), why)


def refunded_charge(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A charge of which something was refunded: all of it so far. Where less was captured than authorised, Stripe counts what
    was let go among what was refunded: then only the refunds themselves tell."""
    captured = subject.get("amount_captured", subject.get("amount"))
    if captured != subject.get("amount"):
        return OtherEvent(at.raw_type, at.event_id, "its refunds tell of it")
    amount = money(subject.get("amount_refunded"), subject.get("currency"))
    return about(at, EventType.REFUND_SUCCEEDED, charged(subject), amount, cumulative=True)


def refund(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """One refund, as it stands."""
    kind = _REFUND_STATES.get(str(subject.get("status")))
    if kind is None:
        raise Uninterpretable("the refund's status is not known")
    return about(
        at,
        kind,
        of_charge(subject),
        money(subject.get("amount"), subject.get("currency")),
        subject=identifier(subject.get("id"), "id"),
        failure=first_text(subject.get("failure_reason")),
    )


def opened_dispute(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A dispute that took money, or an inquiry that only asks."""
    return disputed(at, subject, EventType.DISPUTE_OPENED, taken=not is_inquiry(subject))


def won_dispute(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A dispute whose money came back."""
    return disputed(at, subject, EventType.DISPUTE_WON, taken=True)


def closed_dispute(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A dispute that is decided. An inquiry that was closed took nothing."""
    status = subject.get("status")
    if status in {"won", "warning_closed", "prevented"}:
        return disputed(at, subject, EventType.DISPUTE_WON, taken=status == "won")
    if status == "lost":
        return disputed(at, subject, EventType.DISPUTE_LOST, taken=True)
    raise Uninterpretable("a closed dispute whose outcome is not known")


def _session(at: Envelope, subject: Mapping[str, Any]) -> Told:
    status, payment_id = subject.get("payment_status"), linked(subject, "payment_intent")
    if status not in {"paid", "unpaid"}:
        return OtherEvent(at.raw_type, at.event_id, "nothing was to be paid")
    if payment_id is None and subject.get("mode") in {"subscription", "setup"}:
        return OtherEvent(at.raw_type, at.event_id, "the payment of its invoice tells of it")
    if payment_id is None:
        raise Uninterpretable("a checkout session without a payment intent")
    kind = EventType.PAYMENT_SUCCEEDED if status == "paid" else EventType.PAYMENT_PENDING
    amount = money(subject.get("amount_total"), subject.get("currency"))
    return paid(at, kind, subject, payment_id, amount)


def _failed_session(at: Envelope, subject: Mapping[str, Any]) -> Told:
    payment_id = linked(subject, "payment_intent")
    if payment_id is None:
        return OtherEvent(at.raw_type, at.event_id, "the payment of its invoice tells of it")
    return failure(at, subject, payment_id, subject.get("amount_total"), None)


def _mandate(at: Envelope, subject: Mapping[str, Any]) -> Told:
    if subject.get("status") != "inactive":
        return OtherEvent(at.raw_type, at.event_id, "the mandate is in force")
    method = linked(subject, "payment_method") or identifier(subject.get("id"), "id")
    return about(at, EventType.MANDATE_CANCELLED, None, None, subject=method)


def _detached(at: Envelope, subject: Mapping[str, Any]) -> Told:
    return about(at, EventType.MANDATE_CANCELLED, None, None, subject=identifier(subject.get("id"), "id"))


def payout(at: Envelope, subject: Mapping[str, Any], fee: Money | None = None, asked: bool = False) -> Told:
    """A payout that was sent, with the fees where they were asked for."""
    payout_id = identifier(subject.get("id"), "id")
    amount = money(subject.get("amount"), subject.get("currency"))
    fetch = None if asked else Fetch("payout", payout_id)
    return about(at, EventType.PAYOUT, None, amount, subject=payout_id, fee=fee, fetch=fetch)


def failed_payout(at: Envelope, subject: Mapping[str, Any]) -> Told:
    """A payout that did not reach our bank."""
    amount = money(subject.get("amount"), subject.get("currency"))
    payout_id, why = identifier(subject.get("id"), "id"), first_text(subject.get("failure_code"))
    return about(at, EventType.PAYOUT_FAILED, None, amount, subject=payout_id, failure=why)


_REFUND_STATES: Final = {
    "pending": EventType.REFUND_PENDING,
    "requires_action": EventType.REFUND_PENDING,
    "succeeded": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
    "canceled": EventType.REFUND_FAILED,
}

READERS: Final[Mapping[str, Callable[[Envelope, Mapping[str, Any]], Told]]] = {
    "payment_intent.succeeded": succeeded_intent,
    "payment_intent.processing": pending_intent,
    "payment_intent.payment_failed": failed_intent,
    "payment_intent.canceled": failed_intent,
    "charge.succeeded": succeeded_charge,
    "charge.captured": succeeded_charge,
    "charge.pending": pending_charge,
    "charge.failed": failed_charge,
    "charge.expired": failed_charge,
    "charge.refunded": refunded_charge,
    "refund.created": refund,
    "refund.updated": refund,
    "refund.failed": refund,
    "charge.refund.updated": refund,
    "charge.dispute.created": opened_dispute,
    "charge.dispute.funds_withdrawn": opened_dispute,
    "charge.dispute.funds_reinstated": won_dispute,
    "charge.dispute.closed": closed_dispute,
    "checkout.session.completed": _session,
    "checkout.session.async_payment_succeeded": _session,
    "checkout.session.async_payment_failed": _failed_session,
    "mandate.updated": _mandate,
    "payment_method.detached": _detached,
    "payout.paid": payout,
    "payout.failed": failed_payout,
    "payout.canceled": failed_payout,
}
