"""Customers through the API."""

from __future__ import annotations

from datetime import date

import pytest

from receivables.core.configuration import Company, Segment
from receivables.ledger import AT_ONCE
from tests.builders import invoice, issued
from tests.integration.api.harness import Gateway
from tests.integration.api.world import World

ADA = {
    "id": "C-1",
    "name": "Ada Blum",
    "email": "ada@example.com",
    "timezone": "Europe/Berlin",
    "locale": "de_DE",
}


def test_a_customer_is_created_and_read(world: World, finance: Gateway, reader: Gateway) -> None:
    created = finance.post("/customers", ADA)
    assert (created.status, created.headers["Etag"]) == (201, '"1"')
    assert created.body == ADA | {
        "phone": None,
        "sms_consent": False,
        "terms_id": None,
        "policy_id": None,
        "suppressed": {},
        "kind": "business",
        "segment": None,
        "credit_limit": [],
        "credit_release": None,
        "hold": None,
        "mandate": None,
        "rev": 1,
    }
    assert reader.get("/customers/C-1").body == created.body


def test_a_customer_without_an_id_is_given_one(world: World, finance: Gateway) -> None:
    made = finance.post("/customers", {"name": "Ada"}).body["id"]
    assert made.startswith("cus_")
    assert finance.get(f"/customers/{made}").status == 200


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("id", "no spaces"),
        ("id", "suspense"),
        ("id", "clearing"),
        ("name", ""),
        ("name", 7),
        ("name", "Ada\r\nBcc: eve@example.com"),
        ("name", "x" * 201),
        ("email", "nobody"),
        ("phone", "0171 555"),
        ("locale", "xx_XX_nowhere"),
        ("timezone", "Mars/Olympus"),
        ("timezone", "../../etc/passwd"),
        ("sms_consent", "yes"),
        ("terms_id", "no-such-terms"),
        ("policy_id", "no-such-policy"),
        ("segment", "no-such-segment"),
        ("kind", "robot"),
        ("credit_limit", "5"),
        ("hold", None),
        ("unknown", 1),
    ],
)
def test_a_field_that_is_wrong_is_named_and_nothing_is_written(
    world: World, finance: Gateway, field: str, value: object
) -> None:
    answer = finance.post("/customers", ADA | {field: value})
    assert (answer.status, answer.fields) == (400, [field])
    assert world.directory.records == {}


def test_a_customer_has_a_kind_a_segment_and_a_limit(world: World, finance: Gateway) -> None:
    world.company.put(Company(segments={"retail": Segment()}))
    limit = [{"amount": "5000.00", "currency": "EUR"}, {"amount": "7000.00", "currency": "USD"}]
    more = {"kind": "consumer", "segment": "retail", "credit_limit": limit}
    created = finance.post("/customers", ADA | more)
    assert created.status == 201
    assert more.items() <= created.body.items()
    lifted = finance.patch("/customers/C-1", {"rev": 1, "segment": None, "credit_limit": limit[:1]}).body
    assert (lifted["segment"], lifted["credit_limit"], lifted["kind"]) == (None, limit[:1], "consumer")


@pytest.mark.parametrize(
    ("limit", "field"),
    [
        ([{"amount": "1.234", "currency": "EUR"}], "credit_limit.0.amount"),
        ([{"amount": "1", "currency": "EEE"}], "credit_limit.0.currency"),
        ([{"amount": "1", "currency": "EUR"}, {"amount": "2", "currency": "EUR"}], "credit_limit.1.currency"),
        ([{"amount": "-1", "currency": "EUR"}], "credit_limit"),
    ],
)
def test_a_limit_that_is_wrong_is_refused_by_its_place(
    world: World, finance: Gateway, limit: list, field: str
) -> None:
    assert finance.post("/customers", ADA | {"credit_limit": limit}).fields == [field]


def test_another_limit_lets_the_accounts_be_looked_at(world: World, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    issued(world.ledger, invoice(issue_date=date(2026, 5, 1), due_date=date(2026, 6, 1)))
    assert world.account().next_action_at != AT_ONCE
    finance.patch("/customers/C-1", {"rev": 1, "name": "Ada B."})
    assert world.account().next_action_at != AT_ONCE
    limit = [{"amount": "10.00", "currency": "EUR"}]
    finance.patch("/customers/C-1", {"rev": 2, "credit_limit": limit})
    assert world.account().next_action_at == AT_ONCE


def test_all_that_is_wrong_is_named_at_once(world: World, finance: Gateway) -> None:
    answer = finance.post("/customers", {"email": "nobody", "timezone": "Mars"})
    assert sorted(answer.fields) == ["email", "name", "timezone"]


def test_a_problem_does_not_repeat_what_was_sent(world: World, finance: Gateway) -> None:
    answer = finance.post("/customers", ADA | {"phone": {"secret-canary": 1}, "sms_consent": "secret-canary"})
    assert "secret-canary" not in str(answer.body)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"\xff\xfe", b"null", b'"text"'])
