"""What Wise's webhooks tell (docs.wise.com/api-reference/webhook-event): that a balance has got money.

`balances#credit` and `balances#update` name the balance, the amount and the time, but not who paid, what for, or a lasting id
of the movement. All of that is on the statement of the balance, so these events need a fetch (`api`). A debit is ours. Transfers
(`transfers#state-change`) are payments that we send: they move nothing here. Events of a test delivery have made-up ids.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from receivables.adapters.processors.document import fingerprint, identifier, instant, parse, section
from receivables.adapters.processors.wise.signature import is_test
from receivables.payments.events import EventType, Fetch, Heard, MoneyEvent, OtherEvent, Uninterpretable

_NUMBER: Final = re.compile(r"[0-9]{1,20}")
_CREDITS: Final = frozenset({"balances#credit", "balances#update"})


def interpret(body: bytes, headers: Mapping[str, str]) -> Heard:
    """See Webhooks."""
    event = parse(body)
    raw_type = identifier(event.get("event_type"), "event_type")
    event_id = fingerprint(body)
    data = section(event, "data")
    if is_test(headers.get("x-test-notification")):
        return (OtherEvent(raw_type, event_id, "a test delivery"),)
    if raw_type not in _CREDITS:
        return (OtherEvent(raw_type, event_id),)
    if data.get("transaction_type") != "credit":
        return (OtherEvent(raw_type, event_id, "money that we sent"),)
    resource = section(data, "resource")
    return (
        MoneyEvent(
            type=EventType.PAYMENT_SUCCEEDED,
            raw_type=raw_type,
            event_id=event_id,
            occurred=instant(data.get("occurred_at"), "occurred_at"),
            account=number(resource.get("profile_id"), "profile_id"),
            fetch=Fetch("balance", number(data.get("balance_id", resource.get("id")), "balance")),
        ),
    )


def number(value: object, name: str) -> str:
    """An id of Wise: a number, which becomes part of a path. Raises Uninterpretable."""
    text = str(value) if type(value) in {int, str} else ""
    if not _NUMBER.fullmatch(text):
        raise Uninterpretable(f"{name} is not a number")
    return text
