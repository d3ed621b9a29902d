"""The bucket of evidence, as far as links go."""

from __future__ import annotations

from datetime import datetime, timedelta

from receivables.arrangements import Evidence
from receivables.arrangements.evidence import Upload


class InMemoryEvidence:
    """Signs nothing, and says what for. Implements `arrangements.evidence.EvidenceLinks`."""

    def to_put(self, evidence: Evidence, size: int, as_of: datetime) -> Upload:
        headers = {"Content-Type": evidence.content_type, "Content-Length": str(size)}
        return Upload(f"put:{evidence.key}:{size}", headers, as_of + timedelta(minutes=15))

    def to_get(self, evidence: Evidence) -> str:
        return f"get:{evidence.key}"
