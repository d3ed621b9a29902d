"""What TrueLayer's webhooks tell (docs.truelayer.com/docs/payment-webhooks, refund-webhooks, payout-webhooks).

- They name a payment, a refund or a payout and its new state, but no amount; and TrueLayer's key signs for all its customers. So they
  need a fetch (`api`): what our own account knows nothing of is not ours.
- `payment_executed`: the payer's bank has sent it. Money is there with `payment_settled` only, on a merchant account. Paid
  to an account at our own bank it is never settled: that bank's statement tells, so here it stays pending.
- `external_payment_received` is a transfer to a merchant account that no payment of ours asked for.
- `payment_authorized`, `payment_creditable`, `payment_settlement_stalled` and what is not known here move nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from receivables.adapters.processors.document import (
    account_in,
    first_text,
    identifier,
    instant,
    parse,
    section,
)
from receivables.payments.events import (
    EventType,
    Fetch,
    Heard,
    MoneyEvent,
    OtherEvent,
    References,
    Uninterpretable,
)

_KINDS: Final[Mapping[str, tuple[EventType, str, str]]] = {
    "payment_executed": (EventType.PAYMENT_PENDING, "payment", "executed_at"),
    "payment_settled": (EventType.PAYMENT_SUCCEEDED, "payment", "settled_at"),
    "payment_failed": (EventType.PAYMENT_FAILED, "payment", "failed_at"),
    "payment_reversed": (EventType.PAYMENT_REVERSED, "payment", "reversed_at"),
    "payment_disputed": (EventType.DISPUTE_OPENED, "payment", "disputed_at"),
    "refund_executed": (EventType.REFUND_SUCCEEDED, "refund", "executed_at"),
    "refund_failed": (EventType.REFUND_FAILED, "refund", "failed_at"),
    "payout_executed": (EventType.PAYOUT, "payout", "executed_at"),
    "payout_failed": (EventType.PAYOUT_FAILED, "payout", "failed_at"),
    "external_payment_received": (EventType.PAYMENT_SUCCEEDED, "merchant_account", "settled_at"),
    "mandate_revoked": (EventType.MANDATE_CANCELLED, "mandate", "revoked_at"),
    "mandate_failed": (EventType.MANDATE_CANCELLED, "mandate", "failed_at"),
}
_UUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks."""
    event = parse(body)
    raw_type = identifier(event.get("type", event.get("event_type")), "type")
    event_id = identifier(event.get("event_id"), "event_id")
    if raw_type not in _KINDS:
        return (OtherEvent(raw_type, event_id),)
    type_, kind, time = _KINDS[raw_type]
    occurred = _occurred(event.get(time), headers)
    subject = uuid(event.get(f"{kind}_id"), f"{kind}_id")
    payment_id = uuid(event.get("payment_id"), "payment_id") if kind in {"payment", "refund"} else None
    return (
        MoneyEvent(
            type=type_,
            raw_type=raw_type,
            event_id=event_id,
            occurred=occurred,
            payment_id=payment_id,
            subject_id=None if kind in {"payment", "merchant_account"} else subject,
            references=References(
                invoice=first_text(section(event, "metadata").get("invoice")),
                account=account_in(section(event, "metadata")),
            ),
            failure_code=first_text(event.get("failure_reason"), event.get("disputed_reason")),
            fetch=None if kind == "mandate" else Fetch(kind, subject),
        ),
    )


def uuid(value: object, name: str) -> str:
    """An id of TrueLayer, which becomes part of a path. Raises Uninterpretable."""
    if not isinstance(value, str) or not _UUID.fullmatch(value.lower()):
        raise Uninterpretable(f"{name} is not a UUID")
    return value.lower()


def _occurred(value: Any, headers: Mapping[str, str]) -> datetime:
    return instant(value or headers.get("x-tl-webhook-timestamp"), "the event's time")
