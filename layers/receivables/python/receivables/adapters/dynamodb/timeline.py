"""Items of the timeline to plain facts and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.codec import entry_from
from receivables.adapters.dynamodb.facts import Fact, notice_fact
from receivables.adapters.dynamodb.notice_codec import notice_from
from receivables.adapters.dynamodb.values import Item, Value, flag, number, text, text_at
from receivables.ledger.facts import entry_fact

_NOT_OF_THE_FACT: Final = {"pk", "sk", "attempt"}


def fact_item(account_id: str, fact: Mapping[str, Any]) -> Item:
    """The item of a fact that is nothing but a fact (a case event, a decision, an account event, an arrangement)."""
    attributes = {name: _value(value) for name, value in fact.items() if value is not None}
    place = f"{keys.TIMELINE}{fact['at']}#{fact['kind']}#{fact['id']}"
    return {"pk": text(keys.partition(account_id)), "sk": text(place), **attributes}


def fact_from(item: Mapping[str, Value]) -> Fact:
    """Any item of the timeline, from the table or from its stream, in its plain form. Raises LookupError when it does not
    tell what it is."""
    kind = text_at(item, "kind")
    if kind == "entry":
        return entry_fact(entry_from(item))
    if kind == "notice":
        return notice_fact(notice_from(item))
    if missing := {"kind", "id", "at"} - item.keys():
        raise LookupError(f"{item['sk']['S']} has no {', '.join(sorted(missing))}")
    return {name: _plain(value) for name, value in item.items() if name not in _NOT_OF_THE_FACT}


def _value(value: Any) -> Value:
    """A plain value: text, whole numbers, truth values, lists and maps. Raises TypeError for any other."""
    if isinstance(value, bool):
        return flag(value)
    if isinstance(value, Mapping):
        return {"M": {name: _value(each) for name, each in value.items() if each is not None}}
    if isinstance(value, list | tuple):
        return {"L": [_value(each) for each in value]}
    if isinstance(value, str):
        return text(value)
    return number(value)


def _plain(value: Value) -> Any:
    ((type_, content),) = value.items()
    if type_ == "M":
        return {name: _plain(each) for name, each in content.items()}
    if type_ == "L":
        return [_plain(each) for each in content]
    return int(content) if type_ == "N" else content
