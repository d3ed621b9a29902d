"""The deployed stack, and people and processors around it."""

from collections.abc import Iterator

import pytest

from receivables_local.deploy import Stack
from receivables_local.permissions import refused
from receivables_local.testing import stack
from tests.e2e.world import World

__all__ = ["stack"]


@pytest.fixture(scope="session")
def world(stack: Stack) -> Iterator[World]:
    """Everything that a test does to the stack. In the end no role may have lacked a permission."""
    world = World(stack)
    yield world
    assert refused(stack) == []
