"""The handler over its real adapters, on moto: what the in-memory stores cannot show."""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from moto import mock_aws

from chalicelib import calls, idempotency
from receivables.runtime import api, clients
from receivables_local.engine import ROOT
from receivables_local.template import read
from tests.integration.api.harness import Gateway, direct, event

ADA = {"id": "C-1", "name": "Ada Blum", "email": "ada@example.com"}
INVOICE = {
    "number": "INV-1",
    "customer_id": "C-1",
    "amount": {"amount": "100.00", "currency": "EUR"},
    "issue_date": "2026-03-02",
}
NET_14 = {"kind": "net_days", "days": 14}
PAYMENT = {
    "amount": {"amount": "40.00", "currency": "EUR"},
    "reference": "INV-1",
    "effective_at": "2026-03-01T12:00:00Z",
}


def euros(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "EUR"}


TABLES = ("Receivables", "Customers", "Configuration", "Inbox", "Idempotency")


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """moto for this module, with clients that are made once."""
    kept = (clients.client, clients._session, api.services, idempotency._store)
    with mock_aws():
        for each in kept:
            each.cache_clear()
        for bucket in ("imports", "documents"):
            clients.client("s3").create_bucket(Bucket=bucket)
        yield clients.client("dynamodb")
    for each in kept:
        each.cache_clear()


