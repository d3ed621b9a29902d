"""Attribute values of DynamoDB, one small function per type. Numbers are whole: no float, no bool ever gets in."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from receivables.core.clock import format_instant
from receivables.core.money import Money

Value = dict[str, Any]
Item = dict[str, Value]


def text(value: str) -> Value:
    return {"S": value}


def number(value: int) -> Value:
    """A whole number. Raises TypeError for anything else, also for bool and float."""
    if type(value) is not int:
        raise TypeError(f"a number attribute is an int, not {type(value).__name__}")
    return {"N": str(value)}


def flag(value: bool) -> Value:
    return {"BOOL": value}


def instant(value: datetime) -> Value:
    return {"S": format_instant(value)}


def day(value: date) -> Value:
    return {"S": value.isoformat()}


def binary(value: bytes) -> Value:
    return {"B": value}


def texts(values: Iterable[str]) -> Value:
    return {"L": [{"S": value} for value in values]}


def text_map(values: Mapping[str, str]) -> Value:
    return {"M": {name: {"S": value} for name, value in values.items()}}


def number_map(values: Mapping[str, int]) -> Value:
    return {"M": {name: number(value) for name, value in values.items()}}


def present(**values: Value | None) -> Item:
    """An item of those attributes that have a value: what is absent is not stored, rather than stored as null."""
    return {name: value for name, value in values.items() if value is not None}


def text_at(item: Mapping[str, Value], name: str, default: str = "") -> str:
    value = item.get(name)
    return default if value is None else str(value["S"])


def optional_text(item: Mapping[str, Value], name: str) -> str | None:
    value = item.get(name)
    return None if value is None else str(value["S"])


def number_at(item: Mapping[str, Value], name: str, default: int = 0) -> int:
    value = item.get(name)
    return default if value is None else int(value["N"])


def flag_at(item: Mapping[str, Value], name: str, default: bool = False) -> bool:
    value = item.get(name)
    return default if value is None else bool(value["BOOL"])


def instant_at(item: Mapping[str, Value], name: str) -> datetime:
    return datetime.fromisoformat(item[name]["S"])


def optional_instant(item: Mapping[str, Value], name: str) -> datetime | None:
    value = item.get(name)
    return None if value is None else datetime.fromisoformat(value["S"])


def day_at(item: Mapping[str, Value], name: str) -> date:
    return date.fromisoformat(item[name]["S"])


def texts_at(item: Mapping[str, Value], name: str) -> tuple[str, ...]:
    value = item.get(name)
    return () if value is None else tuple(entry["S"] for entry in value["L"])


def text_map_at(item: Mapping[str, Value], name: str) -> dict[str, str]:
    value = item.get(name)
    return {} if value is None else {key: entry["S"] for key, entry in value["M"].items()}


def number_map_at(item: Mapping[str, Value], name: str) -> dict[str, int]:
    value = item.get(name)
    return {} if value is None else {key: int(entry["N"]) for key, entry in value["M"].items()}


def binary_at(item: Mapping[str, Value], name: str) -> bytes:
    """Bytes as botocore decodes them; as text (base64) they come in stream events and unwalked responses."""
    value = item[name]["B"]
    return base64.b64decode(value) if isinstance(value, str) else bytes(value)


def money_at(item: Mapping[str, Value], name: str = "amount") -> Money:
    """An amount of the item, in the item's currency."""
    return Money(int(item[name]["N"]), item["currency"]["S"])


def listed(values: Iterable[Value]) -> Value | None:
    """A list; None, which is not stored, when it is empty."""
    found = list(values)
    return {"L": found} if found else None


def list_at(item: Mapping[str, Value], name: str) -> list[Value]:
    value = item.get(name)
    return [] if value is None else value["L"]


def worklist(name: str, at: datetime | date) -> Item:
    """The attributes that put an item on a worklist, sorted by an instant (UTC) or by a day."""
    return {"worklist": text(name), "worklist_at": instant(at) if isinstance(at, datetime) else day(at)}
