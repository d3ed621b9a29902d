"""Fixtures for tests that need the embedded AWS: import them into a conftest. Each is started once for a test run."""

from collections.abc import Iterator

import pytest

from receivables_local.deploy import Stack, deploy
from receivables_local.engine import Engine

PARAMETERS = {"TimeTravel": "allowed", "TickState": "DISABLED", "WorkerConcurrency": "2"}
"""Requests may say what time it is, and no schedule runs but by the test's hand."""


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """The embedded AWS with nothing deployed, enforcing IAM."""
    with Engine.temporary() as running:
        yield running


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """The whole stack on an engine of its own, enforcing IAM."""
    with Engine.temporary() as running:
        yield deploy(running, PARAMETERS)
