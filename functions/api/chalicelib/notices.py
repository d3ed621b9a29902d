"""Notices whose outcome a person has to look at."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, Literal

from chalicelib.fields import Amount, Facts, Form, Instant, Note, Reply
from chalicelib.waiting import Place, Queue
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.money import Money
from receivables.notices.notice import Notice
from receivables.usecases.resolve_notice import resolve_notice as resolve

routes = Routes(__name__)

UNKNOWN_AFTER: Final = timedelta(minutes=15)
"""How long after its claim a notice that nothing has settled is called unknown: no sender works that long."""


class ResolutionForm(Form):
    """What a person found out: it was sent, or it was certainly not, and then its steps may be taken again."""

    outcome: Literal["sent", "not_sent"]
    reason: Note


class NoticeReply(Reply):
    """One message on one channel. `claimed` for long means that its outcome is unknown."""

    id: str
    account_id: str
    customer_id: str
    kind: str
    channel: str
    address: str | None
    state: str
    state_reason: str
    step: str
    policy: str
    total: Amount
    invoices: list[Facts]
    claimed_at: Instant
    settled_at: Instant | None
    message_id: str | None
    reasons: list[str]

    @classmethod
    def of(cls, notice: Notice) -> NoticeReply:
        currency = notice.total.currency
        return cls(
            id=notice.id,
            account_id=notice.account_id,
            customer_id=notice.customer_id,
            kind=notice.kind,
            channel=notice.channel.value,
            address=notice.address,
            state=notice.state.value,
            state_reason=notice.state_reason,
            step=notice.step_key,
            policy=notice.policy,
            total=Amount.of(notice.total),
            invoices=[
                {
                    "number": item.number,
                    "balance": Amount.of(Money(item.balance, currency)).model_dump(),
                    "step_offset": item.step_offset,
                    "reached": item.reached,
                }
                for item in notice.items
            ],
            claimed_at=notice.claimed_at,
            settled_at=notice.settled_at,
            message_id=notice.message_id,
            reasons=list(notice.reasons),
        )


class NoticeQuery(ListQuery):
    """Which notices: those whose outcome is unknown, or those that the provider refused."""

    state: Literal["unknown", "refused"]


@routes.get(
    "/notices", query=NoticeQuery, reply=Listing[NoticeReply], summary="List notices that wait for a person"
)
def list_notices(call: Call, query: NoticeQuery) -> Answer:
    store = call.services.notices
    found = store.unsettled(call.as_of - UNKNOWN_AFTER) if query.state == "unknown" else store.refusals()
    waiting = Queue(call.start(query), query.limit, _place)
    page, position = waiting.page(found)
    items = [NoticeReply.of(notice) for notice in page]
    return Answer(Listing[NoticeReply](items=items, next=call.seal(query, position)))


def _place(notice: Notice) -> Place:
    return Place(notice.claimed_at, notice.id)


@routes.get("/accounts/{account_id}/notices/{notice_id}", reply=NoticeReply, summary="Read a notice")
def read_notice(call: Call, account_id: str, notice_id: str) -> Answer:
    return Answer(NoticeReply.of(call.services.notices.get(notice_id, account_id)))


@routes.post(
    "/accounts/{account_id}/notices/{notice_id}/resolution",
    allow=FINANCE,
    body=ResolutionForm,
    reply=NoticeReply,
    status=200,
    summary="Say what became of a notice",
)
def resolve_notice(call: Call, account_id: str, notice_id: str, body: ResolutionForm) -> Answer:
    reason = f"{body.reason} ({call.caller.name})"
    notice = resolve(
        call.services.notices,
        notice_id,
        account_id,
        sent=body.outcome == "sent",
        reason=reason,
        at=call.as_of,
    )
    return Answer(NoticeReply.of(notice))
