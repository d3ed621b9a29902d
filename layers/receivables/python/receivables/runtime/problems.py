"""Errors as answers: each type is mapped once to a status and a problem document (RFC 9457)."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any, Final

from receivables.core import errors

CONTENT_TYPE: Final = "application/problem+json"

# The first that fits: the special before the general.
_PROBLEMS: Final[tuple[tuple[type[Exception], HTTPStatus, str], ...]] = (
    (errors.InvalidFields, HTTPStatus.BAD_REQUEST, "invalid-input"),
    (errors.Unauthenticated, HTTPStatus.UNAUTHORIZED, "unauthenticated"),
    (errors.Forbidden, HTTPStatus.FORBIDDEN, "forbidden"),
    (errors.NotFound, HTTPStatus.NOT_FOUND, "not-found"),
    (errors.StaleRevision, HTTPStatus.PRECONDITION_FAILED, "stale-revision"),
    (errors.AlreadyExists, HTTPStatus.CONFLICT, "already-exists"),
    (errors.Conflict, HTTPStatus.CONFLICT, "conflict"),
    (errors.TooLarge, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large"),
    (errors.Throttled, HTTPStatus.SERVICE_UNAVAILABLE, "throttled"),
    (errors.DependencyFailed, HTTPStatus.BAD_GATEWAY, "dependency-failed"),
)


def status_of(error: Exception) -> tuple[HTTPStatus, str]:
    """The status and the problem's slug of an error; anything that was not raised on purpose is ours: 500."""
    for kind, status, slug in _PROBLEMS:
        if isinstance(error, kind):
            return status, slug
    return HTTPStatus.INTERNAL_SERVER_ERROR, "internal-error"


def problem(status: HTTPStatus, slug: str, detail: str = "", **members: Any) -> dict[str, Any]:
    """A problem document. `detail` is for the caller: it must not tell what the caller may not know."""
    document = {"type": f"urn:receivables:problem:{slug}", "title": status.phrase, "status": int(status)}
    return {**document, **({"detail": detail} if detail else {}), **members}
