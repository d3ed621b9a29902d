"""What Wise's and TrueLayer's webhooks tell: that something happened, and where to ask about it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.truelayer.events import interpret as truelayer
from receivables.adapters.processors.wise.events import interpret as wise
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable

PAYMENT = "a8d5c3c4-9f8f-4a4e-8f6e-1d3f5b7a9c11"
OTHER = "0afd1f6a-f611-48ce-9488-321129bb3a70"


def credit(kind: str = "balances#credit", **data: Any) -> bytes:
    told = {
        "resource": {"id": 111, "profile_id": 222, "type": "balance-account"},
        "transaction_type": "credit",
        "amount": 1.23,
        "currency": "EUR",
        "occurred_at": "2026-03-02T09:30:00Z",
        **data,
    }
    return json.dumps({"data": told, "event_type": kind, "sent_at": "2026-03-02T09:30:01Z"}).encode()


@pytest.mark.parametrize("kind", ["balances#credit", "balances#update"])
def test_a_credited_balance_is_asked_about(kind: str) -> None:
    (found,) = wise(credit(kind), {})
    assert isinstance(found, MoneyEvent)
    assert (found.type, found.fetch, found.account) == (
        EventType.PAYMENT_SUCCEEDED,
        Fetch("balance", "111"),
        "222",
    )
    assert found.occurred == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert found.amount is None


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (credit(transaction_type="debit"), {}),
        (credit("transfers#state-change"), {}),
        (credit(), {"x-test-notification": "true"}),
        (credit("wholly#new"), {}),
    ],
)
def test_what_is_no_money_that_came_is_stored_and_counted(body: bytes, headers: dict[str, str]) -> None:
    (found,) = wise(body, headers)
    assert isinstance(found, OtherEvent)


@pytest.mark.parametrize(
    "resource", [{}, {"id": "../../x", "profile_id": 1}, {"id": 1.5, "profile_id": 1}, {"id": True}, [], "1"]
)
def test_a_balance_that_is_no_number_is_not_asked_about(resource: Any) -> None:
    with pytest.raises(Uninterpretable):
        wise(credit(resource=resource), {})


def told(kind: str, **members: Any) -> bytes:
    return json.dumps({"type": kind, "event_id": "e1", "event_version": 1, **members}).encode()


@pytest.mark.parametrize(
    ("kind", "time", "expected"),
    [
        ("payment_executed", "executed_at", EventType.PAYMENT_PENDING),
        ("payment_settled", "settled_at", EventType.PAYMENT_SUCCEEDED),
        ("payment_failed", "failed_at", EventType.PAYMENT_FAILED),
        ("payment_reversed", "reversed_at", EventType.PAYMENT_REVERSED),
        ("payment_disputed", "disputed_at", EventType.DISPUTE_OPENED),
    ],
)
def test_a_payment_is_asked_about_in_every_state(kind: str, time: str, expected: EventType) -> None:
    metadata = {"invoice": "INV-1"}
    (found,) = truelayer(
        told(kind, payment_id=PAYMENT.upper(), metadata=metadata, **{time: "2026-03-02T09:30:00.1Z"}), {}
    )
    assert isinstance(found, MoneyEvent)
    assert (found.type, found.payment_id, found.fetch) == (expected, PAYMENT, Fetch("payment", PAYMENT))
    assert found.references.invoice == "INV-1"
    assert found.amount is None


@pytest.mark.parametrize(
    ("kind", "members", "fetch"),
    [
        ("refund_executed", {"payment_id": PAYMENT, "refund_id": OTHER}, Fetch("refund", OTHER)),
        ("refund_failed", {"payment_id": PAYMENT, "refund_id": OTHER}, Fetch("refund", OTHER)),
        ("payout_executed", {"payout_id": OTHER}, Fetch("payout", OTHER)),
        ("payout_failed", {"payout_id": OTHER}, Fetch("payout", OTHER)),
        ("external_payment_received", {"merchant_account_id": OTHER}, Fetch("merchant_account", OTHER)),
    ],
)
def test_refunds_payouts_and_transfers_are_asked_about(
    kind: str, members: dict[str, Any], fetch: Fetch
) -> None:
    (found,) = truelayer(told(kind, **members), {"x-tl-webhook-timestamp": "2026-03-02T09:30:00Z"})
    assert isinstance(found, MoneyEvent)
    assert found.fetch == fetch


def test_a_mandate_that_was_revoked_ends() -> None:
    (found,) = truelayer(told("mandate_revoked", mandate_id=OTHER, revoked_at="2026-03-02T09:30:00Z"), {})
    assert isinstance(found, MoneyEvent)
    assert (found.type, found.subject_id, found.fetch) == (EventType.MANDATE_CANCELLED, OTHER, None)


@pytest.mark.parametrize(
    "kind", ["payment_authorized", "payment_creditable", "example", "payment_link_disabled"]
)
def test_what_moves_nothing_is_counted(kind: str) -> None:
    (found,) = truelayer(told(kind), {})
    assert found == OtherEvent(kind, "e1")


@pytest.mark.parametrize("payment_id", [None, "", "../x", PAYMENT[:-1], PAYMENT + "/refunds", 7])
def test_an_id_that_is_none_is_not_asked_about(payment_id: Any) -> None:
    with pytest.raises(Uninterpretable):
        truelayer(told("payment_settled", payment_id=payment_id, settled_at="2026-03-02T09:30:00Z"), {})