def test_a_body_that_is_no_object_is_a_problem(world: World, finance: Gateway, body: bytes) -> None:
    assert finance.post("/customers", body).status == 400


def test_another_media_type_is_refused(world: World, finance: Gateway) -> None:
    assert finance.post("/customers", b"name=Ada", content_type="text/plain").status == 415


def test_an_id_is_taken_once(world: World, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    assert finance.post("/customers", ADA | {"name": "Eve"}).status == 409


def test_who_is_not_there_is_not_found(world: World, reader: Gateway) -> None:
    answer = reader.get("/customers/C-9")
    assert (answer.status, answer.body["type"]) == (404, "urn:receivables:problem:not-found")


def test_a_change_leaves_the_rest_and_null_removes(world: World, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    changed = finance.patch("/customers/C-1", {"rev": 1, "email": None, "phone": "+4930901820"})
    assert changed.body["email"] is None
    assert (changed.body["phone"], changed.body["name"], changed.body["rev"]) == (
        "+4930901820",
        "Ada Blum",
        2,
    )


def test_a_change_can_name_its_revision_by_its_entity_tag(world: World, finance: Gateway) -> None:
    tag = finance.post("/customers", ADA).headers["Etag"]
    assert finance.patch("/customers/C-1", {"name": "Ada B."}, if_match=tag).status == 200
    assert finance.patch("/customers/C-1", {"name": "Ada C."}, if_match=tag).status == 412


@pytest.mark.parametrize(
    ("body", "tag", "field"),
    [
        ({}, None, "rev"),
        ({"rev": 1}, '"2"', "If-Match"),
        ({}, "*", "If-Match"),
        ({"name": None, "rev": 1}, None, "name"),
    ],
)
def test_a_change_that_does_not_say_what_it_means_is_refused(
    world: World, finance: Gateway, body: dict, tag: str | None, field: str
) -> None:
    finance.post("/customers", ADA)
    answer = finance.patch("/customers/C-1", body, **({"if_match": tag} if tag else {}))
    assert (answer.status, answer.fields) == (400, [field])


def test_a_change_of_what_has_changed_is_refused(world: World, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    finance.patch("/customers/C-1", {"rev": 1, "name": "First"})
    assert finance.patch("/customers/C-1", {"rev": 1, "name": "Second"}).status == 412


def test_pages_lead_to_every_customer_once(world: World, finance: Gateway) -> None:
    for number in range(5):
        finance.post("/customers", {"id": f"C-{number}", "name": "Somebody"})
    seen, query = [], "limit=2"
    while query:
        page = finance.get(f"/customers?{query}").body
        seen += [customer["id"] for customer in page["items"]]
        query = page["next"] and f"limit=2&next={page['next']}"
    assert seen == [f"C-{number}" for number in range(5)]


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=201", "limit=x", "limit=1&limit=2", "next=abc", "colour=red"]
)
def test_a_parameter_that_is_wrong_is_named(world: World, reader: Gateway, query: str) -> None:
    answer = reader.get(f"/customers?{query}")
    assert (answer.status, answer.fields) == (400, [query.partition("=")[0]])


def test_a_route_without_parameters_takes_none(world: World, reader: Gateway) -> None:
    assert reader.get("/company?verbose=1").fields == ["verbose"]


@pytest.mark.parametrize("travel", ["allowed", "denied"])
def test_a_request_says_what_time_it_is_only_where_that_is_allowed(
    world: World, finance: Gateway, monkeypatch: pytest.MonkeyPatch, travel: str
) -> None:
    monkeypatch.setenv("TIME_TRAVEL", travel)
    answer = finance.post("/customers", {"name": "Ada"}, x_as_of="2030-01-01T00:00:00Z")
    assert answer.status == (201 if travel == "allowed" else 400)
    read = finance.get("/company", x_as_of="2030-01-01T00:00:00Z")
    assert read.status == (200 if travel == "allowed" else 400)
