"""Versioned documents: immutable versions, each in force from a date until the next one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final, Generic, Protocol, TypeVar

from receivables.core.errors import AlreadyExists, NotFound


class Versioned(Protocol):
    """A version of a document; versions are numbered from 1 in the order they were written."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def name(self) -> str: ...
    @property
    def in_force_from(self) -> date: ...


V = TypeVar("V", bound=Versioned)

NOT_YET: Final = "version in force"
"""What is not found of a document that is there, but not in force yet."""


def in_force(versions: Iterable[V], on: date) -> V:
    """The version that applies on a day: of those in force by then, the latest date, then the latest version.

    Raises NotFound if none is in force yet.
    """
    by_then = [v for v in versions if v.in_force_from <= on]
    if not by_then:
        raise NotFound(NOT_YET, on.isoformat())
    return max(by_then, key=lambda v: (v.in_force_from, v.version))


class VersionStore(Protocol[V]):
    """The versions that were written, of one kind of document. Nothing is ever changed or deleted."""

    def versions(self, document_id: str) -> Sequence[V]:
        """All written versions of one document, oldest first, strongly consistent; empty if there is none."""

    def add(self, version: V, by: str, at: datetime) -> None:
        """Write a version. Raises AlreadyExists when the document has that version already."""

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[str], str | None]:
        """Ids of the documents by id, with the position of the next page."""


class Catalogue(Generic[V]):
    """The documents of one kind: those that were written, and those that are built in, each as its version 1."""

    def __init__(self, store: VersionStore[V], built_in: V | Sequence[V], what: str) -> None:
        self._store, self._what = store, what
        several = built_in if isinstance(built_in, Sequence) else (built_in,)
        self._built_in: dict[str, V] = {version.id: version for version in several}

    def versions(self, document_id: str) -> tuple[V, ...]:
        """All versions of a document, oldest first. Raises NotFound."""
        built_in = self._built_in.get(document_id)
        written = tuple(self._store.versions(document_id))
        if built_in is None and not written:
            raise NotFound(self._what, document_id)
        return written if built_in is None else (built_in, *written)

    def version(self, document_id: str, number: int) -> V:
        """One version. Raises NotFound."""
        for version in self.versions(document_id):
            if version.version == number:
                return version
        raise NotFound(f"version {number} of {self._what}", document_id)

    def add(self, version: V, by: str, at: datetime) -> None:
        """Write a version, of a new document when it is the first. Raises AlreadyExists, also for what is built in."""
        built_in = self._built_in.get(version.id)
        if built_in is not None and version.version <= built_in.version:
            raise AlreadyExists(self._what, version.id)
        self._store.add(version, by, at)

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[str], str | None]:
        """Ids of at most `limit` documents, the built-in ones first, with the position of the next page."""
        if position is not None and not position.startswith(_BUILT_IN):
            ids, following = self._store.page(limit, position)
            return self._written(ids), following
        start = int(position.removeprefix(_BUILT_IN)) if position else 0
        first = list(self._built_in)[start : start + limit]
        if start + limit <= len(self._built_in):
            return first, f"{_BUILT_IN}{start + limit}"
        ids, following = self._store.page(limit - len(first))
        return [*first, *self._written(ids)], following

    def _written(self, ids: Sequence[str]) -> list[str]:
        return [document_id for document_id in ids if document_id not in self._built_in]


_BUILT_IN: Final = "#"
"""Begins a position among what is built in; no id begins so."""
