"""The company's own settings. Terms and policies are versioned documents of their contexts."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Company:
    """Who collects, and what applies where a customer has nothing of its own."""

    name: str = "Your company"
    terms_id: str | None = None
    policy_id: str | None = None
    reply_to: str | None = None
    agency: str = "Collection agency"
    rev: int = 0
