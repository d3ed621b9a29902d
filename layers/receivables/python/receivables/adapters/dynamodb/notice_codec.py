"""Notices to items of the timeline and back.

Each kilobyte of a notice costs five units of writing (claimed in a transaction, into the index of unknown outcomes, marked,
out of the index): so what can be told from elsewhere in the item is not stored, and the parts of a line have no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    flag,
    instant,
    instant_at,
    money_at,
    number,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    texts,
    texts_at,
    worklist,
)
from receivables.customers import Channel
from receivables.notices.notice import Notice, NoticeItem, NoticeState


def notice_item(notice: Notice) -> Item:
    """The item of a notice; while it is claimed it is on the worklist of unknown outcomes."""
    claimed = notice.state is NoticeState.CLAIMED
    return {
        **keys.notice_key(notice.account_id, notice.id),
        **present(
            kind=text("notice"),
            notice_kind=text(notice.kind),
            customer_id=text(notice.customer_id),
            channel=text(notice.channel),
            address=text(notice.address) if notice.address else None,
            step_key=text(notice.step_key),
            total=number(notice.total.minor),
            currency=text(notice.total.currency),
            items={"L": [_line_value(line, notice.previous) for line in notice.items]},
            claimed_at=instant(notice.claimed_at),
            attempt=text(notice.attempt),
            policy=text(notice.policy),
            reasons=texts(notice.reasons) if notice.reasons else None,
            state=text(notice.state),
            state_reason=text(notice.state_reason) if notice.state_reason else None,
            message_id=text(notice.message_id) if notice.message_id else None,
            settled_at=instant(notice.settled_at) if notice.settled_at else None,
            **(worklist("notice", notice.claimed_at) if claimed else {}),
        ),
    }


def notice_from(item: Mapping[str, Value]) -> Notice:
    lines = [line["L"] for line in item["items"]["L"]]
    return Notice(
        id=notice_id_of(item),
        account_id=keys.account_id_of(item["pk"]["S"]),
        customer_id=text_at(item, "customer_id"),
        channel=Channel(text_at(item, "channel")),
        address=optional_text(item, "address"),
        step_key=text_at(item, "step_key"),
        total=money_at(item, "total"),
        items=tuple(_line_from(line) for line in lines),
        claimed_at=instant_at(item, "claimed_at"),
        attempt=text_at(item, "attempt"),
        policy=text_at(item, "policy"),
        reasons=texts_at(item, "reasons"),
        previous={line[_NUMBER]["S"]: int(line[_PREVIOUS]["N"]) for line in lines if len(line) > _PREVIOUS},
        state=NoticeState(text_at(item, "state")),
        state_reason=text_at(item, "state_reason"),
        message_id=optional_text(item, "message_id"),
        settled_at=optional_instant(item, "settled_at"),
        kind=text_at(item, "notice_kind"),
    )


def notice_id_of(item: Mapping[str, Value]) -> str:
    """A notice's id is the end of its place."""
    return str(item["sk"]["S"]).rpartition("#")[2]


_NUMBER, _BALANCE, _STEP, _REACHED, _PREVIOUS = range(5)


def _line_value(line: NoticeItem, previous: Mapping[str, int]) -> Value:
    """Number, balance, step, whether it was reached now and, if so, the step before."""
    values = [text(line.number), number(line.balance), number(line.step_offset), flag(line.reached)]
    if line.number in previous:
        values.append(number(previous[line.number]))
    return {"L": values}


def _line_from(line: Sequence[Value]) -> NoticeItem:
    return NoticeItem(
        number=line[_NUMBER]["S"],
        balance=int(line[_BALANCE]["N"]),
        step_offset=int(line[_STEP]["N"]),
        reached=line[_REACHED]["BOOL"],
    )
