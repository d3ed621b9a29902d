"""What an answer of somebody's HTTP API means: of use, or an error with the processor's own words."""

from __future__ import annotations

import json as json_text
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from receivables.core.errors import (
    Conflict,
    DependencyFailed,
    NotFound,
    OutcomeUnknown,
    ReceivablesError,
    Refused,
    Throttled,
)

LONGEST_WAIT: Final = 3
"""Seconds that are waited at the processor's wish; for more, who called comes back later."""

_WAITS: Final = (0.2, 0.8)
_MOST_WORDS: Final = 300
_TOLD_IN: Final = (
    # Where processors say what is wrong: codes before sentences.
    "error_type type code reason category error_codes status_code title detail details description message field "
    "error errors"
).split()


@dataclass(frozen=True, slots=True)
class Answer:
    """What was answered. `headers` have lower-case names; of one that came more than once the values are joined by
    commas. `service` names who answered, for errors."""

    status: int
    headers: Mapping[str, str]
    body: bytes = field(repr=False, default=b"")
    service: str = ""

    def json(self) -> Any:
        """The body as JSON, strictly: UTF-8, no duplicate keys, no NaN, fractions as Decimal. Raises DependencyFailed."""
        try:
            return json_text.loads(
                self.body.decode("utf-8"),
                parse_float=Decimal,
                parse_constant=_refuse,
                object_pairs_hook=_unique,
            )
        except (ValueError, RecursionError, ArithmeticError):
            raise DependencyFailed(f"{self.service}: the answer is not JSON") from None

    def document(self) -> Mapping[str, Any]:
        """The body as a JSON object. Raises DependencyFailed."""
        found = self.json()
        if not isinstance(found, dict):
            raise DependencyFailed(f"{self.service}: the answer is not a JSON object")
        return found


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no answer of use. `again`: a repeat is safe, and may help, after `wait` seconds (None: as one likes)."""

    error: ReceivablesError
    again: bool = False
    wait: float | None = None

    def pause(self, attempt: int) -> float:
        """Seconds to wait before the next try, the first try being number 0."""
        return _WAITS[min(attempt, len(_WAITS) - 1)] if self.wait is None else self.wait


def unreached(service: str, why: str) -> Failure:
    """Nothing was sent."""
    return Failure(DependencyFailed(f"{service}: {why}"), again=True)


def broken(service: str, why: str, *, repeatable: bool) -> Failure:
    """Something was sent, and no whole answer came."""
    if repeatable:
        return Failure(DependencyFailed(f"{service}: {why}"), again=True)
    return Failure(OutcomeUnknown(f"{service}: {why}"))


def unusable(service: str, why: str, *, repeatable: bool) -> Failure:
    """An answer came that cannot be read, and would not be another time."""
    return Failure((DependencyFailed if repeatable else OutcomeUnknown)(f"{service}: {why}"))


def failure(answer: Answer, *, repeatable: bool) -> Failure:
    """Why an answer that is not 2xx is of no use."""
    service, status = answer.service, answer.status
    if status == 429:
        return _later(answer)
    if status >= 500:
        return broken(service, f"answered {status}", repeatable=repeatable)
    if status in {404, 410}:
        return Failure(NotFound(f"thing at {service}", words(answer)))
    if status in {401, 403}:
        return Failure(Refused(f"{service}: our credentials are refused ({status}): {words(answer)}"))
    if status >= 400:
        return Failure(Conflict(f"{service}: {words(answer)}"))
    return unusable(service, f"answered {status}, which is not followed", repeatable=repeatable)


def _later(answer: Answer) -> Failure:
    """Throttled: nothing was done, so that even what must not be done twice may be tried again."""
    wanted = answer.headers.get("retry-after", "")
    wait = int(wanted) if wanted.isascii() and wanted.isdigit() and len(wanted) < 6 else None
    again = wait is None or wait <= LONGEST_WAIT
    return Failure(Throttled(f"{answer.service}: asks to come back later"), again=again, wait=wait)


def words(answer: Answer) -> str:
    """What the processor says is wrong, in a bounded line of printable text; the status alone when it says nothing."""
    try:
        told = [part for part in _told(answer.json(), 0) if part]
    except DependencyFailed:
        told = []
    line = "".join(c if c.isprintable() else " " for c in ": ".join(dict.fromkeys(told)))
    return line[:_MOST_WORDS] or f"answered {answer.status}"


def _told(value: Any, depth: int) -> Iterator[str]:
    if isinstance(value, str):
        yield value.strip()
    elif isinstance(value, list) and depth < 3:
        for each in value[:3]:
            yield from _told(each, depth + 1)
    elif isinstance(value, dict) and depth < 3:
        for name in _TOLD_IN:
            yield from _told(value.get(name), depth + 1)


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found
