"""Evidence: files that support a dispute. The file itself is put, and read, through a link that is good for minutes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from unicodedata import category

from receivables.arrangements.dispute import Evidence
from receivables.core.errors import FieldError, InvalidFields

MOST_BYTES: Final = 20_000_000
MOST_NAME: Final = 150
CONTENT_TYPES: Final[Mapping[str, tuple[str, ...]]] = {
    "application/pdf": ("pdf",),
    "image/jpeg": ("jpg", "jpeg"),
    "image/png": ("png",),
    "image/webp": ("webp",),
    "text/plain": ("txt",),
    "text/csv": ("csv",),
    "message/rfc822": ("eml",),
}
"""What may be sent, and the endings of its name: documents, pictures, letters; nothing that a browser would run."""


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that is about to be sent: its name, what it is, and how many bytes."""

    name: str
    content_type: str
    size: int


@dataclass(frozen=True, slots=True)
class Upload:
    """How a file is sent: PUT to `url` with exactly these `headers` until an instant (UTC)."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


class EvidenceLinks(Protocol):
    """Signs links to evidence."""

    def to_put(self, evidence: Evidence, size: int, as_of: datetime) -> Upload:
        """A link by which exactly `size` bytes of that content type can be sent."""

    def to_get(self, evidence: Evidence) -> str:
        """A link by which the file can be downloaded, under its name, for a few minutes."""


def make_evidence(
    file: EvidenceFile, *, dispute_id: str, evidence_id: str, added_by: str, added_at: datetime
) -> Evidence:
    """The record of a file that is to be sent. Raises InvalidFields (`name`, `content_type`, `size`)."""
    if errors := _problems(file):
        raise InvalidFields(errors)
    key = f"evidence/{dispute_id}/{evidence_id}"
    return Evidence(key, file.name, file.content_type, added_by, added_at)


def _problems(file: EvidenceFile) -> list[FieldError]:
    errors = []
    endings = CONTENT_TYPES.get(file.content_type)
    if endings is None:
        errors.append(FieldError("content_type", f"must be one of {', '.join(CONTENT_TYPES)}"))
    elif file.name.rpartition(".")[2].lower() not in endings:
        errors.append(FieldError("name", f"must end with .{' or .'.join(endings)}"))
    if not 1 <= len(file.name) <= MOST_NAME or any(c in '/\\"' or category(c)[0] == "C" for c in file.name):
        errors.append(
            FieldError("name", f"must be 1 to {MOST_NAME} characters, without slashes, quotes and controls")
        )
    if not 1 <= file.size <= MOST_BYTES:
        errors.append(FieldError("size", f"must be 1 to {MOST_BYTES} bytes"))
    return errors
