"""Fixtures of the tests that run on the embedded AWS."""

from receivables_local.testing import engine, stack

__all__ = ["engine", "stack"]
