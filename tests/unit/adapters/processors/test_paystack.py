"""Paystack: what its events mean, and its API as recorded."""

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
from receivables.adapters.processors.document import fingerprint
from receivables.adapters.processors.paystack.api import Api
from receivables.adapters.processors.paystack.events import interpret, refund, settlement, transaction
from receivables.adapters.processors.paystack.signature import verify
from receivables.core.errors import Conflict, DependencyFailed, Refused
from receivables.core.money import Money
from receivables.payments.endpoints import Endpoint, Secret
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Payer, Uninterpretable
from receivables.payments.processors import Credentials, Request
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, reply
from tests.fakes.webhooks import NoKeys
from tests.unit.adapters.processors.orders import ORDER, SINCE, UNTIL

AT = "2026-03-02T08:30:00.000Z"
WHEN = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)


def a_transaction(status: str = "success", **members: Any) -> dict[str, Any]:
    known = {"id": 302_961, "domain": "live", "reference": "qTPrJoy9Bx", "amount": 10_000, "currency": "NGN"}
    made = {"paid_at": AT if status == "success" else None, "created_at": "2026-03-02T08:00:00.000Z"}
    return {**known, **made, "status": status, "fees": 150, "metadata": 0, **members}


def a_refund(status: str = "processed", **members: Any) -> dict[str, Any]:
    known = {
        "id": 3_018_284,
        "status": status,
        "amount": 2_000,
        "currency": "NGN",
        "domain": "live",
        "dispute": None,
    }
    return {**known, "transaction": 302_961, "createdAt": AT, "merchant_note": "too much", **members}


def a_dispute(
    status: str = "resolved", resolution: str | None = "declined", **members: Any
) -> dict[str, Any]:
    known = {
        "id": 358_950,
        "status": status,
        "resolution": resolution,
        "currency": "NGN",
        "refund_amount": 5_800,
    }
    of = {"transaction": {"reference": "qTPrJoy9Bx", "amount": 10_000, "currency": "NGN"}}
    return {**known, **of, "domain": "live", "category": "chargeback", "createdAt": AT, **members}


def a_settlement(status: str = "success", **members: Any) -> dict[str, Any]:
    known = {
        "id": 3_090_024,
        "status": status,
        "currency": "NGN",
        "effective_amount": 990_000,
        "total_fees": 14_500,
    }
    return {**known, "domain": "live", "settlement_date": "2026-03-02T00:00:00.000Z", **members}


def event(kind: str, data: dict[str, Any]) -> bytes:
    return json.dumps({"event": kind, "data": data}).encode()


def heard(kind: str, data: dict[str, Any]) -> MoneyEvent:
    (told,) = interpret(event(kind, data), {})
    assert isinstance(told, MoneyEvent)
    return told


def test_a_successful_charge_is_money_that_came_known_by_its_reference() -> None:
    told = heard("charge.success", a_transaction())
    assert (told.type, told.payment_id, told.amount) == (
        EventType.PAYMENT_SUCCEEDED,
        "qTPrJoy9Bx",
        Money(10_000, "NGN"),
    )
    assert (told.occurred, told.fee, told.livemode) == (WHEN, Money(150, "NGN"), True)
    assert told.event_id == fingerprint(event("charge.success", a_transaction()))


@pytest.mark.parametrize(
    ("units", "currency", "money"),
    [
        (10_000, "XOF", Money(100, "XOF")),
        (10_000, "RWF", Money(100, "RWF")),
        ("10050", "GHS", Money(10_050, "GHS")),
    ],
)
def test_every_currency_counts_in_hundredths(units: object, currency: str, money: Money) -> None:
    told = heard("charge.success", a_transaction(amount=units, currency=currency, fees=None))
    assert told.amount == money


@pytest.mark.parametrize(
    ("units", "currency"),
    [(10_050, "XOF"), (1.5, "NGN"), ("1.5", "NGN"), (0, "NGN"), (1, "EUR"), ("-1", "NGN"), ("٣", "NGN")],
)
def test_an_amount_that_does_not_fit_is_not_guessed(units: object, currency: str) -> None:
    with pytest.raises(Uninterpretable):
        heard("charge.success", a_transaction(amount=units, currency=currency, fees=None))


