"""What Braintree's webhooks tell of money; the samples are those that its own library makes."""

from __future__ import annotations

import base64
import warnings
from typing import Any
from urllib.parse import urlencode

import pytest

from receivables.adapters.processors.braintree.events import interpret
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, References, Uninterpretable
from tests.fakes.schemes import braintree_library


def sample(kind: str, subject: str = "my_id") -> bytes:
    """A notification of Braintree's own library."""
    braintree = braintree_library()
    configuration = braintree.Configuration(braintree.Environment.Sandbox, "m", "public", "private")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        testing = braintree.BraintreeGateway(configuration).webhook_testing
        return urlencode(testing.sample_notification(kind, subject)).encode()


def notification(kind: str, subject: str) -> bytes:
    xml = (
        f"<notification><timestamp type='datetime'>2026-03-02T09:30:00Z</timestamp><kind>{kind}</kind>"
        f"<subject>{subject}</subject></notification>"
    )
    return packed(xml.encode())


def packed(content: bytes) -> bytes:
    return urlencode({"bt_signature": "x|y", "bt_payload": base64.encodebytes(content).decode()}).encode()


def one(body: bytes) -> MoneyEvent:
    (told,) = interpret(body, {})
    assert isinstance(told, MoneyEvent)
    return told


def transaction(**members: Any) -> str:
    fields = {"id": "tx1", "type": "sale", "amount": "100.00", "currency-iso-code": "EUR", **members}
    return "<transaction>" + "".join(f"<{k}>{v}</{k}>" for k, v in fields.items() if v) + "</transaction>"


def test_a_settled_transaction_is_a_payment() -> None:
    found = one(sample("transaction_settled"))
    assert (found.type, found.payment_id, found.amount, found.account) == (
        EventType.PAYMENT_SUCCEEDED,
        "my_id",
        Money(10_000, "USD"),
        "ogaotkivejpfayqfeaimuktty",
    )
    assert found.payer.name == "Dan Schulman"
    assert found.event_id.startswith("sha256:")


def test_a_transaction_that_was_declined_at_settlement_has_failed() -> None:
    found = one(sample("transaction_settlement_declined"))
    assert (found.type, found.payment_id, found.amount) == (
        EventType.PAYMENT_FAILED,
        "my_id",
        Money(10_000, "USD"),
    )


@pytest.mark.parametrize("kind", ["transaction_disbursed", "local_payment_funded", "local_payment_completed"])
def test_an_amount_without_its_currency_is_asked_for(kind: str) -> None:
    found = one(sample(kind))
    assert found.amount is None
    assert found.fetch == Fetch("payment", found.payment_id or "")


def test_the_custom_field_names_the_invoice_and_the_order_is_text() -> None:
    fields = "<invoice>INV-1</invoice><note>x</note>"
    body = notification("transaction_settled", transaction(**{"custom-fields": fields, "order-id": "O-7"}))
    assert one(body).references == References("INV-1", texts=("O-7", "INV-1", "x"))


def test_a_credit_is_a_refund_of_the_transaction_that_it_names() -> None:
    body = notification(
        "transaction_settled", transaction(type="credit", **{"refunded-transaction-id": "tx0"})
    )
    found = one(body)
    assert (found.type, found.payment_id, found.subject_id, found.amount) == (
        EventType.REFUND_SUCCEEDED,
        "tx0",
        "tx1",
        Money(10_000, "EUR"),
    )
    (other,) = interpret(notification("transaction_settled", transaction(type="credit")), {})
    assert isinstance(other, OtherEvent)


