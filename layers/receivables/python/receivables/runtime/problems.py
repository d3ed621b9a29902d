"""Errors as problem documents (RFC 9457): the one place where a type of error becomes a status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from receivables.core.errors import (
    Conflict,
    DependencyFailed,
    FieldError,
    Forbidden,
    InvalidFields,
    NotFound,
    StaleRevision,
    Throttled,
    TooLarge,
    Unauthenticated,
)

MEDIA_TYPE: Final = "application/problem+json"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of problem: what the caller is told of every error of a type."""

    status: int
    slug: str
    title: str


INTERNAL: Final = Kind(500, "internal", "Something went wrong here")
"""Whatever was not raised on purpose."""

# The first that fits: the special before the general.
KINDS: Final[tuple[tuple[type[Exception], Kind], ...]] = (
    (InvalidFields, Kind(400, "invalid-input", "The request is not valid")),
    (Unauthenticated, Kind(401, "unauthenticated", "The caller is not known")),
    (Forbidden, Kind(403, "forbidden", "The caller may not do this")),
    (NotFound, Kind(404, "not-found", "There is no such thing")),
    (StaleRevision, Kind(412, "stale-revision", "It has changed since it was read")),
    (Conflict, Kind(409, "conflict", "Its state does not allow this")),
    (TooLarge, Kind(413, "too-large", "The request is too large")),
    (Throttled, Kind(503, "try-again", "The service is busy")),
    (DependencyFailed, Kind(502, "dependency-failed", "Another service did not do its part")),
)


def kind_of(error: Exception) -> Kind:
    """The kind of problem that an error is."""
    return next((kind for type_, kind in KINDS if isinstance(error, type_)), INTERNAL)


def document(
    kind: Kind, detail: str = "", *, errors: Iterable[FieldError] = (), instance: str | None = None
) -> dict[str, Any]:
    """A problem document. `detail` is for the caller: it must not tell what the caller may not know."""
    fields = [{"field": error.field, "message": error.message} for error in errors]
    members = {"detail": detail, "instance": instance, "errors": fields}
    described = {"type": f"urn:receivables:problem:{kind.slug}", "title": kind.title, "status": kind.status}
    return {**described, **{name: value for name, value in members.items() if value}}
