"""Reading a verified body strictly: what is not understood is parked, never guessed. Answers of APIs are read alike.

JSON itself leaves open what duplicate keys, NaN or endless nesting mean; here they are refused, and no number becomes
a float.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from receivables.core.calendar import business_day
from receivables.core.clock import parse_instant
from receivables.core.errors import InvalidInput
from receivables.core.money import DECIMALS, MAX_MINOR, Money
from receivables.payments.events import Uninterpretable

MOST_TEXT: Final = 255
"""Longest identifier, reference or payer's name that is taken over."""

INVOICE_NAMES: Final = ("invoice", "invoice_number", "invoice_id")
"""What metadata may call the number of the invoice that is paid, first of all as our own pay links do."""

_MOST_TEXTS: Final = 20

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


def fingerprint(body: bytes) -> str:
    """An id for a verified body that names none: the same body is the same event."""
    return f"sha256:{hashlib.sha256(body).hexdigest()}"


def identity(body: bytes, name: str) -> str:
    """The id that a verified body has under a name at its top; where there is none that can be used, its fingerprint.
    Never raises: what was proved is kept, however little is understood of it."""
    try:
        value = parse(body).get(name)
    except Uninterpretable:
        return fingerprint(body)
    return str(value) if is_identifier(value) else fingerprint(body)


def news_of(subject: str, now: datetime) -> str:
    """An id for what says only that something has changed: that it comes again is news, to the millisecond."""
    return f"{subject}@{int(now.timestamp() * 1000)}"


def alone(document: Mapping[str, Any]) -> bytes:
    """A document as a body again: one event out of many, to be read by itself."""
    return json.dumps(document, default=str, separators=(",", ":")).encode()


def section(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object inside an object; empty when it is null or not there. Raises Uninterpretable."""
    value = document.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise Uninterpretable(f"{name} is not an object")
    return value


def sections(document: Mapping[str, Any], name: str) -> Sequence[Mapping[str, Any]]:
    """A list of objects; empty when it is null or not there. Raises Uninterpretable."""
    values = document.get(name)
    if values is None:
        return ()
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise Uninterpretable(f"{name} is not a list of objects")
    return values


def identifier(value: object, name: str) -> str:
    """An id: printable ASCII without spaces. Raises Uninterpretable."""
    if not is_identifier(value):
        raise Uninterpretable(f"{name} is missing or not an id")
    return str(value)


def is_identifier(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MOST_TEXT and all("!" <= c <= "~" for c in value)


def first_text(*values: object) -> str | None:
    """The first of the values that is text with something in it: as one line, trimmed, and cut where it is absurdly long."""
    return next((line for value in values if isinstance(value, str) and (line := _line(value))), None)


def _line(text: str) -> str:
    """Line breaks, odd spaces and what cannot be seen are a space: what stands around them is not lost."""
    seen = "".join(c if c.isprintable() else " " for c in text[: 4 * MOST_TEXT])
    return " ".join(seen.split())[:MOST_TEXT].rstrip()


def texts(*values: object) -> tuple[str, ...]:
    """All the values that are text with something in it, each once, in their order; values of metadata among them."""
    found: dict[str, None] = {}
    for value in values:
        for each in value.values() if isinstance(value, dict) else (value,):
            if text := first_text(each):
                found[text] = None
    return tuple(found)[:_MOST_TEXTS]


def invoice_in(metadata: Mapping[str, Any]) -> str | None:
    """The number of an invoice that metadata names as such."""
    named = [metadata.get(name) for name in INVOICE_NAMES]
    return first_text(*(str(each) if type(each) is int else each for each in named))


def account_in(metadata: Mapping[str, Any]) -> str | None:
    """The id of an account of ours that metadata names as such: our pay links and collections do."""
    return first_text(metadata.get("account"))


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
    return _in_business(datetime.fromtimestamp(seconds, UTC), name)


def instant(value: object, name: str) -> datetime:
    """The UTC instant of an RFC 3339 text with a zone. Raises Uninterpretable."""
    try:
        moment = parse_instant(value if isinstance(value, str) else "", field=name)
    except InvalidInput as error:
        raise Uninterpretable(f"{name} is not an RFC 3339 instant with a zone") from error
    return _in_business(moment, name)


def currency_code(value: object) -> str:
    """An ISO 4217 code, in whichever case. Raises Uninterpretable."""
    code = value.upper() if isinstance(value, str) and value.isascii() else ""
    if code not in DECIMALS:
        raise Uninterpretable("the currency is not one of ISO 4217")
    return code


def money_in_units(
    units: object, currency: object, exceptions: Mapping[str, int], name: str = "amount"
) -> Money:
    """An amount that a processor counts in its own smallest units: `exceptions` are the decimals of the currencies in
    which these are not ISO 4217's. May be zero or less. Raises Uninterpretable, also for what ISO's unit cannot hold."""
    code = currency_code(currency)
    places = exceptions.get(code, DECIMALS[code])
    return _parsed(f"{Decimal(whole(units, name)).scaleb(-places):f}", code, name)


def money_in_decimals(amount: object, currency: object, name: str = "amount") -> Money:
    """An amount that is a decimal string in major units. May be zero or less. Raises Uninterpretable."""
    if not isinstance(amount, str):
        raise Uninterpretable(f"{name} is not a decimal string")
    return _parsed(amount, currency_code(currency), name)


def units_of(amount: Money, exceptions: Mapping[str, int]) -> int:
    """The other way: an amount of ours in a processor's smallest units. Raises InvalidInput where they cannot hold it."""
    places = exceptions.get(amount.currency, DECIMALS[amount.currency])
    units, rest = divmod(amount.minor * int(10**places), int(10 ** DECIMALS[amount.currency]))
    if rest:
        raise InvalidInput("amount", f"has more decimals of {amount.currency} than the processor takes")
    return units


def received(amount: Money) -> Money:
    """An amount that can have come in. Raises Uninterpretable for nothing, less than nothing and the absurd."""
    if not 0 < amount.minor <= MAX_MINOR:
        raise Uninterpretable("the amount is not more than zero, or too large")
    return amount


def _in_business(moment: datetime, name: str) -> datetime:
    try:
        business_day(moment.date(), field=name)
    except InvalidInput as error:
        raise Uninterpretable(f"{name} is not a time") from error
    return moment


def _parsed(amount: str, code: str, name: str) -> Money:
    try:
        return Money.parse(amount, code, field=name)
    except InvalidInput as error:
        raise Uninterpretable(f"{name} does not fit the currency: {error.message}") from error


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found
