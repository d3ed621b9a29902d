"""Every failure is a problem document, and says nothing of what is inside."""

from __future__ import annotations

import io
from typing import Any

import pytest

from receivables.core.errors import DependencyFailed, Forbidden, OutcomeUnknown, Refused, Throttled, TooLarge
from receivables.core.money import CurrencyMismatch
from receivables.runtime.observability import logger
from tests.integration.api.harness import Gateway, direct, event
from tests.integration.api.world import World

CANARY = "ada@example.com owes 12345"


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (RuntimeError(CANARY), 500, "internal"),
        (KeyError(CANARY), 500, "internal"),
        (DependencyFailed(CANARY), 502, "dependency-failed"),
        (Refused(CANARY), 502, "dependency-failed"),
        (OutcomeUnknown(CANARY), 502, "dependency-failed"),
        (Throttled(CANARY), 503, "try-again"),
    ],
)
def test_a_failure_of_ours_is_told_without_its_text_and_logged_without_it(
    world: World,
    reader: Gateway,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    status: int,
    slug: str,
) -> None:
    _raise(monkeypatch, world, error)
    log = io.StringIO()
    for handler in logger.underlying.handlers:
        monkeypatch.setattr(handler, "stream", log)
    answer = reader.get("/company")
    assert (answer.status, answer.body["type"]) == (status, f"urn:receivables:problem:{slug}")
    assert CANARY not in str(answer.body)
    logged = log.getvalue()
    assert CANARY not in logged
    assert type(error).__name__ in logged
    assert "GET /company" in logged


@pytest.mark.parametrize(
    ("error", "status"),
    [(TooLarge("too much"), 413), (Forbidden("no"), 403), (CurrencyMismatch("EUR and USD"), 400)],
)
def test_a_refusal_says_why(
    world: World, reader: Gateway, monkeypatch: pytest.MonkeyPatch, error: Exception, status: int
) -> None:
    _raise(monkeypatch, world, error)
    answer = reader.get("/company")
    assert (answer.status, answer.body["detail"]) == (status, str(error))


def test_an_answer_names_its_request(world: World, reader: Gateway) -> None:
    assert reader.get("/customers/C-9").body["instance"].startswith("urn:receivables:request:c6af9ac6")


def test_nothing_is_cached_and_any_origin_may_read(world: World, reader: Gateway) -> None:
    for answer in (reader.get("/company"), reader.get("/customers/C-9")):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize(
    ("resource", "method", "status"), [("/nowhere", "GET", 404), ("/company", "DELETE", 405)]
)
def test_what_the_definition_would_never_let_through_is_a_problem_too(
    world: World, admin: Gateway, resource: str, method: str, status: int
) -> None:
    assert direct(event(admin, method, resource, {})).status == status


def _raise(monkeypatch: pytest.MonkeyPatch, world: World, error: Exception) -> None:
    def fail() -> Any:
        raise error

    monkeypatch.setattr(world.company, "get", fail)
