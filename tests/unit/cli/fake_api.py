"""An API that answers from a dictionary and notes what it was asked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any


class FakeApi:
    """`answers` by path - with its query, if there is one; what changes something is noted in `sent`, with the time."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = dict(answers or {})
        self.sent: list[tuple[str, str, Any]] = []
        self.times: list[datetime | None] = []
        self._as_of: datetime | None = None

    def at(self, as_of: datetime | None) -> FakeApi:
        self._as_of = as_of
        return self

    def get(self, path: str, **query: str) -> Any:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return self.answers[f"{path}?{asked}" if asked else path]

    def listed(self, path: str, **query: str) -> Iterator[Any]:
        yield from self.get(path, **query)

    def post(self, path: str, document: Any) -> Any:
        return self._send("POST", path, document)

    def put(self, path: str, document: Any) -> Any:
        return self._send("PUT", path, document)

    def upload(self, path: str, content: bytes) -> Any:
        self._send("UPLOAD", path, content.decode())
        return {"id": "imp_1"}

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        assert headers
        return self._send("SEND", path, body.decode())

    def _send(self, method: str, path: str, document: Any) -> Any:
        self.sent.append((method, path, document))
        self.times.append(self._as_of)
        return self.answers.get(path, {"self": f"{path}/1"})
