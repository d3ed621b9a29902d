"""What Mollie's webhooks and entities mean here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.mollie.events import interpret, told_of
from receivables.adapters.processors.mollie.settlements import settlement
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable

MADE, PAID = "2026-03-01T08:00:00+00:00", "2026-03-02T09:30:00+01:00"
WHEN = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def amount(value: str = "123.45", currency: str = "EUR") -> dict[str, str]:
    return {"value": value, "currency": currency}


def payment(status: str = "paid", **members: Any) -> dict[str, Any]:
    return {
        "resource": "payment",
        "id": "tr_5B8cwPMGnU",
        "mode": "live",
        "status": status,
        "amount": amount(),
        "description": "Consulting in March INV-7",
        "createdAt": MADE,
        **({"paidAt": PAID} if status == "paid" else {}),
        **members,
    }


def refund(status: str = "refunded", **members: Any) -> dict[str, Any]:
    entity = {"resource": "refund", "id": "re_4qqhO89gsT", "paymentId": "tr_5B8cwPMGnU", "mode": "live"}
    return {**entity, "status": status, "amount": amount("20.00"), "createdAt": MADE, **members}


def chargeback(**members: Any) -> dict[str, Any]:
    entity = {"resource": "chargeback", "id": "chb_n9z0tp77", "paymentId": "tr_5B8cwPMGnU"}
    return {**entity, "amount": amount("123.45"), "createdAt": MADE, **members}


def event(kind: str, entity: dict[str, Any] | None, **members: Any) -> bytes:
    document = {"resource": "event", "id": "event_GvJ8WHrp5i", "type": kind, "createdAt": MADE, **members}
    return json.dumps(document if entity is None else {**document, "_embedded": {"entity": entity}}).encode()


def one(entity: dict[str, Any]) -> MoneyEvent:
    (told,) = told_of(entity, "x")
    assert isinstance(told, MoneyEvent)
    return told


def test_a_paid_payment_is_money_that_came_when_it_was_paid() -> None:
    (told,) = interpret(event("payment.paid", payment()), {})
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.event_id, told.raw_type) == (
        EventType.PAYMENT_SUCCEEDED,
        "event_GvJ8WHrp5i",
        "payment.paid",
    )
    assert (told.payment_id, told.amount, told.occurred) == ("tr_5B8cwPMGnU", Money(12_345, "EUR"), WHEN)
    assert told.livemode is True


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("pending", EventType.PAYMENT_PENDING),
        ("failed", EventType.PAYMENT_FAILED),
        ("expired", EventType.PAYMENT_FAILED),
        ("canceled", EventType.PAYMENT_FAILED),
    ],
)
def test_a_status_is_an_event(status: str, kind: EventType) -> None:
    told = one(payment(status))
    assert (told.type, told.event_id) == (kind, f"tr_5B8cwPMGnU/{status}")


def test_why_it_failed_is_told() -> None:
    reason = payment("failed", statusReason={"code": "insufficient_funds"}, failedAt=PAID)
    assert (one(reason).failure_code, one(reason).occurred) == ("insufficient_funds", WHEN)
    assert one(payment("expired")).failure_code == "expired"


@pytest.mark.parametrize("status", ["open", "authorized"])
def test_what_is_only_looked_at_or_promised_is_no_money(status: str) -> None:
    (told,) = told_of(payment(status), "x")
    assert isinstance(told, OtherEvent)


def test_of_a_payment_captured_in_part_that_part_came() -> None:
    assert one(payment(amountCaptured=amount("100.00"))).amount == Money(10_000, "EUR")
    assert one(payment(amountCaptured=amount("0.00"))).amount == Money(12_345, "EUR")


def test_a_card_that_is_tried_without_money_moves_nothing() -> None:
    (told,) = told_of(payment(amount=amount("0.00")), "x")
    assert isinstance(told, OtherEvent)


@pytest.mark.parametrize(
    ("value", "currency", "minor"), [("1000", "JPY", 1000), ("0.01", "EUR", 1), ("1.234", "BHD", 1234)]
)
def test_amounts_have_the_decimals_of_their_currency(value: str, currency: str, minor: int) -> None:
    assert one(payment(amount=amount(value, currency))).amount == Money(minor, currency)


@pytest.mark.parametrize(
    "bad",
    [
        amount("10.5", "JPY"),
        amount("10.005"),
        amount("-1.00"),
        amount("1e3"),
        amount("١٢.٠٠"),
        amount("10.00", "EURO"),
        {"value": 10, "currency": "EUR"},
        {"value": 10.5, "currency": "EUR"},
        {},
    ],
)
def test_an_amount_that_does_not_fit_is_not_guessed(bad: dict[str, Any]) -> None:
    with pytest.raises(Uninterpretable):
        told_of(payment(amount=bad), "x")


@pytest.mark.parametrize("bad", ["tr_../../x", "tr_1?y=z", "", None, 7, "tr_" + "a" * 65, "tr_ab\ncd"])
def test_an_id_that_could_change_an_address_is_refused(bad: object) -> None:
    with pytest.raises(Uninterpretable):
        told_of(payment(id=bad), "x")


def test_an_unknown_status_is_put_in_front_of_a_person() -> None:
    with pytest.raises(Uninterpretable):
        told_of(payment("teleported"), "x")
    with pytest.raises(Uninterpretable):
        told_of(refund("teleported"), "x")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("queued", EventType.REFUND_PENDING),
        ("pending", EventType.REFUND_PENDING),
        ("processing", EventType.REFUND_PENDING),
        ("refunded", EventType.REFUND_SUCCEEDED),
        ("failed", EventType.REFUND_FAILED),
        ("canceled", EventType.REFUND_FAILED),
    ],
)
def test_a_refund_is_of_its_payment(status: str, kind: EventType) -> None:
    told = one(refund(status))
    assert (told.type, told.payment_id, told.subject_id) == (kind, "tr_5B8cwPMGnU", "re_4qqhO89gsT")
    assert told.amount == Money(2_000, "EUR")


def test_a_chargeback_disputes_and_its_reversal_wins() -> None:
    opened, won = told_of(chargeback(reversedAt=PAID), "x")
    assert isinstance(opened, MoneyEvent)
    assert isinstance(won, MoneyEvent)
    assert (opened.type, won.type) == (EventType.DISPUTE_OPENED, EventType.DISPUTE_WON)
    assert opened.subject_id == won.subject_id == "chb_n9z0tp77"
    assert won.occurred == WHEN


def test_a_returned_direct_debit_is_taken_back_and_may_come_again() -> None:
    taken, again = told_of(chargeback(reason={"code": "AC04", "description": "closed"}, reversedAt=PAID), "x")
    assert isinstance(taken, MoneyEvent)
    assert isinstance(again, MoneyEvent)
    assert (taken.type, taken.failure_code) == (EventType.PAYMENT_REVERSED, "AC04")
    assert again.type is EventType.PAYMENT_SUCCEEDED


def test_a_classic_webhook_says_only_that_something_changed() -> None:
    (told,) = interpret(b"id=tr_5B8cwPMGnU", {})
    assert isinstance(told, MoneyEvent)
    assert told.fetch == Fetch("payment", "tr_5B8cwPMGnU")
    (link,) = interpret(b"id=pl_4Y0eZitmBn", {})
    assert isinstance(link, MoneyEvent)
    assert link.fetch == Fetch("payment_link", "pl_4Y0eZitmBn")


def test_an_event_without_its_entity_asks_for_its_payment() -> None:
    href = "https://api.mollie.com/v2/payments/tr_5B8cwPMGnU/refunds/re_4qqhO89gsT"
    links = {"entity": {"href": href}}
    body = event("refund.refunded", None, entityId="re_4qqhO89gsT", _links=links)
    (told,) = interpret(body, {})
    assert isinstance(told, MoneyEvent)
    assert told.fetch == Fetch("payment", "tr_5B8cwPMGnU")
    (link,) = interpret(event("payment-link.paid", None, entityId="pl_4Y0eZitmBn"), {})
    assert isinstance(link, MoneyEvent)
    assert link.fetch == Fetch("payment_link", "pl_4Y0eZitmBn")


def test_an_event_that_does_not_say_of_which_payment_it_is_is_not_understood() -> None:
    elsewhere = {"entity": {"href": "https://api.mollie.com/v2/customers/cst_1"}}
    with pytest.raises(Uninterpretable):
        interpret(event("refund.refunded", None, entityId="re_4qqhO89gsT", _links=elsewhere), {})


@pytest.mark.parametrize(
    "kind", ["payout.completed", "hook.ping", "sales-invoice.paid", "balance-transaction.created"]
)
def test_other_types_move_nothing(kind: str) -> None:
    assert interpret(event(kind, {"resource": "payout"}), {}) == [OtherEvent(kind, "event_GvJ8WHrp5i")]


def test_a_bare_entity_is_read_too_and_its_state_is_its_id() -> None:
    (told,) = interpret(json.dumps(payment()).encode(), {})
    assert isinstance(told, MoneyEvent)
    assert told.event_id == "tr_5B8cwPMGnU/paid"


@pytest.mark.parametrize(
    ("metadata", "invoice"),
    [
        ({"invoice": "INV-1"}, "INV-1"),
        ('{"invoice_number": "INV-2"}', "INV-2"),
        ({"order": 1}, None),
        ("INV-3", None),
        (["INV-4"], None),
        (None, None),
    ],
)
def test_an_invoice_is_named_by_metadata(metadata: object, invoice: str | None) -> None:
    assert one(payment(metadata=metadata)).references.invoice == invoice


def test_texts_and_the_payer_are_told() -> None:
    details = {
        "consumerName": "Example Ltd",
        "consumerAccount": "NL91ABNA0417164300",
        "transferReference": "RF12-3456-7890-1234",
    }
    told = one(payment(details=details, metadata="order 66", customerId="cst_1"))
    assert told.references.texts == ("Consulting in March INV-7", "order 66", "RF12-3456-7890-1234")
    assert told.references.structured == "RF12-3456-7890-1234"
    assert (told.payer.name, told.payer.account) == ("Example Ltd", "NL91ABNA0417164300")


def test_a_settlement_is_a_payout_less_its_costs() -> None:
    costs = [{"amountGross": amount("0.35")}, {"amountGross": amount("1.21")}]
    periods = {"2026": {"02": {"costs": costs}, "03": {"costs": [{"amountGross": amount("0.44")}]}}}
    entity = {
        "id": "stl_jDk30akdN",
        "status": "paidout",
        "amount": amount("980.00"),
        "settledAt": PAID,
        "reference": "1234567.2604.03",
        "periods": periods,
    }
    (told,) = settlement(entity)
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.amount, told.fee) == (EventType.PAYOUT, Money(98_000, "EUR"), Money(200, "EUR"))
    assert told.references.texts == ("1234567.2604.03",)
    (failed,) = settlement({**entity, "status": "failed"})
    assert isinstance(failed, MoneyEvent)
    assert failed.type is EventType.PAYOUT_FAILED
    (still,) = settlement({**entity, "status": "open"})
    assert isinstance(still, OtherEvent)


def test_costs_in_another_currency_are_not_added_up() -> None:
    periods = {"2026": {"02": {"costs": [{"amountGross": amount("0.35", "USD")}]}}}
    with pytest.raises(Uninterpretable):
        settlement(
            {
                "id": "stl_jDk30akdN",
                "status": "paidout",
                "amount": amount(),
                "settledAt": PAID,
                "periods": periods,
            }
        )


def test_a_payment_of_one_of_our_pages_for_an_account_names_it() -> None:
    # Payment links take no metadata: the description begins with what is paid.
    assert one(payment(description="C1.EUR Your account")).references.account == "C1.EUR"
    assert one(payment(metadata={"account": "C2.EUR"})).references.account == "C2.EUR"
