"""Identifiers: sortable by the time that is handed in, or derived from what they name."""

from __future__ import annotations

import hashlib
import re
import secrets
from datetime import UTC, datetime, timedelta
from typing import Final

from receivables.core.errors import InvalidInput
from receivables.core.money import decimals

_CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_ULID_LENGTH: Final = 26
_KEY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-]{0,63}")
_REFERENCE: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_\-./ ]{0,63}")


def new_id(prefix: str, at: datetime) -> str:
    """A fresh identifier such as `ntc_01HZ...`: a ULID (48 bits of milliseconds, 80 random bits) after a prefix."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{_encode(milliseconds, 10)}{_encode(secrets.randbits(80), 16)}"


def dated_id(prefix: str, at: datetime, *parts: str) -> str:
    """The same identifier for the same instant (to the millisecond) and parts, for ever; tells its time as that of
    `new_id` does."""
    milliseconds = int(at.timestamp() * 1000)
    return f"{prefix}_{_encode(milliseconds, 10)}{derived_id(prefix, *parts)[-16:]}"


def id_time(identifier: str) -> datetime:
    """When an identifier of `new_id` was made (UTC, to the millisecond). Raises InvalidInput for anything else."""
    ulid = identifier.rpartition("_")[2]
    try:
        if len(ulid) != _ULID_LENGTH:
            raise ValueError
        milliseconds = 0
        for digit in ulid[:10]:
            milliseconds = milliseconds * 32 + _CROCKFORD.index(digit)
        return datetime.fromtimestamp(milliseconds // 1000, UTC) + timedelta(milliseconds=milliseconds % 1000)
    except (ValueError, OverflowError, OSError):
        raise InvalidInput("id", f"{identifier!r} does not tell its time") from None


def derived_id(prefix: str, *parts: str) -> str:
    """The same identifier for the same parts, for ever (SHA-256 over length-prefixed parts, 130 bits kept)."""
    digest = hashlib.sha256("".join(f"{len(p)}:{p}" for p in parts).encode()).digest()
    return f"{prefix}_{_encode(int.from_bytes(digest[:17]) >> 6, 26)}"


def key(text: str, *, field: str) -> str:
    """A key chosen by the caller: letters, digits, `_` and `-`, 1 to 64 long. Raises InvalidInput."""
    if not _KEY.fullmatch(text):
        raise InvalidInput(field, "must be 1 to 64 letters, digits, - or _, beginning with a letter or digit")
    return text


def reference(text: str, *, field: str) -> str:
    """A document number chosen by the caller; also allows `.`, `/` and inner spaces. Raises InvalidInput."""
    if not _REFERENCE.fullmatch(text) or text != text.strip():
        raise InvalidInput(field, "must be 1 to 64 letters, digits, - _ . / or inner spaces")
    return text


def account_id(customer_id: str, currency: str) -> str:
    """The account of a customer in one currency, for example `C-001.EUR`."""
    return f"{customer_id}.{currency}"


def split_account_id(text: str, *, field: str = "account_id") -> tuple[str, str]:
    """Customer id and currency of an account id. Raises InvalidInput naming `field`."""
    customer_id, dot, currency = text.rpartition(".")
    if not dot or not customer_id:
        raise InvalidInput(field, "must be <customer id>.<currency>, for example C-001.EUR")
    key(customer_id, field=field)
    decimals(currency)
    return customer_id, currency


def _encode(number: int, length: int) -> str:
    digits = []
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits.append(_CROCKFORD[digit])
    return "".join(reversed(digits))
