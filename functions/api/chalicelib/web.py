"""Routes: a request becomes a call, a view answers it, errors become problem documents.

Chalice routes; it does not enforce authorizers at run time and turns an exception of a view into a 500 before any
middleware sees it. So who may call is checked here, for every route, and errors are translated around the view itself.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from chalice.app import Blueprint, Response
from pydantic import BaseModel, ValidationError

from chalicelib.callers import ADMINS, EVERYBODY, FINANCE, Role
from chalicelib.calls import Answer, Call, Listing, ListQuery, Query
from chalicelib.idempotency import once
from chalicelib.path_ids import from_path
from chalicelib.problems import UnsupportedMediaType, fields_of, problem
from receivables.core.errors import InvalidFields, InvalidInput
from receivables.runtime.front_door import request_time
from receivables.runtime.observability import logger

__all__ = [
    "ADMINS",
    "CSV",
    "EVERYBODY",
    "FINANCE",
    "JSON",
    "Answer",
    "Call",
    "Endpoint",
    "ListQuery",
    "Listing",
    "Query",
    "Routes",
]

HEADERS: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}
JSON: Final = "application/json"
CSV: Final = "text/csv"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A route and all that is known about it; the API's documents are generated from these."""

    method: str
    path: str
    view: Callable[..., Answer]
    allow: frozenset[Role]
    summary: str
    body: type[BaseModel] | None
    raw: str | None
    query: type[Query] | None
    reply: Any
    status: int
    once: bool

    @property
    def name(self) -> str:
        """The operation's id."""
        return self.view.__name__


class Routes:
    """The routes of one resource."""

    def __init__(self, module: str) -> None:
        self.blueprint = Blueprint(module)
        self.endpoints: list[Endpoint] = []

    def get(self, path: str, **about: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        return self._route("GET", path, **({"allow": EVERYBODY} | about))

    def post(self, path: str, **about: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        """A POST answers a repeat under the same Idempotency-Key with the first answer, unless `once=False`."""
        return self._route("POST", path, **({"once": True, "status": 201} | about))

    def put(self, path: str, **about: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        return self._route("PUT", path, **about)

    def patch(self, path: str, **about: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        return self._route("PATCH", path, **about)

    def delete(self, path: str, **about: Any) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        return self._route("DELETE", path, **about)

    def _route(
        self,
        method: str,
        path: str,
        *,
        allow: frozenset[Role],
        summary: str,
        reply: Any,
        body: type[BaseModel] | None = None,
        raw: str | None = None,
        query: type[Query] | None = None,
        status: int = 200,
        once: bool = False,
    ) -> Callable[[Callable[..., Answer]], Callable[..., Answer]]:
        def register(view: Callable[..., Answer]) -> Callable[..., Answer]:
            endpoint = Endpoint(method, path, view, allow, summary, body, raw, query, reply, status, once)
            self.endpoints.append(endpoint)

            def answer(**segments: str) -> Response:
                blueprint = self.blueprint
                event = blueprint.current_request.to_original_event()
                return respond(endpoint, event, blueprint.lambda_context, segments)

            answer.__name__ = view.__name__
            # Content types are checked here too: Chalice would answer in a form of its own.
            self.blueprint.route(path, methods=[method], content_types=["*/*"], name=view.__name__)(answer)
            return view

        return register


def respond(
    endpoint: Endpoint, event: Mapping[str, Any], context: Any, segments: Mapping[str, str]
) -> Response:
    """The answer to a request, whatever happens."""
    try:
        response = _carry_out(endpoint, Call(event, endpoint.path), context, segments)
    except Exception as error:  # noqa: BLE001 - everything is answered with a problem document
        response = problem(error, str(event["requestContext"].get("requestId", "")))
        if response.status_code >= 500:
            logger.failed("request failed", error, route=f"{endpoint.method} {endpoint.path}")
    response.headers.update(HEADERS)
    return response


def _carry_out(endpoint: Endpoint, call: Call, context: Any, segments: Mapping[str, str]) -> Response:
    call.caller.must_be(endpoint.allow)
    request_time(call.event)  # refuses time travel, where it is not allowed, on routes that need no time too
    arguments: dict[str, Any] = {name: from_path(value, name) for name, value in segments.items()}
    if endpoint.query is not None:
        arguments["query"] = endpoint.query.model_validate(_single(call.event))
    elif call.event.get("queryStringParameters"):
        raise InvalidInput(
            next(iter(call.event["queryStringParameters"])), "is not a parameter of this route"
        )
    if endpoint.body is not None or endpoint.raw is not None:
        arguments["body"] = _body(endpoint, call)

    def answer() -> dict[str, Any]:
        answered = endpoint.view(call, **arguments)
        body = answered.body.model_dump(mode="json", by_alias=True)
        return {"body": body, "status": answered.status, "headers": dict(answered.headers)}

    if endpoint.once and call.idempotency_key is not None:
        request = {
            "scope": [call.caller.name, endpoint.method, endpoint.path, dict(segments), call.idempotency_key],
            "body": [call.event.get("multiValueQueryStringParameters"), str(call.event.get("body"))],
        }
        outcome = once(call.services.idempotency_table, request, context, answer)
    else:
        outcome = answer()
    status = outcome["status"] or endpoint.status
    return Response(outcome["body"], status_code=status, headers={"Content-Type": JSON} | outcome["headers"])


def _single(event: Mapping[str, Any]) -> dict[str, str]:
    given = event.get("multiValueQueryStringParameters") or {}
    if repeated := [name for name, values in given.items() if len(values) != 1]:
        raise InvalidInput(repeated[0], "is given more than once")
    return {name: values[0] for name, values in given.items()}


def _body(endpoint: Endpoint, call: Call) -> Any:
    media = (call.header("Content-Type") or endpoint.raw or JSON).split(";")[0].strip().lower()
    wanted = endpoint.raw or JSON
    if media != wanted:
        raise UnsupportedMediaType(f"send {wanted}, not {media}")
    raw = _raw(call.event)
    return raw if endpoint.body is None else _form(endpoint.body, raw or b"null")


def _form(model: type[BaseModel], raw: bytes) -> BaseModel:
    try:
        return model.model_validate_json(raw)
    except ValidationError as error:
        try:
            sent = json.loads(raw)
        except ValueError:
            sent = None
        raise InvalidFields(fields_of(error, sent)) from None


def _raw(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        return base64.b64decode(body)
    return str(body).encode()
