"""What Adyen's notifications mean here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.adyen.events import interpret
from receivables.core.money import Money
from receivables.payments.events import EventType, MoneyEvent, OtherEvent, Poison, Told, Uninterpretable
from tests.fakes.webhooks import adyen_item, adyen_notification

DELAYED = {"endpoint-capture": "delayed"}
OF_PAYMENT: dict[str, Any] = {"originalReference": "PSP1", "pspReference": "OTHER1"}


def told(code: str, headers: dict[str, str] | None = None, **members: Any) -> list[Told]:
    return list(interpret(adyen_notification(adyen_item(code, **members)), headers or {}))


def money(code: str, headers: dict[str, str] | None = None, **members: Any) -> MoneyEvent:
    (event,) = told(code, headers, **members)
    assert isinstance(event, MoneyEvent)
    return event


def test_an_authorisation_is_a_payment() -> None:
    event = money(
        "AUTHORISATION",
        additionalData={
            "metadata.invoice": "INV-9",
            "metadata.account": "C1.EUR",
            "shopperEmail": "a@b.example",
        },
    )
    assert (event.type, event.payment_id, event.amount) == (
        EventType.PAYMENT_SUCCEEDED,
        "PSP1",
        Money(10_000, "EUR"),
    )
    assert event.occurred == datetime(2026, 3, 2, 9, 29, tzinfo=UTC)
    assert (event.event_id, event.account, event.livemode) == ("AUTHORISATION/PSP1/true", "ExampleCOM", True)
    assert event.references.invoice == "INV-9"
    assert event.references.texts == ("INV-9", "C1.EUR", "INV-1")
    assert event.references.account == "C1.EUR"
    assert event.payer.email == "a@b.example"


def test_without_metadata_the_merchants_reference_names_the_invoice() -> None:
    assert money("AUTHORISATION").references.invoice == "INV-1"


def test_where_payments_are_captured_by_hand_the_capture_is_the_payment() -> None:
    (authorised,) = told("AUTHORISATION", DELAYED)
    assert isinstance(authorised, OtherEvent)
    captured = money("CAPTURE", DELAYED, **OF_PAYMENT, amount={"currency": "EUR", "value": 4_000})
    assert (captured.type, captured.payment_id) == (EventType.PAYMENT_SUCCEEDED, "PSP1")
    assert captured.amount == Money(4_000, "EUR")
    (repeated,) = told("CAPTURE", **OF_PAYMENT)
    assert isinstance(repeated, OtherEvent)


@pytest.mark.parametrize(
    ("code", "members", "type_", "payment", "subject"),
    [
        ("AUTHORISATION", {"success": "false", "reason": "Refused"}, "payment_failed", "PSP1", None),
        ("PENDING", {}, "payment_pending", "PSP1", None),
        ("OFFER_CLOSED", {}, "payment_failed", "PSP1", None),
        ("CAPTURE_FAILED", OF_PAYMENT, "payment_failed", "PSP1", None),
        ("CANCELLATION", OF_PAYMENT, "payment_failed", "PSP1", None),
        ("TECHNICAL_CANCEL", OF_PAYMENT, "payment_failed", "PSP1", None),
        ("EXPIRE", OF_PAYMENT, "payment_failed", "PSP1", None),
        ("REFUND", OF_PAYMENT, "refund_succeeded", "PSP1", "OTHER1"),
        ("REFUND", {**OF_PAYMENT, "success": "false"}, "refund_failed", "PSP1", "OTHER1"),
        ("REFUND_FAILED", OF_PAYMENT, "refund_failed", "PSP1", "OTHER1"),
        ("REFUNDED_REVERSED", OF_PAYMENT, "refund_failed", "PSP1", "OTHER1"),
        ("REQUEST_FOR_INFORMATION", OF_PAYMENT, "dispute_opened", "PSP1", "OTHER1"),
        ("NOTIFICATION_OF_CHARGEBACK", OF_PAYMENT, "dispute_opened", "PSP1", "OTHER1"),
        ("CHARGEBACK", OF_PAYMENT, "dispute_opened", "PSP1", "OTHER1"),
        (
            "CHARGEBACK",
            {**OF_PAYMENT, "paymentMethod": "sepadirectdebit"},
            "payment_reversed",
            "PSP1",
            "OTHER1",
        ),
        ("CHARGEBACK_REVERSED", OF_PAYMENT, "dispute_won", "PSP1", "OTHER1"),
        ("PREARBITRATION_WON", OF_PAYMENT, "dispute_won", "PSP1", "OTHER1"),
        ("ISSUER_RESPONSE_TIMEFRAME_EXPIRED", OF_PAYMENT, "dispute_won", "PSP1", "OTHER1"),
    ],
)
def test_each_code_means_one_thing(
    code: str, members: dict[str, Any], type_: str, payment: str, subject: str | None
) -> None:
    event = money(code, **members)
    assert (event.type, event.payment_id, event.subject_id) == (EventType(type_), payment, subject)


def test_a_refusal_tells_why() -> None:
    assert money("AUTHORISATION", success="false", reason="Refused").failure_code == "Refused"


@pytest.mark.parametrize("code", ["REQUEST_FOR_INFORMATION", "NOTIFICATION_OF_CHARGEBACK"])
def test_a_dispute_that_is_only_announced_takes_no_money(code: str) -> None:
    assert money(code, **OF_PAYMENT).amount is None
    assert money("CHARGEBACK", **OF_PAYMENT).amount == Money(10_000, "EUR")


@pytest.mark.parametrize("code", ["SECOND_CHARGEBACK", "PREARBITRATION_LOST", "ARBITRATION_LOST"])
def test_money_that_is_taken_again_is_taken_for_good(code: str) -> None:
    taken, lost = told(code, **OF_PAYMENT)
    assert isinstance(taken, MoneyEvent)
    assert isinstance(lost, MoneyEvent)
    assert (taken.type, lost.type) == (EventType.DISPUTE_OPENED, EventType.DISPUTE_LOST)
    assert taken.amount == Money(10_000, "EUR")
    assert taken.event_id != lost.event_id


def test_a_defence_that_was_not_made_loses_only_what_was_lost() -> None:
    lost = money("DISPUTE_DEFENSE_PERIOD_ENDED", **OF_PAYMENT, additionalData={"disputeStatus": "Lost"})
    assert lost.type is EventType.DISPUTE_LOST
    (other,) = told("DISPUTE_DEFENSE_PERIOD_ENDED", **OF_PAYMENT, additionalData={"disputeStatus": "Pending"})
    assert isinstance(other, OtherEvent)


@pytest.mark.parametrize(("action", "type_"), [("refund", "refund_succeeded"), ("cancel", "payment_failed")])
def test_a_cancellation_or_refund_tells_which_it_was(action: str, type_: str) -> None:
    event = money("CANCEL_OR_REFUND", **OF_PAYMENT, additionalData={"modification.action": action})
    assert event.type == type_
    (unknown,) = told("CANCEL_OR_REFUND", **OF_PAYMENT)
    assert isinstance(unknown, Poison)


@pytest.mark.parametrize(
    ("code", "members"),
    [
        ("CAPTURE", {**OF_PAYMENT, "success": "false"}),
        ("CANCELLATION", {**OF_PAYMENT, "success": "false"}),
        ("AUTHORISATION", {"amount": {"currency": "EUR", "value": 0}}),
        ("REPORT_AVAILABLE", {}),
        ("NOTIFICATION_OF_FRAUD", OF_PAYMENT),
        ("SOMETHING_NEW", {}),
    ],
)
def test_what_moves_no_money_is_another_event(code: str, members: dict[str, Any]) -> None:
    (event,) = told(code, **members)
    assert isinstance(event, OtherEvent)


@pytest.mark.parametrize(
    ("value", "currency", "decimal"),
    [
        (1_050, "EUR", "10.50"),
        (1_050, "JPY", "1050"),
        (1_050, "BHD", "1.050"),
        (1_000, "CLP", "10"),
        (1_000, "ISK", "10"),
        (1_050, "IDR", "1050.00"),
        (1_050, "CVE", "1050.00"),
    ],
)
def test_amounts_are_read_in_adyens_units(value: int, currency: str, decimal: str) -> None:
    amount = money("AUTHORISATION", amount={"currency": currency, "value": value}).amount
    assert amount is not None
    assert f"{amount.decimal:f}" == decimal


@pytest.mark.parametrize(
    "members",
    [
        {"amount": {"currency": "CLP", "value": 1_050}},
        {"amount": {"currency": "XXX", "value": 1}},
        {"amount": {"currency": "EUR", "value": -1}},
        {"amount": {"currency": "EUR", "value": "1"}},
        {"amount": {"currency": "EUR", "value": 10**16}},
        {"eventDate": "yesterday"},
        {"eventDate": "2026-03-02T10:29:00"},
        {"pspReference": ""},
    ],
)
def test_one_item_that_cannot_be_read_is_put_aside_and_the_others_are_read(members: dict[str, Any]) -> None:
    bad = adyen_item(**members)
    first, aside, last = interpret(adyen_notification(adyen_item(), bad, adyen_item(pspReference="PSP3")), {})
    assert isinstance(first, MoneyEvent)
    assert isinstance(last, MoneyEvent)
    assert isinstance(aside, Poison)
    # It is read again alone, with the same result: what is not understood does not change by waiting.
    (again,) = interpret(aside.body, {})
    assert again == aside


def test_a_disabled_token_is_the_end_of_a_mandate() -> None:
    document = {
        "type": "recurring.token.disabled",
        "environment": "live",
        "createdAt": "2026-03-02T09:29:00+00:00",
        "data": {"storedPaymentMethodId": "T1", "shopperReference": "C-1", "merchantAccount": "ExampleCOM"},
    }
    (event,) = interpret(json.dumps(document).encode(), {})
    assert isinstance(event, MoneyEvent)
    assert (event.type, event.subject_id, event.livemode) == (EventType.MANDATE_CANCELLED, "T1", True)
    (other,) = interpret(json.dumps({**document, "type": "balancePlatform.transfer.created"}).encode(), {})
    assert isinstance(other, OtherEvent)


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"notificationItems": []}', b'{"type": 7}'])
def test_a_body_of_which_nothing_can_be_read_is_not_guessed(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        interpret(body, {})


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    assert money("AUTHORISATION", merchantReference="C1.EUR").references.account == "C1.EUR"
    named = money("AUTHORISATION", additionalData={"metadata.account": "C2.EUR"})
    assert named.references.account == "C2.EUR"


@pytest.mark.parametrize("code", ["CANCELLATION", "TECHNICAL_CANCEL", "EXPIRE", "CANCEL_OR_REFUND"])
def test_what_was_captured_by_hand_stays_when_the_rest_of_the_authorisation_is_let_go(code: str) -> None:
    data = {"modification.action": "cancel"}
    (let_go,) = told(code, DELAYED, **OF_PAYMENT, additionalData=data)
    assert isinstance(let_go, OtherEvent)
    assert money("CAPTURE_FAILED", DELAYED, **OF_PAYMENT).type is EventType.PAYMENT_FAILED


def test_an_amount_that_cannot_be_is_not_understood() -> None:
    for code in ("REFUND", "CHARGEBACK"):
        (poison,) = told(code, **OF_PAYMENT, amount={"currency": "EUR", "value": 10**30})
        assert isinstance(poison, Poison)
