"""Promises, plans, disputes and payments in flight to items and back. The document itself is one text; beside it is what is asked for."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from receivables import arrangements
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import Item, Value, number, number_at, text, text_at, worklist
from receivables.core.trees import dumps, loads

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement


def arrangement_item(arrangement: Arrangement) -> Item:
    """An arrangement at its place; while it is active it is on the worklist of its kind, by the day that decides it."""
    active = arrangement.active
    return {
        **keys.arrangement_key(arrangement.account_id, arrangement.id, active=active),
        "kind": text("arrangement"),
        "id": text(arrangement.id),
        "arrangement_kind": text(arrangement.kind),
        "rev": number(arrangement.rev),
        "document": text(dumps(type(arrangement), arrangement)),
        **(worklist(arrangement.kind, last_day(arrangement)) if active else {}),
    }


def arrangement_from(item: Mapping[str, Value]) -> Arrangement:
    found = _loaded(
        arrangements.ArrangementKind(text_at(item, "arrangement_kind")), text_at(item, "document")
    )
    # The rev is that of the item: who writes it counts, not who worked the document out.
    return replace(found, rev=number_at(item, "rev"))


def arrangement_pointer_item(arrangement: Arrangement) -> Item:
    return {
        **keys.arrangement_pointer_key(arrangement.id),
        "kind": text("arrangement_pointer"),
        "account_id": text(arrangement.account_id),
    }


def last_day(arrangement: Arrangement) -> date:
    """The day (local) by which it is to be decided: the deadline of a dispute, the last date with grace of the others; of a payment
    in flight the day (UTC) until which it is waited for."""
    if isinstance(arrangement, arrangements.Dispute):
        return arrangement.deadline
    if isinstance(arrangement, arrangements.InFlight):
        return arrangement.until.date()
    return max(part.on for part in arrangement.parts) + timedelta(days=arrangement.grace_days)


def _loaded(kind: arrangements.ArrangementKind, document: str) -> Arrangement:
    match kind:
        case arrangements.ArrangementKind.PROMISE:
            return loads(arrangements.Promise, document)
        case arrangements.ArrangementKind.PLAN:
            return loads(arrangements.Plan, document)
        case arrangements.ArrangementKind.DISPUTE:
            return loads(arrangements.Dispute, document)
        case arrangements.ArrangementKind.IN_FLIGHT:
            return loads(arrangements.InFlight, document)