@pytest.mark.parametrize("bad", ["..", "a/b", "a?b", "", None, "a b", "x" * 101])
def test_a_reference_that_could_change_an_address_is_refused(bad: object) -> None:
    with pytest.raises(Uninterpretable):
        heard("charge.success", a_transaction(reference=bad))
    with pytest.raises(Uninterpretable):
        heard("refund.processed", {"transaction_reference": bad})


@pytest.mark.parametrize(
    ("metadata", "invoice"),
    [
        ({"invoice": "INV-1"}, "INV-1"),
        ('{"invoice_number": "INV-2"}', "INV-2"),
        ({"custom_fields": [{"variable_name": "invoice_id", "value": "INV-3"}]}, "INV-3"),
        ({"custom_fields": "none"}, None),
        ("", None),
        (0, None),
    ],
)
def test_an_invoice_is_named_by_metadata(metadata: object, invoice: str | None) -> None:
    assert heard("charge.success", a_transaction(metadata=metadata)).references.invoice == invoice


def test_the_payer_is_told() -> None:
    customer = {"first_name": "Ada", "last_name": "Eze", "email": "ada@example.com", "customer_code": "CUS_1"}
    told = heard("charge.success", a_transaction(customer=customer))
    assert told.payer == Payer("Ada Eze", "ada@example.com", None, "CUS_1")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("failed", EventType.PAYMENT_FAILED),
        ("reversed", EventType.PAYMENT_FAILED),
        ("pending", EventType.PAYMENT_PENDING),
    ],
)
def test_a_status_is_an_event(status: str, kind: EventType) -> None:
    (told,) = transaction(a_transaction(status))
    assert isinstance(told, MoneyEvent)
    assert told.type is kind


@pytest.mark.parametrize("kind", ["refund.pending", "refund.processing", "refund.processed", "refund.failed"])
def test_a_refund_is_asked_for_because_its_webhook_does_not_name_it(kind: str) -> None:
    told = heard(kind, {"transaction_reference": "qTPrJoy9Bx", "amount": "2000", "domain": "test"})
    assert (told.fetch, told.livemode) == (Fetch("refunds", "qTPrJoy9Bx"), False)


def test_a_refund_that_belongs_to_a_dispute_does_not_count_twice() -> None:
    (told,) = refund(a_refund(dispute=358_950), "qTPrJoy9Bx")
    assert isinstance(told, OtherEvent)


def test_a_refund_counts_when_it_was_made_or_done() -> None:
    done = a_refund(refunded_at="2026-03-05T00:00:00Z")
    (told,) = refund(done, "qTPrJoy9Bx")
    assert isinstance(told, MoneyEvent)
    assert (told.occurred.day, told.subject_id, told.amount) == (5, "3018284", Money(2_000, "NGN"))


@pytest.mark.parametrize(
    ("status", "resolution", "kind", "taken"),
    [
        ("awaiting-merchant-feedback", None, EventType.DISPUTE_OPENED, None),
        ("pending", None, EventType.DISPUTE_OPENED, None),
        ("resolved", "declined", EventType.DISPUTE_WON, None),
        ("resolved", "merchant-accepted", EventType.DISPUTE_LOST, Money(5_800, "NGN")),
        ("resolved", "auto-accepted", EventType.DISPUTE_LOST, Money(5_800, "NGN")),
    ],
)
def test_a_dispute_takes_its_amount_when_it_is_lost(
    status: str, resolution: str | None, kind: EventType, taken: Money | None
) -> None:
    told = heard("charge.dispute.resolve", a_dispute(status, resolution))
    assert (told.type, told.amount, told.payment_id, told.subject_id) == (kind, taken, "qTPrJoy9Bx", "358950")


def test_a_lost_dispute_that_names_no_amount_takes_all_of_its_transaction() -> None:
    told = heard(
        "charge.dispute.resolve",
        a_dispute("resolved", "merchant-accepted", refund_amount=None, currency=None),
    )
    assert told.amount == Money(10_000, "NGN")


