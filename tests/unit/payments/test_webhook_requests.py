"""Proxy events of API Gateway in both formats become the same request; refusals become problem documents."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from receivables.adapters.processors.registry import webhooks
from receivables.core.errors import InvalidInput, NotFound, TooLarge, Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.runtime.receive_webhook import accepted, answered, reason, refused, unavailable, webhook
from tests.fakes.webhooks import ADYEN_KEY, GOCARDLESS_SECRET, STANDARD_SECRET, STRIPE_SECRET, NoKeys

EVENTS = Path(__file__).resolve().parents[3] / "events" / "receive_webhook"
CONTEXT = {"requestTimeEpoch": 1_772_443_800_500}


def event(name: str) -> dict[str, Any]:
    document: dict[str, Any] = json.loads((EVENTS / name).read_text(encoding="utf-8"))
    return document


def request(**changes: Any) -> dict[str, Any]:
    known = {"pathParameters": {"processor": "stripe", "endpoint": "main"}, "requestContext": CONTEXT}
    return {"headers": {}, "body": "{}", "isBase64Encoded": False, **known, **changes}


def test_format_1_is_read() -> None:
    found = webhook(event("stripe_payment.json"))
    assert (found.processor, found.endpoint) == ("stripe", "main")
    assert found.received_at == found.as_of == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert json.loads(found.request.body)["type"] == "payment_intent.succeeded"
    assert found.request.headers["stripe-signature"].startswith("t=1772443800,v1=")


def test_format_2_is_read() -> None:
    found = webhook(event("standardwebhooks_payment_format_2.json"))
    assert (found.processor, found.endpoint) == ("standardwebhooks", "main")
    assert found.received_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert json.loads(found.request.body)["data"]["amount"] == "123.45"
    assert found.request.headers["webhook-id"] == "msg_2KWPBgLlAfxdpx2AI54p"


def test_the_body_is_decoded_once() -> None:
    inner = base64.b64encode(b"\x00\xff")
    assert webhook(request(body=base64.b64encode(inner).decode(), isBase64Encoded=True)).request.body == inner
    assert webhook(request(body=inner.decode())).request.body == inner


@pytest.mark.parametrize("body", [None, "", "€ \N{GRINNING FACE}"])
def test_text_is_the_bytes_it_came_as(body: str | None) -> None:
    assert webhook(request(body=body)).request.body == (body or "").encode()


def test_where_it_was_sent_to_is_told_as_the_sender_called_it() -> None:
    first = webhook(
        request(
            httpMethod="POST",
            path="/webhooks/stripe/main",
            requestContext={**CONTEXT, "path": "/v1/webhooks/stripe/main"},
            queryStringParameters={"a": "1"},
        )
    ).request
    second = webhook(
        request(
            rawPath="/v1/webhooks/stripe/main",
            requestContext={**CONTEXT, "http": {"method": "POST", "path": "/v1/webhooks/stripe/main"}},
            queryStringParameters={"a": "1"},
        )
    ).request
    assert (first.method, first.path, first.query) == ("POST", "/v1/webhooks/stripe/main", {"a": "1"})
    assert (second.method, second.path, second.query) == (first.method, first.path, first.query)
    assert webhook(request(queryStringParameters=None)).request.query == {}


def test_a_check_of_the_address_is_a_get() -> None:
    assert webhook(request(httpMethod="GET")).request.method == "GET"
    answer = answered("0123|abc")
    assert (answer["statusCode"], answer["body"]) == (200, "0123|abc")
    assert answer["headers"]["Content-Type"].startswith("text/plain")


def test_text_that_is_no_base64_is_not_half_decoded() -> None:
    assert webhook(request(body="aGVsbG8=!", isBase64Encoded=True)).request.body == b""


@pytest.mark.parametrize("body", ["not base64 at all", "ä", "a"])
def test_a_body_that_is_not_the_base64_it_should_be_breaks_nothing(body: str) -> None:
    assert isinstance(webhook(request(body=body, isBase64Encoded=True)).request.body, bytes)


def test_half_a_surrogate_in_a_text_body_breaks_nothing() -> None:
    assert webhook(request(body="\ud800")).request.body


@pytest.mark.parametrize("name", ["Stripe-Signature", "stripe-signature", "STRIPE-SIGNATURE"])
def test_header_names_have_no_case(name: str) -> None:
    assert webhook(request(headers={name: "x"})).request.headers == {"stripe-signature": "x"}


def test_a_header_that_comes_several_times_is_joined_and_its_repeats_are_not() -> None:
    found = webhook(
        request(
            headers={"Stripe-Signature": "b", "Accept": "x"},
            multiValueHeaders={"stripe-signature": ["a", "b", "a"], "Accept": ["x"]},
        )
    )
    assert sorted(found.request.headers["stripe-signature"].split(",")) == ["a", "b"]
    assert found.request.headers["accept"] == "x"


def test_a_request_may_have_only_multi_value_headers_or_none_at_all() -> None:
    assert webhook(request(headers=None, multiValueHeaders={"A": ["1"]})).request.headers == {"a": "1"}
    assert webhook(request(headers=None, multiValueHeaders=None)).request.headers == {}


def test_a_request_without_path_parameters_names_no_endpoint() -> None:
    found = webhook(request(pathParameters=None))
    assert (found.processor, found.endpoint) == ("", "")


def test_time_travel_moves_the_business_and_never_the_clock_of_signatures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    travelling = request(headers={"x-as-of": "2026-06-01T08:00:00Z"})
    with pytest.raises(InvalidInput, match="not allowed"):
        webhook(travelling)
    monkeypatch.setenv("TIME_TRAVEL", "allowed")
    found = webhook(travelling)
    assert found.as_of == datetime(2026, 6, 1, 8, tzinfo=UTC)
    assert found.received_at == datetime(2026, 3, 2, 9, 30, 0, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (Unauthenticated("no signature matches"), 401, "unauthenticated"),
        (NotFound("webhook endpoint", ""), 404, "not-found"),
        (TooLarge("x"), 413, "too-large"),
        (InvalidInput("X-As-Of", "is not allowed"), 400, "invalid-input"),
    ],
)
def test_a_refusal_is_a_problem_document_that_says_no_more_than_it_must(
    error: Any, status: int, slug: str
) -> None:
    answer = refused(error)
    document = json.loads(answer["body"])
    assert answer["statusCode"] == document["status"] == status
    assert answer["headers"]["Content-Type"] == "application/problem+json"
    assert document["type"] == f"urn:receivables:problem:{slug}"
    assert "signature" not in answer["body"]
    assert "secret" not in answer["body"]


def test_the_log_is_told_what_was_wrong_with_a_signature() -> None:
    assert reason(Unauthenticated("no signature matches")) == "no signature matches"
    assert reason(InvalidInput("X-As-Of", "text of a stranger")) == "InvalidInput"


def test_what_could_not_be_stored_is_asked_for_again() -> None:
    answer = unavailable()
    assert answer["statusCode"] == 503
    assert answer["headers"]["Retry-After"] == "30"
    assert accepted()["statusCode"] == 200


SAMPLES = {
    "adyen_second_item_forged.json": None,
    "adyen_two_items.json": 2,
    "gocardless_batch_with_poison.json": 3,
    "standardwebhooks_payment_format_2.json": 1,
    "stripe_bad_signature.json": None,
    "stripe_payment.json": 1,
}


@pytest.mark.parametrize(("name", "events"), SAMPLES.items())
def test_a_sample_is_what_its_name_says(name: str, events: int | None) -> None:
    sample = webhook(event(name))
    scheme = webhooks(sample.processor)
    assert scheme is not None
    endpoint = Endpoint(
        tuple(Secret(value) for value in (STRIPE_SECRET, STANDARD_SECRET, ADYEN_KEY, GOCARDLESS_SECRET))
    )
    if events is None:
        with pytest.raises(Unauthenticated):
            scheme.verify(sample.request, endpoint, sample.received_at, NoKeys())
        return
    assert scheme.verify(sample.request, endpoint, sample.received_at, NoKeys())
    assert len(scheme.interpret(sample.request.body, sample.request.headers)) == events
