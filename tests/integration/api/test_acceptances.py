"""Accepting terms through the API: who, when, from where, and exactly what."""

from __future__ import annotations

import hashlib

import pytest

from tests.builders import customer
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

ACCEPTED = {
    "customer_id": "C-1",
    "accepted_by": "Ada Blum",
    "accepted_from": "203.0.113.7",
    "channel": "portal",
}
ROUTE = "/terms/net-30/versions/1/acceptances"


@pytest.fixture(autouse=True)
def ada(world: World) -> None:
    world.customers.create(customer())


def test_an_acceptance_is_recorded_and_can_be_read_for_ever(
    world: World, finance: Gateway, reader: Gateway
) -> None:
    recorded = finance.post(ROUTE, ACCEPTED)
    assert recorded.status == 201
    assert ACCEPTED.items() <= recorded.body.items()
    assert (recorded.body["terms_id"], recorded.body["version"]) == ("net-30", 1)
    assert (recorded.body["recorded_by"], recorded.body["accepted_at"]) == (
        "finn",
        "2026-03-02T08:00:00.000000Z",
    )
    assert reader.get("/customers/C-1/acceptances").body == {"items": [recorded.body], "next": None}
    document = reader.get(recorded.body["document_path"]).body
    assert hashlib.sha256(document["html"].encode()).hexdigest() == document["sha256"]
    assert document["sha256"] == recorded.body["document"]


def test_the_document_of_a_version_is_always_the_same(world: World, reader: Gateway) -> None:
    first = reader.get("/terms/net-30/versions/1/document").body
    assert first == reader.get("/terms/net-30/versions/1/document").body
    assert first["html"].startswith("<!doctype html>")
    assert "Net 30 days" in first["html"]


def test_a_repetition_changes_nothing(world: World, finance: Gateway) -> None:
    first = finance.post(ROUTE, ACCEPTED).body
    assert finance.post(ROUTE, ACCEPTED | {"accepted_from": "elsewhere"}).body == first
    assert len(world.acceptances.of_customer("C-1")) == 1


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": "C-9"}, "customer_id"),
        ({"accepted_by": ""}, "accepted_by"),
        ({"accepted_from": None}, "accepted_from"),
        ({"accepted_at": "2026-03-02T08:00:01Z"}, "accepted_at"),
        ({"accepted_at": "2026-03-02T08:00:00"}, "accepted_at"),
        ({"channel": "x" * 41}, "channel"),
        ({"document": "x"}, "document"),
    ],
)
def test_an_acceptance_that_is_wrong_is_refused_by_field(
    world: World, finance: Gateway, change: dict, field: str
) -> None:
    answer = finance.post(ROUTE, ACCEPTED | change)
    assert (answer.status, answer.fields) == (400, [field])
    assert (world.acceptances.of_customer("C-1"), world.papers.kept) == ([], {})


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/terms/net-30/versions/2/document", 404),
        ("/terms/nowhere/versions/1/document", 404),
        ("/terms/net-30/versions/one/document", 400),
        ("/terms/net-30/versions/-1/document", 400),
        (f"/documents/{'0' * 64}", 404),
        ("/customers/C-9/acceptances", 404),
    ],
)
def test_what_is_not_there_is_not_found(world: World, reader: Gateway, path: str, status: int) -> None:
    assert reader.get(path).status == status


def test_who_only_reads_accepts_nothing(world: World, reader: Gateway) -> None:
    assert reader.post(ROUTE, ACCEPTED).status == 403
