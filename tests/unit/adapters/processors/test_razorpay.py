"""Razorpay: what its events mean, and its API as recorded."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.asking import to_fetch
from receivables.adapters.processors.document import fingerprint
from receivables.adapters.processors.razorpay.api import Api
from receivables.adapters.processors.razorpay.events import dispute, interpret, payment, refund, settlement
from receivables.core.errors import Conflict, DependencyFailed
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable
from receivables.payments.facts import fact_of, fold
from receivables.payments.processors import Credentials
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, reply
from tests.unit.adapters.processors.orders import ORDER, SINCE, UNTIL

AT = 1_772_440_200
WHEN = datetime.fromtimestamp(AT, UTC)
PAY = "pay_FPoJKWQQ8lK13n"


def a_payment(status: str = "captured", **members: Any) -> dict[str, Any]:
    known = {
        "id": PAY,
        "status": status,
        "amount": 50_000,
        "currency": "INR",
        "order_id": "order_FPoIeimWki9j8A",
    }
    return {**known, "captured": status != "failed", "notes": [], "created_at": AT - 60, **members}


def a_refund(status: str = "processed", **members: Any) -> dict[str, Any]:
    known = {"id": "rfnd_FS8TWyPrCsa0OB", "payment_id": PAY, "amount": 20_000, "currency": "INR"}
    return {**known, "status": status, "created_at": AT - 60, **members}


def a_dispute(status: str = "open", **members: Any) -> dict[str, Any]:
    known = {
        "id": "disp_AHfqOvkldwsbqt",
        "payment_id": PAY,
        "amount": 50_000,
        "currency": "INR",
        "amount_deducted": 0,
    }
    return {**known, "status": status, "reason_code": "goods_not_received", "created_at": AT - 60, **members}


def a_settlement(status: str = "processed", **members: Any) -> dict[str, Any]:
    known = {
        "id": "setl_DGlQ1Rj8os78Ec",
        "amount": 9_764_000,
        "fees": 2_000,
        "tax": 360,
        "utr": "1568176960vxp0rj",
    }
    return {**known, "status": status, "created_at": AT - 60, **members}


def event(kind: str, **entities: dict[str, Any]) -> bytes:
    payload = {name: {"entity": entity} for name, entity in entities.items()}
    return json.dumps({"entity": "event", "event": kind, "payload": payload, "created_at": AT}).encode()


def heard(kind: str, headers: Mapping[str, str] | None = None, **entities: dict[str, Any]) -> MoneyEvent:
    (told,) = interpret(event(kind, **entities), headers or {})
    assert isinstance(told, MoneyEvent)
    return told


def test_all_that_tell_of_one_payment_have_one_id() -> None:
    link = {"id": "plink_1234", "notes": {"invoice": "INV-7"}, "reference_id": "link-1"}
    told = [
        heard("payment.captured", payment=a_payment()),
        heard("order.paid", payment=a_payment(), order={"id": "order_1234", "receipt": "R-1"}),
        heard("payment_link.paid", payment=a_payment(), payment_link=link),
    ]
    assert {(each.type, each.payment_id, each.amount, each.occurred) for each in told} == {
        (EventType.PAYMENT_SUCCEEDED, PAY, Money(50_000, "INR"), WHEN)
    }
    assert [each.references.invoice for each in told] == [None, None, "INV-7"]
    assert told[1].references.texts == ("R-1",)


def test_what_is_authorised_is_no_money_whatever_it_has_become_since() -> None:
    for status in ("authorized", "captured"):
        (told,) = interpret(event("payment.authorized", payment=a_payment(status)), {})
        assert isinstance(told, OtherEvent)


def test_the_id_in_the_unsigned_header_decides_nothing() -> None:
    body = event("payment.captured", payment=a_payment())
    assert interpret(body, {"x-razorpay-event-id": "a"}) == interpret(body, {"x-razorpay-event-id": "b"})
    (told,) = interpret(body, {})
    assert isinstance(told, MoneyEvent)
    assert told.event_id == fingerprint(body)


def test_a_failed_payment_says_why() -> None:
    told = heard(
        "payment.failed",
        payment=a_payment("failed", error_reason="payment_failed", error_code="BAD_REQUEST_ERROR"),
    )
    assert (told.type, told.failure_code) == (EventType.PAYMENT_FAILED, "payment_failed")


def test_the_fee_is_told_where_it_is_in_the_payment_s_currency() -> None:
    assert heard("payment.captured", payment=a_payment(fee=1_180, tax=180)).fee == Money(1_180, "INR")
    abroad = a_payment(currency="USD", base_currency="INR", fee=1_180)
    assert heard("payment.captured", payment=abroad).fee is None
    assert heard("payment.captured", payment=a_payment(fee=None)).fee is None


@pytest.mark.parametrize(
    ("currency", "money"), [("JPY", Money(50_000, "JPY")), ("KWD", Money(50_000, "KWD"))]
)
def test_amounts_are_in_the_smallest_unit(currency: str, money: Money) -> None:
    assert heard("payment.captured", payment=a_payment(currency=currency)).amount == money


@pytest.mark.parametrize("bad", ["500", 1.5, None, 0, -1, True])
def test_an_amount_that_does_not_fit_is_not_guessed(bad: object) -> None:
    with pytest.raises(Uninterpretable):
        heard("payment.captured", payment=a_payment(amount=bad))


@pytest.mark.parametrize("bad", ["pay_../x", "PAY_1234", "pay_1?a", None])
def test_an_id_that_could_change_an_address_is_refused(bad: object) -> None:
    with pytest.raises(Uninterpretable):
        heard("payment.captured", payment=a_payment(id=bad))


@pytest.mark.parametrize(
    ("kind", "status", "type_"),
    [
        ("refund.created", "pending", EventType.REFUND_PENDING),
        ("refund.processed", "processed", EventType.REFUND_SUCCEEDED),
        ("refund.failed", "failed", EventType.REFUND_FAILED),
    ],
)
def test_a_refund_is_of_its_payment(kind: str, status: str, type_: EventType) -> None:
    told = heard(kind, refund=a_refund(status), payment=a_payment())
    assert (told.type, told.payment_id, told.subject_id) == (type_, PAY, "rfnd_FS8TWyPrCsa0OB")


def test_a_refund_of_what_was_never_captured_moves_nothing() -> None:
    (told,) = interpret(
        event("refund.processed", refund=a_refund(), payment=a_payment("refunded", captured=False)), {}
    )
    assert isinstance(told, OtherEvent)
    (same,) = payment(a_payment("refunded", captured=False))
    assert isinstance(same, OtherEvent)


@pytest.mark.parametrize(
    ("status", "deducted", "type_", "taken"),
    [
        ("open", 0, EventType.DISPUTE_OPENED, None),
        ("under_review", 50_000, EventType.DISPUTE_OPENED, Money(50_000, "INR")),
        ("won", 0, EventType.DISPUTE_WON, Money(50_000, "INR")),
        ("closed", 0, EventType.DISPUTE_WON, Money(50_000, "INR")),
        ("lost", 50_000, EventType.DISPUTE_LOST, Money(50_000, "INR")),
    ],
)
def test_a_dispute_has_taken_what_was_deducted(
    status: str, deducted: int, type_: EventType, taken: Money | None
) -> None:
    told = heard(
        "payment.dispute.created", dispute=a_dispute(status, amount_deducted=deducted), payment=a_payment()
    )
    assert (told.type, told.amount, told.subject_id) == (type_, taken, "disp_AHfqOvkldwsbqt")


def test_a_settlement_is_a_payout_less_fees_and_their_tax() -> None:
    told = heard("settlement.processed", settlement=a_settlement())
    assert (told.type, told.amount, told.fee) == (
        EventType.PAYOUT,
        Money(9_764_000, "INR"),
        Money(2_360, "INR"),
    )
    assert told.references.end_to_end == "1568176960vxp0rj"


def test_settlements_elsewhere_are_in_the_currency_that_was_set() -> None:
    told = heard("settlement.processed", {"endpoint-currency": "MYR"}, settlement=a_settlement())
    assert told.amount == Money(9_764_000, "MYR")
    assert settlement(a_settlement(currency="SGD"), "MYR")[0] == replace(
        settlement(a_settlement(), "SGD")[0], event_id="setl_DGlQ1Rj8os78Ec/processed"
    )


@pytest.mark.parametrize(
    "kind", ["refund.speed_changed", "payment.downtime.started", "payment_link.expired", "invoice.paid"]
)
def test_other_types_move_nothing(kind: str) -> None:
    (told,) = interpret(event(kind), {})
    assert isinstance(told, OtherEvent)


def test_unknown_states_are_put_in_front_of_a_person() -> None:
    for read, entity in ((payment, a_payment("odd")), (refund, a_refund("odd")), (dispute, a_dispute("odd"))):
        with pytest.raises(Uninterpretable):
            read(entity)


# --- the API

AUTH = {"authorization": f"Basic {base64.b64encode(b'rzp_test_1:s3cret').decode()}"}
TOLD = to_fetch("payment", PAY, "e", "x")
WINDOW = {
    "from": str(int(SINCE.timestamp()) - 14 * 86_400),
    "to": str(int(UNTIL.timestamp())),
    "count": "100",
}


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer, **values: str) -> Api:
    return Api(
        Credentials({"key_id": "rzp_test_1", "key_secret": "s3cret", **values}, server.url), server.http()
    )


def got(path: str, answer: Reply, query: Mapping[str, str] | None = None) -> Exchange:
    return Exchange("GET", f"/v1/{path}", answer, query=query or {}, headers=AUTH)


def test_things_are_asked_for_by_their_ids(server: RecordedServer) -> None:
    server.play(
        got(f"payments/{PAY}", reply(a_payment("refunded"))),
        got("refunds/rfnd_FS8TWyPrCsa0OB", reply(a_refund())),
        got("disputes/disp_AHfqOvkldwsbqt", reply(a_dispute())),
        got("settlements/setl_DGlQ1Rj8os78Ec", reply(a_settlement())),
    )
    needs = [
        Fetch("payment", PAY),
        Fetch("refund", "rfnd_FS8TWyPrCsa0OB"),
        Fetch("dispute", "disp_AHfqOvkldwsbqt"),
        Fetch("payout", "setl_DGlQ1Rj8os78Ec"),
    ]
    razorpay = api(server)
    heard = [told for need in needs for told in razorpay.fetch(need, TOLD) if isinstance(told, MoneyEvent)]
    assert [(each.type, each.event_id) for each in heard] == [
        (EventType.PAYMENT_SUCCEEDED, f"{PAY}/captured"),
        (EventType.REFUND_SUCCEEDED, "rfnd_FS8TWyPrCsa0OB/processed"),
        (EventType.DISPUTE_OPENED, "disp_AHfqOvkldwsbqt/open"),
        (EventType.PAYOUT, "setl_DGlQ1Rj8os78Ec/processed"),
    ]


def test_an_injected_id_is_never_asked_for(server: RecordedServer) -> None:
    with pytest.raises(Uninterpretable):
        api(server).fetch(Fetch("payment", "pay_1234/refund"), TOLD)
    assert server.received == []


def test_lists_are_read_to_their_ends(server: RecordedServer) -> None:
    full = [a_payment(id=f"pay_{n:014}") for n in range(100)]
    server.play(
        got("payments", reply({"count": 100, "items": full}), {**WINDOW, "skip": "0"}),
        got("payments", reply({"count": 1, "items": [a_payment()]}), {**WINDOW, "skip": "100"}),
        got("refunds", reply({"items": [a_refund(), a_refund("odd")]}), {**WINDOW, "skip": "0"}),
        got("disputes", reply({"items": []}), {**WINDOW, "skip": "0"}),
    )
    razorpay = api(server)
    page = razorpay.payments(SINCE, UNTIL, None)
    found = list(page.events)
    while page.cursor:
        page = razorpay.payments(SINCE, UNTIL, page.cursor)
        found += page.events
    assert len({each.event_id for each in found}) == 102


def test_settlements_are_listed(server: RecordedServer) -> None:
    server.play(
        got(
            "settlements",
            reply({"items": [a_settlement(), a_settlement("created")]}),
            {**WINDOW, "skip": "0"},
        )
    )
    page = api(server, currency="MYR").payouts(SINCE, UNTIL, None)
    assert [each.amount for each in page.events] == [Money(9_764_000, "MYR")]
    assert page.cursor is None


def test_a_listing_that_is_not_understood_is_razorpay_s_failure(server: RecordedServer) -> None:
    server.play(got("payments", reply({"items": "none"}), {**WINDOW, "skip": "0"}))
    with pytest.raises(DependencyFailed):
        api(server).payments(SINCE, UNTIL, None)


MADE = {"id": "plink_ExjpAUN3gVHrPJ", "short_url": "https://rzp.io/i/nxrHnLJ", "reference_id": "link-1"}
TAKEN = {
    "error": {
        "code": "BAD_REQUEST_ERROR",
        "description": "payment link with given reference_id already exists",
    }
}


def link_asked(answer: Reply) -> Exchange:
    asked = {
        "amount": 12_345,
        "currency": "EUR",
        "accept_partial": False,
        "reference_id": "link-1",
        "description": "Consulting",
        "expire_by": int(ORDER.expires_at.timestamp()),
        "customer": {"name": "Example Ltd", "email": "pay@example.com"},
        "notify": {"sms": False, "email": False},
        "reminder_enable": False,
        "notes": {"account": "c1.EUR", "invoice": "INV-7"},
        "callback_url": "https://pay.example.com/thanks",
        "callback_method": "get",
    }
    return Exchange("POST", "/v1/payment_links", answer, headers=AUTH, json=asked)


def test_a_link_names_the_invoice_and_ends_in_time(server: RecordedServer) -> None:
    server.play(link_asked(reply(MADE)))
    assert api(server).create_link(ORDER).url == "https://rzp.io/i/nxrHnLJ"


def test_a_link_whose_answer_was_lost_is_found_by_its_reference(server: RecordedServer) -> None:
    server.play(
        link_asked(failing(502)),
        link_asked(reply(TAKEN, status=400)),
        got("payment_links", reply({"payment_links": [MADE]}), {"reference_id": "link-1"}),
    )
    assert api(server).create_link(ORDER).id == "plink_ExjpAUN3gVHrPJ"


def test_a_link_refused_for_another_reason_says_why(server: RecordedServer) -> None:
    refused = {
        "error": {"code": "BAD_REQUEST_ERROR", "description": "expire_by should be at least 15 minutes"}
    }
    server.play(
        link_asked(reply(refused, status=400)),
        got("payment_links", reply({"payment_links": []}), {"reference_id": "link-1"}),
    )
    with pytest.raises(Conflict, match="at least 15 minutes"):
        api(server).create_link(ORDER)


@pytest.mark.parametrize("status", [200, 400])
def test_a_link_is_cancelled_and_that_it_was_paid_does_no_harm(server: RecordedServer, status: int) -> None:
    server.play(
        Exchange(
            "POST", "/v1/payment_links/plink_ExjpAUN3gVHrPJ/cancel", reply({}, status=status), headers=AUTH
        )
    )
    api(server).expire_link("plink_ExjpAUN3gVHrPJ")


def test_a_payment_that_failed_and_was_authorised_late_has_come_whoever_tells_it() -> None:
    # The list of payments knows only when it was made; the webhook of the failure came after that.
    (failed,) = interpret(event("payment.failed", payment=a_payment("failed")), {})
    (captured,) = payment(a_payment("captured"))
    for told in ((failed, captured), (captured, failed)):
        story = fold(fact_of(each, WHEN) for each in told if isinstance(each, MoneyEvent))
        assert [(each.minor, each.went) for each in story.episodes] == [(50_000, None)]


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    (told,) = payment(a_payment(notes={"account": "C1.INR"}))
    assert isinstance(told, MoneyEvent)
    assert told.references.account == "C1.INR"
