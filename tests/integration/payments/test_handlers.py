"""The two functions as Lambda calls them, on real tables and real secrets."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import pytest

from functions.apply_payment.app import handler as apply_payment
from functions.receive_webhook.app import handler as receive_webhook
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.core.errors import NotFound
from receivables.ledger import PaymentState
from receivables.payments.inbox import InboxState
from receivables.runtime.observability import logger
from receivables.terms import Conditions, Discount
from receivables.usecases.receive_webhook import MAX_BODY
from tests.builders import customer, day, eur, invoice, issued
from tests.fakes.webhooks import intent, stripe_event, stripe_headers
from tests.integration.payments.conftest import Tables

pytestmark = [pytest.mark.engine, pytest.mark.usefixtures("environment")]

EVENTS = Path(__file__).resolve().parents[3] / "events"
SECONDS = 1_772_443_800


def event(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EVENTS / name).read_text(encoding="utf-8"))
    return document


def signed(body: bytes, **changes: Any) -> dict[str, Any]:
    """The sample request with another body."""
    request = event("receive_webhook/stripe_payment.json")
    headers = {"Stripe-Signature": stripe_headers(body, at=SECONDS)["stripe-signature"]}
    return {
        **request,
        "headers": headers,
        "multiValueHeaders": None,
        "body": base64.b64encode(body).decode(),
        **changes,
    }


def stripe_payment(number: str, reference: str | None = None, minor: int = 10_000) -> bytes:
    subject = intent(number, minor, metadata={"invoice": reference} if reference else {})
    return stripe_event("payment_intent.succeeded", subject, event_id=f"evt_{number}")


@pytest.mark.parametrize("name", ["stripe_payment.json", "standardwebhooks_payment_format_2.json"])
def test_the_samples_are_accepted_stored_and_accepted_again(name: str, tables: Tables) -> None:
    for _ in range(3):
        assert receive_webhook(event(f"receive_webhook/{name}"), None)["statusCode"] == 200
    record = next(
        r
        for r in event("apply_payment/stripe_and_neutral.json")["Records"]
        if r["dynamodb"]["NewImage"]["processor"]["S"] in name
    )
    kept = tables.inbox.get(record["dynamodb"]["Keys"]["id"]["S"])
    assert kept.body == base64.b64decode(record["dynamodb"]["NewImage"]["body"]["B"])
    assert not {"authorization", "user-agent"} & set(kept.headers)


def test_a_bad_signature_is_401_and_nothing_is_stored(tables: Tables) -> None:
    body = stripe_payment("bad")
    for headers in ({}, {"Stripe-Signature": "é"}, {"Stripe-Signature": f"t={SECONDS},v1={'0' * 64}"}):
        answer = receive_webhook(signed(body, headers=headers), None)
        assert answer["statusCode"] == 401
        assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert receive_webhook(event("receive_webhook/stripe_bad_signature.json"), None)["statusCode"] == 401
    with pytest.raises(NotFound):
        tables.inbox.get("stripe#main#evt_bad")


def test_unknown_processors_and_endpoints_look_the_same() -> None:
    answers = [
        receive_webhook(signed(b"{}", pathParameters={"processor": p, "endpoint": e}), None)
        for p, e in (("stripe", "other"), ("other", "main"), ("", ""), ("stripe", "%2e%2e"))
    ]
    assert {answer["statusCode"] for answer in answers} == {404}
    assert len({answer["body"] for answer in answers}) == 1


def test_the_largest_body_is_stored_and_a_larger_one_refused(tables: Tables) -> None:
    body = stripe_payment("large")
    largest = body + b" " * (MAX_BODY - len(body))
    assert receive_webhook(signed(largest), None)["statusCode"] == 200
    assert tables.inbox.get("stripe#main#evt_large").body == largest
    assert receive_webhook(signed(largest + b" "), None)["statusCode"] == 413


def test_when_it_cannot_be_stored_the_sender_is_asked_to_send_again(
    environment: pytest.MonkeyPatch,
) -> None:
    environment.setenv("INBOX_TABLE", "gone")
    answer = receive_webhook(signed(stripe_payment("lost")), None)
    assert answer["statusCode"] == 503
    assert "gone" not in answer["body"]


def test_what_is_no_text_is_stored_and_parked_with_the_reason(tables: Tables) -> None:
    request = event("receive_webhook/stripe_not_utf8.json")
    assert receive_webhook(request, None)["statusCode"] == 200
    poison = event("apply_payment/one_poison_of_three.json")["Records"][1]
    message_id = poison["dynamodb"]["Keys"]["id"]["S"]
    assert apply_payment({"Records": [tables.record(message_id)]}, None) == {"batchItemFailures": []}
    kept = tables.inbox.get(message_id)
    assert (kept.state, kept.reason) == (InboxState.PARKED, "the body is not UTF-8")
    assert message_id in [message.id for message in tables.inbox.parked(100)]


def test_one_poison_message_does_not_stop_the_batch(tables: Tables) -> None:
    issued(tables.ledger, invoice("INV-10", "C-10.EUR"), invoice("INV-11", "C-10.EUR"))
    bodies = [stripe_payment("p1", "INV-10"), b"\xff poison", stripe_payment("p2", "INV-11", 4_000)]
    for body in bodies:
        assert receive_webhook(signed(body), None)["statusCode"] == 200
    ids = ["stripe#main#evt_p1", None, "stripe#main#evt_p2"]
    waiting = {m.body: m.id for m in tables.inbox.unprocessed(invoice().issued_at.replace(year=2027), 100)}
    records = [tables.record(known or waiting[body]) for known, body in zip(ids, bodies, strict=True)]
    assert apply_payment({"Records": records}, None) == {"batchItemFailures": []}
    assert tables.ledger.open_item("C-10.EUR", "INV-10") is None
    left = tables.ledger.open_item("C-10.EUR", "INV-11")
    assert left is not None
    assert left.balance.minor == 6_000
    assert [tables.inbox.get(record["dynamodb"]["Keys"]["id"]["S"]).state for record in records] == [
        InboxState.PROCESSED,
        InboxState.PARKED,
        InboxState.PROCESSED,
    ]
    assert apply_payment({"Records": records * 2}, None) == {"batchItemFailures": []}
    assert len(list(tables.ledger.entries("C-10.EUR"))) == 4


def test_a_discount_is_granted_by_the_day_of_the_customer_in_the_directory(tables: Tables) -> None:
    DynamoCustomers(tables.names["CUSTOMERS_TABLE"], tables.client).create(
        customer("C-20", timezone="Pacific/Niue")
    )
    # The sample's second is 09:30 UTC: the second of March, and still the first on Niue.
    two_percent = Conditions(discounts=(Discount(day(-1), day(-1), eur(200), eur(0)),))
    early: dict[str, Any] = {
        "conditions": two_percent,
        "terms_id": "t",
        "terms_version": 1,
        "issue_date": day(-5),
    }
    issued(tables.ledger, invoice("INV-20", "C-20.EUR", **early))
    receive_webhook(signed(stripe_payment("d1", "INV-20", 9_800)), None)
    assert apply_payment({"Records": [tables.record("stripe#main#evt_d1")]}, None) == {
        "batchItemFailures": []
    }
    assert tables.ledger.open_item("C-20.EUR", "INV-20") is None


def test_what_fails_comes_again_from_the_first_that_failed(
    tables: Tables, environment: pytest.MonkeyPatch
) -> None:
    for number in ("f1", "f2"):
        receive_webhook(signed(stripe_payment(number)), None)
    records = [tables.record(f"stripe#main#evt_{number}") for number in ("f1", "f2")]
    environment.setenv("RECEIVABLES_TABLE", "gone")
    failed = apply_payment({"Records": records}, None)
    assert failed == {"batchItemFailures": [{"itemIdentifier": "stripe#main#evt_f1"}]}
    assert tables.inbox.get("stripe#main#evt_f1").state is InboxState.RECEIVED


def test_the_samples_of_the_stream_are_booked(tables: Tables) -> None:
    for name in ("stripe_payment.json", "standardwebhooks_payment_format_2.json"):
        receive_webhook(event(f"receive_webhook/{name}"), None)
    for name in ("stripe_and_neutral.json", "handed_out_again.json"):
        assert apply_payment(event(f"apply_payment/{name}"), None) == {"batchItemFailures": []}
    assert tables.ledger.payment("stripe/main/pi_3MtwBw").state is PaymentState.SUSPENSE
    assert tables.ledger.payment("standardwebhooks/main/BANK-2026-000123").payment.amount.minor == 12_345


def test_neither_bodies_nor_secrets_nor_names_get_into_the_logs(
    tables: Tables, environment: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = io.StringIO()
    for each in logger.underlying.handlers:
        environment.setattr(each, "stream", logs)
    subject = intent("canary", receipt_email="canary@example.com", metadata={"invoice": "INV-CANARY"})
    receive_webhook(signed(stripe_event("payment_intent.succeeded", subject, event_id="evt_log")), None)
    receive_webhook(signed(b'"canary"', headers={"Stripe-Signature": "t=1,v1=canary"}), None)
    apply_payment({"Records": [tables.record("stripe#main#evt_log")]}, None)
    written = logs.getvalue() + capsys.readouterr().out
    assert "evt_log" in written
    assert "canary" not in written.lower()
    assert "whsec" not in written
