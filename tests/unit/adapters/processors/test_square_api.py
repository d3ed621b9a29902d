"""Square's API as recorded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from receivables.adapters.processors.asking import to_fetch
from receivables.adapters.processors.square.api import VERSION, Api
from receivables.core.errors import NotFound, Refused, Throttled
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, Uninterpretable
from receivables.payments.processors import Credentials
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, reply, throttled
from tests.unit.adapters.processors.orders import ORDER, SINCE, UNTIL
from tests.unit.adapters.processors.test_square_events import (
    a_dispute,
    a_payment,
    a_payout,
    a_refund,
    entry,
)

AUTH = {"authorization": "Bearer sq_token", "square-version": VERSION}
CURSOR = "x" * 600  # opaque, and as long as Square likes
TOLD = to_fetch("payment", "x", "e", "payment.updated")
WINDOW = {
    "location_id": "L1",
    "updated_at_begin_time": "2026-03-01T00:00:00.000000Z",
    "updated_at_end_time": "2026-03-03T00:00:00.000000Z",
    "sort_field": "UPDATED_AT",
    "sort_order": "ASC",
    "limit": "100",
}


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer) -> Api:
    return Api(Credentials({"access_token": "sq_token", "location_id": "L1"}, server.url), server.http())


def got(path: str, answer: Reply, query: Mapping[str, str] | None = None) -> Exchange:
    return Exchange("GET", f"/v2/{path}", answer, query=query or {}, headers=AUTH)


def test_things_are_asked_for_by_their_ids(server: RecordedServer) -> None:
    server.play(
        got("payments/abcd1", reply({"payment": a_payment()})),
        got("refunds/abcd2", reply({"refund": a_refund()})),
        got("disputes/abcd3", reply({"dispute": a_dispute()})),
    )
    square = api(server)
    heard = [
        square.fetch(Fetch(kind, f"abcd{n}"), TOLD)
        for n, kind in ((1, "payment"), (2, "refund"), (3, "dispute"))
    ]
    assert [told.type for (told,) in heard if isinstance(told, MoneyEvent)] == [
        EventType.PAYMENT_SUCCEEDED,
        EventType.REFUND_SUCCEEDED,
        EventType.DISPUTE_OPENED,
    ]


def test_a_payout_comes_with_the_fees_of_all_its_entries(server: RecordedServer) -> None:
    server.play(
        got("payouts/po_b345d2c7", reply({"payout": a_payout()})),
        got(
            "payouts/po_b345d2c7/payout-entries",
            reply({"payout_entries": [entry("CHARGE", 10_000, 300)], "cursor": CURSOR}),
            {"limit": "100"},
        ),
        got(
            "payouts/po_b345d2c7/payout-entries",
            reply({"payout_entries": [entry("CHARGE", 1_000, 40)]}),
            {"limit": "100", "cursor": CURSOR},
        ),
    )
    (told,) = api(server).fetch(Fetch("payout", "po_b345d2c7"), TOLD)
    assert isinstance(told, MoneyEvent)
    assert told.fee == Money(340, "USD")


@pytest.mark.parametrize("injected", ["../payments", "a/b/c", "abc?x=1", "", "ab"])
def test_an_injected_id_is_never_asked_for(server: RecordedServer, injected: str) -> None:
    with pytest.raises(Uninterpretable):
        api(server).fetch(Fetch("payment", injected), TOLD)
    assert server.received == []


def test_what_square_does_not_have_is_not_found(server: RecordedServer) -> None:
    server.play(
        got(
            "payments/abcd1",
            reply(
                {
                    "errors": [
                        {
                            "category": "INVALID_REQUEST_ERROR",
                            "code": "NOT_FOUND",
                            "detail": "Could not find payment",
                        }
                    ]
                },
                status=404,
            ),
        )
    )
    with pytest.raises(NotFound, match="Could not find payment"):
        api(server).fetch(Fetch("payment", "abcd1"), TOLD)
    with pytest.raises(NotFound):
        api(server).fetch(Fetch("mandate", "abcd1"), TOLD)


def test_a_token_that_is_no_longer_good_is_told(server: RecordedServer) -> None:
    told = {"errors": [{"category": "AUTHENTICATION_ERROR", "code": "UNAUTHORIZED", "detail": "expired"}]}
    server.play(got("payments/abcd1", reply(told, status=401)))
    with pytest.raises(Refused, match="UNAUTHORIZED"):
        api(server).fetch(Fetch("payment", "abcd1"), TOLD)


def test_who_asks_too_often_comes_back_later(server: RecordedServer) -> None:
    server.play(*(got("payments/abcd1", throttled()) for _ in range(3)))
    with pytest.raises(Throttled):
        api(server).fetch(Fetch("payment", "abcd1"), TOLD)


def test_payments_refunds_and_disputes_of_a_window_are_listed(server: RecordedServer) -> None:
    old = a_dispute(updated_at="2026-01-01T00:00:00Z")
    server.play(
        got("payments", reply({"payments": [a_payment()], "cursor": CURSOR}), WINDOW),
        got("payments", reply({"payments": [a_payment("APPROVED")]}), {**WINDOW, "cursor": CURSOR}),
        got("refunds", reply({"refunds": [a_refund()]}), WINDOW),
        got("disputes", reply({"disputes": [old, a_dispute()]}), {"location_id": "L1"}),
    )
    square = api(server)
    page = square.payments(SINCE, UNTIL, None)
    found = list(page.events)
    while page.cursor:
        page = square.payments(SINCE, UNTIL, page.cursor)
        found += page.events
    assert [each.type for each in found] == [
        EventType.PAYMENT_SUCCEEDED,
        EventType.REFUND_SUCCEEDED,
        EventType.DISPUTE_OPENED,
    ]


def test_nothing_on_record_is_an_empty_list(server: RecordedServer) -> None:
    server.play(got("payments", reply({}), WINDOW))
    page = api(server).payments(SINCE, UNTIL, None)
    assert page.events == ()
    assert page.cursor == "refunds"


def test_payouts_are_listed_with_their_fees(server: RecordedServer) -> None:
    window = {"begin_time": WINDOW["updated_at_begin_time"], "end_time": WINDOW["updated_at_end_time"]}
    server.play(
        got(
            "payouts",
            reply({"payouts": [a_payout()]}),
            {"location_id": "L1", **window, "sort_order": "ASC", "limit": "100"},
        ),
        got(
            "payouts/po_b345d2c7/payout-entries",
            reply({"payout_entries": [entry("CHARGE", 10_000, 500)]}),
            {"limit": "100"},
        ),
    )
    (told,) = api(server).payouts(SINCE, UNTIL, None).events
    assert (told.amount, told.fee) == (Money(9_500, "USD"), Money(500, "USD"))


def link_asked(answer: Reply) -> Exchange:
    return Exchange(
        "POST",
        "/v2/online-checkout/payment-links",
        answer,
        headers=AUTH,
        json={
            "idempotency_key": "link-1",
            "quick_pay": {
                "name": "Consulting",
                "price_money": {"amount": 12_345, "currency": "EUR"},
                "location_id": "L1",
            },
            "checkout_options": {"redirect_url": "https://pay.example.com/thanks", "allow_tipping": False},
            "payment_note": "Invoice: INV-7",
            "pre_populated_data": {"buyer_email": "pay@example.com"},
        },
    )


def test_a_link_is_made_once_and_its_payment_will_name_the_invoice(server: RecordedServer) -> None:
    made = reply(
        {"payment_link": {"id": "PKVT6XGJZXYUP3NZ", "url": "https://square.link/u/EXAMPLE", "version": 1}}
    )
    server.play(link_asked(failing()), link_asked(made))
    link = api(server).create_link(ORDER)
    assert (link.id, link.url) == ("PKVT6XGJZXYUP3NZ", "https://square.link/u/EXAMPLE")


@pytest.mark.parametrize("status", [200, 404])
def test_a_link_is_deleted_and_that_it_is_gone_does_no_harm(server: RecordedServer, status: int) -> None:
    server.play(
        Exchange(
            "DELETE",
            "/v2/online-checkout/payment-links/PKVT6XGJZXYUP3NZ",
            reply({}, status=status),
            headers=AUTH,
        )
    )
    api(server).expire_link("PKVT6XGJZXYUP3NZ")


def test_real_money_and_rehearsals_have_addresses_of_their_own(server: RecordedServer) -> None:
    values = {"access_token": "t", "location_id": "L1"}
    assert Api(Credentials(values), server.http())._base == "https://connect.squareup.com/v2"
    rehearsal = Api(Credentials(values, livemode=False), server.http())
    assert rehearsal._base == "https://connect.squareupsandbox.com/v2"


def test_a_payment_that_changed_within_the_window_is_listed_whenever_its_money_came(
    server: RecordedServer,
) -> None:
    # What was captured at the very end of the last window, and got its fee within this one.
    timeline = {"card_payment_timeline": {"captured_at": "2026-02-28T23:59:00Z"}}
    server.play(got("payments", reply({"payments": [a_payment(card_details=timeline)]}), WINDOW))
    (told,) = api(server).payments(SINCE, UNTIL, None).events
    assert told.occurred < SINCE
