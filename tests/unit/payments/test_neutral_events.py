"""The neutral payment format, for any source that can sign."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.standardwebhooks import StandardWebhooks
from receivables.core.money import Money
from receivables.payments.events import EventType, OtherEvent, PaymentEvent, Uninterpretable
from tests.fakes.webhooks import neutral_payment


def interpret(body: bytes) -> PaymentEvent | OtherEvent:
    return StandardWebhooks().interpret(body)


def test_a_payment_is_read_exactly() -> None:
    body = neutral_payment("BANK/2026 1".replace(" ", "-"), "123.45", "eur", invoice=" INV-1 ", payer="Ada")
    assert interpret(body) == PaymentEvent(
        type=EventType.PAYMENT_SUCCEEDED,
        raw_type="payment.succeeded",
        payment_id="BANK/2026-1",
        amount=Money(12_345, "EUR"),
        occurred=datetime(2026, 3, 2, 9, 29, tzinfo=UTC),
        reference="INV-1",
        payer="Ada",
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
    event = interpret(neutral_payment(amount=amount, currency=currency))
    assert isinstance(event, PaymentEvent)
    assert event.amount.minor == minor


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
    body = json.dumps({"type": "payment.failed"}).encode()
    assert interpret(body) == OtherEvent("payment.failed")


def test_a_reference_that_is_no_text_is_none() -> None:
    event = interpret(neutral_payment(invoice=17))
    assert isinstance(event, PaymentEvent)
    assert event.reference is None
