"""The stack's API as a person uses it: JSON in and out, problems in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

import urllib3

from receivables.core.clock import format_instant
from receivables_cli.errors import CommandError

_TIMEOUT: Final = urllib3.Timeout(connect=5, read=60)


class ApiProblem(CommandError):
    """The API refused: `status` and the problem document's fields, in one line."""

    def __init__(self, status: int, document: Any) -> None:
        self.status, self.document = status, document
        super().__init__(f"the API says {status}: {_in_words(document)}")


@dataclass(frozen=True, slots=True)
class Page:
    """What a browser got: a page, or with a `location` the way to one."""

    status: int
    text: str
    location: str | None


class Api:
    """Requests as one person, at one time. `as_of` replaces the present where the stack allows it."""

    def __init__(self, url: str, token: str | None, as_of: datetime | None = None, pool: Any = None) -> None:
        self._url, self._token, self._as_of = url.rstrip("/"), token, as_of
        self._pool = pool or urllib3.PoolManager(maxsize=8, timeout=_TIMEOUT, retries=False)

    def at(self, as_of: datetime | None) -> Api:
        """The same person at another time."""
        return Api(self._url, self._token, as_of, self._pool)

    def get(self, path: str, **query: str) -> Any:
        """The document at a path. Raises ApiProblem."""
        return self._call("GET", path + (f"?{urlencode(query)}" if query else ""))

    def listed(self, path: str, **query: str) -> Iterator[Any]:
        """Every item of a list, page by page. Raises ApiProblem."""
        position: str | None = None
        while True:
            page = self.get(path, **query, **({"next": position} if position else {}))
            yield from page["items"]
            position = page.get("next")
            if not position:
                return

    def post(self, path: str, document: Any, key: str | None = None) -> Any:
        """With a `key` a repeat gets the first answer again. Raises ApiProblem."""
        headers = {"Content-Type": "application/json", **({"Idempotency-Key": key} if key else {})}
        return self._call("POST", path, json.dumps(document).encode(), headers)

    def patch(self, path: str, document: Any) -> Any:
        """Raises ApiProblem."""
        return self._call("PATCH", path, json.dumps(document).encode())

    def put(self, path: str, document: Any) -> Any:
        """Raises ApiProblem."""
        return self._call("PUT", path, json.dumps(document).encode())

    def upload(self, path: str, content: bytes, **query: str) -> Any:
        """POST a CSV file. Raises ApiProblem."""
        full = path + (f"?{urlencode(query)}" if query else "")
        return self._call("POST", full, content, {"Content-Type": "text/csv"})

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Any:
        """POST raw bytes with exactly these headers (and the time), as a processor does. Raises ApiProblem."""
        return self._answer("POST", path, body, self._headers(headers))

    def put_file(self, url: str, content: bytes, headers: Mapping[str, str]) -> None:
        """Put a file where a link of the API's own says, with exactly these headers. Raises CommandError."""
        answer = self._raw("PUT", url, content, headers)
        if answer.status >= 400:
            raise CommandError(f"the file was not taken: {answer.status}")

    def page(self, url: str, form: Mapping[str, str] | None = None) -> Page:
        """A page as a payer's browser asks for it - with a `form`, sends it back -, at the time of this API. Redirects are not
        followed. Raises CommandError."""
        body = urlencode(form).encode() if form is not None else None
        kind = {"Content-Type": "application/x-www-form-urlencoded"} if form is not None else {}
        answer = self._raw("POST" if form is not None else "GET", url, body, self._headers(kind))
        return Page(answer.status, answer.data.decode(errors="replace"), answer.headers.get("location"))

    def _call(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> Any:
        named = {"Content-Type": "application/json"} if headers is None else dict(headers)
        if self._token:
            named["Authorization"] = self._token
        return self._answer(method, path, body, self._headers(named))

    def _answer(self, method: str, path: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        answer = self._raw(method, self._url + path, body, headers)
        document = _document(answer.data)
        if answer.status >= 400:
            raise ApiProblem(answer.status, document)
        return document

    def _raw(self, method: str, url: str, body: bytes | None, headers: Mapping[str, str]) -> Any:
        try:
            return self._pool.request(method, url, body=body, headers=headers, redirect=False)
        except urllib3.exceptions.HTTPError as error:
            raise CommandError(f"the API does not answer: {type(error).__name__}") from error

    def _headers(self, headers: Mapping[str, str]) -> dict[str, str]:
        return {**headers, **({"X-As-Of": format_instant(self._as_of)} if self._as_of else {})}


def _document(data: bytes) -> Any:
    try:
        return json.loads(data) if data else None
    except ValueError:
        return {"detail": data[:200].decode(errors="replace")}


def _in_words(document: Any) -> str:
    if not isinstance(document, dict):
        return "nothing more"
    detail = str(document.get("detail") or document.get("title") or document.get("message") or document)
    fields = "; ".join(f"{e['field']}: {e['message']}" for e in document.get("errors") or ())
    return f"{detail} ({fields})" if fields and fields not in detail else detail
