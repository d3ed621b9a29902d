"""Acceptances: that somebody agreed to one version of terms, for a customer, on record for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Acceptance:
    """`accepted_by` is the person who agreed, `accepted_from` whence (an IP address, a place), `channel` how (portal,
    e-mail, paper...), `accepted_at` when (UTC). `document` is the SHA-256, in hexadecimal, of the very bytes that were
    shown. `recorded_by` wrote it down at `recorded_at`."""

    id: str
    customer_id: str
    terms_id: str
    version: int
    accepted_by: str
    accepted_from: str
    accepted_at: datetime
    document: str
    recorded_by: str
    recorded_at: datetime
    channel: str = ""


class Acceptances(Protocol):
    """The acceptances on record. None is ever changed or deleted."""

    def add(self, acceptance: Acceptance) -> Acceptance:
        """Write it down; returns the one on record under its id, which may be an earlier one."""

    def of_customer(self, customer_id: str) -> Sequence[Acceptance]:
        """All of a customer, the first one first, strongly consistent."""


class DocumentShelf(Protocol):
    """Documents by the SHA-256 of their bytes, kept for ever."""

    def put(self, content: bytes, content_type: str) -> str:
        """Keep a document; returns its SHA-256 in hexadecimal. The same one again is harmless."""

    def get(self, sha256: str) -> bytes:
        """Raises NotFound."""
