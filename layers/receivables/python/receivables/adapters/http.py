"""Calls of other people's HTTP APIs: bounded in time and size, repeated only when that is safe, never redirected.

What comes back is an Answer, or an error of core.errors, so that who calls decides by type:

- 2xx, and any other status that the caller says it can use: an Answer.
- 404, 410: NotFound. 401, 403 (our own credentials are not good): Refused. Other 4xx: Conflict, with the processor's words.
- 429: Throttled, after a few tries (nothing was done, so that even what must not be done twice is tried again).
- 5xx, silence, a broken connection, a redirect, an answer that is too large or cannot be read: DependencyFailed - and
  OutcomeUnknown, which is one of these, for a call that must not be repeated, because it may have been done.
"""

from __future__ import annotations

import json as json_text
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, TypeAlias
from urllib.parse import quote, urlencode, urlsplit

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from receivables.adapters.http_answers import Answer, Failure, broken, failure, unreached, unusable

__all__ = ["Answer", "Http", "address"]

CONNECT_SECONDS: Final = 3.0
READ_SECONDS: Final = 10.0
"""How long there may be silence on the line."""
TOTAL_SECONDS: Final = 25.0
"""After this no further try is begun, and no further part of an answer is read."""
ATTEMPTS: Final = 3
MOST_BYTES: Final = 8 * 1024 * 1024
"""Largest answer that is read: a page of a hundred payments has a few hundred kilobytes."""

_CHUNK: Final = 16 * 1024
_SAFE: Final = frozenset({"GET", "HEAD"})
_LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})

Pairs: TypeAlias = Mapping[str, str] | Sequence[tuple[str, str]]


def address(base_url: str, *segments: str, query: Pairs = ()) -> str:
    """An address below a base: each segment is quoted whole, so that none can leave its place. Raises ValueError for those that
    mean another place even so."""
    if any(segment in {"", ".", ".."} for segment in segments):
        raise ValueError("a segment of an address says nothing, or goes up")
    path = "".join(f"/{quote(segment, safe='')}" for segment in segments)
    asked = urlencode(query)
    return f"{base_url.rstrip('/')}{path}{'?' if asked else ''}{asked}"


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    url: str
    headers: Mapping[str, str]
    body: bytes | None
    repeatable: bool
    service: str
    also: frozenset[int] = field(default_factory=frozenset)


class Http:
    """A pool of connections, kept between the invocations of a function. `pause` waits a number of seconds, `monotonic` is
    a clock in seconds that only goes forward; both are the real ones unless a test says otherwise."""

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        total_seconds: float = TOTAL_SECONDS,
        attempts: int = ATTEMPTS,
        most_bytes: int = MOST_BYTES,
        pause: Callable[[float], None] = time.sleep,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._total, self._attempts, self._most_bytes = total_seconds, attempts, most_bytes
        self._pause, self._monotonic = pause, monotonic
        self._pool = urllib3.PoolManager(num_pools=4, maxsize=4)

    def call(
        self,
        method: str,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        json: object = None,
        form: Pairs | None = None,
        idempotent: bool = False,
        also: Iterable[int] = (),
        service: str = "",
    ) -> Answer:
        """Call `url` (https; http only on this machine) with at most one of `body`, `json` and `form`.

        `idempotent`: a repeat does no harm, because the call carries an idempotency key or sets what is set already; GET and
        HEAD are so anyway. `also` are statuses beside 2xx that the caller can use. `service` names who is called, in
        errors; the address is never quoted there, because ids may stand in it. Raises as the module says, and ValueError
        for an address or a combination that no caller should have made.
        """
        content, content_type = _content(body, json, form)
        sent = {
            "accept": "application/json",
            "accept-encoding": "identity",
            "user-agent": "receivables",
            **({"content-type": content_type} if content_type else {}),
            **{name.lower(): value for name, value in (headers or {}).items()},
        }
        if not all(value.isascii() and value.isprintable() for value in sent.values()):
            raise ValueError("a header has a character that none may have")  # not quoted: it may be a key
        verb = method.upper()
        call = _Call(
            verb,
            _checked(url),
            sent,
            content,
            idempotent or verb in _SAFE,
            service or str(urlsplit(url).hostname),
            frozenset(also),
        )
        return self._tried(call)

    def close(self) -> None:
        """Close the connections that are kept."""
        self._pool.clear()

    def _tried(self, call: _Call) -> Answer:
        until = self._monotonic() + self._total
        attempt = 0
        while True:
            outcome = self._once(call, until)
            if isinstance(outcome, Answer):
                return outcome
            wait = outcome.pause(attempt)
            attempt += 1
            if not outcome.again or attempt >= self._attempts or self._monotonic() + wait >= until:
                raise outcome.error
            self._pause(wait)

    def _once(self, call: _Call, until: float) -> Answer | Failure:
        try:
            response = self._pool.request(
                call.method,
                call.url,
                body=call.body,
                headers=dict(call.headers),
                timeout=self._timeout,
                retries=False,
                redirect=False,
                preload_content=False,
                enforce_content_length=True,
            )
        except (NewConnectionError, ConnectTimeoutError) as error:
            return unreached(call.service, type(error).__name__)
        except HTTPError as error:
            return broken(call.service, type(error).__name__, repeatable=call.repeatable)
        return self._answer(response, call, until)

    def _answer(self, response: Any, call: _Call, until: float) -> Answer | Failure:
        try:
            content = self._content(response, until)
        except HTTPError as error:
            response.close()
            return broken(call.service, type(error).__name__, repeatable=call.repeatable)
        except _NotRead as reason:
            response.close()
            return unusable(call.service, str(reason), repeatable=call.repeatable)
        response.release_conn()
        headers = {name.lower(): value for name, value in response.headers.items()}
        answer = Answer(response.status, headers, content, call.service)
        if 200 <= answer.status < 300 or answer.status in call.also:
            return answer
        return failure(answer, repeatable=call.repeatable)

    def _content(self, response: Any, until: float) -> bytes:
        if response.headers.get("content-encoding", "identity").lower() != "identity":
            raise _NotRead("the answer is compressed, unasked")  # it could grow beyond all bounds
        parts: list[bytes] = []
        size = 0
        while part := response.read(_CHUNK, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > self._most_bytes:
                raise _NotRead("the answer is too large")
            if self._monotonic() > until:
                raise _NotRead("the answer takes too long")
        return b"".join(parts)


class _NotRead(Exception):
    """The rest of the answer is not worth reading."""


def _checked(url: str) -> str:
    parts = urlsplit(url)
    secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    if not secure or not parts.hostname or parts.username is not None or not url.isascii():
        raise ValueError("not an address that may be called: https, with a host, without credentials")
    return url


def _content(body: bytes | None, json: object, form: Pairs | None) -> tuple[bytes | None, str]:
    if sum(each is not None for each in (body, json, form)) > 1:
        raise ValueError("a call has one body")
    if json is not None:
        return json_text.dumps(json, separators=(",", ":"), allow_nan=False).encode(), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, ""
