"""Checkout.com: its signature, what its events mean, its API as recorded."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.adapters.processors.asking import to_fetch
from receivables.adapters.processors.checkout.api import Api
from receivables.adapters.processors.checkout.events import dispute, interpret, payment
from receivables.adapters.processors.checkout.signature import verify
from receivables.core.errors import Conflict, InvalidInput, Refused, Unauthenticated
from receivables.core.money import Money
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable
from receivables.payments.processors import Credentials, Listed, Request
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, reply
from tests.fakes.webhooks import NOW, NoKeys
from tests.unit.adapters.processors.orders import ORDER, SINCE, UNTIL

AT = "2026-03-02T08:30:00.1234567Z"
PAY, ACT, DSP = (
    "pay_griq7wyqkggu7mnk7ecm6ysrl4",
    "act_x6sbfnzkhcpezjqrbwqaa7cdwe",
    "dsp_vgy3kkv2qqgurmkzqj5d3lzwya",
)


def event(kind: str, *, host: str = "api.checkout.com", **data: Any) -> bytes:
    subject = DSP if kind.startswith("dispute") else PAY
    known = {"id": subject, "action_id": ACT, "amount": 12_345, "currency": "GBP", **data}
    links = {"self": {"href": f"https://{host}/workflows/events/evt_1234"}}
    return json.dumps(
        {"id": "evt_1234", "type": kind, "timestamp": AT, "data": known, "_links": links}
    ).encode()


def heard(kind: str, **members: Any) -> MoneyEvent:
    (told,) = interpret(event(kind, **members), {})
    assert isinstance(told, MoneyEvent)
    return told


# --- the signature


def endpoint(*secrets: str) -> Endpoint:
    return Endpoint(tuple(Secret(each) for each in secrets))


def signed(body: bytes, **headers: str) -> Request:
    digest = hmac.new(b"key", body, hashlib.sha256).hexdigest()
    return Request(body, {"cko-signature": digest, **headers})


def test_the_signature_is_enough_where_no_fixed_header_was_agreed() -> None:
    assert verify(signed(event("payment_captured")), endpoint("key"), NOW, NoKeys()) == "evt_1234"


def test_an_agreed_fixed_header_must_be_there_too() -> None:
    both = endpoint("key", "authorization:Bearer s3cret")
    body = event("payment_captured")
    assert verify(signed(body, authorization="Bearer s3cret"), both, NOW, NoKeys()) == "evt_1234"
    for wrong in (
        {},
        {"authorization": ""},
        {"authorization": "Bearer s3creT"},
        {"authorization": "Bearer é"},
    ):
        with pytest.raises(Unauthenticated):
            verify(signed(body, **wrong), both, NOW, NoKeys())


def test_the_fixed_header_proves_nothing_without_the_signature() -> None:
    body = event("payment_captured")
    for secrets in (("key", "authorization:x"), ("authorization:x",)):
        with pytest.raises(Unauthenticated):
            verify(Request(body, {"authorization": "x"}), endpoint(*secrets), NOW, NoKeys())


def test_the_fixed_header_is_no_key_of_signatures() -> None:
    body = event("payment_captured")
    digest = hmac.new(b"authorization:x", body, hashlib.sha256).hexdigest()
    with pytest.raises(Unauthenticated):
        verify(
            Request(body, {"cko-signature": digest, "authorization": "x"}),
            endpoint("authorization:x"),
            NOW,
            NoKeys(),
        )


def test_a_fixed_header_that_has_ended_fails_closed() -> None:
    ended = Secret("authorization:x", valid_until=NOW - timedelta(days=1))
    with pytest.raises(Unauthenticated):
        verify(
            signed(event("payment_captured"), authorization="x"),
            Endpoint((Secret("key"), ended)),
            NOW,
            NoKeys(),
        )


# --- events


@pytest.mark.parametrize(
    ("kind", "type_", "subject"),
    [
        ("payment_pending", EventType.PAYMENT_PENDING, None),
        ("payment_captured", EventType.PAYMENT_SUCCEEDED, None),
        ("payment_declined", EventType.PAYMENT_FAILED, None),
        ("payment_canceled", EventType.PAYMENT_FAILED, None),
        ("payment_expired", EventType.PAYMENT_FAILED, None),
        ("payment_returned", EventType.PAYMENT_REVERSED, ACT),
        ("payment_refund_pending", EventType.REFUND_PENDING, ACT),
        ("payment_refunded", EventType.REFUND_SUCCEEDED, ACT),
        ("payment_refund_declined", EventType.REFUND_FAILED, ACT),
    ],
)
def test_a_payment_s_events(kind: str, type_: EventType, subject: str | None) -> None:
    told = heard(kind)
    assert (told.type, told.payment_id, told.subject_id) == (type_, PAY, subject)
    assert (told.amount, told.event_id) == (Money(12_345, "GBP"), "evt_1234")
    assert told.occurred == datetime(2026, 3, 2, 8, 30, 0, 123456, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kind", "type_"),
    [
        ("dispute_received", EventType.DISPUTE_OPENED),
        ("dispute_evidence_required", EventType.DISPUTE_OPENED),
        ("dispute_won", EventType.DISPUTE_WON),
        ("dispute_canceled", EventType.DISPUTE_WON),
        ("dispute_resolved", EventType.DISPUTE_WON),
        ("dispute_arbitration_won", EventType.DISPUTE_WON),
        ("dispute_lost", EventType.DISPUTE_LOST),
        ("dispute_accepted", EventType.DISPUTE_LOST),
        ("dispute_expired", EventType.DISPUTE_LOST),
    ],
)
def test_a_dispute_s_events(kind: str, type_: EventType) -> None:
    told = heard(kind, payment_id=PAY, reason_code="10.4")
    assert (told.type, told.payment_id, told.subject_id, told.failure_code) == (type_, PAY, DSP, "10.4")


@pytest.mark.parametrize(
    "kind", ["payment_approved", "payment_paid", "dispute_evidence_submitted", "card_verified"]
)
def test_other_types_move_nothing(kind: str) -> None:
    (told,) = interpret(event(kind), {})
    assert isinstance(told, OtherEvent)


@pytest.mark.parametrize(
    ("units", "currency", "money"),
    [
        (100, "JPY", Money(100, "JPY")),
        (100_000, "BHD", Money(100_000, "BHD")),
        (1_000, "ISK", Money(1_000, "ISK")),
        (123_400, "CLP", Money(1_234, "CLP")),
    ],
)
def test_amounts_count_as_its_table_says(units: int, currency: str, money: Money) -> None:
    assert heard("payment_captured", amount=units, currency=currency).amount == money


@pytest.mark.parametrize(
    ("units", "currency"),
    [(123_456, "CLP"), (1, "CLF"), (1, "UYW"), (-5, "GBP"), ("5", "GBP"), (1.5, "GBP"), (5, "XXX")],
)
def test_an_amount_that_does_not_fit_is_not_guessed(units: object, currency: str) -> None:
    with pytest.raises(Uninterpretable):
        heard("payment_captured", amount=units, currency=currency)


def test_what_was_captured_in_all_counts_where_it_is_told() -> None:
    assert heard("payment_captured", balances={"total_captured": 500}).amount == Money(500, "GBP")


def test_a_card_that_is_tried_without_money_moves_nothing() -> None:
    (told,) = interpret(event("payment_captured", amount=0), {})
    assert isinstance(told, OtherEvent)


def test_a_refund_without_its_action_is_not_understood() -> None:
    with pytest.raises(Uninterpretable):
        heard("payment_refunded", action_id=None)


def test_the_event_s_address_tells_rehearsals_from_real_money() -> None:
    assert heard("payment_captured").livemode is True
    assert heard("payment_captured", host="x.api.sandbox.checkout.com").livemode is False
    assert heard("payment_captured", host="elsewhere.example").livemode is None


def test_the_invoice_is_named_by_metadata_else_by_the_reference() -> None:
    assert (
        heard("payment_captured", reference="R-1", metadata={"invoice": "INV-1"}).references.invoice
        == "INV-1"
    )
    assert heard("payment_captured", reference="INV-2").references.invoice == "INV-2"


def test_why_it_failed_is_told() -> None:
    assert heard("payment_declined", response_code="20005").failure_code == "20005"
    assert heard("payment_expired").failure_code == "payment_expired"
    assert heard("payment_captured", response_code="10000").failure_code is None


# --- the API


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


AUTH = {"authorization": "Bearer sk_1"}
TOLD = to_fetch("payment", PAY, "e", "x")


def api(server: RecordedServer, **values: str) -> Api:
    return Api(Credentials({"secret_key": "sk_1", "country": "GB", **values}, server.url), server.http())


def a_payment(status: str = "Captured", **members: Any) -> dict[str, Any]:
    return {"id": PAY, "status": status, "amount": 12_345, "currency": "GBP", "requested_on": AT, **members}


def a_dispute(status: str = "won", **members: Any) -> dict[str, Any]:
    known = {"id": DSP, "status": status, "amount": 500, "currency": "GBP", "payment_id": PAY}
    return {**known, "last_update": AT, **members}


def got(path: str, answer: Reply, query: Mapping[str, str] | None = None) -> Exchange:
    return Exchange("GET", path, answer, query=query or {}, headers=AUTH)


def test_a_payment_is_asked_for_with_its_refunds(server: RecordedServer) -> None:
    done = [
        {"id": "act_capture1", "type": "Capture", "amount": 12_345, "processed_on": AT},
        {"id": "act_refund01", "type": "Refund", "amount": 300, "processed_on": AT, "approved": True},
        {"id": "act_refund02", "type": "Refund", "amount": 200, "processed_on": AT, "approved": False},
        {"id": "act_return01", "type": "Return", "amount": 100, "processed_on": AT},
    ]
    server.play(
        got(f"/payments/{PAY}", reply(a_payment("Partially Refunded"))),
        got(f"/payments/{PAY}/actions", reply(done)),
    )
    found = [told for told in api(server).fetch(Fetch("payment", PAY), TOLD) if isinstance(told, MoneyEvent)]
    assert [(each.type, each.subject_id) for each in found] == [
        (EventType.PAYMENT_SUCCEEDED, None),
        (EventType.REFUND_SUCCEEDED, "act_refund01"),
        (EventType.PAYMENT_REVERSED, "act_return01"),
    ]


def test_a_dispute_is_asked_for(server: RecordedServer) -> None:
    whole = a_dispute(payment={"id": PAY})
    del whole["payment_id"]
    server.play(got(f"/disputes/{DSP}", reply(whole)))
    (told,) = api(server).fetch(Fetch("dispute", DSP), TOLD)
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.payment_id) == (EventType.DISPUTE_WON, PAY)


def test_an_injected_id_is_never_asked_for(server: RecordedServer) -> None:
    with pytest.raises(Uninterpretable):
        api(server).fetch(Fetch("payment", "pay_1/../disputes"), TOLD)
    assert server.received == []


def searched(begin: str, end: str, answer: Reply) -> Exchange:
    asked = {"limit": 1000, "from": f"{begin}.000000Z", "to": f"{end}.000000Z"}
    return Exchange("POST", "/payments/search", answer, headers=AUTH, json=asked)


def everything(checkout: Api, since: datetime, until: datetime) -> list[MoneyEvent]:
    page = checkout.payments(since, until, None)
    found = list(page.events)
    while page.cursor:
        page = checkout.payments(since, until, page.cursor)
        found += page.events
    return found


def test_payments_are_searched_in_slices_that_fit_and_disputes_paged(server: RecordedServer) -> None:
    since = datetime(2026, 3, 2, tzinfo=UTC)
    until = since + timedelta(hours=12)
    days = [datetime(2026, 1, 31, tzinfo=UTC) + timedelta(days=n) for n in range(30)]
    full = [a_payment()] * 1000
    server.play(
        *(
            searched(
                f"{d:%Y-%m-%dT%H:%M:%S}", f"{d + timedelta(days=1):%Y-%m-%dT%H:%M:%S}", reply({"data": []})
            )
            for d in days
        ),
        searched("2026-03-02T00:00:00", "2026-03-02T12:00:00", reply({"data": full})),
        searched("2026-03-02T00:00:00", "2026-03-02T12:00:00", reply({"data": full})),
        searched("2026-03-02T00:00:00", "2026-03-02T06:00:00", reply({"data": []})),
        searched("2026-03-02T06:00:00", "2026-03-02T12:00:00", reply({"data": [a_payment()]})),
        got("/disputes", reply({"total_count": 2, "data": [a_dispute()]}), disputes_query("0")),
        got("/disputes", reply({"total_count": 2, "data": [a_dispute("lost")]}), disputes_query("1")),
    )
    found = everything(api(server), since, until)
    assert [each.type for each in found] == [
        EventType.PAYMENT_SUCCEEDED,
        EventType.DISPUTE_WON,
        EventType.DISPUTE_LOST,
    ]


def disputes_query(skip: str) -> dict[str, str]:
    window = {"from": "2026-03-02T00:00:00.000000Z", "to": "2026-03-02T12:00:00.000000Z"}
    return {**window, "limit": "250", "skip": skip}


def test_payouts_have_no_api(server: RecordedServer) -> None:
    assert api(server).payouts(SINCE, UNTIL, None) == Listed(())


def link_asked(answer: Reply, **members: object) -> Exchange:
    asked = {
        "amount": 12_345,
        "currency": "EUR",
        "reference": "INV-7",
        "description": "Consulting",
        "billing": {"address": {"country": "GB"}},
        "expires_in": 7200,
        "return_url": "https://pay.example.com/thanks",
        "metadata": {"account": "c1.EUR", "invoice": "INV-7"},
        "customer": {"name": "Example Ltd", "email": "pay@example.com"},
        **members,
    }
    return Exchange(
        "POST", "/payment-links", answer, headers={**AUTH, "cko-idempotency-key": "link-1"}, json=asked
    )


def test_a_link_names_the_invoice_and_ends_in_time(server: RecordedServer) -> None:
    where = {"redirect": {"href": "https://pay.checkout.com/page/pl_1234"}}
    server.play(
        link_asked(reply({"id": "pl_1234", "_links": where}, status=201), processing_channel_id="pc_1")
    )
    link = api(server, processing_channel_id="pc_1").create_link(ORDER)
    assert (link.id, link.url) == ("pl_1234", "https://pay.checkout.com/page/pl_1234")


def test_a_link_that_does_not_say_when_it_was_ordered_is_a_short_one(server: RecordedServer) -> None:
    where = {"redirect": {"href": "https://pay.checkout.com/page/pl_1234"}}
    server.play(link_asked(reply({"id": "pl_1234", "_links": where}, status=201), expires_in=900))
    api(server).create_link(replace(ORDER, ordered_at=None))


def test_a_refusal_s_codes_are_told(server: RecordedServer) -> None:
    told = {"request_id": "r", "error_type": "request_invalid", "error_codes": ["currency_invalid"]}
    server.play(link_asked(reply(told, status=422)))
    with pytest.raises(Conflict, match="request_invalid: currency_invalid"):
        api(server).create_link(ORDER)


def test_an_amount_that_it_would_not_take_is_refused_before_it_is_asked(server: RecordedServer) -> None:
    with pytest.raises(InvalidInput):
        api(server).create_link(replace(ORDER, amount=Money(1_001, "BHD")))
    assert server.received == []


def test_without_a_country_no_link_is_made(server: RecordedServer) -> None:
    with pytest.raises(Refused, match="country"):
        Api(Credentials({"secret_key": "x"}, server.url), server.http()).create_link(ORDER)


def test_a_link_cannot_be_ended_and_that_is_said(server: RecordedServer) -> None:
    with pytest.raises(Conflict, match="ends by itself"):
        api(server).expire_link("pl_1234")


def test_real_money_and_rehearsals_have_addresses_of_their_own(server: RecordedServer) -> None:
    assert (
        Api(Credentials({"prefix": "vkuhvk4v"}), server.http())._base == "https://vkuhvk4v.api.checkout.com"
    )
    assert Api(Credentials({}, livemode=False), server.http())._base == "https://api.sandbox.checkout.com"


def test_states_that_move_no_money_are_no_events() -> None:
    assert isinstance(payment(a_payment("Authorized"))[0], OtherEvent)
    assert isinstance(dispute(a_dispute("evidence_submitted"))[0], OtherEvent)


@pytest.mark.parametrize("kind", ["payment_voided", "payment_expired", "payment_capture_declined"])
def test_what_was_captured_stays_when_the_rest_is_let_go(kind: str) -> None:
    balances = {"total_authorized": 12_345, "total_captured": 5_000, "total_voided": 7_345}
    (told,) = interpret(event(kind, balances=balances), {})
    assert isinstance(told, OtherEvent)
    assert heard(kind, balances={**balances, "total_captured": 0}).type is EventType.PAYMENT_FAILED


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    told = heard("payment_captured", reference="C1.GBP", metadata={"account": "C1.GBP"})
    assert told.references.account == "C1.GBP"
