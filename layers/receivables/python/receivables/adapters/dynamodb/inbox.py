"""The inbox table: everything heard of money as it came.

id = <processor>#<endpoint>#<event id>      the message, and its body as far as an item has room
id = ~<n>#<id of the message>               further parts of a large body, of the same transaction; never changed
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.dynamodb.table import Table, Write, new_attempt
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    binary,
    binary_at,
    flag,
    flag_at,
    instant,
    instant_at,
    number,
    number_at,
    optional_text,
    text,
    text_at,
    text_map,
    text_map_at,
)
from receivables.core.errors import NotFound
from receivables.payments.inbox import Form, InboxMessage, InboxState

if TYPE_CHECKING:
    from receivables.ledger import Page

PART_BYTES: Final = 350 * 1024
"""How much of a body is kept in one item: DynamoDB takes 400 KB, with the headers and the keys."""

_PART: Final = "~"
_INDEX: Final = "unprocessed"
_IN_INDEX: Final = {InboxState.RECEIVED, InboxState.PARKED}


class DynamoInbox:
    """Messages by id. The sparse index holds the keys of those that wait (`received`) or need a person (`parked`)."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def store(self, message: InboxMessage) -> bool:
        attempt = new_attempt()
        item = message_item(message) | {"attempt": text(attempt)}
        put = self._table.put(item, "attribute_not_exists(id)")
        further = _parts(message)
        if not further:
            found = self._table.write(put)
        else:
            puts = {part["id"]["S"]: self._table.put(part, None) for part in further}
            found = self._table.transact({"message": put, **puts}).get("message")
        return found is None or text_at(found, "attempt") == attempt

    def get(self, message_id: str) -> InboxMessage:
        item = self._table.get(_key(message_id))
        if item is None:
            raise NotFound("message", message_id)
        return self._whole(item)

    def from_stream(self, image: Mapping[str, Any]) -> InboxMessage:
        """The message in the image of a stream's event (where bytes are base64 text), with all of its body."""
        return self._whole(image)

    def _whole(self, item: Mapping[str, Value]) -> InboxMessage:
        message = message_from(item)
        further = number_at(item, "further_parts", 0)
        if not further:
            return message
        parts = self._table.snapshot(*(_part_key(message.id, n) for n in range(1, further + 1)))
        if not all(parts):
            raise NotFound("part of the message", message.id)
        return replace(
            message, body=message.body + b"".join(binary_at(part, "body") for part in parts if part)
        )

    def settle(self, message_id: str, state: InboxState, reason: str = "") -> None:
        found = self._table.write(_settled(self._table, message_id, state, reason))
        if found is not None and not found:
            raise NotFound("message", message_id)

    def redrive(self, message_id: str) -> None:
        update = self._table.update(
            _key(message_id),
            "SET #state = :received, state_pending = :received REMOVE reason ADD attempts :one",
            {
                ":received": text(InboxState.RECEIVED),
                ":processed": text(InboxState.PROCESSED),
                ":one": number(1),
            },
            "attribute_exists(id) AND #state <> :processed",
            "state",
        )
        found = self._table.write(update)
        if found is not None and not found:
            raise NotFound("message", message_id)

    def unprocessed(self, before: datetime, limit: int) -> Sequence[InboxMessage]:
        return self._waiting(
            InboxState.RECEIVED, limit, "state_pending = :state AND received_at < :before", before
        )

    def parked(self, limit: int) -> Sequence[InboxMessage]:
        return self._waiting(InboxState.PARKED, limit, "state_pending = :state")

    def everything(self, position: Mapping[str, str] | None = None) -> Page[InboxMessage]:
        from receivables.ledger import Page

        items, following = self._table.scan(position)
        whole = (self._whole(item) for item in items if not text_at(item, "id").startswith(_PART))
        return Page(tuple(whole), following)

    def _waiting(
        self, state: InboxState, limit: int, condition: str, before: datetime | None = None
    ) -> list[InboxMessage]:
        values = {":state": text(state)}
        if before is not None:
            values[":before"] = instant(before)
        nominated, _ = self._table.first(limit, condition, values, None, IndexName=_INDEX)
        found = [self.get(item["id"]["S"]) for item in nominated]
        return [message for message in found if message.state is state]


def processed(table: Table, message_id: str) -> Write:
    """The write, for a transaction, that settles a message which is still waiting."""
    return _settled(table, message_id, InboxState.PROCESSED, "")


def _settled(table: Table, message_id: str, state: InboxState, reason: str) -> Write:
    expression = "SET #state = :state, reason = :reason"
    values = {":state": text(state), ":reason": text(reason), ":received": text(InboxState.RECEIVED)}
    if state in _IN_INDEX:
        expression += ", state_pending = :state"
    else:
        expression += " REMOVE state_pending"
    return table.update(_key(message_id), expression, values, "#state = :received", "state")


def message_item(message: InboxMessage) -> Item:
    item = {
        **_key(message.id),
        "processor": text(message.processor),
        "endpoint": text(message.endpoint),
        "event_id": text(message.event_id),
        "body": binary(message.body[:PART_BYTES]),
        "received_at": instant(message.received_at),
        "headers": text_map(message.headers),
        "state": text(message.state),
        "reason": text(message.reason),
        "attempts": number(message.attempts),
        "livemode": flag(message.livemode),
    }
    if further := len(_parts(message)):
        item["further_parts"] = number(further)
    if message.form is not Form.WEBHOOK:
        item["form"] = text(message.form)
    if message.state in _IN_INDEX:
        item["state_pending"] = text(message.state)
    return item


def message_from(item: Mapping[str, Value]) -> InboxMessage:
    return InboxMessage(
        id=text_at(item, "id"),
        processor=text_at(item, "processor"),
        endpoint=text_at(item, "endpoint"),
        event_id=text_at(item, "event_id"),
        body=binary_at(item, "body"),
        received_at=instant_at(item, "received_at"),
        headers=text_map_at(item, "headers"),
        state=InboxState(text_at(item, "state")),
        reason=text_at(item, "reason"),
        attempts=number_at(item, "attempts"),
        livemode=flag_at(item, "livemode", default=True),
        form=Form(optional_text(item, "form") or Form.WEBHOOK),
    )


def _key(message_id: str) -> Item:
    return {"id": text(message_id)}


def _parts(message: InboxMessage) -> list[Item]:
    """What of a body does not fit into the message's own item."""
    rest = range(PART_BYTES, len(message.body), PART_BYTES)
    return [
        {**_part_key(message.id, n), "body": binary(message.body[start : start + PART_BYTES])}
        for n, start in enumerate(rest, start=1)
    ]


def _part_key(message_id: str, n: int) -> Item:
    # No message's id begins like this: it begins with the name of a processor.
    return {"id": text(f"{_PART}{n}#{message_id}")}
