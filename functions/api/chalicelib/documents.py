"""What terms and policies have in common: immutable versions, and one of them in force."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from chalicelib.fields import Form, Key, Reply
from chalicelib.web import Answer, Call, Listing, ListQuery
from receivables.core.errors import NotFound
from receivables.core.versions import Catalogue, in_force


class VersionForm(Form):
    """Of every version."""

    name: str = Field(min_length=1, max_length=100)
    in_force_from: date | None = Field(
        default=None, description="The first day on which it applies; today (UTC) when left out"
    )


class VersionReply(Reply):
    """Of every version."""

    id: str
    version: int
    name: str
    in_force_from: date


class Documents:
    """Answers about one kind of document. `shown` makes a version's reply, `document` that of all its versions."""

    def __init__(self, shown: Any, document: Any) -> None:
        self._shown, self._document = shown, document

    def one(self, call: Call, catalogue: Catalogue[Any], document_id: str) -> Answer:
        """All versions, and the number of the one in force today."""
        return Answer(self._whole(call, catalogue, document_id))

    def page(self, call: Call, catalogue: Catalogue[Any], query: ListQuery) -> Answer:
        ids, position = catalogue.page(query.limit, call.start(query))
        items = [self._whole(call, catalogue, document_id) for document_id in ids]
        return Answer(Listing[self._document](items=items, next=call.seal(query, position)))  # type: ignore[name-defined]

    def _whole(self, call: Call, catalogue: Catalogue[Any], document_id: str) -> Any:
        versions = catalogue.versions(document_id)
        try:
            current = in_force(versions, call.as_of.date()).version
        except NotFound:
            current = None
        shown = [self._shown.of(version) for version in versions]
        return self._document(id=document_id, in_force=current, versions=shown)


def _not_a_route(document_id: str) -> str:
    """`/terms/preview` is a route: a document of that name could never be read."""
    if document_id == "preview":
        raise ValueError("is reserved")
    return document_id


class NewDocument(Form):
    """Of every new document."""

    id: Annotated[Key, AfterValidator(_not_a_route)]
