"""What an import needs of the outside: where its job is kept, and where its file is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from receivables.imports.job import ImportJob


class ImportJobs(Protocol):
    """Import jobs by id."""

    def get(self, import_id: str) -> ImportJob:
        """Strongly consistent. Raises NotFound."""

    def put(self, job: ImportJob) -> None:
        """Store it, or replace it as a whole."""


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as it lies in the bucket. `version` changes with its content; `metadata` was put there with it."""

    content: bytes
    version: str
    metadata: Mapping[str, str]


class ImportFiles(Protocol):
    """The bucket into which files are dropped."""

    def read(self, key: str) -> ImportFile:
        """Raises NotFound."""

    def write(self, key: str, content: bytes, content_type: str) -> None:
        """Write (or replace) a file."""
