"""What every request that moves money has in common: a key for ever, a reason, and the entry that it made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Note, Reply, When
from chalicelib.path_ids import to_path
from chalicelib.web import Answer, Call
from receivables.core.errors import InvalidInput
from receivables.core.ids import derived_id
from receivables.ledger import Entry
from receivables.usecases.booking import Booked

MoveId = Annotated[
    str,
    Field(
        pattern=r"^[A-Za-z0-9][A-Za-z0-9_.\-]{0,63}$",
        description="Makes it unique for ever; without one the Idempotency-Key does",
    ),
]


class MoveForm(Form):
    """Something that moves money by a person's decision, for a reason that is recorded."""

    id: MoveId | None = None
    reason: Note


class DatedMoveForm(MoveForm):
    """The same, and when it happened."""

    effective_at: When | None = Field(
        default=None, description="When it happened; not later than now, its default"
    )


class LegReply(Reply):
    """One side of an entry; a debit is positive."""

    ledger: str
    amount: Amount
    item: str | None = Field(description="Number of the receivable that it moved")


class EntryReply(Reply):
    """An entry of the ledger: it never changes. `recorded_at` and `id` name it where it is to be reversed."""

    id: str
    account_id: str
    kind: str
    amount: Amount
    effective_at: Instant
    recorded_at: Instant
    invoice: str | None
    payment: str | None = Field(description="Path of the payment")
    source: str
    reason: str
    due_date: date | None
    reverses: str | None
    legs: list[LegReply]

    @classmethod
    def of(cls, entry: Entry) -> EntryReply:
        return cls(**entry_fields(entry))


def entry_fields(entry: Entry) -> dict[str, object]:
    """The fields of an entry's reply."""
    currency = entry.amount.currency
    return {
        "id": entry.id,
        "account_id": entry.account_id,
        "kind": entry.kind.value,
        "amount": Amount.of(entry.amount),
        "effective_at": entry.effective_at,
        "recorded_at": entry.recorded_at,
        "invoice": entry.invoice,
        "payment": f"/payments/{to_path(entry.payment)}" if entry.payment else None,
        "source": entry.source,
        "reason": entry.reason,
        "due_date": entry.due_date,
        "reverses": entry.reverses,
        "legs": [
            LegReply(ledger=leg.ledger.value, amount=Amount.minor(leg.minor, currency), item=leg.item)
            for leg in entry.legs
        ],
    }


def booked(answer: Booked, headers: Mapping[str, str] | None = None) -> Answer:
    """201 for what is new, 200 for what had been booked before."""
    return Answer(EntryReply.of(answer.entry), None if answer.new else 200, headers or {})


def move_id(call: Call, given: str | None) -> str:
    """Permanent, unlike a kept answer: the same move is never booked twice, whenever it is sent again."""
    if given is not None:
        return given
    if call.idempotency_key is None:
        raise InvalidInput("Idempotency-Key", "send one, or an id in the body: money needs a key of its own")
    return derived_id("key", call.caller.name, call.idempotency_key)
