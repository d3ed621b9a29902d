"""Versioned documents: immutable versions, each in force from a date until the next one is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Generic, Protocol, TypeVar

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


def in_force(versions: Iterable[V], on: date) -> V:
    """The version that applies on a day: of those in force by then, the latest date, then the latest version.

    Raises NotFound if none is in force yet.
    """
    by_then = [v for v in versions if v.in_force_from <= on]
    if not by_then:
        raise NotFound("version in force", on.isoformat())
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
    """The documents of one kind: those that were written, and the one that is built in as its version 1."""

    def __init__(self, store: VersionStore[V], built_in: V, what: str) -> None:
        self._store, self._built_in, self._what = store, built_in, what

    def versions(self, document_id: str) -> tuple[V, ...]:
        """All versions of a document, oldest first. Raises NotFound."""
        written = tuple(self._store.versions(document_id))
        if document_id == self._built_in.id:
            return (self._built_in, *written)
        if not written:
            raise NotFound(self._what, document_id)
        return written

    def version(self, document_id: str, number: int) -> V:
        """One version. Raises NotFound."""
        for version in self.versions(document_id):
            if version.version == number:
                return version
        raise NotFound(f"version {number} of {self._what}", document_id)

    def add(self, version: V, by: str, at: datetime) -> None:
        """Write a version, of a new document when it is the first. Raises AlreadyExists, also for the built-in."""
        if version.id == self._built_in.id and version.version <= self._built_in.version:
            raise AlreadyExists(self._what, version.id)
        self._store.add(version, by, at)

    def page(self, limit: int, position: str | None = None) -> tuple[Sequence[str], str | None]:
        """Ids of the documents, the built-in one first, with the position of the next page."""
        if position is not None:
            ids, following = self._store.page(limit, position)
            return [i for i in ids if i != self._built_in.id], following
        ids, following = self._store.page(max(1, limit - 1))
        return [self._built_in.id, *(i for i in ids if i != self._built_in.id)], following
