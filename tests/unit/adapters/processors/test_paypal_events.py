"""What PayPal's webhooks tell of money."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.paypal.events import interpret
from receivables.core.money import Money
from receivables.payments.events import (
    EventType,
    Fetch,
    MoneyEvent,
    OtherEvent,
    References,
    Uninterpretable,
)

API = "https://api.paypal.com"


def event(kind: str, resource: dict[str, Any], **members: Any) -> bytes:
    told = {"id": "WH-1", "event_type": kind, "create_time": "2026-03-02T09:30:00Z", "resource": resource}
    return json.dumps({**told, **members}).encode()


def one(kind: str, resource: dict[str, Any]) -> MoneyEvent:
    (told,) = interpret(event(kind, resource), {})
    assert isinstance(told, MoneyEvent)
    return told


def capture(**members: Any) -> dict[str, Any]:
    return {
        "id": "3C679366HH908993F",
        "status": "COMPLETED",
        "amount": {"currency_code": "USD", "value": "20.00"},
        "seller_receivable_breakdown": {"paypal_fee": {"currency_code": "USD", "value": "0.88"}},
        "custom_id": "invoice=INV-1&account=C-1.USD",
        "supplementary_data": {"related_ids": {"order_id": "5O190127TN364715T"}},
        "payee": {"merchant_id": "M1"},
        "create_time": "2026-03-02T09:00:00Z",
        "update_time": "2026-03-02T09:10:00Z",
        "links": [{"rel": "self", "href": f"{API}/v2/payments/captures/3C679366HH908993F"}],
        **members,
    }


def refunded(**members: Any) -> dict[str, Any]:
    links = [
        {"rel": "self", "href": f"{API}/v2/payments/refunds/1JU08902781691411"},
        {"rel": "up", "href": f"{API}/v2/payments/captures/3C679366HH908993F"},
    ]
    amount = {"currency_code": "USD", "value": "5.00"}
    return {"id": "1JU08902781691411", "status": "COMPLETED", "amount": amount, "links": links, **members}


def test_a_capture_is_a_payment_with_its_fee_its_invoice_and_its_order() -> None:
    assert one("PAYMENT.CAPTURE.COMPLETED", capture()) == MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type="PAYMENT.CAPTURE.COMPLETED",
        event_id="WH-1",
        occurred=datetime(2026, 3, 2, 9, 10, tzinfo=UTC),
        payment_id="3C679366HH908993F",
        amount=Money(2000, "USD"),
        fee=Money(88, "USD"),
        parent_id="5O190127TN364715T",
        account="M1",
        livemode=True,
        references=References(invoice="INV-1", account="C-1.USD"),
    )


@pytest.mark.parametrize("fee", [None, {}, {"currency_code": "EUR", "value": "0.80"}])
def test_a_fee_that_is_not_told_or_in_another_currency_is_none(fee: Any) -> None:
    found = one("PAYMENT.CAPTURE.COMPLETED", capture(seller_receivable_breakdown={"paypal_fee": fee}))
    assert found.fee is None


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("PENDING", EventType.PAYMENT_PENDING),
        ("DENIED", EventType.PAYMENT_FAILED),
        ("DECLINED", EventType.PAYMENT_FAILED),
    ],
)
def test_a_capture_may_wait_or_fail(kind: str, expected: EventType) -> None:
    found = one(f"PAYMENT.CAPTURE.{kind}", capture(status_details={"reason": "ECHECK"}))
    assert (found.type, found.failure_code) == (expected, "ECHECK")


def test_a_sale_of_the_first_version_is_a_payment_too() -> None:
    sale = {
        "id": "4EU7004268015634R",
        "amount": {"total": "20.00", "currency": "USD"},
        "state": "completed",
        "parent_payment": "PAY-1",
        "invoice_number": "INV-2",
        "custom": "of another system",
        "transaction_fee": {"value": "0.88", "currency": "USD"},
        "links": [
            {"rel": "self", "href": "https://api.sandbox.paypal.com/v1/payments/sale/4EU7004268015634R"}
        ],
    }
    found = one("PAYMENT.SALE.COMPLETED", sale)
    assert (found.payment_id, found.amount, found.fee) == (
        "4EU7004268015634R",
        Money(2000, "USD"),
        Money(88, "USD"),
    )
    assert (found.parent_id, found.livemode) == ("PAY-1", False)
    assert found.references == References(invoice="INV-2", texts=("of another system", "INV-2"))


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("COMPLETED", EventType.REFUND_SUCCEEDED),
        ("PENDING", EventType.REFUND_PENDING),
        ("FAILED", EventType.REFUND_FAILED),
        ("CANCELLED", EventType.REFUND_FAILED),
    ],
)
def test_a_refund_names_its_capture_by_its_link(status: str, expected: EventType) -> None:
    found = one("PAYMENT.CAPTURE.REFUNDED", refunded(status=status))
    assert (found.type, found.payment_id, found.subject_id, found.amount) == (
        expected,
        "3C679366HH908993F",
        "1JU08902781691411",
        Money(500, "USD"),
    )
    assert not found.cumulative


def test_a_refund_of_a_sale_names_it() -> None:
    resource = {
        "id": "R1",
        "sale_id": "S1",
        "state": "completed",
        "amount": {"total": "-1.00", "currency": "USD"},
    }
    found = one("PAYMENT.SALE.REFUNDED", resource)
    assert (found.payment_id, found.amount) == ("S1", Money(100, "USD"))


def test_a_refund_of_nothing_that_is_known_is_not_understood() -> None:
    with pytest.raises(Uninterpretable):
        interpret(event("PAYMENT.CAPTURE.REFUNDED", refunded(links=[])), {})


def test_a_reversal_takes_the_money_back() -> None:
    found = one("PAYMENT.CAPTURE.REVERSED", refunded())
    assert (found.type, found.payment_id, found.subject_id, found.amount) == (
        EventType.PAYMENT_REVERSED,
        "3C679366HH908993F",
        "1JU08902781691411",
        Money(500, "USD"),
    )
    whole = one("PAYMENT.SALE.REVERSED", {"id": "S1", "amount": {"total": "-0.49", "currency": "USD"}})
    assert (whole.payment_id, whole.subject_id, whole.amount) == ("S1", None, Money(49, "USD"))


def disputed(status: str = "OPEN", outcome: str | None = None, count: int = 1) -> dict[str, Any]:
    return {
        "dispute_id": "PP-D-4012",
        "reason": "MERCHANDISE_OR_SERVICE_NOT_RECEIVED",
        "status": status,
        "dispute_amount": {"currency_code": "USD", "value": "20.00"},
        "disputed_transactions": [{"seller_transaction_id": f"T{number}"} for number in range(count)],
        "update_time": "2026-03-02T09:20:00Z",
        **({"dispute_outcome": {"outcome_code": outcome}} if outcome else {}),
    }


@pytest.mark.parametrize(
    ("kind", "resource", "expected"),
    [
        ("CREATED", disputed(), EventType.DISPUTE_OPENED),
        ("UPDATED", disputed("UNDER_REVIEW"), EventType.DISPUTE_OPENED),
        ("UPDATED", disputed("RESOLVED", "RESOLVED_SELLER_FAVOUR"), EventType.DISPUTE_WON),
        ("RESOLVED", disputed("RESOLVED", "RESOLVED_SELLER_FAVOUR"), EventType.DISPUTE_WON),
        ("RESOLVED", disputed("RESOLVED", "CANCELED_BY_BUYER"), EventType.DISPUTE_WON),
        ("RESOLVED", disputed("RESOLVED", "RESOLVED_BUYER_FAVOUR"), EventType.DISPUTE_LOST),
        ("RESOLVED", disputed("RESOLVED", "ACCEPTED"), EventType.DISPUTE_LOST),
    ],
)
def test_a_dispute_says_who_contests_and_moves_no_money(
    kind: str, resource: dict[str, Any], expected: EventType
) -> None:
    found = one(f"CUSTOMER.DISPUTE.{kind}", resource)
    assert (found.type, found.payment_id, found.subject_id, found.amount) == (
        expected,
        "T0",
        "PP-D-4012",
        None,
    )


def test_a_dispute_of_several_payments_is_one_of_each() -> None:
    told = interpret(event("CUSTOMER.DISPUTE.CREATED", disputed(count=2)), {})
    assert [(each.event_id, each.payment_id) for each in told if isinstance(each, MoneyEvent)] == [
        ("WH-1/0", "T0"),
        ("WH-1/1", "T1"),
    ]


def approved(custom: str) -> dict[str, Any]:
    return {"id": "5O190127TN364715T", "status": "APPROVED", "purchase_units": [{"custom_id": custom}]}


def test_an_approved_order_of_our_link_is_to_be_taken_the_money_of() -> None:
    found = one("CHECKOUT.ORDER.APPROVED", approved("account=C-1.USD"))
    assert (found.type, found.fetch, found.payment_id) == (
        EventType.PAYMENT_PENDING,
        Fetch("order", "5O190127TN364715T"),
        None,
    )


@pytest.mark.parametrize(
    ("kind", "resource"),
    [
        ("CHECKOUT.ORDER.APPROVED", approved("of another shop")),
        ("CHECKOUT.ORDER.APPROVED", approved("ended=1")),
        ("CHECKOUT.ORDER.COMPLETED", {"id": "5O190127TN364715T"}),
        ("PAYMENT.CAPTURE.SOMETHING", capture()),
        ("BILLING.SUBSCRIPTION.CANCELLED", {}),
        ("WHOLLY.NEW", {}),
    ],
)
def test_what_moves_nothing_is_stored_and_counted(kind: str, resource: dict[str, Any]) -> None:
    (told,) = interpret(event(kind, resource), {})
    assert isinstance(told, OtherEvent)
    assert (told.raw_type, told.event_id) == (kind, "WH-1")


@pytest.mark.parametrize(
    ("amount", "expected"),
    [
        ({"currency_code": "JPY", "value": "100"}, Money(100, "JPY")),
        ({"currency_code": "JPY", "value": "100.00"}, Money(100, "JPY")),
        ({"currency_code": "HUF", "value": "100"}, Money(10_000, "HUF")),
        ({"currency_code": "TWD", "value": "7"}, Money(700, "TWD")),
    ],
)
def test_amounts_are_decimal_strings(amount: dict[str, str], expected: Money) -> None:
    assert one("PAYMENT.CAPTURE.COMPLETED", capture(amount=amount)).amount == expected


@pytest.mark.parametrize(
    "amount",
    [
        {"currency_code": "JPY", "value": "0.5"},
        {"currency_code": "USD", "value": "1.005"},
        {"currency_code": "USD", "value": "-1.00"},
        {"currency_code": "USD", "value": "0.00"},
        {"currency_code": "USD", "value": 20},
        {"currency_code": "USD", "value": "1e3"},
        {"currency_code": "XXX", "value": "1.00"},
        {"value": "1.00"},
        {},
        None,
        [],
    ],
)
def test_an_amount_that_does_not_fit_is_not_guessed(amount: Any) -> None:
    with pytest.raises(Uninterpretable):
        interpret(event("PAYMENT.CAPTURE.COMPLETED", capture(amount=amount)), {})


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b"\xff", b'{"event_type": "A", "event_type": "B"}', b"[" * 50_000]
)
def test_a_body_that_is_no_event_is_not_understood(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        interpret(body, {})
