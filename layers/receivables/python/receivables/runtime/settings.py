"""Settings come from the environment, each read when first needed, so that a function asks only for its own."""

from __future__ import annotations

import os

from receivables.core.errors import ReceivablesError


class MissingSetting(ReceivablesError):
    """The environment lacks a variable that this function needs: the deployment is incomplete."""


def setting(name: str) -> str:
    """The value of an environment variable. Raises MissingSetting naming it when absent or empty."""
    value = os.environ.get(name, "")
    if not value:
        raise MissingSetting(f"environment variable {name} is not set")
    return value


def optional(name: str, default: str = "") -> str:
    """The value of an environment variable, or the default when absent or empty."""
    return os.environ.get(name) or default
