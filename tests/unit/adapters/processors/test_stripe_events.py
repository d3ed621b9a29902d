"""What Stripe's events mean here."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.processors.stripe.events import interpret as interpret_body
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Told, Uninterpretable
from tests.fakes.webhooks import NOW, charge, intent, session, stripe_event


def interpret(kind: str, subject: dict[str, Any], **members: Any) -> Told:
    (told,) = interpret_body(stripe_event(kind, subject, **members), {})
    return told


def payment(kind: str, subject: dict[str, Any], **members: Any) -> MoneyEvent:
    event = interpret(kind, subject, **members)
    assert isinstance(event, MoneyEvent)
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
        ("checkout.session.completed", session(payment_status="no_payment_required", payment_intent=None)),
        ("checkout.session.completed", session(payment_intent=None, mode="subscription")),
        ("checkout.session.async_payment_failed", session(payment_intent=None, payment_status="unpaid")),
        ("checkout.session.expired", session(payment_status="unpaid")),
        ("mandate.updated", {"id": "mandate_1", "status": "active", "payment_method": "pm_1"}),
        ("payment_intent.created", intent()),
        ("charge.dispute.updated", {}),
        ("payout.created", {}),
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
    assert amount is not None
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
        interpret_body(_event(members), {})


def _event(members: dict[str, Any]) -> bytes:
    created = members.pop("created", None)
    body = stripe_event("payment_intent.succeeded", intent(), **members)
    if created is None:
        return body
    return body.replace(str(int(NOW.timestamp())).encode(), f'"{created}"'.encode())


def test_a_paid_session_that_names_no_intent_is_parked() -> None:
    with pytest.raises(Uninterpretable, match="without a payment intent"):
        interpret("checkout.session.completed", session(payment_intent=None, mode="payment"))


def test_the_reference_is_looked_for_in_a_fixed_order() -> None:
    def reference(**members: Any) -> str | None:
        return payment("checkout.session.completed", session(**members)).references.invoice

    both = {"invoice": " INV-1 ", "invoice_number": "INV-2"}
    assert reference(metadata=both, client_reference_id="INV-3") == "INV-1"
    assert (
        reference(metadata={"invoice": " ", "invoice_number": "INV-2"}, client_reference_id="INV-3")
        == "INV-2"
    )
    assert reference(metadata={"invoice_id": "INV-4"}) == "INV-4"
    assert reference(client_reference_id="INV-3") == "INV-3"
    assert reference() is None


def test_all_texts_in_which_a_number_may_be_are_kept() -> None:
    told = payment(
        "charge.succeeded", charge(description="For INV-7", metadata={"order": "A-1", "n": 7, "blank": " "})
    )
    assert told.references.texts == ("A-1", "For INV-7")


def test_the_payer_is_told_by_what_there_is() -> None:
    details = {"name": None, "email": "ada@example.com"}
    payer = payment("charge.succeeded", charge(customer="cus_1")).payer
    assert (payer.name, payer.email, payer.customer) == ("Ada Lovelace", "ada@example.com", "cus_1")
    assert payment("checkout.session.completed", session(customer_details=details)).payer.name is None
    assert payment("payment_intent.succeeded", intent(customer={"id": "cus_2"})).payer.customer == "cus_2"


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        ("payment_intent.processing", intent()),
        ("charge.pending", charge()),
        ("checkout.session.completed", session(payment_status="unpaid")),
    ],
)
def test_a_payment_that_takes_days_is_pending(kind: str, subject: dict[str, Any]) -> None:
    told = payment(kind, subject)
    assert (told.type, told.payment_id) == (EventType.PAYMENT_PENDING, "pi_1")
    assert told.amount == Money(10_000, "EUR")


@pytest.mark.parametrize(
    ("kind", "subject", "code"),
    [
        (
            "payment_intent.payment_failed",
            intent(last_payment_error={"code": "expired_card"}),
            "expired_card",
        ),
        (
            "payment_intent.payment_failed",
            intent(last_payment_error={"code": "card_declined", "decline_code": "lost_card"}),
            "lost_card",
        ),
        ("payment_intent.canceled", intent(cancellation_reason="abandoned"), "abandoned"),
        ("charge.failed", charge(failure_code="insufficient_funds"), "insufficient_funds"),
        ("charge.expired", charge(), None),
        ("checkout.session.async_payment_failed", session(payment_status="unpaid"), None),
    ],
)
def test_a_payment_that_does_not_come_has_failed(
    kind: str, subject: dict[str, Any], code: str | None
) -> None:
    told = payment(kind, subject)
    assert (told.type, told.payment_id, told.failure_code) == (EventType.PAYMENT_FAILED, "pi_1", code)


def test_the_fee_is_known_where_the_balance_transaction_is_expanded_in_the_same_currency() -> None:
    def fee(**transaction: Any) -> Money | None:
        return payment("charge.succeeded", charge(balance_transaction=transaction)).fee

    assert fee(fee=175, currency="eur") == Money(175, "EUR")
    assert fee(fee=175, currency="usd") is None
    assert payment("charge.succeeded", charge(balance_transaction="txn_1")).fee is None


def refund(status: str, **members: Any) -> dict[str, Any]:
    known = {"id": "re_1", "amount": 2_500, "currency": "eur", "payment_intent": "pi_1", "charge": "ch_1"}
    return {**known, "status": status, **members}


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        ("pending", EventType.REFUND_PENDING),
        ("requires_action", EventType.REFUND_PENDING),
        ("succeeded", EventType.REFUND_SUCCEEDED),
        ("failed", EventType.REFUND_FAILED),
        ("canceled", EventType.REFUND_FAILED),
    ],
)
@pytest.mark.parametrize(
    "kind", ["refund.created", "refund.updated", "refund.failed", "charge.refund.updated"]
)
def test_a_refund_is_what_its_status_says(kind: str, status: str, type_: EventType) -> None:
    told = payment(kind, refund(status))
    assert (told.type, told.payment_id, told.subject_id, told.cumulative) == (type_, "pi_1", "re_1", False)
    assert told.amount == Money(2_500, "EUR")


def test_a_refund_of_a_charge_without_an_intent_is_of_the_charge() -> None:
    assert payment("refund.created", refund("succeeded", payment_intent=None)).payment_id == "ch_1"
    whole = refund("succeeded", payment_intent=None, charge=charge())
    assert payment("refund.created", whole).payment_id == "pi_1"


def test_a_refund_of_no_known_status_is_not_guessed() -> None:
    with pytest.raises(Uninterpretable):
        interpret("refund.updated", refund("undecided"))


def test_a_refunded_charge_tells_all_that_was_refunded_so_far() -> None:
    told = payment("charge.refunded", charge(amount_refunded=4_000))
    assert (told.type, told.cumulative, told.subject_id) == (EventType.REFUND_SUCCEEDED, True, None)
    assert told.amount == Money(4_000, "EUR")


def test_what_was_never_captured_is_no_refund() -> None:
    part = charge(minor=10_000, amount_captured=6_000, amount_refunded=5_000)
    assert isinstance(interpret("charge.refunded", part), OtherEvent)


def dispute(status: str, **members: Any) -> dict[str, Any]:
    known = {"id": "dp_1", "amount": 10_000, "currency": "eur", "payment_intent": "pi_1", "charge": "ch_1"}
    return {**known, "status": status, "reason": "fraudulent", **members}


@pytest.mark.parametrize(
    ("kind", "status", "type_", "taken"),
    [
        ("charge.dispute.created", "needs_response", EventType.DISPUTE_OPENED, True),
        ("charge.dispute.created", "warning_needs_response", EventType.DISPUTE_OPENED, False),
        ("charge.dispute.created", "prevented", EventType.DISPUTE_OPENED, False),
        ("charge.dispute.closed", "prevented", EventType.DISPUTE_WON, False),
        ("charge.dispute.funds_withdrawn", "needs_response", EventType.DISPUTE_OPENED, True),
        ("charge.dispute.funds_reinstated", "won", EventType.DISPUTE_WON, True),
        ("charge.dispute.closed", "won", EventType.DISPUTE_WON, True),
        ("charge.dispute.closed", "warning_closed", EventType.DISPUTE_WON, False),
        ("charge.dispute.closed", "lost", EventType.DISPUTE_LOST, True),
    ],
)
def test_a_dispute_takes_money_unless_it_only_asks(
    kind: str, status: str, type_: EventType, taken: bool
) -> None:
    told = payment(kind, dispute(status))
    assert (told.type, told.payment_id, told.subject_id) == (type_, "pi_1", "dp_1")
    assert told.amount == (Money(10_000, "EUR") if taken else None)
    assert told.failure_code == "fraudulent"


def test_a_dispute_that_was_closed_in_no_known_way_is_not_guessed() -> None:
    with pytest.raises(Uninterpretable):
        interpret("charge.dispute.closed", dispute("under_review"))


def test_a_mandate_ends_with_its_payment_method() -> None:
    inactive = {"id": "mandate_1", "status": "inactive", "payment_method": "pm_1"}
    for told in (
        payment("mandate.updated", inactive),
        payment("payment_method.detached", {"id": "pm_1", "object": "payment_method"}),
    ):
        assert (told.type, told.subject_id, told.payment_id) == (EventType.MANDATE_CANCELLED, "pm_1", None)


def test_the_fees_of_a_payout_are_asked_for() -> None:
    told = payment("payout.paid", {"id": "po_1", "amount": 9_800, "currency": "eur", "status": "paid"})
    assert (told.type, told.subject_id, told.payment_id) == (EventType.PAYOUT, "po_1", None)
    assert (told.amount, told.fetch) == (Money(9_800, "EUR"), Fetch("payout", "po_1"))


@pytest.mark.parametrize("kind", ["payout.failed", "payout.canceled"])
def test_a_payout_that_comes_back_is_told(kind: str) -> None:
    told = payment(kind, {"id": "po_1", "amount": 9_800, "currency": "eur", "failure_code": "account_closed"})
    assert (told.type, told.subject_id, told.failure_code) == (
        EventType.PAYOUT_FAILED,
        "po_1",
        "account_closed",
    )


def test_our_account_and_the_event_are_named() -> None:
    told = payment("payment_intent.succeeded", intent(), account="acct_7", event_id="evt_9")
    assert (told.account, told.event_id, told.raw_type) == ("acct_7", "evt_9", "payment_intent.succeeded")


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
        interpret_body(body, {})


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    ours = {"account": "C1.EUR"}
    for kind, subject in (
        ("payment_intent.succeeded", intent(metadata=ours)),
        ("checkout.session.completed", session(metadata=ours, client_reference_id="C1.EUR")),
    ):
        assert payment(kind, subject).references.account == "C1.EUR"
