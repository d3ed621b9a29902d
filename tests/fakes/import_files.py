"""An in-memory bucket of files."""

from __future__ import annotations

import hashlib

from receivables.core.errors import NotFound
from receivables.imports import ImportFile


class InMemoryImportFiles:
    """Implements `imports.ports.ImportFiles`."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.metadata: dict[str, dict[str, str]] = {}

    def read(self, key: str) -> ImportFile:
        if key not in self.files:
            raise NotFound("file", key)
        content = self.files[key]
        return ImportFile(content, hashlib.sha256(content).hexdigest(), self.metadata.get(key, {}))

    def write(self, key: str, content: bytes, content_type: str) -> None:
        self.files[key] = content
