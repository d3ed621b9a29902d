"""What GoCardless' events mean: each names what has changed and how, and nothing of amounts, which are asked for.

- A payment is on its way from `created` to `submitted`; `confirmed` and `paid_out` say that the money is here. `failed` may
  come after that too (a late failure), with `will_attempt_retry` when GoCardless tries again without us. `charged_back`: the
  payer's bank took it back, and nobody is asked; `chargeback_cancelled`: it is here again.
- `late_failure_settled`, `chargeback_settled` and `refund_settled` only say from which payout something was taken that
  another event told of: to read them as the same again could undo what happened in between.
- A refund is on its way from `created`, with the payer by `paid`, back with us by `failed` and `funds_returned`.
- A mandate that is cancelled, failed, expired, used up, blocked or replaced can no longer be drawn upon.
- `payouts.paid`: what was collected is sent to our bank, less fees.

(developer.gocardless.com/api-reference, "Event actions".) Of one event in a batch that cannot be read the others are read all
the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.processors.document import (
    alone,
    fingerprint,
    first_text,
    identifier,
    instant,
    is_identifier,
    parse,
    section,
)
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    Poison,
    Told,
    Uninterpretable,
)

_PAYMENTS: Final = {
    "created": EventType.PAYMENT_PENDING,
    "customer_approval_granted": EventType.PAYMENT_PENDING,
    "submitted": EventType.PAYMENT_PENDING,
    "resubmission_requested": EventType.PAYMENT_PENDING,
    "confirmed": EventType.PAYMENT_SUCCEEDED,
    "paid_out": EventType.PAYMENT_SUCCEEDED,
    "chargeback_cancelled": EventType.PAYMENT_SUCCEEDED,
    "failed": EventType.PAYMENT_FAILED,
    "cancelled": EventType.PAYMENT_FAILED,
    "customer_approval_denied": EventType.PAYMENT_FAILED,
    "charged_back": EventType.PAYMENT_REVERSED,
}
_REFUNDS: Final = {
    "created": EventType.REFUND_PENDING,
    "paid": EventType.REFUND_SUCCEEDED,
    "failed": EventType.REFUND_FAILED,
    "funds_returned": EventType.REFUND_FAILED,
}
_MANDATES: Final = dict.fromkeys(
    ("cancelled", "failed", "expired", "consumed", "blocked", "replaced"), EventType.MANDATE_CANCELLED
)
_PAYOUTS: Final = {"paid": EventType.PAYOUT}

_KINDS: Final[Mapping[str, tuple[str, Mapping[str, EventType]]]] = {
    "payments": ("payment", _PAYMENTS),
    "refunds": ("refund", _REFUNDS),
    "mandates": ("mandate", _MANDATES),
    "payouts": ("payout", _PAYOUTS),
}
"""By type of resource: the name of its link, and what each action means."""


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:  # noqa: ARG001
    """See Webhooks: one for each event, in their order."""
    events = parse(body).get("events")
    if not isinstance(events, list) or not events:
        raise Uninterpretable("the body has no events")
    return [_told(event) for event in events]


def _told(event: object) -> Told:
    try:
        if not isinstance(event, dict):
            raise Uninterpretable("the event is not an object")
        return read(event)
    except Uninterpretable as error:
        body = alone({"events": [event]})
        name = event.get("id") if isinstance(event, dict) else None
        return Poison(str(name) if is_identifier(name) else fingerprint(body), body, str(error))


def read(event: Mapping[str, Any]) -> Told:
    """One event, from a webhook or from the list of events. Raises Uninterpretable."""
    event_id = identifier(event.get("id"), "id")
    resource = identifier(event.get("resource_type"), "resource_type")
    action = identifier(event.get("action"), "action")
    raw_type = f"{resource}.{action}"
    link, actions = _KINDS.get(resource, ("", {}))
    kind = actions.get(action)
    if kind is None:
        return OtherEvent(raw_type, event_id)
    links, details = section(event, "links"), section(event, "details")
    subject = identifier(links.get(link), link)
    payment = links.get("payment")
    return MoneyEvent(
        type=kind,
        raw_type=raw_type,
        event_id=event_id,
        occurred=instant(event.get("created_at"), "created_at"),
        payment_id=str(payment) if is_identifier(payment) and link in {"payment", "refund"} else None,
        subject_id=None if link == "payment" else subject,
        account=first_text(links.get("organisation")),
        failure_code=_why(details) if kind in _FAILURES else None,
        will_retry=action == "failed" and details.get("will_attempt_retry") is True,
        fetch=None if link == "mandate" else Fetch(link, subject),
    )


_FAILURES: Final = frozenset(
    {
        EventType.PAYMENT_FAILED,
        EventType.PAYMENT_REVERSED,
        EventType.REFUND_FAILED,
        EventType.MANDATE_CANCELLED,
    }
)


def _why(details: Mapping[str, Any]) -> str | None:
    return first_text(details.get("reason_code"), details.get("cause"))
