"""Notices to items of the timeline and back."""

from __future__ import annotations

from collections.abc import Mapping

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.codec import money_at, worklist
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    flag,
    instant,
    instant_at,
    number,
    number_map,
    number_map_at,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    texts,
    texts_at,
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
            id=text(notice.id),
            notice_kind=text(notice.kind),
            customer_id=text(notice.customer_id),
            channel=text(notice.channel),
            address=text(notice.address) if notice.address else None,
            step_key=text(notice.step_key),
            total=number(notice.total.minor),
            currency=text(notice.total.currency),
            items={"L": [_line_value(line) for line in notice.items]},
            claimed_at=instant(notice.claimed_at),
            attempt=text(notice.attempt),
            policy=text(notice.policy),
            reasons=texts(notice.reasons) if notice.reasons else None,
            previous=number_map(notice.previous) if notice.previous else None,
            state=text(notice.state),
            state_reason=text(notice.state_reason) if notice.state_reason else None,
            message_id=text(notice.message_id) if notice.message_id else None,
            settled_at=instant(notice.settled_at) if notice.settled_at else None,
            **(worklist("notice", notice.claimed_at) if claimed else {}),
        ),
    }


def notice_from(item: Mapping[str, Value]) -> Notice:
    return Notice(
        id=text_at(item, "id"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        customer_id=text_at(item, "customer_id"),
        channel=Channel(text_at(item, "channel")),
        address=optional_text(item, "address"),
        step_key=text_at(item, "step_key"),
        total=money_at(item, "total"),
        items=tuple(_line_from(line["M"]) for line in item["items"]["L"]),
        claimed_at=instant_at(item, "claimed_at"),
        attempt=text_at(item, "attempt"),
        policy=text_at(item, "policy"),
        reasons=texts_at(item, "reasons"),
        previous=number_map_at(item, "previous"),
        state=NoticeState(text_at(item, "state")),
        state_reason=text_at(item, "state_reason"),
        message_id=optional_text(item, "message_id"),
        settled_at=optional_instant(item, "settled_at"),
        kind=text_at(item, "notice_kind"),
    )


def _line_value(line: NoticeItem) -> Value:
    return {
        "M": {
            "number": text(line.number),
            "balance": number(line.balance),
            "step": number(line.step_index),
            "reached": flag(line.reached),
        }
    }


def _line_from(line: Item) -> NoticeItem:
    return NoticeItem(
        line["number"]["S"], int(line["balance"]["N"]), int(line["step"]["N"]), line["reached"]["BOOL"]
    )