def test_a_resolution_that_is_not_known_is_put_in_front_of_a_person() -> None:
    with pytest.raises(Uninterpretable):
        heard("charge.dispute.resolve", a_dispute("resolved", "settled-out-of-court"))


@pytest.mark.parametrize(
    "kind", ["transfer.success", "transfer.failed", "subscription.create", "paymentrequest.success"]
)
def test_other_types_move_nothing(kind: str) -> None:
    (told,) = interpret(event(kind, a_transaction()), {})
    assert isinstance(told, OtherEvent)


def test_a_settlement_is_a_payout_less_its_fees() -> None:
    (told,) = settlement(a_settlement())
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.amount, told.fee) == (
        EventType.PAYOUT,
        Money(990_000, "NGN"),
        Money(14_500, "NGN"),
    )
    (still,) = settlement(a_settlement("processing"))
    assert isinstance(still, OtherEvent)


# --- the API

AUTH = {"authorization": "Bearer sk_test_1"}
TOLD = to_fetch("payment", "qTPrJoy9Bx", "e", "x")
WINDOW = {"from": "2026-02-15T00:00:00.000000Z", "to": "2026-03-03T00:00:00.000000Z", "perPage": "100"}


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer, **values: str) -> Api:
    return Api(Credentials({"secret_key": "sk_test_1", **values}, server.url), server.http())


def data(found: object) -> Reply:
    return reply({"status": True, "message": "ok", "data": found})


def got(path: str, answer: Reply, query: Mapping[str, str] | None = None) -> Exchange:
    return Exchange("GET", path, answer, query=query or {}, headers=AUTH)


def test_things_are_asked_for(server: RecordedServer) -> None:
    of = {"reference": "qTPrJoy9Bx", "perPage": "100", "page": "1"}
    server.play(
        got("/transaction/verify/qTPrJoy9Bx", data(a_transaction())),
        got("/refund", data([a_refund(), a_refund("pending", id=2)]), of),
        got("/dispute/358950", data(a_dispute())),
    )
    needs = [Fetch("payment", "qTPrJoy9Bx"), Fetch("refunds", "qTPrJoy9Bx"), Fetch("dispute", "358950")]
    paystack = api(server)
    heard = [told for need in needs for told in paystack.fetch(need, TOLD) if isinstance(told, MoneyEvent)]
    assert [(each.type, each.event_id) for each in heard] == [
        (EventType.PAYMENT_SUCCEEDED, "qTPrJoy9Bx/success"),
        (EventType.REFUND_SUCCEEDED, "refund:3018284/processed"),
        (EventType.REFUND_PENDING, "refund:2/pending"),
        (EventType.DISPUTE_WON, "dispute:358950/declined"),
    ]
    assert {each.payment_id for each in heard} == {"qTPrJoy9Bx"}


@pytest.mark.parametrize(
    "need", [Fetch("payment", "../transfer"), Fetch("payment", ".."), Fetch("dispute", "1/x")]
)
def test_an_injected_id_is_never_asked_for(server: RecordedServer, need: Fetch) -> None:
    with pytest.raises(Uninterpretable):
        api(server).fetch(need, TOLD)
    assert server.received == []


def test_lists_are_read_page_by_page(server: RecordedServer) -> None:
    full = [a_transaction(reference=f"ref{n}") for n in range(100)]
    named = a_refund(transaction={"id": 1, "reference": "ref1"})
    unread = a_refund(transaction=None)
    server.play(
        got("/transaction", data(full), {**WINDOW, "page": "1"}),
        got("/transaction", data([a_transaction("abandoned")]), {**WINDOW, "page": "2"}),
        got("/refund", data([named, unread, a_refund()]), {**WINDOW, "page": "1"}),
        got("/transaction/302961", data(a_transaction())),
        got("/dispute", data([a_dispute()]), {**WINDOW, "page": "1"}),
    )
    paystack = api(server)
    page = paystack.payments(SINCE, UNTIL, None)
    found = list(page.events)
    while page.cursor:
        page = paystack.payments(SINCE, UNTIL, page.cursor)
        found += page.events
    assert [each.payment_id for each in found[101:]] == ["ref1", "qTPrJoy9Bx", "qTPrJoy9Bx"]


