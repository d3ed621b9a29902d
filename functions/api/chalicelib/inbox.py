"""Webhooks that wait: not interpreted yet, or parked in front of a person."""

from __future__ import annotations

from typing import Literal

from chalicelib.fields import Instant, Reply
from chalicelib.path_ids import to_path
from chalicelib.waiting import Place, Queue
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.payments.inbox import InboxMessage

routes = Routes(__name__)


class InboxReply(Reply):
    """A webhook as it was received. Its body stays inside: it may hold what nobody here needs to know."""

    id: str
    key: str
    processor: str
    endpoint: str
    event_id: str
    state: str
    reason: str
    attempts: int
    received_at: Instant

    @classmethod
    def of(cls, message: InboxMessage) -> InboxReply:
        return cls(
            id=to_path(message.id),
            key=message.id,
            processor=message.processor,
            endpoint=message.endpoint,
            event_id=message.event_id,
            state=message.state.value,
            reason=message.reason,
            attempts=message.attempts,
            received_at=message.received_at,
        )


class InboxQuery(ListQuery):
    """Which messages."""

    state: Literal["parked", "received"]


@routes.get("/inbox", query=InboxQuery, reply=Listing[InboxReply], summary="List webhooks that wait")
def list_inbox(call: Call, query: InboxQuery) -> Answer:
    inbox = call.services.inbox
    waiting = Queue(call.start(query), query.limit, _place)
    parked = query.state == "parked"
    found = inbox.parked(waiting.enough) if parked else inbox.unprocessed(call.as_of, waiting.enough)
    page, position = waiting.page(found)
    items = [InboxReply.of(message) for message in page]
    return Answer(Listing[InboxReply](items=items, next=call.seal(query, position)))


def _place(message: InboxMessage) -> Place:
    return Place(message.received_at, message.id)


@routes.post(
    "/inbox/{message_id}/redrive",
    allow=FINANCE,
    reply=InboxReply,
    status=202,
    summary="Hand a webhook out again",
)
def redrive_message(call: Call, message_id: str) -> Answer:
    call.services.inbox.redrive(message_id)
    return Answer(InboxReply.of(call.services.inbox.get(message_id)))
