"""Facts: what happened on an account, in plain form, ready for JSON: text, whole numbers (minor units), lists and maps."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from receivables.core.clock import format_instant

if TYPE_CHECKING:
    from receivables.ledger.entries import Entry
    from receivables.ledger.posting import Fact


def account_event(event: str, event_id: str, at: datetime, by: str, **details: str | int | None) -> Fact:
    """Something that happened on an account at an instant (UTC), by whom, with plain details. Details of None are left
    out; their names must not be those of the fact itself."""
    fact = {"kind": "account_event", "id": event_id, "at": format_instant(at), "event": event, "by": by}
    if taken := fact.keys() & details.keys():
        raise ValueError(f"{sorted(taken)} are names of the fact itself")
    return fact | {name: value for name, value in details.items() if value is not None}


def entry_fact(entry: Entry) -> dict[str, Any]:
    """A ledger entry; `at` is when it was recorded."""
    return {
        "kind": "entry",
        "id": entry.id,
        "at": format_instant(entry.recorded_at),
        "entry_kind": entry.kind.value,
        "amount": entry.amount.minor,
        "currency": entry.amount.currency,
        "effective_at": format_instant(entry.effective_at),
        "invoice": entry.invoice,
        "source": entry.source,
        "legs": [{"ledger": leg.ledger.value, "minor": leg.minor, "item": leg.item} for leg in entry.legs],
        "reason": entry.reason,
        "due_date": entry.due_date and entry.due_date.isoformat(),
        "payment": entry.payment,
        "reverses": entry.reverses,
    }