@pytest.fixture
def aws(dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Empty tables as the template describes them, and services made anew."""
    resources = read(ROOT / "infrastructure" / "data.yaml")["Resources"]
    for kind in TABLES:
        described = resources[f"{kind}Table"]["Properties"]
        parts = ("AttributeDefinitions", "KeySchema", "BillingMode", "GlobalSecondaryIndexes")
        name = f"{kind}-{secrets.token_hex(4)}"
        known = {part: described[part] for part in parts if part in described}
        dynamodb.create_table(TableName=name, **known)
        monkeypatch.setenv(f"{kind.upper()}_TABLE", name)
    monkeypatch.setenv("IMPORTS_BUCKET", "imports")
    monkeypatch.setenv("DOCUMENTS_BUCKET", "documents")
    api.services.cache_clear()
    services = api.services()
    services.page_key = b"a secret of the tests"
    monkeypatch.setattr(calls, "services", lambda: services)
    return dynamodb


def test_a_ledger_is_kept_through_the_api(
    aws: Any, admin: Gateway, finance: Gateway, reader: Gateway
) -> None:
    assert finance.post("/customers", ADA).status == 201
    assert (
        admin.post(
            "/terms", {"id": "net-14", "name": "Net 14", "due": NET_14, "in_force_from": "2026-01-01"}
        ).status
        == 201
    )
    assert admin.put("/company", {"rev": 0, "name": "Blum AG", "terms_id": "net-14"}).status == 200
    assert finance.post("/invoices", INVOICE).body["due_date"] == "2026-03-16"
    assert (
        finance.patch("/invoices/INV-1", {"rev": 0, "description": "Consulting"}).body["description"]
        == "Consulting"
    )
    assert finance.post("/payments", PAYMENT | {"id": "p1"}).body["state"] == "applied"
    assert finance.post("/payments", PAYMENT | {"id": "p2", "reference": None}).body["state"] == "suspense"
    waiting = reader.get("/payments?state=suspense").body["items"]
    placed = finance.post(
        f"/payments/{waiting[0]['id']}/placement", {"account_id": "C-1.EUR", "invoice": "INV-1"}
    )
    assert placed.body["state"] == "placed"
    statement = reader.get("/accounts/C-1.EUR").body
    assert statement["balance"] == {"amount": "20.00", "currency": "EUR"}
    assert len(statement["timeline"]) == 4
    assert reader.get("/invoices?account_id=C-1.EUR&limit=1").body["items"][0]["number"] == "INV-1"
    assert reader.get("/accounts?customer_id=C-1").body["items"][0]["id"] == "C-1.EUR"


def test_an_accepted_document_is_kept_in_its_bucket(aws: Any, finance: Gateway, reader: Gateway) -> None:
    finance.post("/customers", ADA)
    accepted = {"customer_id": "C-1", "accepted_by": "Ada Blum", "accepted_from": "203.0.113.7"}
    first = finance.post("/terms/net-30/versions/1/acceptances", accepted)
    assert first.status == 201
    assert finance.post("/terms/net-30/versions/1/acceptances", accepted).body == first.body
    shown = reader.get("/terms/net-30/versions/1/document").body
    assert reader.get(f"/documents/{first.body['document']}").body == shown
    assert reader.get("/customers/C-1/acceptances").body["items"] == [first.body]
    assert reader.get(f"/documents/{'0' * 64}").status == 404
    assert reader.get("/documents/nonsense").status == 404
    stored = clients.client("s3").list_objects_v2(Bucket="documents")["Contents"]
    assert [each["Key"] for each in stored] == [first.body["document"]]


def test_a_document_that_is_not_what_it_was_is_not_shown(aws: Any, finance: Gateway, reader: Gateway) -> None:
    sha256 = "ab" * 32
    clients.client("s3").put_object(Bucket="documents", Key=sha256, Body=b"forged")
    try:
        assert reader.get(f"/documents/{sha256}").status == 502
    finally:
        clients.client("s3").delete_object(Bucket="documents", Key=sha256)


def test_money_moves_are_kept_through_the_api(aws: Any, finance: Gateway, reader: Gateway) -> None:
    finance.post("/customers", ADA)
    for number in ("INV-1", "INV-2"):
        finance.post("/invoices", INVOICE | {"number": number})
    whole = PAYMENT | {"id": "p1", "amount": euros("130.00")}
    assert finance.post("/payments", whole).body["credit"] == euros("30.00")
    key = "/payments/api~2Fmanual~2Fp1"
    applied = finance.post("/accounts/C-1.EUR/credit-applications", {"id": "a1"})
    assert (applied.status, applied.body["unapplied"]) == (201, euros("0.00"))
    refund = {"id": "r1", "amount": euros("10.00"), "reason": "goodwill"}
    promised = finance.post(f"{key}/refunds", refund)
    assert (promised.status, promised.body["state"]) == (201, "payable")
    assert finance.post(f"{key}/refunds", refund).body == promised.body
    assert finance.post(f"{promised.body['refund']}/payment", {}).body["state"] == "paid"
    note = {"number": "CN-1", "amount": euros("5.00"), "reason": "damaged"}
    entry = finance.post("/invoices/INV-2/credit-notes", note).body
    undo = {"entry_id": entry["id"], "recorded_at": entry["recorded_at"], "reason": "a slip"}
    for status in (201, 200):
        assert finance.post("/accounts/C-1.EUR/reversals", undo).status == status
    back = {"id": "cb1", "reason": "fraud", "amount": euros("20.00")}
    assert finance.post(f"{key}/chargebacks", back).status == 201
    returned = {"chargeback": "cb1", "reason": "won"}
    assert finance.post(f"{key}/chargeback-reversals", returned).status == 201
    assert finance.post("/invoices/INV-2/write-off", {"id": "w1", "reason": "gone"}).status == 201
    found = reader.get("/accounts/C-1.EUR/trial-balance").body
    assert (found["sum"], found["differences"]) == (euros("0.00"), [])
    statement = reader.get("/accounts/C-1.EUR/statement?limit=3").body
    assert (statement["balance"], len(statement["lines"]), bool(statement["next"])) == (
        euros("0.00"),
        3,
        True,
    )
    assert reader.get("/accounts/C-1.EUR/statement?as_of=2026-03-02").status == 200


def test_lists_of_what_waits_are_empty_at_first(aws: Any, reader: Gateway) -> None:
    waits = (
        "/cases",
        "/approvals",
        "/payments?state=suspense",
        "/charges?state=unclaimed",
        "/short-payments",
        "/notices?state=unknown",
        "/notices?state=refused",
    )
    for path in (*waits, "/inbox?state=parked", "/inbox?state=received", "/customers"):
        assert reader.get(path).body == {"items": [], "next": None}, path


def test_policies_are_kept_and_previewed(aws: Any, admin: Gateway) -> None:
    version = admin.get("/policies/standard").body["versions"][0]
    draft = {name: value for name, value in version.items() if name not in {"id", "version"}}
    assert (
        admin.post("/policies/standard/versions", draft | {"in_force_from": "2026-03-02"}).body["version"]
        == 2
    )
    assert [policy["id"] for policy in admin.get("/policies").body["items"]] == ["standard"]
    assert admin.put("/kill-switch", {"engaged": True, "reason": "test"}).body["engaged"] is True
    assert admin.get("/kill-switch").body["by"] == "ada"


def test_pages_of_tables_lead_to_everything_once(aws: Any, finance: Gateway) -> None:
    for number in range(5):
        finance.post("/customers", {"id": f"C-{number}", "name": "Somebody"})
    seen, query = [], "limit=2"
    while query:
        page = finance.get(f"/customers?{query}").body
        seen += [customer["id"] for customer in page["items"]]
        query = page["next"] and f"limit=2&next={page['next']}"
    assert sorted(seen) == [f"C-{number}" for number in range(5)]


def test_an_import_is_stored_for_the_function_that_works_it_off(aws: Any, finance: Gateway) -> None:
    started = finance.post("/imports", b"id,name\nC-1,Ada\n", content_type="text/csv")
    assert started.status == 202
    assert finance.get(f"/imports/{started.body['id']}").body == started.body


def test_the_same_post_again_gets_the_first_answer_again(aws: Any, finance: Gateway) -> None:
    first = finance.post("/customers", ADA, idempotency_key="k-1")
    finance.patch("/customers/C-1", {"rev": 1, "name": "Changed since"})
    again = finance.post("/customers", ADA, idempotency_key="k-1")
    assert (again.status, again.body, again.headers["Etag"]) == (201, first.body, '"1"')


def test_a_key_is_good_for_one_body(aws: Any, finance: Gateway) -> None:
    finance.post("/customers", ADA, idempotency_key="k-1")
    other = finance.post("/customers", ADA | {"id": "C-2"}, idempotency_key="k-1")
    assert (other.status, other.body["type"]) == (422, "urn:receivables:problem:idempotency-key-reused")
    assert finance.get("/customers/C-2").status == 404


def test_a_key_is_a_callers_own_and_a_routes_own(aws: Any, finance: Gateway, admin: Gateway) -> None:
    finance.post("/customers", ADA, idempotency_key="k-1")
    assert admin.post("/customers", ADA, idempotency_key="k-1").status == 409
    assert finance.post("/invoices", INVOICE, idempotency_key="k-1").status == 201


@pytest.mark.parametrize("key", ["", "x" * 201])
def test_a_key_that_is_none_is_refused(aws: Any, finance: Gateway, key: str) -> None:
    assert finance.post("/customers", ADA, idempotency_key=key).fields == ["Idempotency-Key"]


def test_a_refusal_is_not_kept_as_the_answer(aws: Any, finance: Gateway) -> None:
    assert finance.post("/invoices", INVOICE, idempotency_key="k-1").status == 400
    finance.post("/customers", ADA)
    assert finance.post("/invoices", INVOICE, idempotency_key="k-1").status == 201


def test_a_failure_is_not_kept_as_the_answer(
    aws: Any, finance: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    create = api.services().customers.create
    with monkeypatch.context() as broken:
        broken.setattr(api.services().customers, "create", lambda customer: 1 / 0)
        assert finance.post("/customers", ADA, idempotency_key="k-1").status == 500
    assert api.services().customers.create == create
    assert finance.post("/customers", ADA, idempotency_key="k-1").status == 201


def test_a_second_request_while_the_first_runs_is_told_to_wait(
    aws: Any, finance: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    customers = api.services().customers
    create, during = customers.create, []

    def slow(customer: Any) -> Any:
        during.append(finance.post("/customers", ADA, idempotency_key="k-1"))
        return create(customer)

    monkeypatch.setattr(customers, "create", slow)
    assert finance.post("/customers", ADA, idempotency_key="k-1").status == 201
    assert (during[0].status, during[0].headers["Retry-After"]) == (409, "1")


def test_money_is_booked_once_even_when_the_kept_answer_is_gone(aws: Any, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    finance.post("/invoices", INVOICE)
    first = finance.post("/payments", PAYMENT, idempotency_key="k-1")
    table = os.environ["IDEMPOTENCY_TABLE"]
    for item in aws.scan(TableName=table)["Items"]:
        aws.delete_item(TableName=table, Key={"id": item["id"]})
    again = finance.post("/payments", PAYMENT, idempotency_key="k-1")
    assert (first.status, again.status, again.body) == (201, 200, first.body)
    assert finance.get("/invoices/INV-1").body["balance"]["amount"] == "60.00"


def test_nothing_is_kept_of_a_request_without_a_key(aws: Any, finance: Gateway) -> None:
    finance.post("/customers", ADA)
    assert aws.scan(TableName=os.environ["IDEMPOTENCY_TABLE"])["Items"] == []


def test_the_page_key_comes_from_its_secret(aws: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    class Secrets:
        def get_secret_value(self, **asked: str) -> dict[str, str]:
            assert asked == {"SecretId": "arn:secret"}
            return {"SecretString": json.dumps({"key": "k"})}

    monkeypatch.setenv("PAGE_TOKEN_SECRET_ARN", "arn:secret")
    monkeypatch.setattr(api, "client", lambda service: Secrets())
    assert api.Services().page_key == b"k"


def test_a_missing_setting_is_a_failure_of_ours(
    aws: Any, admin: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CUSTOMERS_TABLE")
    assert direct(event(admin, "GET", "/customers", {})).status == 500
