"""Write terms and policies: a new document, or a new version of one; nothing written is ever changed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Generic, TypeVar

from receivables.core.errors import AlreadyExists, StaleRevision
from receivables.core.versions import Catalogue, Versioned

V = TypeVar("V", bound=Versioned)


class WriteDocuments(Generic[V]):
    """Creates documents of one kind and adds versions to them."""

    def __init__(self, catalogue: Catalogue[V]) -> None:
        self._catalogue = catalogue

    def create(self, first: V, by: str, at: datetime) -> V:
        """Write version 1 of a new document. Raises AlreadyExists."""
        self._catalogue.add(first, by, at)
        return first

    def revise(self, document_id: str, draft: Callable[[int], V], by: str, at: datetime) -> V:
        """Write the version that follows the last; `draft` makes it from its number.

        Raises NotFound, and StaleRevision when somebody else was faster.
        """
        version = draft(self._catalogue.versions(document_id)[-1].version + 1)
        try:
            self._catalogue.add(version, by, at)
        except AlreadyExists as error:
            raise StaleRevision("somebody else has just written a version: read it first") from error
        return version
