"""The API over in-memory stores, and callers with each role."""

from __future__ import annotations

import pytest

from chalicelib import calls
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> World:
    services = World()
    monkeypatch.setattr(calls, "services", lambda: services)
    return services


@pytest.fixture
def admin() -> Gateway:
    return Gateway("ada", "admin")


@pytest.fixture
def finance() -> Gateway:
    return Gateway("finn", "finance")


@pytest.fixture
def reader() -> Gateway:
    return Gateway("rita", "read-only")
