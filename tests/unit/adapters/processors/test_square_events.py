"""What Square's webhooks and objects mean here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.square.events import dispute, interpret, payment, payout, refund
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable

MADE, CHANGED = "2026-03-02T08:00:00.123Z", "2026-03-02T08:30:00Z"


def money(amount: int = 12_345, currency: str = "USD") -> dict[str, Any]:
    return {"amount": amount, "currency": currency}


def a_payment(status: str = "COMPLETED", **members: Any) -> dict[str, Any]:
    return {
        "id": "hYy9pRFVxpDsO1FB05SunFWUe9JZY",
        "status": status,
        "amount_money": money(),
        "total_money": money(),
        "created_at": MADE,
        "updated_at": CHANGED,
        "order_id": "order1",
        "location_id": "L1",
        "source_type": "CARD",
        **members,
    }


def a_refund(status: str = "COMPLETED", **members: Any) -> dict[str, Any]:
    entity = {"id": "hYy9pRFV_re1", "payment_id": "hYy9pRFVxpDsO1FB05SunFWUe9JZY", "status": status}
    return {**entity, "amount_money": money(2_000), "created_at": MADE, "updated_at": CHANGED, **members}


def a_dispute(state: str = "EVIDENCE_REQUIRED", **members: Any) -> dict[str, Any]:
    entity = {
        "id": "bVTprrwk0gygTLZ96VX1oB",
        "state": state,
        "amount_money": money(),
        "reason": "NO_KNOWLEDGE",
    }
    disputed = {"payment_id": "hYy9pRFVxpDsO1FB05SunFWUe9JZY"}
    return {**entity, "disputed_payment": disputed, "created_at": MADE, "updated_at": CHANGED, **members}


def a_payout(status: str = "SENT", **members: Any) -> dict[str, Any]:
    entity = {"id": "po_b345d2c7", "status": status, "location_id": "L1", "amount_money": money(9_500)}
    return {**entity, "created_at": MADE, "updated_at": CHANGED, "end_to_end_id": "L2100000005", **members}


def entry(kind: str, gross: int, fee: int | None = 0) -> dict[str, Any]:
    fees = {} if fee is None else {"fee_amount_money": money(fee)}
    return {"type": kind, "gross_amount_money": money(gross), **fees}


def event(kind: str, subject: dict[str, Any]) -> bytes:
    name = kind.split(".")[0]
    data = {"type": name, "id": "x", "object": {name: subject}}
    document = {"merchant_id": "M1", "type": kind, "event_id": "e-1", "created_at": CHANGED, "data": data}
    return json.dumps(document).encode()


def one(found: list[Any]) -> MoneyEvent:
    (told,) = found
    assert isinstance(told, MoneyEvent)
    return told


def test_a_completed_payment_is_money_that_came() -> None:
    (told,) = interpret(event("payment.updated", a_payment()), {"square-environment": "Production"})
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.event_id, told.raw_type) == (
        EventType.PAYMENT_SUCCEEDED,
        "e-1",
        "payment.updated",
    )
    assert (told.payment_id, told.amount) == ("hYy9pRFVxpDsO1FB05SunFWUe9JZY", Money(12_345, "USD"))
    assert (told.occurred, told.livemode) == (datetime(2026, 3, 2, 8, 30, tzinfo=UTC), True)
    assert (told.parent_id, told.account) == ("order1", "L1")


def test_the_sandbox_says_that_it_is_one() -> None:
    (told,) = interpret(event("payment.created", a_payment()), {"square-environment": "Sandbox"})
    assert isinstance(told, MoneyEvent)
    assert told.livemode is False


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("PENDING", EventType.PAYMENT_PENDING),
        ("FAILED", EventType.PAYMENT_FAILED),
        ("CANCELED", EventType.PAYMENT_FAILED),
    ],
)
def test_a_status_is_an_event(status: str, kind: EventType) -> None:
    assert one(payment(a_payment(status))).type is kind


def test_what_is_only_authorised_is_no_money() -> None:
    (told,) = payment(a_payment("APPROVED"))
    assert isinstance(told, OtherEvent)


@pytest.mark.parametrize("source", ["CASH", "EXTERNAL"])
def test_money_that_never_was_at_square_is_not_square_s(source: str) -> None:
    (told,) = payment(a_payment(source_type=source))
    assert isinstance(told, OtherEvent)


def test_fees_are_added_up_when_they_are_known() -> None:
    fees = [
        {"amount_money": money(390), "type": "INITIAL"},
        {"amount_money": money(-40), "type": "ADJUSTMENT"},
    ]
    assert one(payment(a_payment(processing_fee=fees))).fee == Money(350, "USD")
    assert one(payment(a_payment())).fee is None


def test_fees_in_another_currency_are_not_understood() -> None:
    with pytest.raises(Uninterpretable):
        payment(a_payment(processing_fee=[{"amount_money": money(1, "EUR")}]))


def test_yen_are_whole() -> None:
    assert one(payment(a_payment(total_money=money(1_000, "JPY")))).amount == Money(1_000, "JPY")


@pytest.mark.parametrize(
    "bad",
    [
        {"amount": "1"},
        {"amount": 1.5, "currency": "USD"},
        money(-1),
        money(1, "usdx"),
        {"amount": True, "currency": "USD"},
    ],
)
def test_an_amount_that_does_not_fit_is_not_guessed(bad: dict[str, Any]) -> None:
    with pytest.raises(Uninterpretable):
        payment(a_payment(total_money=bad))


def test_our_own_note_names_the_invoice_and_so_does_a_reference() -> None:
    ours = one(payment(a_payment(note="Invoice: INV-7"))).references
    assert (ours.invoice, ours.texts) == ("INV-7", ("Invoice: INV-7",))
    assert one(payment(a_payment(reference_id="INV-8", note="thanks"))).references.invoice == "INV-8"
    assert one(payment(a_payment(note="for INV-9"))).references.invoice is None


def test_the_payer_is_told() -> None:
    told = one(
        payment(
            a_payment(
                buyer_email_address="p@example.com", billing_address={"first_name": "A", "last_name": "B"}
            )
        )
    )
    assert (told.payer.name, told.payer.email) == ("A B", "p@example.com")


def test_why_a_card_was_refused_is_told() -> None:
    failed = a_payment("FAILED", card_details={"errors": [{"code": "GENERIC_DECLINE"}]})
    assert one(payment(failed)).failure_code == "GENERIC_DECLINE"
    assert one(payment(a_payment("CANCELED"))).failure_code == "CANCELED"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("PENDING", EventType.REFUND_PENDING),
        ("COMPLETED", EventType.REFUND_SUCCEEDED),
        ("REJECTED", EventType.REFUND_FAILED),
        ("FAILED", EventType.REFUND_FAILED),
    ],
)
def test_a_refund_is_of_its_payment(status: str, kind: EventType) -> None:
    (told,) = interpret(event("refund.updated", a_refund(status)), {})
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.subject_id, told.amount) == (kind, "hYy9pRFV_re1", Money(2_000, "USD"))


def test_a_refund_of_nothing_at_square_moves_nothing() -> None:
    (told,) = refund(a_refund(payment_id=None))
    assert isinstance(told, OtherEvent)


@pytest.mark.parametrize(
    ("state", "kind", "taken"),
    [
        ("EVIDENCE_REQUIRED", EventType.DISPUTE_OPENED, True),
        ("PROCESSING", EventType.DISPUTE_OPENED, True),
        ("INQUIRY_EVIDENCE_REQUIRED", EventType.DISPUTE_OPENED, False),
        ("INQUIRY_CLOSED", EventType.DISPUTE_WON, False),
        ("WON", EventType.DISPUTE_WON, True),
        ("LOST", EventType.DISPUTE_LOST, True),
        ("ACCEPTED", EventType.DISPUTE_LOST, True),
    ],
)
def test_a_dispute_takes_its_amount_and_an_inquiry_only_asks(
    state: str, kind: EventType, taken: bool
) -> None:
    told = one(dispute(a_dispute(state)))
    assert (told.type, told.amount) == (kind, Money(12_345, "USD") if taken else None)


def test_a_dispute_of_an_older_version_has_its_id_elsewhere() -> None:
    old = a_dispute()
    old["dispute_id"] = old.pop("id")
    assert one(dispute(old)).subject_id == "bVTprrwk0gygTLZ96VX1oB"


def test_evidence_moves_nothing() -> None:
    assert interpret(event("dispute.evidence.created", {}), {}) == [
        OtherEvent("dispute.evidence.created", "e-1")
    ]


def test_a_payout_is_asked_for_because_its_fees_are_not_told() -> None:
    (told,) = interpret(event("payout.sent", a_payout()), {})
    assert isinstance(told, MoneyEvent)
    assert told.fetch == Fetch("payout", "po_b345d2c7")


def test_a_payout_with_its_entries_ties_fees_and_bank_together() -> None:
    entries = [
        entry("CHARGE", 10_000, 320),
        entry("FEE", -150, None),
        entry("REFUND", -30),
        entry("APP_FEE_REVENUE", 5),
    ]
    told = one(payout(a_payout(), entries))
    assert (told.type, told.amount, told.fee) == (EventType.PAYOUT, Money(9_500, "USD"), Money(470, "USD"))
    assert told.references.end_to_end == "L2100000005"
    assert one(payout(a_payout("FAILED"), [])).type is EventType.PAYOUT_FAILED


def test_money_that_square_draws_from_our_bank_is_no_payout() -> None:
    (told,) = payout(a_payout(amount_money=money(-5)), [])
    assert isinstance(told, OtherEvent)


def test_unknown_types_are_counted_and_unknown_states_put_in_front_of_a_person() -> None:
    assert interpret(event("invoice.paid", {}), {}) == [OtherEvent("invoice.paid", "e-1")]
    for read, entity in ((payment, a_payment("ODD")), (refund, a_refund("ODD")), (dispute, a_dispute("ODD"))):
        with pytest.raises(Uninterpretable):
            read(entity)


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    (of_account,) = payment(a_payment(note="Account: C1.USD"))
    assert isinstance(of_account, MoneyEvent)
    assert (of_account.references.invoice, of_account.references.account) == (None, "C1.USD")


def test_money_came_when_it_was_captured_however_often_the_payment_changes() -> None:
    # Fees and refunds change a payment that was completed long before.
    timeline = {"card_payment_timeline": {"authorized_at": MADE, "captured_at": "2026-03-02T08:10:00Z"}}
    (came,) = payment(a_payment(card_details=timeline))
    assert isinstance(came, MoneyEvent)
    assert came.occurred == datetime(2026, 3, 2, 8, 10, tzinfo=UTC)
    (failed,) = payment(a_payment("CANCELED", card_details=timeline))
    assert isinstance(failed, MoneyEvent)
    assert failed.occurred == datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
