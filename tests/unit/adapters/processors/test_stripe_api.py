"""Stripe's API, as its documentation shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from receivables.adapters.processors.stripe.api import Api
from receivables.core.errors import Conflict, DependencyFailed, InvalidInput, NotFound, Throttled
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, Payer
from receivables.payments.processors import CollectionOrder, Credentials, LinkOrder
from tests.fakes.recorded_server import Exchange, RecordedServer, reply, throttled
from tests.fakes.webhooks import NOW, charge, intent

AUTH = {"authorization": "Bearer rk_1", "stripe-version": "2024-06-20"}
TOLD = MoneyEvent(EventType.PAYOUT, "payout.paid", "evt_1", NOW)
SECONDS = int(NOW.timestamp())


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer) -> Api:
    return Api(Credentials({"api_key": "rk_1"}, base_url=server.url), server.http())


def get(path: str, document: Any, status: int = 200, query: Any = ()) -> Exchange:
    return Exchange("GET", path, headers=AUTH, query=query, reply=reply(document, status))


def order(**changes: Any) -> LinkOrder:
    known = LinkOrder(
        key="link-1",
        amount=Money(10_000, "EUR"),
        description="Invoice INV-1",
        return_url="https://pay.example.com/thanks",
        expires_at=NOW + timedelta(hours=2),
        account_id="C1.EUR",
        invoice="INV-1",
    )
    return replace(known, **changes)


SESSION = {"id": "cs_1", "url": "https://checkout.stripe.com/c/pay/cs_1", "expires_at": SECONDS + 7_200}
SESSION_FORM = {
    "mode": "payment",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "10000",
    "line_items[0][price_data][product_data][name]": "Invoice INV-1",
    "line_items[0][quantity]": "1",
    "client_reference_id": "INV-1",
    "payment_intent_data[description]": "Invoice INV-1",
    "success_url": "https://pay.example.com/thanks",
    "cancel_url": "https://pay.example.com/thanks",
    "expires_at": str(SECONDS + 7_200),
    "locale": "en",
    "metadata[invoice]": "INV-1",
    "metadata[account]": "C1.EUR",
    "payment_intent_data[metadata][invoice]": "INV-1",
    "payment_intent_data[metadata][account]": "C1.EUR",
}


def test_a_link_is_a_checkout_session_whose_intent_names_the_invoice(server: RecordedServer) -> None:
    keyed = {**AUTH, "idempotency-key": "link-1"}
    post = Exchange("POST", "/v1/checkout/sessions", headers=keyed, form=SESSION_FORM, reply=reply(SESSION))
    server.play(post)
    link = api(server).create_link(order())
    assert (link.id, link.url) == ("cs_1", SESSION["url"])
    assert link.expires_at == NOW + timedelta(hours=2)


def test_a_link_for_an_account_names_no_invoice_and_knows_the_payers_address(server: RecordedServer) -> None:
    form = {name: value for name, value in SESSION_FORM.items() if "invoice" not in name}
    form |= {"client_reference_id": "C1.EUR", "customer_email": "a@b.example", "locale": "pt"}
    server.play(Exchange("POST", "/v1/checkout/sessions", headers=AUTH, form=form, reply=reply(SESSION)))
    assert (
        api(server).create_link(order(invoice=None, payer=Payer(email="a@b.example"), locale="pt-BR")).id
        == "cs_1"
    )


def test_throttling_is_waited_out_with_the_same_key(server: RecordedServer) -> None:
    keyed = {**AUTH, "idempotency-key": "link-1"}
    for answer in (throttled(), throttled(), throttled()):
        server.play(Exchange("POST", "/v1/checkout/sessions", headers=keyed, form=SESSION_FORM, reply=answer))
    with pytest.raises(Throttled):
        api(server).create_link(order())


@pytest.mark.parametrize(
    ("minor", "currency", "units"), [(500, "JPY", "500"), (500, "ISK", "50000"), (5_120, "KWD", "5120")]
)
def test_amounts_are_given_in_stripes_units(
    server: RecordedServer, minor: int, currency: str, units: str
) -> None:
    item = "line_items[0][price_data]"
    form = {**SESSION_FORM, f"{item}[currency]": currency.lower(), f"{item}[unit_amount]": units}
    server.play(Exchange("POST", "/v1/checkout/sessions", headers=AUTH, form=form, reply=reply(SESSION)))
    assert api(server).create_link(order(amount=Money(minor, currency))).id == "cs_1"


@pytest.mark.parametrize(("minor", "currency"), [(5_121, "KWD"), (1_050, "MGA")])
def test_an_amount_that_stripe_cannot_hold_is_refused_before_it_is_asked(
    server: RecordedServer, minor: int, currency: str
) -> None:
    with pytest.raises(InvalidInput):
        api(server).create_link(order(amount=Money(minor, currency)))


def test_a_session_is_expired(server: RecordedServer) -> None:
    server.play(
        Exchange("POST", "/v1/checkout/sessions/cs_1/expire", headers=AUTH, form={}, reply=reply(SESSION))
    )
    api(server).expire_link("cs_1")


REFUSED = {"error": {"message": "Only Checkout Sessions with a status in open can be expired."}}


def expiry(status: int, document: Any) -> Exchange:
    return Exchange(
        "POST", "/v1/checkout/sessions/cs_1/expire", headers=AUTH, form={}, reply=reply(document, status)
    )


def test_to_expire_what_was_paid_or_has_ended_is_harmless(server: RecordedServer) -> None:
    server.play(expiry(400, REFUSED), get("/v1/checkout/sessions/cs_1", {"id": "cs_1", "status": "complete"}))
    api(server).expire_link("cs_1")
    server.play(expiry(404, {}))
    api(server).expire_link("cs_1")


def test_a_session_that_cannot_be_expired_and_is_open_is_told(server: RecordedServer) -> None:
    server.play(expiry(400, REFUSED), get("/v1/checkout/sessions/cs_1", {"id": "cs_1", "status": "open"}))
    with pytest.raises(Conflict, match="can be expired"):
        api(server).expire_link("cs_1")


COLLECTION = CollectionOrder(
    key="arr-1",
    amount=Money(10_000, "EUR"),
    mandate="pm_1",
    customer="cus_1",
    on=date(2026, 3, 2),
    description="Invoice INV-1",
    account_id="C1.EUR",
    invoice="INV-1",
)
COLLECTION_FORM = {
    "amount": "10000",
    "currency": "eur",
    "customer": "cus_1",
    "payment_method": "pm_1",
    "automatic_payment_methods[enabled]": "true",
    "automatic_payment_methods[allow_redirects]": "never",
    "off_session": "true",
    "confirm": "true",
    "description": "Invoice INV-1",
    "metadata[invoice]": "INV-1",
    "metadata[account]": "C1.EUR",
}


def drawn(document: Any, status: int = 200) -> Exchange:
    keyed = {**AUTH, "idempotency-key": "arr-1"}
    return Exchange(
        "POST", "/v1/payment_intents", headers=keyed, form=COLLECTION_FORM, reply=reply(document, status)
    )


@pytest.mark.parametrize("status", ["processing", "succeeded"])
def test_money_is_drawn_without_the_customer(server: RecordedServer, status: str) -> None:
    server.play(drawn({"id": "pi_1", "status": status}))
    assert api(server).collect(COLLECTION).payment_id == "pi_1"


def test_what_the_bank_refuses_is_told_in_stripes_words(server: RecordedServer) -> None:
    server.play(drawn({"error": {"code": "card_declined", "message": "Your card was declined."}}, 402))
    with pytest.raises(Conflict, match="declined"):
        api(server).collect(COLLECTION)
    server.play(drawn({"id": "pi_1", "status": "requires_action"}))
    with pytest.raises(Conflict, match="requires_action"):
        api(server).collect(COLLECTION)
    with pytest.raises(Conflict, match="customer"):
        api(server).collect(replace(COLLECTION, customer=None))


def fetched(server: RecordedServer, kind: str, subject_id: str) -> list[MoneyEvent]:
    return [each for each in api(server).fetch(Fetch(kind, subject_id), TOLD) if isinstance(each, MoneyEvent)]


def asked(document: dict[str, Any]) -> Exchange:
    return get("/v1/payment_intents/pi_1", document, query=[("expand[]", "latest_charge")])


@pytest.mark.parametrize(
    ("status", "type_"),
    [
        ("succeeded", EventType.PAYMENT_SUCCEEDED),
        ("processing", EventType.PAYMENT_PENDING),
        ("requires_payment_method", EventType.PAYMENT_FAILED),
        ("canceled", EventType.PAYMENT_FAILED),
    ],
)
def test_a_payment_is_told_as_it_stands(server: RecordedServer, status: str, type_: EventType) -> None:
    for _ in range(2):
        server.play(asked(intent(status=status, created=SECONDS, livemode=True)))
    first, again = fetched(server, "payment", "pi_1"), fetched(server, "payment", "pi_1")
    assert (first[0].type, first[0].payment_id) == (type_, "pi_1")
    assert first == again


def test_a_payment_came_with_its_last_attempt_not_when_the_first_one_began(server: RecordedServer) -> None:
    # Another attempt had failed in between: it must not look as if the money had gone again.
    last = charge(created=SECONDS + 600)
    server.play(asked(intent(status="succeeded", created=SECONDS, livemode=True, latest_charge=last)))
    (told,) = fetched(server, "payment", "pi_1")
    assert (told.type, told.occurred) == (EventType.PAYMENT_SUCCEEDED, NOW + timedelta(minutes=10))


def test_a_collection_that_is_under_way_already_is_no_refusal(server: RecordedServer) -> None:
    # The first try may have been lost on the way back, and succeed after all.
    server.play(drawn({"error": {"code": "idempotency_key_in_use"}}, 409))
    with pytest.raises(Throttled):
        api(server).collect(COLLECTION)


def test_a_payment_that_nobody_has_tried_tells_nothing(server: RecordedServer) -> None:
    server.play(asked(intent(status="requires_confirmation", created=SECONDS)))
    assert fetched(server, "payment", "pi_1") == []


def test_a_charge_a_refund_and_a_dispute_are_told_as_they_stand(server: RecordedServer) -> None:
    known = {"amount": 100, "currency": "eur", "charge": "ch_1", "created": SECONDS}
    server.play(
        get("/v1/charges/ch_1", charge(status="succeeded", created=SECONDS)),
        get("/v1/refunds/re_1", {"id": "re_1", "status": "failed", **known}),
        get("/v1/disputes/dp_1", {"id": "dp_1", "status": "lost", **known}),
    )
    types = [
        fetched(server, *need)[0].type
        for need in (("payment", "ch_1"), ("refund", "re_1"), ("dispute", "dp_1"))
    ]
    assert types == [EventType.PAYMENT_SUCCEEDED, EventType.REFUND_FAILED, EventType.DISPUTE_LOST]


PAYOUT = {
    "id": "po_1",
    "amount": 9_800,
    "currency": "eur",
    "status": "paid",
    "automatic": True,
    "arrival_date": SECONDS,
    "created": SECONDS - 86_400,
    "livemode": True,
}


def entries(*data: dict[str, Any], more: bool = False, after: str | None = None) -> Exchange:
    query = {"payout": "po_1", "limit": "100", **({"starting_after": after} if after else {})}
    return get("/v1/balance_transactions", {"data": list(data), "has_more": more}, query=query)


def test_a_payouts_fees_are_those_of_all_that_is_in_it(server: RecordedServer) -> None:
    server.play(
        get("/v1/payouts/po_1", PAYOUT),
        entries({"id": "txn_1", "type": "charge", "fee": 175, "net": 9_825, "currency": "eur"}, more=True),
        entries(
            {"id": "txn_2", "type": "stripe_fee", "amount": -21, "fee": 4, "net": -25, "currency": "eur"},
            {"id": "txn_3", "type": "payout", "fee": 0, "net": -9_800, "currency": "eur"},
            after="txn_1",
        ),
    )
    (event,) = fetched(server, "payout", "po_1")
    assert (event.type, event.subject_id) == (EventType.PAYOUT, "po_1")
    assert (event.amount, event.fee, event.fetch) == (Money(9_800, "EUR"), Money(200, "EUR"), None)
    assert event.occurred == NOW


def test_of_a_payout_by_hand_nobody_knows_the_fees(server: RecordedServer) -> None:
    server.play(get("/v1/payouts/po_1", {**PAYOUT, "automatic": False}))
    assert fetched(server, "payout", "po_1")[0].fee is None


def test_payouts_are_listed_by_their_arrival(server: RecordedServer) -> None:
    others = [
        {**PAYOUT, "id": f"po_{n}", "status": s, "automatic": False}
        for n, s in ((2, "failed"), (3, "pending"))
    ]
    query = {"arrival_date[gte]": str(SECONDS), "arrival_date[lt]": str(SECONDS + 60), "limit": "10"}
    page = {"data": [{**PAYOUT, "automatic": False}, {**PAYOUT, "amount": -5, "automatic": False}, *others]}
    server.play(get("/v1/payouts", {**page, "has_more": False}, query=query))
    listed = api(server).payouts(NOW, NOW + timedelta(minutes=1), None)
    assert [event.type for event in listed.events] == [EventType.PAYOUT, EventType.PAYOUT_FAILED]
    assert listed.cursor is None


def event(n: int, kind: str, subject: dict[str, Any]) -> dict[str, Any]:
    known = {"type": kind, "created": SECONDS, "livemode": True}
    return {"id": f"evt_{n}", **known, "data": {"object": subject}}


def test_payments_are_listed_page_by_page_as_webhooks_tell_them(server: RecordedServer) -> None:
    types = [
        ("types[]", each)
        for each in (
            "charge.succeeded charge.captured charge.pending charge.failed refund.created refund.updated "
            "refund.failed charge.dispute.created charge.dispute.funds_withdrawn "
            "charge.dispute.funds_reinstated charge.dispute.closed"
        ).split()
    ]
    window = [("created[gte]", str(SECONDS)), ("created[lt]", str(SECONDS + 60)), ("limit", "100"), *types]
    first = [event(1, "charge.succeeded", charge()), event(2, "charge.succeeded", charge(currency="xxx"))]
    server.play(
        get("/v1/events", {"data": first, "has_more": True}, query=window),
        get("/v1/events", {"data": [], "has_more": False}, query=[*window, ("starting_after", "evt_2")]),
    )
    until = NOW + timedelta(minutes=1)
    listed = api(server).payments(NOW, until, None)
    assert [each.event_id for each in listed.events] == ["evt_1"]
    assert listed.cursor == "evt_2"
    assert api(server).payments(NOW, until, listed.cursor).cursor is None


@pytest.mark.parametrize(
    "subject_id", ["", "pi", "pi_1/../../x", "pi_1?x", "pi_1#", "pí_1", "../v1", "pi_" + "x" * 300]
)
def test_an_id_that_is_none_of_stripes_never_reaches_an_address(
    server: RecordedServer, subject_id: str
) -> None:
    with pytest.raises(NotFound):
        api(server).fetch(Fetch("payment", subject_id), TOLD)
    with pytest.raises(NotFound):
        api(server).payments(NOW, NOW, subject_id or "?")
    assert server.received == []


@pytest.mark.parametrize(
    "document", [{}, {"id": 7}, {"id": "cs_1", "url": "https://x", "expires_at": "soon"}]
)
def test_an_answer_without_what_is_needed_is_stripes_failure(server: RecordedServer, document: Any) -> None:
    server.play(
        Exchange("POST", "/v1/checkout/sessions", headers=AUTH, form=SESSION_FORM, reply=reply(document))
    )
    with pytest.raises(DependencyFailed):
        api(server).create_link(order())


@pytest.mark.parametrize("link_id", ["", "cs", "cs_1/x", "../v1"])
def test_a_link_that_is_no_id_never_reaches_an_address(server: RecordedServer, link_id: str) -> None:
    with pytest.raises(NotFound):
        api(server).expire_link(link_id)
