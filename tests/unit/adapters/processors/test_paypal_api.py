"""PayPal's API, against recorded exchanges."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.adapters.processors.paypal.api import Api
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound, Refused
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Payer, Uninterpretable
from receivables.payments.processors import Credentials, Link, LinkOrder
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, reply
from tests.unit.adapters.processors.test_paypal_events import capture, disputed, refunded

SINCE = datetime(2026, 3, 1, tzinfo=UTC)
UNTIL = datetime(2026, 3, 2, tzinfo=UTC)
TOLD = MoneyEvent(EventType.PAYMENT_PENDING, "x", "e", UNTIL)
ORDER_ID = "5O190127TN364715T"
BEARER = {"authorization": "Bearer A21"}
TOKEN = Exchange(
    "POST",
    "/v1/oauth2/token",
    reply({"access_token": "A21", "expires_in": 32400}),
    form={"grant_type": "client_credentials"},
    headers={"authorization": "Basic aWQ6c2VjcmV0"},
)


def api(server: RecordedServer, **values: str) -> Api:
    known = values or {"client_id": "id", "client_secret": "secret"}
    return Api(Credentials(known, base_url=server.url), server.http())


def order(**members: Any) -> LinkOrder:
    told: dict[str, Any] = {
        "key": "link-1",
        "amount": Money(12_345, "USD"),
        "description": "Invoice INV-1",
        "return_url": "https://pay.example.com/done",
        "expires_at": UNTIL,
        "account_id": "C-1.USD",
        "invoice": "INV-1",
    }
    return LinkOrder(**{**told, **members})


def made(
    value: str = "123.45", currency: str = "USD", custom: str = "invoice=INV-1&account=C-1.USD"
) -> dict[str, Any]:
    page = "https://pay.example.com/done"
    experience = {
        "return_url": page,
        "cancel_url": page,
        "user_action": "PAY_NOW",
        "shipping_preference": "NO_SHIPPING",
    }
    unit = {
        "custom_id": custom,
        "description": "Invoice INV-1",
        "amount": {"currency_code": currency, "value": value},
    }
    return {
        "intent": "CAPTURE",
        "purchase_units": [unit],
        "payment_source": {"paypal": {"experience_context": experience}},
    }


def ordered(status: str = "PAYER_ACTION_REQUIRED", **members: Any) -> dict[str, Any]:
    href = f"https://www.paypal.com/checkoutnow?token={ORDER_ID}"
    return {"id": ORDER_ID, "status": status, "links": [{"rel": "payer-action", "href": href}], **members}


def test_a_link_is_an_order_with_our_references_made_once() -> None:
    with RecordedServer() as server:
        headers = {**BEARER, "paypal-request-id": "link-1"}
        server.play(
            TOKEN,
            Exchange("POST", "/v2/checkout/orders", reply(ordered(), 201), headers=headers, json=made()),
        )
        assert api(server).create_link(order()) == Link(
            ORDER_ID, f"https://www.paypal.com/checkoutnow?token={ORDER_ID}", UNTIL
        )


@pytest.mark.parametrize(
    ("amount", "value"),
    [(Money(100, "JPY"), "100"), (Money(10_000, "HUF"), "100"), (Money(50, "EUR"), "0.50")],
)
def test_amounts_are_written_as_paypal_takes_them(amount: Money, value: str) -> None:
    with RecordedServer() as server:
        asked = made(value, amount.currency)
        server.play(TOKEN, Exchange("POST", "/v2/checkout/orders", reply(ordered()), json=asked))
        api(server).create_link(order(amount=amount))


def test_an_amount_that_paypal_cannot_take_is_refused_before_anything_is_made() -> None:
    with RecordedServer() as server, pytest.raises(InvalidInput):
        api(server).create_link(order(amount=Money(10_050, "HUF")))


def test_long_references_keep_the_invoice() -> None:
    with RecordedServer() as server:
        number = "N" * 64
        asked = made(custom=f"invoice={number}")
        server.play(TOKEN, Exchange("POST", "/v2/checkout/orders", reply(ordered()), json=asked))
        api(server).create_link(order(invoice=number, account_id="C" * 60 + ".USD"))


def test_the_token_is_asked_for_once_and_again_when_it_is_refused() -> None:
    with RecordedServer() as server:
        found = Exchange("GET", "/v2/payments/captures/3C679366HH908993F", reply(capture()), headers=BEARER)
        server.play(TOKEN, found, found, Exchange(found.method, found.path, failing(401)), TOKEN, found)
        it = api(server)
        for _ in range(3):
            assert it.fetch(Fetch("payment", "3C679366HH908993F"), TOLD)


def test_credentials_that_are_not_good_are_said_so() -> None:
    with RecordedServer() as server:
        server.play(Exchange("POST", TOKEN.path, failing(401), form=TOKEN.form))
        with pytest.raises(Refused):
            api(server).fetch(Fetch("payment", "3C679366HH908993F"), TOLD)
    with RecordedServer() as server, pytest.raises(Refused, match="client_secret"):
        api(server, client_id="id").fetch(Fetch("payment", "3C679366HH908993F"), TOLD)


def test_the_same_state_of_a_capture_is_the_same_event() -> None:
    with RecordedServer() as server:
        path = "/v2/payments/captures/3C679366HH908993F"
        later = capture(status="PARTIALLY_REFUNDED")
        server.play(TOKEN, Exchange("GET", path, reply(capture())), Exchange("GET", path, reply(later)))
        it = api(server)
        (first,) = it.fetch(Fetch("payment", "3C679366HH908993F"), TOLD)
        (second,) = it.fetch(Fetch("payment", "3C679366HH908993F"), TOLD)
    assert isinstance(first, MoneyEvent)
    assert isinstance(second, MoneyEvent)
    assert first.type is second.type is EventType.PAYMENT_SUCCEEDED
    assert (first.event_id, first.amount) == ("3C679366HH908993F/COMPLETED", Money(2000, "USD"))


def test_refunds_and_disputes_are_fetched() -> None:
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange(
                "GET",
                "/v2/payments/refunds/1JU08902781691411",
                reply(refunded(update_time="2026-03-02T09:10:00Z")),
            ),
            Exchange("GET", "/v1/customer/disputes/PP-D-4012", reply(disputed("RESOLVED", "ACCEPTED"))),
        )
        it = api(server)
        (refund,) = it.fetch(Fetch("refund", "1JU08902781691411"), TOLD)
        (dispute,) = it.fetch(Fetch("dispute", "PP-D-4012"), TOLD)
    assert isinstance(refund, MoneyEvent)
    assert isinstance(dispute, MoneyEvent)
    assert (refund.type, dispute.type) == (EventType.REFUND_SUCCEEDED, EventType.DISPUTE_LOST)


def test_an_approved_order_of_ours_is_paid_by_being_fetched() -> None:
    unit = {"custom_id": "account=C-1.USD", "payments": {"captures": [capture()]}}
    payer = {
        "payer_id": "P1",
        "email_address": "a@example.com",
        "name": {"given_name": "Ada", "surname": "L"},
    }
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange(
                "GET", f"/v2/checkout/orders/{ORDER_ID}", reply(ordered("APPROVED", purchase_units=[unit]))
            ),
            Exchange(
                "POST",
                f"/v2/checkout/orders/{ORDER_ID}/capture",
                reply(ordered("COMPLETED", purchase_units=[unit], payer=payer), 201),
                headers={"paypal-request-id": f"capture-{ORDER_ID}"},
                json={},
            ),
        )
        (told,) = api(server).fetch(Fetch("order", ORDER_ID), TOLD)
    assert isinstance(told, MoneyEvent)
    assert (told.payment_id, told.amount) == ("3C679366HH908993F", Money(2000, "USD"))
    assert told.payer == Payer("Ada L", "a@example.com", None, "P1")


def test_an_order_that_was_taken_before_is_read_again() -> None:
    before = {"custom_id": "account=C-1.USD"}
    after = {**before, "payments": {"captures": [capture()]}}
    path = f"/v2/checkout/orders/{ORDER_ID}"
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange("GET", path, reply(ordered("APPROVED", purchase_units=[before]))),
            Exchange("POST", f"{path}/capture", reply({"name": "UNPROCESSABLE_ENTITY"}, 422), json={}),
            Exchange("GET", path, reply(ordered("COMPLETED", purchase_units=[after]))),
        )
        (told,) = api(server).fetch(Fetch("order", ORDER_ID), TOLD)
    assert isinstance(told, MoneyEvent)


@pytest.mark.parametrize("custom", ["ended=1", "of another shop", ""])
def test_an_order_that_has_ended_or_is_not_ours_is_never_taken_the_money_of(custom: str) -> None:
    with RecordedServer() as server:
        found = ordered("APPROVED", purchase_units=[{"custom_id": custom}])
        server.play(TOKEN, Exchange("GET", f"/v2/checkout/orders/{ORDER_ID}", reply(found)))
        (told,) = api(server).fetch(Fetch("order", ORDER_ID), TOLD)
    assert isinstance(told, OtherEvent)


@pytest.mark.parametrize("status", [204, 404, 422])
def test_a_link_is_ended_by_writing_so_into_its_order(status: int) -> None:
    with RecordedServer() as server:
        path = "/purchase_units/@reference_id=='default'/custom_id"
        ended = [{"op": "replace", "path": path, "value": "ended=1"}]
        server.play(
            TOKEN, Exchange("PATCH", f"/v2/checkout/orders/{ORDER_ID}", Reply(b"", status), json=ended)
        )
        api(server).expire_link(ORDER_ID)


@pytest.mark.parametrize("subject", ["../x", "", "a b", "x" * 100, "5O190127TN364715T/capture", "É1234"])
def test_an_id_that_is_none_is_never_asked_for(subject: str) -> None:
    with RecordedServer() as server:
        with pytest.raises(Uninterpretable):
            api(server).fetch(Fetch("payment", subject), TOLD)
        with pytest.raises(Uninterpretable):
            api(server).expire_link(subject)


def test_what_is_not_there_is_not_found_and_what_is_refused_says_why() -> None:
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange("GET", "/v2/payments/captures/ABCDEF", failing(404)),
            Exchange(
                "POST", "/v2/checkout/orders", reply({"message": "CURRENCY_NOT_SUPPORTED"}, 422), json=made()
            ),
            Exchange("GET", "/v2/payments/captures/ABCDEF", reply({"id": "ABCDEF", "status": "NEW"})),
        )
        it = api(server)
        with pytest.raises(NotFound):
            it.fetch(Fetch("payment", "ABCDEF"), TOLD)
        with pytest.raises(Conflict, match="CURRENCY_NOT_SUPPORTED"):
            it.create_link(order())
        with pytest.raises(DependencyFailed):
            it.fetch(Fetch("payment", "ABCDEF"), TOLD)
        with pytest.raises(NotFound):
            it.fetch(Fetch("payout", "ABCDEF"), TOLD)


def record(code: str, value: str, status: str = "S", **info: Any) -> dict[str, Any]:
    told = {
        "transaction_id": f"TX{code}",
        "transaction_event_code": code,
        "transaction_initiation_date": "2026-03-01T10:00:00+0000",
        "transaction_amount": {"currency_code": "USD", "value": value},
        "fee_amount": {"currency_code": "USD", "value": "-0.88"},
        "transaction_status": status,
        **info,
    }
    payer = {"email_address": "a@example.com", "payer_name": {"alternate_full_name": "Ada"}}
    return {"transaction_info": told, "payer_info": payer}


def listing(start: str, end: str, page: str, answer: dict[str, Any]) -> Exchange:
    query = {"start_date": start, "end_date": end, "page": page, "page_size": "500"}
    query["fields"] = "transaction_info,payer_info"
    return Exchange("GET", "/v1/reporting/transactions", reply(answer), query=query)


def test_payments_refunds_and_reversals_are_listed_by_pages() -> None:
    records = [
        record("T0006", "20.00", custom_field="invoice=INV-1&account=C-1.USD"),
        record("T0007", "30.00", "P"),
        record("T1107", "-5.00", paypal_reference_id="TXT0006"),
        record("T1201", "-20.00", paypal_reference_id="TXT0006"),
        record("T0400", "-100.00"),
        record("T0006", "-3.00"),
        {"transaction_info": {"transaction_amount": "broken"}},
    ]
    window = ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
    with RecordedServer() as server:
        server.play(
            TOKEN,
            listing(*window, "1", {"transaction_details": records, "total_pages": 2}),
            listing(*window, "2", {"transaction_details": [], "total_pages": 2}),
        )
        it = api(server)
        first = it.payments(SINCE, UNTIL, None)
        second = it.payments(SINCE, UNTIL, first.cursor)
    assert [(each.type, each.payment_id, each.amount) for each in first.events] == [
        (EventType.PAYMENT_SUCCEEDED, "TXT0006", Money(2000, "USD")),
        (EventType.PAYMENT_PENDING, "TXT0007", Money(3000, "USD")),
        (EventType.REFUND_SUCCEEDED, "TXT0006", Money(500, "USD")),
        (EventType.PAYMENT_REVERSED, "TXT0006", Money(2000, "USD")),
    ]
    assert first.events[0].fee == Money(88, "USD")
    assert first.events[0].references.invoice == "INV-1"
    assert (second.events, second.cursor) == ((), None)


def test_a_longer_window_is_cut_into_months() -> None:
    with RecordedServer() as server:
        empty: dict[str, Any] = {"transaction_details": []}
        server.play(
            TOKEN,
            listing("2026-03-01T00:00:00Z", "2026-04-01T00:00:00Z", "1", empty),
            listing("2026-04-01T00:00:00Z", "2026-04-10T00:00:00Z", "1", empty),
        )
        it, until = api(server), SINCE + timedelta(days=40)
        first = it.payments(SINCE, until, None)
        assert it.payments(SINCE, until, first.cursor).cursor is None


def test_withdrawals_are_payouts() -> None:
    with RecordedServer() as server:
        records = [record("T0400", "-100.00"), record("T0006", "20.00"), record("T0403", "-1.00", "D")]
        window = ("2026-03-01T00:00:00Z", "2026-03-02T00:00:00Z")
        server.play(TOKEN, listing(*window, "1", {"transaction_details": records}))
        (payout,) = api(server).payouts(SINCE, UNTIL, None).events
    assert (payout.type, payout.subject_id, payout.amount, payout.payment_id) == (
        EventType.PAYOUT,
        "TXT0400",
        Money(10_000, "USD"),
        None,
    )
