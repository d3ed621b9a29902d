"""A loopback HTTP server that plays recorded exchanges, strictly: what is asked must be what was recorded, in that order.

    with RecordedServer() as server:
        server.play(
            Exchange("POST", "/v2/payments", headers={"authorization": "Bearer live_x", "idempotency-key": "k1"},
                     json={"amount": {"value": "10.00", "currency": "EUR"}}, reply=reply({"id": "tr_1"}, status=201)),
            Exchange("GET", "/v2/payments/tr_1", query={"embed": "refunds"}, reply=Silence()),
        )
        api = MollieApi(Credentials({"api_key": "live_x"}, base_url=server.url), server.http())
        ...

At the end of the block everything must have been played, and nothing else asked. A request that differs is answered with
418 and what differs, and the block ends with an AssertionError that says so.
"""

from __future__ import annotations

import json as json_text
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self, TypeAlias
from urllib.parse import parse_qsl, urlsplit

from receivables.adapters.http import Http

_ANY: Final = object()


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer. `truncated`: the connection ends before its last so many bytes."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    truncated: int = 0


@dataclass(frozen=True, slots=True)
class Silence:
    """The request is read, and nothing is ever answered."""


@dataclass(frozen=True, slots=True)
class HangUp:
    """The request is read, and the connection is closed."""


Answering: TypeAlias = Reply | Silence | HangUp


def reply(document: object, status: int = 200, **headers: str) -> Reply:
    """A JSON document; header names are given with underscores."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(json_text.dumps(document).encode(), status, {"content-type": "application/json", **named})


def throttled(retry_after: int | None = None) -> Reply:
    """429, as most say it."""
    return Reply(b"", 429, {} if retry_after is None else {"retry-after": str(retry_after)})


def failing(status: int = 500) -> Reply:
    return Reply(b"<html>sorry</html>", status, {"content-type": "text/html"})


def redirect(location: str, status: int = 302) -> Reply:
    return Reply(b"", status, {"location": location})


def huge(size: int) -> Reply:
    return Reply(b" " * size)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request that must come, and what it is answered with. `path` has no query; `query` and `form` are all that must be there
    (pairs when a name comes twice), `headers` (lower-case) some of what must be there, `absent` what must not. Of `json`, `form`,
    `body` give what must have been sent; none of them: no body."""

    method: str
    path: str
    reply: Answering
    query: Mapping[str, str] | Sequence[tuple[str, str]] = ()
    headers: Mapping[str, str] = field(default_factory=dict)
    absent: Sequence[str] = ()
    json: object = _ANY
    form: Mapping[str, str] | Sequence[tuple[str, str]] | None = None
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Received:
    """A request as it came; header names are lower-case."""

    method: str
    path: str
    query: Sequence[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes


class RecordedServer:
    """Plays exchanges on a port of its own, while the `with` block lasts. `received` is all that was asked."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self._script: list[Exchange] = []
        self._wrong: list[str] = []
        self._lock, self._ended = threading.Lock(), threading.Event()
        self._https: list[Http] = []
        self._server = _Server(self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def play(self, *exchanges: Exchange) -> None:
        """What is to come next, after what was given before."""
        with self._lock:
            self._script.extend(exchanges)

    def http(self, **settings: Any) -> Http:
        """A client that does not wait between its tries, closed at the end of the block."""
        made = Http(**{"pause": lambda _seconds: None, "read_seconds": 5.0, **settings})
        self._https.append(made)
        return made

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        for http in self._https:
            http.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
        if self._wrong:
            raise AssertionError("\n".join(self._wrong)) from error
        if kind is None and self._script:
            raise AssertionError(f"never asked: {[(each.method, each.path) for each in self._script]}")

    def answer(self, request: Received) -> Answering:
        """What the next recorded exchange answers to a request. (For the handler.)"""
        with self._lock:
            self.received.append(request)
            if not self._script:
                return self._refused(f"{request.method} {request.path} was asked beyond the script")
            differs = _differences(self._script[0], request)
            if differs:
                return self._refused(f"{request.method} {request.path}: " + "; ".join(differs))
            return self._script.pop(0).reply

    def wait_for_the_end(self) -> None:
        """Until the block ends. (For the handler.)"""
        self._ended.wait(30)

    def _refused(self, why: str) -> Reply:
        self._wrong.append(why)
        return reply({"error": why}, status=418)


def _differences(expected: Exchange, request: Received) -> list[str]:
    said = [
        ("method", expected.method, request.method),
        ("path", expected.path, request.path),
        ("query", sorted(_pairs(expected.query)), sorted(request.query)),
        *((name, value, request.headers.get(name)) for name, value in expected.headers.items()),
        *((name, None, request.headers.get(name)) for name in expected.absent),
        ("body", *_bodies(expected, request)),
    ]
    return [f"{what}: {theirs!r} instead of {ours!r}" for what, ours, theirs in said if ours != theirs]


def _bodies(expected: Exchange, request: Received) -> tuple[object, object]:
    """The body that must be there and the one that is, in the form in which they are compared."""
    if expected.json is not _ANY:
        return expected.json, _json(request)
    if expected.form is not None:
        return sorted(_pairs(expected.form)), _form(request)
    return expected.body, request.body


def _json(request: Received) -> object:
    if request.headers.get("content-type", "").partition(";")[0] != "application/json":
        return f"of type {request.headers.get('content-type')}"
    try:
        return json_text.loads(request.body)
    except ValueError:
        return request.body


def _form(request: Received) -> object:
    if request.headers.get("content-type", "").partition(";")[0] != "application/x-www-form-urlencoded":
        return f"of type {request.headers.get('content-type')}"
    return sorted(parse_qsl(request.body.decode(), keep_blank_values=True))


def _pairs(given: Mapping[str, str] | Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(given.items() if isinstance(given, Mapping) else given)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, player: RecordedServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.player = player

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing on the terminal: the client closes when it has had enough of an answer."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def _handle(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        parts = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        query = parse_qsl(parts.query, keep_blank_values=True)
        answering = self.server.player.answer(Received(self.command, parts.path, query, headers, body))
        if isinstance(answering, Reply):
            self._send(answering)
            return
        if isinstance(answering, Silence):
            self.server.player.wait_for_the_end()
        self.close_connection = True

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = do_HEAD = _handle  # noqa: N815 - http.server's names

    def _send(self, answering: Reply) -> None:
        whole = len(answering.body)
        self.send_response(answering.status)
        for name, value in answering.headers.items():
            self.send_header(name, value)
        self.send_header("content-length", str(whole))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answering.body[: whole - answering.truncated])
        self.close_connection = self.close_connection or bool(answering.truncated)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
        """Nothing on the terminal."""
