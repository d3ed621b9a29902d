"""One request as a view sees it, and what a view answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any, Final, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from chalicelib import page_tokens
from chalicelib.callers import Caller, caller_of
from receivables.core.errors import InvalidInput
from receivables.runtime.api import Services, services
from receivables.runtime.front_door import recording_time, request_time

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

    def __init__(self, event: Mapping[str, Any], path: str) -> None:
        self.event, self._path = event, path
        self.services: Services = services()

    @cached_property
    def caller(self) -> Caller:
        return caller_of(self.event)

    @cached_property
    def as_of(self) -> datetime:
        """The time of the request: the only clock a view knows."""
        return request_time(self.event)

    @cached_property
    def recorded_at(self) -> datetime:
        """When what this request does is recorded: not before the request, and not before it is done."""
        return recording_time(self.as_of, self.services.clock)

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
        return page_tokens.unseal(query.next, self.services.page_key, self._path, query.criteria())

    def seal(self, query: ListQuery, position: Any) -> str | None:
        """The token of the page that follows."""
        return page_tokens.seal(position, self.services.page_key, self._path, query.criteria())
