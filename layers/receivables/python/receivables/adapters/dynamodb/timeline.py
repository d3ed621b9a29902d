"""Items of the timeline to plain facts and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.codec import entry_from
from receivables.adapters.dynamodb.facts import Fact, entry_fact, notice_fact
from receivables.adapters.dynamodb.notice_codec import notice_from
from receivables.adapters.dynamodb.values import Item, Value, text, text_at, text_map


def fact_item(account_id: str, fact: Fact) -> Item:
    """The item of a fact that is nothing but a fact (a case event, a decision, an account event)."""
    attributes = {name: _value(value) for name, value in fact.items() if value is not None}
    place = f"{keys.TIMELINE}{fact['at']}#{fact['kind']}#{fact['id']}"
    return {"pk": text(keys.partition(account_id)), "sk": text(place), **attributes}


def fact_from(item: Mapping[str, Value]) -> Fact:
    """Any item of the timeline, from the table or from its stream, in its plain form."""
    kind = text_at(item, "kind")
    if kind == "entry":
        return entry_fact(entry_from(item))
    if kind == "notice":
        return notice_fact(notice_from(item))
    return {name: _plain(value) for name, value in item.items() if name not in ("pk", "sk")}


def _value(value: Any) -> Value:
    return text_map(value) if isinstance(value, dict) else text(value)


def _plain(value: Value) -> Any:
    return {name: entry["S"] for name, entry in value["M"].items()} if "M" in value else value["S"]
