"""What GoCardless' batches mean here, and what proves them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from gocardless_pro import webhooks as theirs
from hypothesis import given
from hypothesis import strategies as st

from receivables.adapters.processors.gocardless.events import interpret
from receivables.adapters.processors.gocardless.signature import verify as verify_request
from receivables.core.errors import Unauthenticated
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.events import (
    EventType,
    Fetch,
    MoneyEvent,
    OtherEvent,
    Poison,
    Told,
    Uninterpretable,
)
from receivables.payments.processors import Request
from tests.fakes.webhooks import (
    GOCARDLESS_SECRET,
    NOW,
    NoKeys,
    gocardless_batch,
    gocardless_event,
    gocardless_headers,
)

ENDPOINT = Endpoint((Secret(GOCARDLESS_SECRET),))


def verify(body: bytes, headers: dict[str, str], endpoint: Endpoint = ENDPOINT) -> str:
    return verify_request(Request(body, headers), endpoint, NOW, NoKeys())


def told(resource: str, action: str, **members: Any) -> Told:
    (event,) = interpret(gocardless_batch(gocardless_event(resource, action, **members)), {})
    return event


def money(resource: str, action: str, **members: Any) -> MoneyEvent:
    event = told(resource, action, **members)
    assert isinstance(event, MoneyEvent)
    return event


def test_a_signed_batch_is_known_by_its_own_id_else_by_its_content() -> None:
    body = gocardless_batch(gocardless_event())
    assert verify(body, gocardless_headers(body)) == "WB1"
    for nameless in (b'{"events": []}', b"\xff", b'{"meta": {"webhook_id": 7}}', b'{"meta": "text"}'):
        assert verify(nameless, gocardless_headers(nameless)).startswith("sha256:")


@given(st.dictionaries(st.text(max_size=10), st.text(max_size=10), max_size=5))
def test_gocardless_own_library_accepts_what_we_sign(extra: dict[str, str]) -> None:
    body = gocardless_batch({**gocardless_event(), "metadata": extra})
    signature = gocardless_headers(body)["webhook-signature"]
    assert theirs.parse(body, GOCARDLESS_SECRET, signature)
    assert verify(body, {"webhook-signature": signature})


@pytest.mark.parametrize("signature", ["", "zz", "00" * 32, "ä" * 64, "\ud800", "00" * 31])
def test_any_other_signature_is_refused(signature: str) -> None:
    with pytest.raises(Unauthenticated):
        verify(gocardless_batch(gocardless_event()), {"webhook-signature": signature})


def test_a_changed_batch_is_refused() -> None:
    body = gocardless_batch(gocardless_event())
    with pytest.raises(Unauthenticated):
        verify(body + b" ", gocardless_headers(body))


@pytest.mark.parametrize(
    ("action", "type_"),
    [
        ("created", EventType.PAYMENT_PENDING),
        ("customer_approval_granted", EventType.PAYMENT_PENDING),
        ("submitted", EventType.PAYMENT_PENDING),
        ("resubmission_requested", EventType.PAYMENT_PENDING),
        ("confirmed", EventType.PAYMENT_SUCCEEDED),
        ("paid_out", EventType.PAYMENT_SUCCEEDED),
        ("chargeback_cancelled", EventType.PAYMENT_SUCCEEDED),
        ("failed", EventType.PAYMENT_FAILED),
        ("cancelled", EventType.PAYMENT_FAILED),
        ("customer_approval_denied", EventType.PAYMENT_FAILED),
        ("charged_back", EventType.PAYMENT_REVERSED),
    ],
)
def test_a_payments_event_says_what_happened_and_its_amount_is_asked_for(
    action: str, type_: EventType
) -> None:
    event = money("payments", action)
    assert (event.type, event.payment_id, event.subject_id) == (type_, "PM1", None)
    assert (event.amount, event.fetch) == (None, Fetch("payment", "PM1"))
    assert event.occurred == datetime(2026, 3, 2, 9, 29, tzinfo=UTC)
    assert (event.raw_type, event.event_id, event.livemode) == (f"payments.{action}", "EV1", None)


def test_a_failure_tells_why_and_whether_it_is_tried_again() -> None:
    details = {"cause": "insufficient_funds", "reason_code": "AM04", "will_attempt_retry": True}
    event = money("payments", "failed", details=details)
    assert (event.failure_code, event.will_retry) == ("AM04", True)
    assert not money("payments", "failed").will_retry


@pytest.mark.parametrize(
    ("action", "type_"),
    [
        ("created", EventType.REFUND_PENDING),
        ("paid", EventType.REFUND_SUCCEEDED),
        ("failed", EventType.REFUND_FAILED),
        ("funds_returned", EventType.REFUND_FAILED),
    ],
)
def test_a_refunds_event_names_the_refund_and_where_told_its_payment(action: str, type_: EventType) -> None:
    event = money("refunds", action, links={"refund": "RF1", "payment": "PM1"})
    assert (event.type, event.payment_id, event.subject_id) == (type_, "PM1", "RF1")
    assert event.fetch == Fetch("refund", "RF1")
    assert money("refunds", action).payment_id is None


@pytest.mark.parametrize("action", ["cancelled", "failed", "expired", "consumed", "blocked", "replaced"])
def test_a_mandate_ends_and_nothing_needs_to_be_asked(action: str) -> None:
    event = money("mandates", action)
    assert (event.type, event.subject_id, event.fetch) == (EventType.MANDATE_CANCELLED, "MD1", None)
    assert (event.payment_id, event.failure_code) == (None, f"mandates_{action}")


def test_a_payout_is_asked_for() -> None:
    event = money("payouts", "paid")
    assert (event.type, event.subject_id, event.fetch) == (EventType.PAYOUT, "PO1", Fetch("payout", "PO1"))


@pytest.mark.parametrize(
    ("resource", "action"),
    [
        ("payments", "late_failure_settled"),
        ("payments", "chargeback_settled"),
        ("payments", "surcharge_fee_debited"),
        ("refunds", "refund_settled"),
        ("mandates", "active"),
        ("billing_requests", "fulfilled"),
        ("payments", "something_new"),
        ("something_new", "created"),
    ],
)
def test_what_moves_no_money_is_another_event(resource: str, action: str) -> None:
    assert told(resource, action) == OtherEvent(f"{resource}.{action}", "EV1")


POISON: list[Any] = [
    7,
    None,
    {},
    gocardless_event(event_id=""),
    gocardless_event(created_at="soon"),
    gocardless_event(links={}),
    gocardless_event(links={"payment": 7}),
    gocardless_event(links=[]),
    {**gocardless_event(), "action": None},
]


@pytest.mark.parametrize("poison", POISON)
def test_one_event_of_250_that_cannot_be_read_is_put_aside_and_249_are_read(poison: Any) -> None:
    events: list[Any] = [gocardless_event(event_id=f"EV{n}") for n in range(249)]
    heard = interpret(gocardless_batch(*events[:100], poison, *events[100:]), {})
    assert len(heard) == 250
    assert sum(isinstance(each, MoneyEvent) for each in heard) == 249
    aside = heard[100]
    assert isinstance(aside, Poison)
    (again,) = interpret(aside.body, {})
    assert again == aside


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"events": []}', b'{"events": {}}', b'{"events": NaN}']
)
def test_a_body_without_events_is_not_guessed(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        interpret(body, {})
