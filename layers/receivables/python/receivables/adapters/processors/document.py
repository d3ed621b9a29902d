"""Reading a verified body strictly: what is not understood is parked, never guessed.

JSON itself leaves open what duplicate keys, NaN or endless nesting mean; here they are refused, and no number becomes
a float.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from receivables.core.money import MAX_MINOR, Money
from receivables.payments.events import Uninterpretable

MOST_TEXT: Final = 255
"""Longest identifier, reference or payer's name that is taken over."""

_LAST_SECOND: Final = 253_402_300_799  # of the year 9999


def parse(body: bytes) -> Mapping[str, Any]:
    """The JSON object in a body. Raises Uninterpretable with a reason that quotes nothing of it."""
    try:
        document = json.loads(
            body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse, object_pairs_hook=_unique
        )
    except UnicodeDecodeError:
        raise Uninterpretable("the body is not UTF-8") from None
    except RecursionError:
        raise Uninterpretable("the body is nested too deeply") from None
    except (ValueError, ArithmeticError):  # the second: a number that not even Decimal can hold
        raise Uninterpretable("the body is not JSON") from None
    if not isinstance(document, dict):
        raise Uninterpretable("the body is not a JSON object")
    return document


def section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an object; empty when it is null or not there. Raises Uninterpretable."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Uninterpretable(f"{name} is not an object")
    return value


def identifier(value: object, name: str) -> str:
    """An id: printable ASCII without spaces. Raises Uninterpretable."""
    if not is_identifier(value):
        raise Uninterpretable(f"{name} is missing or not an id")
    return str(value)


def is_identifier(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT and all("!" <= c <= "~" for c in value)


def first_text(*values: object) -> str | None:
    """The first of the values that is text with something in it: trimmed, and cut where it is absurdly long."""
    for value in values:
        if isinstance(value, str) and value.isprintable() and value.strip():
            return value.strip()[:MOST_TEXT]
    return None


def flag(value: object, name: str) -> bool:
    """True or false, and nothing else. Raises Uninterpretable."""
    if not isinstance(value, bool):
        raise Uninterpretable(f"{name} is not true or false")
    return value


def whole(value: object, name: str) -> int:
    """An integer (true and false are none). Raises Uninterpretable."""
    if type(value) is not int:
        raise Uninterpretable(f"{name} is not a whole number")
    return value


def unix_time(value: object, name: str) -> datetime:
    """The UTC instant of a number of seconds. Raises Uninterpretable."""
    seconds = whole(value, name)
    if not 0 <= seconds <= _LAST_SECOND:
        raise Uninterpretable(f"{name} is not a time")
    return datetime.fromtimestamp(seconds, UTC)


def received(amount: Money) -> Money:
    """An amount that can have come in. Raises Uninterpretable for nothing, less than nothing and the absurd."""
    if not 0 < amount.minor <= MAX_MINOR:
        raise Uninterpretable("the amount is not more than zero, or too large")
    return amount


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found