def test_settlements_are_listed(server: RecordedServer) -> None:
    server.play(got("/settlement", data([a_settlement()]), {**WINDOW, "page": "1"}))
    assert [each.amount for each in api(server).payouts(SINCE, UNTIL, None).events] == [Money(990_000, "NGN")]


NAIRA = replace(ORDER, amount=Money(12_345, "NGN"))
DUPLICATE = reply({"status": False, "message": "Duplicate Transaction Reference"}, status=400)


def link_asked(answer: Reply, reference: str = "link-1", **members: object) -> Exchange:
    asked = {
        "email": "pay@example.com",
        "amount": "12345",
        "currency": "NGN",
        "reference": reference,
        "callback_url": "https://pay.example.com/thanks",
        "metadata": {"account": "c1.EUR", "invoice": "INV-7"},
        **members,
    }
    return Exchange("POST", "/transaction/initialize", answer, headers=AUTH, json=asked)


def begun(reference: str = "link-1") -> Reply:
    return data({"authorization_url": "https://checkout.paystack.com/0peioxfhpn", "reference": reference})


def test_a_page_is_a_transaction_that_was_begun(server: RecordedServer) -> None:
    server.play(link_asked(begun()))
    link = api(server).create_link(NAIRA)
    assert (link.id, link.url) == ("link-1", "https://checkout.paystack.com/0peioxfhpn")


def test_a_reference_whose_answer_was_lost_gives_way_to_the_next(server: RecordedServer) -> None:
    server.play(link_asked(DUPLICATE), link_asked(begun("link-1.2"), "link-1.2"))
    assert api(server).create_link(NAIRA).id == "link-1.2"


def test_it_does_not_go_on_for_ever(server: RecordedServer) -> None:
    server.play(
        *(link_asked(DUPLICATE, name) for name in ("link-1", "link-1.2", "link-1.3", "link-1.4", "link-1.5"))
    )
    with pytest.raises(DependencyFailed):
        api(server).create_link(NAIRA)


def test_a_refusal_says_why(server: RecordedServer) -> None:
    server.play(
        link_asked(reply({"status": False, "message": "Currency not supported by merchant"}, status=403))
    )
    with pytest.raises(Refused, match="Currency not supported"):
        api(server).create_link(NAIRA)


def test_an_unknown_payer_s_mail_goes_to_ours_and_francs_count_in_hundredths(server: RecordedServer) -> None:
    order = replace(ORDER, amount=Money(500, "XOF"), payer=Payer())
    server.play(link_asked(begun(), email="finance@example.com", amount="50000", currency="XOF"))
    api(server, email="finance@example.com").create_link(order)
    with pytest.raises(Refused, match="email"):
        api(server).create_link(order)


def test_a_page_cannot_be_ended_and_that_is_said(server: RecordedServer) -> None:
    with pytest.raises(Conflict, match="ends by itself"):
        api(server).expire_link("link-1")


def test_a_payment_of_one_of_our_pages_names_its_account() -> None:
    told = heard("charge.success", a_transaction(metadata={"account": "C1.NGN"}))
    assert told.references.account == "C1.NGN"


def test_two_refunds_that_look_the_same_are_both_asked_for() -> None:
    def heard_at(body: bytes, at: datetime) -> str:
        digest = hmac.new(b"sk_1", body, hashlib.sha512).hexdigest()
        request = Request(body, {"x-paystack-signature": digest})
        return verify(request, Endpoint((Secret("sk_1"),)), at, NoKeys())

    body = event("refund.processed", {"transaction_reference": "qTPrJoy9Bx", "amount": 2_000})
    later = WHEN + timedelta(milliseconds=1)
    assert heard_at(body, WHEN) != heard_at(body, later)
    charge = event("charge.success", a_transaction())
    assert heard_at(charge, WHEN) == heard_at(charge, later) == fingerprint(charge)
