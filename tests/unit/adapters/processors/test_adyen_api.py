"""Adyen's Pay by Link, as its documentation shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.processors.adyen.api import Api, base_url
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound, Refused
from receivables.core.money import Money
from receivables.payments.events import Payer
from receivables.payments.processors import Credentials, LinkOrder
from tests.fakes.recorded_server import Exchange, RecordedServer, reply
from tests.fakes.webhooks import NOW

VALUES = {"api_key": "AQE-1", "merchant_account": "ExampleCOM"}
AUTH = {"x-api-key": "AQE-1"}
ORDER = LinkOrder(
    key="link-1",
    amount=Money(10_000, "EUR"),
    description="Invoice INV-1",
    return_url="https://pay.example.com/thanks",
    expires_at=NOW + timedelta(hours=2),
    account_id="C1.EUR",
    invoice="INV-1",
    payer=Payer(email="a@b.example"),
    locale="de-DE",
)
SENT = {
    "reference": "INV-1",
    "amount": {"currency": "EUR", "value": 10_000},
    "merchantAccount": "ExampleCOM",
    "description": "Invoice INV-1",
    "returnUrl": "https://pay.example.com/thanks",
    "expiresAt": "2026-03-02T11:30:00Z",
    "shopperLocale": "de-DE",
    "reusable": False,
    "metadata": {"invoice": "INV-1", "account": "C1.EUR"},
    "shopperEmail": "a@b.example",
}
MADE = {
    "id": "PL61C53A8B97E6915A",
    "url": "https://eu.adyen.link/PL61C53A8B97E6915A",
    "expiresAt": "2026-03-02T12:30:00+01:00",
    "status": "active",
}


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer, **values: str) -> Api:
    return Api(Credentials({**VALUES, **values}, base_url=server.url), server.http())


def creation(sent: Any, made: Any = MADE, status: int = 201) -> Exchange:
    keyed = {**AUTH, "idempotency-key": "link-1"}
    return Exchange("POST", "/paymentLinks", headers=keyed, json=sent, reply=reply(made, status))


def test_a_link_names_the_invoice(server: RecordedServer) -> None:
    server.play(creation(SENT))
    link = api(server).create_link(ORDER)
    assert (link.id, link.url, link.expires_at) == (MADE["id"], MADE["url"], ORDER.expires_at)


def test_a_link_for_an_account_names_it(server: RecordedServer) -> None:
    sent = {**SENT, "reference": "C1.EUR", "metadata": {"account": "C1.EUR"}}
    server.play(creation({name: value for name, value in sent.items() if name != "shopperEmail"}))
    assert api(server).create_link(replace(ORDER, invoice=None, payer=Payer())).id == MADE["id"]


@pytest.mark.parametrize(
    ("minor", "currency", "value"), [(500, "JPY", 500), (500, "ISK", 50_000), (50_000, "IDR", 500)]
)
def test_amounts_are_given_in_adyens_units(
    server: RecordedServer, minor: int, currency: str, value: int
) -> None:
    server.play(creation({**SENT, "amount": {"currency": currency, "value": value}}))
    assert api(server).create_link(replace(ORDER, amount=Money(minor, currency))).id == MADE["id"]


def test_an_amount_that_adyen_cannot_hold_is_refused(server: RecordedServer) -> None:
    with pytest.raises(InvalidInput):
        api(server).create_link(replace(ORDER, amount=Money(50_050, "IDR")))


def test_what_adyen_refuses_is_told_in_its_words(server: RecordedServer) -> None:
    server.play(creation(SENT, {"errorCode": "130", "message": "Reference Missing"}, 422))
    with pytest.raises(Conflict, match="Reference Missing"):
        api(server).create_link(ORDER)


@pytest.mark.parametrize("made", [{}, {**MADE, "expiresAt": None}, {**MADE, "url": ""}, {**MADE, "id": 7}])
def test_an_answer_without_what_is_needed_is_adyens_failure(server: RecordedServer, made: Any) -> None:
    server.play(creation(SENT, made))
    with pytest.raises(DependencyFailed):
        api(server).create_link(ORDER)


def expiry(status: int = 200) -> Exchange:
    return Exchange(
        "PATCH",
        "/paymentLinks/PL1",
        headers=AUTH,
        json={"status": "expired"},
        reply=reply({"message": "no"}, status),
    )


def state(status: str) -> Exchange:
    return Exchange("GET", "/paymentLinks/PL1", headers=AUTH, reply=reply({**MADE, "status": status}))


def test_a_link_is_expired_and_one_that_has_ended_is_left(server: RecordedServer) -> None:
    server.play(expiry(), expiry(404), expiry(422), state("completed"))
    for _ in range(3):
        api(server).expire_link("PL1")
    server.play(expiry(422), state("active"))
    with pytest.raises(Conflict):
        api(server).expire_link("PL1")


@pytest.mark.parametrize("link_id", ["", "PL", "PL1/x", "XX1", "PL1?"])
def test_an_id_that_is_none_of_adyens_never_reaches_an_address(server: RecordedServer, link_id: str) -> None:
    with pytest.raises(NotFound):
        api(server).expire_link(link_id)


def test_real_money_has_an_address_of_its_own() -> None:
    live = Credentials({**VALUES, "live_url_prefix": "1797a841fbb37ca7-Example"})
    prefixed = "https://1797a841fbb37ca7-Example-checkout-live.adyenpayments.com/checkout/v71"
    assert base_url(live) == prefixed
    assert base_url(replace(live, livemode=False)) == "https://checkout-test.adyen.com/v71"
    for prefix in ("", "evil.example/", "a b", "x" * 200):
        with pytest.raises(Refused):
            base_url(Credentials({**VALUES, "live_url_prefix": prefix}))


def test_credentials_that_lack_something_are_refused_before_adyen_is_asked(server: RecordedServer) -> None:
    for missing in ("api_key", "merchant_account"):
        with pytest.raises(Refused, match=missing):
            api(server, **{missing: ""}).create_link(ORDER)
    assert server.received == []