def test_a_refund_that_failed_is_told_or_asked_for() -> None:
    assert one(sample("refund_failed")).fetch == Fetch("refund", "my_id")
    body = notification("refund_failed", transaction(type="credit", **{"refunded-transaction-id": "tx0"}))
    found = one(body)
    assert (found.type, found.payment_id, found.subject_id) == (EventType.REFUND_FAILED, "tx0", "tx1")


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("dispute_opened", EventType.DISPUTE_OPENED),
        ("dispute_won", EventType.DISPUTE_WON),
        ("dispute_lost", EventType.DISPUTE_LOST),
        ("dispute_accepted", EventType.DISPUTE_LOST),
        ("dispute_auto_accepted", EventType.DISPUTE_LOST),
        ("dispute_expired", EventType.DISPUTE_LOST),
    ],
)
def test_a_chargeback_has_taken_what_is_disputed(kind: str, expected: EventType) -> None:
    found = one(sample(kind))
    assert (found.type, found.subject_id) == (expected, "my_id")
    assert found.payment_id
    assert found.amount is not None
    assert found.amount.currency == "USD"


def test_a_retrieval_only_asks() -> None:
    subject = (
        "<dispute><id>d1</id><kind>retrieval</kind><amount>10.00</amount>"
        "<currency-iso-code>EUR</currency-iso-code><transaction><id>tx1</id></transaction></dispute>"
    )
    found = one(notification("dispute_opened", subject))
    assert (found.type, found.payment_id, found.amount) == (EventType.DISPUTE_OPENED, "tx1", None)


def test_a_disbursement_is_a_payout_and_may_fail() -> None:
    found = one(sample("disbursement"))
    assert (found.type, found.subject_id, found.payment_id, found.amount) == (
        EventType.PAYOUT,
        "my_id",
        None,
        Money(10_000, "USD"),
    )
    failed = one(sample("disbursement_exception"))
    assert (failed.type, failed.failure_code) == (EventType.PAYOUT_FAILED, "bank_rejected")


def test_permission_that_was_taken_back_ends_the_mandate() -> None:
    found = one(sample("payment_method_revoked_by_customer"))
    assert (found.type, found.subject_id, found.payer.customer) == (
        EventType.MANDATE_CANCELLED,
        "my_id",
        "a-customer-id",
    )


@pytest.mark.parametrize(
    "kind", ["check", "dispute_under_review", "transaction_retried", "local_payment_reversed"]
)
def test_what_moves_nothing_is_stored_and_counted(kind: str) -> None:
    (told,) = interpret(sample(kind), {})
    assert isinstance(told, OtherEvent)
    assert told.raw_type == kind


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no XML",
        b"<notification>",
        b"\xff\xfe\x00",
        b"<notification><kind>a</kind><kind>b</kind></notification>",
        b"<!DOCTYPE notification SYSTEM 'file:///etc/passwd'><notification><kind>check</kind></notification>",
        b"<!DOCTYPE n [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><notification><kind>&a;</kind></notification>",
        b"<!DOCTYPE n [<!ENTITY a 'x'><!ENTITY b '&a;&a;&a;&a;'>]><notification><kind>&b;</kind></notification>",
        b"<?xml version='1.0' encoding='nonsense'?><notification><kind>check</kind></notification>",
        b"<a>" * 60_000,
    ],
)
def test_documents_that_are_none_or_dangerous_are_not_understood(content: bytes) -> None:
    with pytest.raises(Uninterpretable):
        interpret(packed(content), {})


@pytest.mark.parametrize("amount", ["", "0.00", "-1.00", "1,00", "1e3", "10.001", "NaN", "１"])
def test_an_amount_that_does_not_fit_is_not_guessed(amount: str) -> None:
    with pytest.raises(Uninterpretable):
        interpret(notification("transaction_settled", transaction(amount=amount)), {})


@pytest.mark.parametrize(("amount", "currency", "minor"), [("100", "JPY", 100), ("1.234", "BHD", 1234)])
def test_currencies_have_their_own_decimals(amount: str, currency: str, minor: int) -> None:
    body = notification("transaction_settled", transaction(amount=amount, **{"currency-iso-code": currency}))
    assert one(body).amount == Money(minor, currency)


@pytest.mark.parametrize(
    "body", [b"", b"\xff", b"bt_payload=%21", b"bt_payload=AAAA&bt_payload=BBBB", b"a=1&" * 40]
)
def test_a_form_without_its_payload_is_not_understood(body: bytes) -> None:
    with pytest.raises(Uninterpretable):
        interpret(body, {})
