"""Mollie's API as recorded."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest

from receivables.adapters.processors.asking import to_fetch
from receivables.adapters.processors.mollie.api import Api
from receivables.core.errors import Conflict, DependencyFailed, NotFound, Refused
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, Uninterpretable
from receivables.payments.processors import Credentials, Listed
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, reply
from tests.unit.adapters.processors.orders import ORDER
from tests.unit.adapters.processors.test_mollie_events import amount, chargeback, payment, refund

AUTH = {"authorization": "Bearer test_key"}
SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)
TOLD = to_fetch("payment", "tr_5B8cwPMGnU", "e", "classic")


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer, **values: str) -> Api:
    return Api(Credentials({"api_key": "test_key", **values}, server.url), server.http())


def listing(name: str, records: list[dict[str, Any]], further: str | None = None) -> Reply:
    href = f"https://api.mollie.com/v2/{name}?from={further}&limit=250"
    return reply(
        {
            "count": len(records),
            "_embedded": {name: records},
            "_links": {"next": {"href": href} if further else None},
        }
    )


def asked(name: str, answer: Reply, **query: str) -> Exchange:
    return Exchange("GET", f"/v2/{name}", answer, query={"limit": "250", **query}, headers=AUTH)


def test_a_payment_is_asked_for_with_its_refunds_and_chargebacks(server: RecordedServer) -> None:
    whole = payment(_embedded={"refunds": [refund()], "chargebacks": [chargeback()]})
    server.play(
        Exchange(
            "GET",
            "/v2/payments/tr_5B8cwPMGnU",
            reply(whole),
            query={"embed": "refunds,chargebacks"},
            headers=AUTH,
        )
    )
    heard = api(server).fetch(Fetch("payment", "tr_5B8cwPMGnU"), TOLD)
    assert [told.type for told in heard if isinstance(told, MoneyEvent)] == [
        EventType.PAYMENT_SUCCEEDED,
        EventType.REFUND_SUCCEEDED,
        EventType.DISPUTE_OPENED,
    ]


def test_the_same_state_is_the_same_event(server: RecordedServer) -> None:
    path, query = "/v2/payments/tr_5B8cwPMGnU", {"embed": "refunds,chargebacks"}
    server.play(*(Exchange("GET", path, reply(payment()), query=query) for _ in range(2)))
    mollie = api(server)
    first, second = (mollie.fetch(Fetch("payment", "tr_5B8cwPMGnU"), TOLD) for _ in range(2))
    assert first == second


def test_of_a_payment_link_every_payment_is_asked_for(server: RecordedServer) -> None:
    server.play(
        asked("payment-links/pl_4Y0eZitmBn/payments", listing("payments", [payment()])),
        Exchange(
            "GET",
            "/v2/payments/tr_5B8cwPMGnU",
            reply(payment()),
            query={"embed": "refunds,chargebacks"},
        ),
    )
    (told,) = api(server).fetch(Fetch("payment_link", "pl_4Y0eZitmBn"), TOLD)
    assert isinstance(told, MoneyEvent)
    assert told.payment_id == "tr_5B8cwPMGnU"


@pytest.mark.parametrize("injected", ["tr_1/../../customers", "tr_1?x", "", "tr_1 ", "../payments"])
def test_an_injected_id_is_never_asked_for(server: RecordedServer, injected: str) -> None:
    with pytest.raises(Uninterpretable):
        api(server).fetch(Fetch("payment", injected), TOLD)
    assert server.received == []


def test_another_account_s_payment_is_not_found(server: RecordedServer) -> None:
    gone = reply({"status": 404, "title": "Not Found", "detail": "No payment exists"}, status=404)
    server.play(Exchange("GET", "/v2/payments/tr_5B8cwPMGnU", gone, query={"embed": "refunds,chargebacks"}))
    with pytest.raises(NotFound, match="No payment exists"):
        api(server).fetch(Fetch("payment", "tr_5B8cwPMGnU"), TOLD)


def test_a_kind_that_mollie_does_not_have_is_not_found(server: RecordedServer) -> None:
    with pytest.raises(NotFound):
        api(server).fetch(Fetch("mandate", "mdt_123456"), TOLD)


def test_nothing_is_asked_without_a_key(server: RecordedServer) -> None:
    keyless = Api(Credentials({"other": "x"}, server.url), server.http())
    with pytest.raises(Refused, match="api_key"):
        keyless.fetch(Fetch("payment", "tr_5B8cwPMGnU"), TOLD)


def pages(mollie: Api) -> list[Listed]:
    found = [mollie.payments(SINCE, UNTIL, None)]
    while found[-1].cursor is not None:
        found.append(mollie.payments(SINCE, UNTIL, found[-1].cursor))
    return found


def test_payments_refunds_and_chargebacks_of_a_window_are_listed(server: RecordedServer) -> None:
    late = payment(id="tr_late", paidAt="2026-03-04T00:00:00Z")
    early = payment(id="tr_early", createdAt="2026-02-20T08:00:00Z", paidAt="2026-03-01T00:00:00Z")
    unread = payment(id="tr_unread", amount={"value": "x", "currency": "EUR"})
    looked = payment("open", id="tr_open")
    server.play(
        asked("payments", listing("payments", [late, looked, unread, payment()], "tr_early")),
        asked(
            "payments",
            listing(
                "payments",
                [
                    early,
                    payment(id="tr_older", createdAt="2026-01-01T00:00:00Z", paidAt="2026-01-02T00:00:00Z"),
                ],
                "tr_more",
            ),
            **{"from": "tr_early"},
        ),
        asked("refunds", listing("refunds", [refund()])),
        asked("chargebacks", listing("chargebacks", [chargeback()])),
    )
    found = [each for page in pages(api(server)) for each in page.events]
    assert [each.payment_id for each in found if each.type is EventType.PAYMENT_SUCCEEDED] == [
        "tr_5B8cwPMGnU",
        "tr_early",
    ]
    assert [each.type for each in found[2:]] == [EventType.REFUND_SUCCEEDED, EventType.DISPUTE_OPENED]


def test_a_listing_that_is_not_understood_is_mollie_s_failure(server: RecordedServer) -> None:
    server.play(asked("payments", reply({"_embedded": {"payments": "none"}})))
    with pytest.raises(DependencyFailed):
        api(server).payments(SINCE, UNTIL, None)


def test_settlements_are_read_with_the_token_of_the_organization(server: RecordedServer) -> None:
    paid = {
        "id": "stl_jDk30akdN",
        "status": "paidout",
        "amount": amount("980.00"),
        "createdAt": "2026-03-01T00:00:00Z",
        "settledAt": "2026-03-02T00:00:00Z",
    }
    server.play(
        Exchange(
            "GET",
            "/v2/settlements",
            listing("settlements", [paid]),
            query={"limit": "250"},
            headers={"authorization": "Bearer access_1"},
        )
    )
    (told,) = api(server, organization_token="access_1").payouts(SINCE, UNTIL, None).events
    assert (told.type, told.amount) == (EventType.PAYOUT, Money(98_000, "EUR"))


def test_without_that_token_no_settlements_are_listed(server: RecordedServer) -> None:
    assert api(server).payouts(SINCE, UNTIL, None) == Listed(())


LINK = {
    "resource": "payment-link",
    "id": "pl_4Y0eZitmBn",
    "_links": {"paymentLink": {"href": "https://paymentlink.mollie.com/payment/4Y0eZitmBn/"}},
}


def link_asked(answer: Reply, **members: object) -> Exchange:
    return Exchange(
        "POST",
        "/v2/payment-links",
        answer,
        headers={**AUTH, "idempotency-key": "link-1"},
        json={
            "description": "INV-7 Consulting",
            "amount": {"currency": "EUR", "value": "123.45"},
            "redirectUrl": "https://pay.example.com/thanks",
            "expiresAt": "2026-03-05T12:00:00+00:00",
            "reusable": False,
            **members,
        },
    )


def test_a_link_names_the_invoice_and_ends_in_time(server: RecordedServer) -> None:
    server.play(link_asked(reply(LINK, status=201)))
    link = api(server).create_link(ORDER)
    assert (link.id, link.url) == ("pl_4Y0eZitmBn", "https://paymentlink.mollie.com/payment/4Y0eZitmBn/")
    assert link.expires_at == ORDER.expires_at


def test_a_link_whose_answer_was_lost_is_asked_for_again_by_the_same_key(server: RecordedServer) -> None:
    server.play(link_asked(failing()), link_asked(reply(LINK, status=201)))
    assert api(server).create_link(ORDER).id == "pl_4Y0eZitmBn"


def test_a_link_may_have_a_classic_webhook(server: RecordedServer) -> None:
    hook = "https://pay.example.com/webhooks/mollie/main"
    server.play(link_asked(reply(LINK, status=201), webhookUrl=hook))
    api(server, webhook_url=hook).create_link(ORDER)


def test_a_refused_link_says_why(server: RecordedServer) -> None:
    refused = reply(
        {"status": 422, "title": "Unprocessable Entity", "detail": "The amount is lower than the minimum"},
        status=422,
    )
    server.play(link_asked(refused))
    with pytest.raises(Conflict, match="lower than the minimum"):
        api(server).create_link(ORDER)


@pytest.mark.parametrize("status", [200, 404])
def test_a_link_is_archived_and_that_it_is_gone_does_no_harm(server: RecordedServer, status: int) -> None:
    server.play(
        Exchange(
            "PATCH",
            "/v2/payment-links/pl_4Y0eZitmBn",
            reply({}, status=status),
            headers=AUTH,
            json={"archived": True},
        )
    )
    api(server).expire_link("pl_4Y0eZitmBn")


def test_the_window_ends_before_its_end(server: RecordedServer) -> None:
    server.play(asked("payments", listing("payments", [payment(paidAt="2026-03-03T00:00:00Z")])))
    assert api(server).payments(SINCE, UNTIL, None).events == ()
