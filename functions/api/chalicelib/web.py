"""Routes: a request becomes a call, a view answers it, errors become problem documents.

Chalice routes; it does not enforce authorizers at run time and turns an exception of a view into a 500 before any
middleware sees it. So who may call is checked here, for every route, and errors are translated around the view itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from chalice.app import Blueprint, Response
from pydantic import BaseModel, ConfigDict, Field

from chalicelib import page_tokens
from chalicelib.callers import ADMINS, EVERYBODY, FINANCE, Caller, Role, caller_of
from chalicelib.idempotency import once
from chalicelib.path_ids import from_path
from chalicelib.problems import UnsupportedMediaType, problem
from receivables.core.errors import InvalidInput
from receivables.runtime.api import Services, services
from receivables.runtime.front_door import request_time
from receivables.runtime.observability import logger

__all__ = [
    "ADMINS",
    "EVERYBODY",
    "FINANCE",
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
MAX_KEY: Final = 200

B = TypeVar("B", bound=BaseModel)


class Query(BaseModel):
    """Parameters after the question mark."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True, defer_build=True)


class ListQuery(Query):
    """Of every list: how many, and where to go on."""

    limit: int = Field(default=50, ge=1, le=200, description="How many to return")
    next: str | None = Field(default=None, max_length=2000, description="The `next` of the page before")

    def criteria(self) -> dict[str, str]:
        """What the list is filtered by; a page token is good for the same filter only."""
        given = self.model_dump(mode="json", exclude={"limit", "next"}, exclude_none=True)
        return {name: str(value) for name, value in given.items()}


class Listing(BaseModel, Generic[B]):
    """One page of a list."""

    model_config = ConfigDict(frozen=True, defer_build=True)

    items: list[B]
    next: str | None = Field(
        description="Hand this in as `next` for the following page; null: this was the last"
    )

    @classmethod
    def model_parametrized_name(cls, params: tuple[Any, ...]) -> str:
        """The name in the API's document: `ListOfCustomer`."""
        return f"ListOf{params[0].__name__.removesuffix('Reply')}"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers: a model, and a status where it differs from that of its route."""

    body: BaseModel
    status: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Call:
    """One request: who, when, what."""

    def __init__(self, event: Mapping[str, Any], endpoint: Endpoint) -> None:
        self.event, self._endpoint = event, endpoint
        self.services: Services = services()
        self.request_id = str(event["requestContext"].get("requestId", ""))

    @cached_property
    def caller(self) -> Caller:
        return caller_of(self.event)

    @cached_property
    def as_of(self) -> Any:
        """The time of the request: the only clock a view knows."""
        return request_time(self.event)

    def header(self, name: str) -> str | None:
        headers = self.event.get("headers") or {}
        return next((value for key, value in headers.items() if key.lower() == name.lower()), None)

    @cached_property
    def idempotency_key(self) -> str | None:
        key = self.header("Idempotency-Key")
        if key is not None and not 1 <= len(key) <= MAX_KEY:
            raise InvalidInput("Idempotency-Key", f"must be 1 to {MAX_KEY} characters")
        return key

    def revision(self, stated: int | None) -> int:
        """The revision that the caller has seen: `rev` of the body, or If-Match. Raises InvalidInput without."""
        etag = self.header("If-Match")
        if etag is None:
            if stated is None:
                raise InvalidInput("rev", "say which revision is meant, here or in If-Match")
            return stated
        number = etag.strip().removeprefix("W/").strip('"')
        if not number.isdecimal() or (stated is not None and stated != int(number)):
            raise InvalidInput("If-Match", "must be the entity tag of the revision that is meant")
        return int(number)

    def start(self, query: ListQuery) -> Any:
        """The position at which the page that is asked for begins."""
        return page_tokens.unseal(query.next, self.services.page_key, self._endpoint.path, query.criteria())

    def seal(self, query: ListQuery, position: Any) -> str | None:
        """The token of the page that follows."""
        return page_tokens.seal(position, self.services.page_key, self._endpoint.path, query.criteria())


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
        response = _carry_out(endpoint, Call(event, endpoint), context, segments)
    except Exception as error:  # noqa: BLE001 - everything is answered with a problem document
        response = problem(error, str(event["requestContext"].get("requestId", "")))
        if response.status_code >= 500:
            logger.failed("request failed", error, route=f"{endpoint.method} {endpoint.path}")
    response.headers.update(HEADERS)
    return response


def _carry_out(endpoint: Endpoint, call: Call, context: Any, segments: Mapping[str, str]) -> Response:
    call.caller.must_be(endpoint.allow)
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
    return raw if endpoint.body is None else endpoint.body.model_validate_json(raw or b"null")


def _raw(event: Mapping[str, Any]) -> bytes:
    body = event.get("body") or ""
    if event.get("isBase64Encoded"):
        import base64

        return base64.b64decode(body)
    return str(body).encode()
