"""What Stripe's events mean here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.processors.stripe import Stripe
from receivables.core.money import Money
from receivables.payments.events import OtherEvent, PaymentEvent, Uninterpretable
from tests.fakes.webhooks import NOW, charge, intent, session, stripe_event


def interpret(kind: str, subject: dict[str, Any], **members: Any) -> PaymentEvent | OtherEvent:
    return Stripe().interpret(stripe_event(kind, subject, **members))


def payment(kind: str, subject: dict[str, Any], **members: Any) -> PaymentEvent:
    event = interpret(kind, subject, **members)
    assert isinstance(event, PaymentEvent)
    return event


def test_a_charge_its_intent_and_its_session_are_one_payment() -> None:
    events = [
        payment("payment_intent.succeeded", intent()),
        payment("charge.succeeded", charge()),
        payment("charge.captured", charge()),
        payment("checkout.session.completed", session()),
        payment("checkout.session.async_payment_succeeded", session()),
    ]
    assert {event.payment_id for event in events} == {"pi_1"}
    assert {event.amount for event in events} == {Money(10_000, "EUR")}


def test_a_charge_without_an_intent_has_its_own_id() -> None:
    assert payment("charge.succeeded", charge(payment_intent=None)).payment_id == "ch_1"


def test_an_expanded_intent_is_known_by_its_id() -> None:
    assert payment("charge.succeeded", charge(payment_intent=intent())).payment_id == "pi_1"


def test_money_moved_when_the_event_was_made() -> None:
    before = NOW - timedelta(minutes=3)
    assert payment("payment_intent.succeeded", intent(created=1), created=before).occurred == before


def test_what_was_captured_counts_not_what_was_authorised() -> None:
    part = charge(minor=10_000, amount_captured=2_500)
    assert payment("charge.captured", part).amount == Money(2_500, "EUR")
    assert payment("payment_intent.succeeded", intent(amount_received=2_500)).amount == Money(2_500, "EUR")


def test_a_charge_of_an_old_api_version_has_only_an_amount() -> None:
    old = charge()
    del old["amount_captured"]
    assert payment("charge.succeeded", old).amount == Money(10_000, "EUR")


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("charge.succeeded", charge(captured=False)),
        ("checkout.session.completed", session(payment_status="unpaid")),
        ("checkout.session.completed", session(payment_status="no_payment_required", payment_intent=None)),
        ("payment_intent.processing", intent()),
        ("payment_intent.payment_failed", intent()),
        ("charge.refunded", charge()),
        ("invoice.paid", {"id": "in_1", "amount_paid": 100, "currency": "eur"}),
        ("something.new", {}),
    ],
)
def test_what_moves_no_money_is_another_event(kind: str, subject: dict[str, Any]) -> None:
    event = interpret(kind, subject)
    assert isinstance(event, OtherEvent)
    assert event.raw_type == kind


@pytest.mark.parametrize(
    ("units", "currency", "decimal"),
    [
        (12_345, "eur", "123.45"),
        (500, "jpy", "500"),
        (500, "krw", "500"),
        (500, "clp", "500"),
        (500, "isk", "5"),
        (500, "ugx", "5"),
        (500, "mga", "500.00"),
        (1045, "huf", "10.45"),
        (80_045, "twd", "800.45"),
        (5_120, "kwd", "5.120"),
        (5_120, "bhd", "5.120"),
    ],
)
def test_amounts_are_read_in_stripes_units(units: int, currency: str, decimal: str) -> None:
    amount = payment("payment_intent.succeeded", intent(minor=units, currency=currency)).amount
    assert f"{amount.decimal:f}" == decimal
    assert amount.currency == currency.upper()


@pytest.mark.parametrize(
    "changes",
    [
        {"amount_received": 0},
        {"amount_received": -1},
        {"amount_received": 10**16},
        {"amount_received": 10**40},
        {"amount_received": "100"},
        {"amount_received": 100.5},
        {"amount_received": True},
        {"amount_received": None},
        {"currency": None},
        {"currency": "xxx"},
        {"currency": "iqd"},
        {"currency": "isk", "amount_received": 501},
        {"id": None},
        {"id": ""},
        {"metadata": "text"},
    ],
)
def test_what_does_not_make_sense_is_not_guessed(changes: dict[str, Any]) -> None:
    with pytest.raises(Uninterpretable):
        interpret("payment_intent.succeeded", intent(**changes))


@pytest.mark.parametrize(
    "members",
    [{"livemode": None}, {"livemode": "true"}, {"created": "now"}, {"created": 10**18}, {"data": []}],
)
def test_an_envelope_that_does_not_make_sense_is_not_guessed(members: dict[str, Any]) -> None:
    with pytest.raises(Uninterpretable):
        Stripe().interpret(_event(members))


def _event(members: dict[str, Any]) -> bytes:
    created = members.pop("created", None)
    body = stripe_event("payment_intent.succeeded", intent(), **members)
    if created is None:
        return body
    return body.replace(str(int(NOW.timestamp())).encode(), f'"{created}"'.encode())


def test_a_paid_session_that_names_no_intent_is_parked_because_its_charge_tells_too() -> None:
    with pytest.raises(Uninterpretable, match="without a payment intent"):
        interpret("checkout.session.completed", session(payment_intent=None, mode="subscription"))


def test_the_reference_is_looked_for_in_a_fixed_order() -> None:
    def reference(**members: Any) -> str | None:
        return payment("checkout.session.completed", session(**members)).reference

    both = {"invoice": " INV-1 ", "invoice_number": "INV-2"}
    assert reference(metadata=both, client_reference_id="INV-3") == "INV-1"
    assert (
        reference(metadata={"invoice": " ", "invoice_number": "INV-2"}, client_reference_id="INV-3")
        == "INV-2"
    )
    assert reference(client_reference_id="INV-3") == "INV-3"
    assert reference() is None


def test_the_payer_is_the_name_then_the_address_then_the_customer() -> None:
    details = {"name": None, "email": "ada@example.com"}
    assert payment("charge.succeeded", charge()).payer == "Ada Lovelace"
    assert payment("checkout.session.completed", session(customer_details=details)).payer == "ada@example.com"
    assert payment("payment_intent.succeeded", intent(customer="cus_1")).payer == "cus_1"


def test_rehearsals_are_told_from_real_money() -> None:
    assert payment("payment_intent.succeeded", intent(), livemode=False).livemode is False


@pytest.mark.parametrize(
    "body",
    [
        b"\xff",
        b"",
        b"null",
        b"[1]",
        b'{"type": "payment_intent.succeeded", "type": "charge.succeeded"}',
        b'{"type": "x", "amount": NaN}',
        b'{"type": "x", "amount": 1e9999999999999999999999}',
        b'{"type": "x", "amount": ' + b"9" * 5000 + b"}",
        b'{"a":' * 100_000,
        b'{"type": 7}',
        b"{}",
    ],
)
def test_a_body_that_is_no_plain_json_object_is_not_guessed(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        Stripe().interpret(body)
