"""The neutral payment format, for any source that can sign."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.standardwebhooks.events import interpret as interpret_body
from receivables.core.money import Money
from receivables.payments.events import (
    EventType,
    MoneyEvent,
    OtherEvent,
    Payer,
    References,
    Told,
    Uninterpretable,
)
from tests.fakes.webhooks import neutral_payment


def interpret(body: bytes) -> Told:
    (told,) = interpret_body(body, {"webhook-id": "msg_1"})
    return told


def event(kind: str, **data: Any) -> MoneyEvent:
    document = {"type": kind, "timestamp": "2026-03-02T09:29:00Z", "data": data}
    told = interpret(json.dumps(document).encode())
    assert isinstance(told, MoneyEvent)
    return told


def test_a_payment_is_read_exactly() -> None:
    body = neutral_payment("BANK/2026 1".replace(" ", "-"), "123.45", "eur", invoice=" INV-1 ", payer="Ada")
    assert interpret(body) == MoneyEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type="payment.succeeded",
        event_id="msg_1",
        payment_id="BANK/2026-1",
        amount=Money(12_345, "EUR"),
        occurred=datetime(2026, 3, 2, 9, 29, tzinfo=UTC),
        references=References(invoice="INV-1"),
        payer=Payer(name="Ada"),
    )


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("5", "EUR", 500),
        ("5.1", "EUR", 510),
        ("500", "JPY", 500),
        ("500.0", "JPY", 500),
        ("5.125", "KWD", 5_125),
    ],
)
def test_the_amount_is_a_decimal_string_in_major_units(amount: str, currency: str, minor: int) -> None:
    told = interpret(neutral_payment(amount=amount, currency=currency))
    assert isinstance(told, MoneyEvent)
    assert told.amount == Money(minor, currency)


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "0",
        "0.00",
        "-1",
        "+1",
        "1e3",
        "1_000",
        "1,000.00",
        " 1",
        "NaN",
        "Infinity",
        "１２",
        "1.001",
        "9" * 17,
        1,
        1.5,
        None,
    ],
)
def test_any_other_amount_is_not_guessed(amount: Any) -> None:
    with pytest.raises(Uninterpretable):
        interpret(neutral_payment(amount=amount))


@pytest.mark.parametrize(
    "data",
    [
        {"payment_id": ""},
        {"payment_id": 7},
        {"payment_id": "with space"},
        {"currency": "EURO"},
        {"currency": None},
        {"livemode": "yes"},
    ],
)
def test_data_that_does_not_make_sense_is_not_guessed(data: dict[str, Any]) -> None:
    document = json.loads(neutral_payment())
    document["data"].update(data)
    with pytest.raises(Uninterpretable):
        interpret(json.dumps(document).encode())


@pytest.mark.parametrize(
    "timestamp", [None, 1_700_000_000, "yesterday", "2026-03-02T09:29:00", "2026-03-02", "0001-01-01T00:00:00+14:00", "0001-01-01T00:00:00Z"]
)  # fmt: skip
def test_a_time_without_a_zone_or_not_a_time_is_not_guessed(timestamp: Any) -> None:
    document = {**json.loads(neutral_payment()), "timestamp": timestamp}
    with pytest.raises(Uninterpretable):
        interpret(json.dumps(document).encode())


def test_another_type_moves_nothing() -> None:
    body = json.dumps({"type": "invoice.seen"}).encode()
    assert interpret(body) == OtherEvent("invoice.seen", "msg_1")


def test_a_reference_that_is_no_text_is_none() -> None:
    told = interpret(neutral_payment(invoice=17))
    assert isinstance(told, MoneyEvent)
    assert told.references.invoice is None


AMOUNT = {"amount": "10.00", "currency": "EUR"}


@pytest.mark.parametrize(
    ("kind", "type_", "data"),
    [
        ("payment.pending", EventType.PAYMENT_PENDING, {"payment_id": "P1", **AMOUNT}),
        ("payment.succeeded", EventType.PAYMENT_SUCCEEDED, {"payment_id": "P1", **AMOUNT}),
        ("payment.failed", EventType.PAYMENT_FAILED, {"payment_id": "P1"}),
        ("payment.reversed", EventType.PAYMENT_REVERSED, {"payment_id": "P1"}),
        ("refund.pending", EventType.REFUND_PENDING, {"payment_id": "P1", "refund_id": "S1", **AMOUNT}),
        ("refund.succeeded", EventType.REFUND_SUCCEEDED, {"payment_id": "P1", "refund_id": "S1", **AMOUNT}),
        ("refund.failed", EventType.REFUND_FAILED, {"payment_id": "P1", "refund_id": "S1", **AMOUNT}),
        ("dispute.opened", EventType.DISPUTE_OPENED, {"payment_id": "P1", "dispute_id": "S1"}),
        ("dispute.won", EventType.DISPUTE_WON, {"payment_id": "P1", "dispute_id": "S1"}),
        ("dispute.lost", EventType.DISPUTE_LOST, {"payment_id": "P1", "dispute_id": "S1"}),
        ("mandate.cancelled", EventType.MANDATE_CANCELLED, {"mandate_id": "S1"}),
        ("payout.sent", EventType.PAYOUT, {"payout_id": "S1", **AMOUNT}),
        ("payout.failed", EventType.PAYOUT_FAILED, {"payout_id": "S1", **AMOUNT}),
    ],
)
def test_every_type_of_event_can_be_told(kind: str, type_: EventType, data: dict[str, Any]) -> None:
    told = event(kind, **data)
    assert told.type is type_
    assert told.payment_id == data.get("payment_id")
    assert told.subject_id == ("S1" if "S1" in data.values() else None)
    assert told.amount == (Money(1_000, "EUR") if "amount" in data else None)
    for needed in data.keys() - {"currency"}:
        with pytest.raises(Uninterpretable):
            event(kind, **{name: value for name, value in data.items() if name != needed})


def test_every_type_there_is_has_a_name_here() -> None:
    from receivables.adapters.processors.standardwebhooks.events import _TYPES

    assert {each.kind for each in _TYPES.values()} == set(EventType)


def test_a_refund_may_tell_all_that_was_refunded_so_far() -> None:
    told = event("refund.succeeded", payment_id="P1", cumulative=True, **AMOUNT)
    assert (told.cumulative, told.subject_id) == (True, None)
    with pytest.raises(Uninterpretable):
        event("refund.succeeded", payment_id="P1", cumulative="yes", **AMOUNT)


def test_what_is_told_beside_is_kept() -> None:
    told = event(
        "payment.succeeded",
        payment_id="P1",
        **AMOUNT,
        structured="RF18539007547034",
        texts=["Invoice 7", 7, " "],
        end_to_end="E2E-1",
        account="C1.EUR",
        fee="0.35",
        parent_id="ORDER-9",
        email="ada@example.com",
        payer_account="DE89370400440532013000",
        customer="C-4",
    )
    assert told.references == References(None, "RF18539007547034", ("Invoice 7",), "E2E-1", "C1.EUR")
    assert told.payer == Payer(None, "ada@example.com", "DE89370400440532013000", "C-4")
    assert (told.fee, told.parent_id) == (Money(35, "EUR"), "ORDER-9")


def test_a_failure_tells_why_and_whether_it_is_tried_again() -> None:
    told = event("payment.failed", payment_id="P1", code="AM04", will_retry=True)
    assert (told.failure_code, told.will_retry) == ("AM04", True)


def test_a_body_read_without_its_headers_is_known_by_its_content() -> None:
    (told,) = interpret_body(neutral_payment(), {})
    assert told.event_id.startswith("sha256:")
