"""Versioned documents: immutable versions, each in force from a date until the next one is."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Protocol, TypeVar

from receivables.core.errors import NotFound


class Versioned(Protocol):
    """A version of a document; versions are numbered from 1 in the order they were written."""

    @property
    def id(self) -> str: ...
    @property
    def version(self) -> int: ...
    @property
    def in_force_from(self) -> date: ...


V = TypeVar("V", bound=Versioned)


def in_force(versions: Iterable[V], on: date) -> V:
    """The version that applies on a day: of those in force by then, the latest date, then the latest version.

    Raises NotFound if none is in force yet.
    """
    by_then = [v for v in versions if v.in_force_from <= on]
    if not by_then:
        raise NotFound("version in force", on.isoformat())
    return max(by_then, key=lambda v: (v.in_force_from, v.version))
