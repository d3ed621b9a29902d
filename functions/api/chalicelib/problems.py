"""Errors as problem documents (RFC 9457). What only HTTP knows is here; the product's own errors have their status in
`runtime.problems`."""

from __future__ import annotations

from typing import Any, Final

from chalice.app import Response
from pydantic import ValidationError

from receivables.core.errors import Conflict, FieldError, InvalidFields, ReceivablesError, Throttled
from receivables.core.money import CurrencyMismatch
from receivables.runtime.problems import MEDIA_TYPE, Kind, document, kind_of


class UnsupportedMediaType(ReceivablesError):
    """The body is of another type than the route takes."""


class KeyReused(ReceivablesError):
    """The Idempotency-Key was used before, with another body."""


class StillRunning(Conflict):
    """A request with the same Idempotency-Key has not ended yet."""


_OF_HTTP: Final[dict[type[Exception], Kind]] = {
    CurrencyMismatch: Kind(400, "currency-mismatch", "The request mixes currencies"),
    StillRunning: Kind(409, "still-running", "The first request with this key has not ended yet"),
    UnsupportedMediaType: Kind(415, "unsupported-media-type", "The body is of another type"),
    KeyReused: Kind(422, "idempotency-key-reused", "The key was used for another request"),
}
_INSIDE: Final = 500
"""From this status on the failure is not the caller's, and the text of the error may name what is inside."""


def problem(error: Exception, request_id: str) -> Response:
    """The answer to an error; what was not raised on purpose is a 500 that says nothing of itself."""
    if isinstance(error, ValidationError):
        error = InvalidFields(fields_of(error))
    kind = _OF_HTTP.get(type(error)) or kind_of(error)
    errors = error.errors if isinstance(error, InvalidFields) else ()
    answer = problem_of(kind, "" if kind.status >= _INSIDE else str(error), request_id, errors)
    if isinstance(error, (Throttled, StillRunning)):
        answer.headers["Retry-After"] = "1"
    return answer


def problem_of(kind: Kind, detail: str, request_id: str, errors: tuple[FieldError, ...] = ()) -> Response:
    """A problem document as an answer."""
    body = document(kind, detail, errors=errors, instance=f"urn:receivables:request:{request_id}")
    return Response(body, status_code=kind.status, headers={"Content-Type": MEDIA_TYPE})


def fields_of(error: ValidationError, sent: Any = None) -> tuple[FieldError, ...]:
    """What is wrong with which field, by its path in the input, for which `sent` is asked; the input itself is not
    repeated."""
    found = error.errors(include_url=False, include_context=False, include_input=False)
    return tuple(
        FieldError(_path(each["loc"], each["type"], sent), each["msg"].removeprefix("Value error, "))
        for each in found
    )


def _path(location: tuple[int | str, ...], type_: str, sent: Any) -> str:
    """Pydantic names the `kind` of an object on the way to its fields; who sent the object did not."""
    path: list[int | str] = []
    for step in location:
        if isinstance(sent, dict) and step not in sent and step == sent.get("kind"):
            continue
        path.append(step)
        sent = _part(sent, step)
    if type_.startswith("union_tag_"):
        path.append("kind")
    return ".".join(str(step) for step in path) or "body"


def _part(sent: Any, step: int | str) -> Any:
    if isinstance(sent, dict):
        return sent.get(step)
    return sent[step] if isinstance(sent, list) and isinstance(step, int) and step < len(sent) else None
