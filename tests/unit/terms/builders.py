"""Terms for tests: net 30 days, with whatever a test changes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from receivables.terms import DEFAULT_TERMS, Terms


def terms(**changes: Any) -> Terms:
    return replace(DEFAULT_TERMS, **changes)
