"""GoCardless' API, as its documentation shows it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from receivables.adapters.processors.gocardless.api import Api
from receivables.adapters.processors.gocardless.events import read
from receivables.core.errors import Conflict, DependencyFailed, NotFound
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Payer, Told, Uninterpretable
from receivables.payments.processors import CollectionOrder, Credentials, LinkOrder
from tests.fakes.recorded_server import Exchange, RecordedServer, reply
from tests.fakes.webhooks import NOW, gocardless_event

AUTH = {"authorization": "Bearer token-1", "gocardless-version": "2015-07-06"}
PAYMENT = {
    "id": "PM1",
    "amount": 10_000,
    "currency": "GBP",
    "status": "confirmed",
    "charge_date": "2026-03-06",
    "description": "For INV-1",
    "reference": "REF-7",
    "metadata": {"invoice": "INV-1", "account": "C1.GBP"},
    "links": {"mandate": "MD1", "payout": "PO1"},
}
REFUND = {"id": "RF1", "amount": 2_500, "currency": "GBP", "links": {"payment": "PM1"}, "metadata": {}}
PAYOUT = {
    "id": "PO1",
    "amount": 9_900,
    "deducted_fees": 100,
    "currency": "GBP",
    "status": "paid",
    "created_at": "2026-03-02T09:29:00.000Z",
    "links": {},
}
WINDOW = {
    "created_at[gte]": "2026-03-02T09:30:00.000Z",
    "created_at[lt]": "2026-03-02T10:30:00.000Z",
    "limit": "250",
}
UNTIL = NOW + timedelta(hours=1)


@pytest.fixture
def server() -> Iterator[RecordedServer]:
    with RecordedServer() as playing:
        yield playing


def api(server: RecordedServer) -> Api:
    return Api(Credentials({"access_token": "token-1"}, base_url=server.url), server.http())


def get(path: str, document: Any, query: Any = (), status: int = 200) -> Exchange:
    return Exchange("GET", path, headers=AUTH, query=query, reply=reply(document, status))


def post(path: str, key: str, sent: Any, document: Any, status: int = 201) -> Exchange:
    keyed = {**AUTH, "idempotency-key": key}
    return Exchange("POST", path, headers=keyed, json=sent, reply=reply(document, status))


def fetched(server: RecordedServer, event: dict[str, Any]) -> Told:
    told = read(event)
    assert isinstance(told, MoneyEvent)
    assert told.fetch is not None
    (found,) = api(server).fetch(told.fetch, told)
    return found


def test_a_payments_event_is_completed_and_stays_a_fact_of_its_own_time(server: RecordedServer) -> None:
    # By now it has been charged back; that it was confirmed once is true all the same.
    server.play(get("/payments/PM1", {"payments": {**PAYMENT, "status": "charged_back"}}))
    event = fetched(server, gocardless_event("payments", "confirmed"))
    assert isinstance(event, MoneyEvent)
    assert (event.type, event.amount) == (EventType.PAYMENT_SUCCEEDED, Money(10_000, "GBP"))
    assert (event.event_id, event.fetch, event.parent_id) == ("EV1", None, "PO1")
    assert (event.references.invoice, event.references.account) == ("INV-1", "C1.GBP")
    assert event.references.texts == ("INV-1", "C1.GBP", "For INV-1", "REF-7")


def test_a_refund_names_its_payment(server: RecordedServer) -> None:
    server.play(get("/refunds/RF1", {"refunds": REFUND}))
    event = fetched(server, gocardless_event("refunds", "paid"))
    assert isinstance(event, MoneyEvent)
    assert (event.payment_id, event.subject_id, event.amount) == ("PM1", "RF1", Money(2_500, "GBP"))


def test_a_refund_of_a_mandate_is_of_no_payment(server: RecordedServer) -> None:
    server.play(get("/refunds/RF1", {"refunds": {**REFUND, "links": {"mandate": "MD1"}}}))
    assert isinstance(fetched(server, gocardless_event("refunds", "paid")), OtherEvent)


def test_a_payout_has_its_fees(server: RecordedServer) -> None:
    server.play(get("/payouts/PO1", {"payouts": PAYOUT}))
    event = fetched(server, gocardless_event("payouts", "paid"))
    assert isinstance(event, MoneyEvent)
    assert (event.amount, event.fee) == (Money(9_900, "GBP"), Money(100, "GBP"))


def test_what_does_not_make_sense_is_not_guessed(server: RecordedServer) -> None:
    for wrong in ({"amount": "1"}, {"amount": 0}, {"currency": "XXX"}, {"links": "x"}):
        server.play(get("/payments/PM1", {"payments": {**PAYMENT, **wrong}}))
        with pytest.raises(Uninterpretable):
            fetched(server, gocardless_event())
    server.play(get("/payments/PM1", {"payment": {}}))
    with pytest.raises(DependencyFailed):
        fetched(server, gocardless_event())


@pytest.mark.parametrize("subject_id", ["", "pm1", "PM1/../PM2", "PM1?x=1", "PM 1", "PM" + "1" * 70])
def test_an_id_that_is_none_of_gocardless_never_reaches_an_address(
    server: RecordedServer, subject_id: str
) -> None:
    told = MoneyEvent(EventType.PAYMENT_PENDING, "payments.created", "EV1", NOW)
    for kind in ("payment", "refund", "payout", "dispute"):
        with pytest.raises(NotFound):
            api(server).fetch(Fetch(kind, subject_id), told)
    assert server.received == []


def test_events_of_payments_and_then_of_refunds_are_listed_with_their_amounts(server: RecordedServer) -> None:
    payments = {
        "events": [
            gocardless_event("payments", "confirmed", "EV1"),
            gocardless_event("payments", "late_failure_settled", "EV2"),
            gocardless_event("payments", "failed", "EV3", links={"payment": "PM404"}),
        ],
        "linked": {"payments": [PAYMENT]},
        "meta": {"cursors": {"before": None, "after": "EV3"}, "limit": 250},
    }
    refunds = {
        "events": [gocardless_event("refunds", "created", "EV4")],
        "linked": {"refunds": [REFUND]},
        "meta": {"cursors": {"before": None, "after": None}, "limit": 250},
    }
    of_payments = {**WINDOW, "resource_type": "payments", "include": "payment"}
    of_refunds = {**WINDOW, "resource_type": "refunds", "include": "refund"}
    server.play(
        get("/events", payments, of_payments),
        get("/events", {"events": [], "meta": {"cursors": {"after": None}}}, {**of_payments, "after": "EV3"}),
        get("/events", refunds, of_refunds),
    )
    found: list[MoneyEvent] = []
    cursor, pages = None, 0
    while pages == 0 or cursor:
        page = api(server).payments(NOW, UNTIL, cursor)
        found, cursor, pages = [*found, *page.events], page.cursor, pages + 1
    assert [(each.event_id, each.amount) for each in found] == [
        ("EV1", Money(10_000, "GBP")),
        ("EV4", Money(2_500, "GBP")),
    ]
    assert pages == 3


def test_payouts_are_listed_as_they_stand(server: RecordedServer) -> None:
    made = [
        PAYOUT,
        {**PAYOUT, "id": "PO2", "status": "pending"},
        {**PAYOUT, "id": "PO3", "status": "bounced"},
        {**PAYOUT, "id": "PO4", "amount": -5},
    ]
    server.play(get("/payouts", {"payouts": made, "meta": {"cursors": {"after": "PO4"}}}, WINDOW))
    listed = api(server).payouts(NOW, UNTIL, None)
    assert [(each.type, each.subject_id) for each in listed.events] == [
        (EventType.PAYOUT, "PO1"),
        (EventType.PAYOUT_FAILED, "PO3"),
    ]
    assert listed.cursor == "PO4"


ORDER = LinkOrder(
    key="link-1",
    amount=Money(10_000, "GBP"),
    description="Invoice INV-1",
    return_url="https://pay.example.com/thanks",
    expires_at=NOW + timedelta(hours=2),
    account_id="C1.GBP",
    invoice="INV-1",
    payer=Payer(email="a@b.example"),
    locale="en-GB",
)
NAMED = {"invoice": "INV-1", "account": "C1.GBP"}
REQUEST = {
    "billing_requests": {
        "payment_request": {
            "amount": 10_000,
            "currency": "GBP",
            "description": "Invoice INV-1",
            "metadata": NAMED,
        },
        "metadata": NAMED,
    }
}
FLOW = {
    "billing_request_flows": {
        "redirect_uri": "https://pay.example.com/thanks",
        "exit_uri": "https://pay.example.com/thanks",
        "language": "en",
        "links": {"billing_request": "BRQ1"},
        "prefilled_customer": {"email": "a@b.example"},
    }
}
PAGE = {
    "billing_request_flows": {
        "id": "BRF1",
        "authorisation_url": "https://pay.gocardless.com/billing/static/flow?id=BRF1",
        "expires_at": "2026-03-09T09:30:00.000Z",
    }
}


def test_a_link_is_a_billing_request_and_a_page_for_it(server: RecordedServer) -> None:
    server.play(
        post("/billing_requests", "link-1", REQUEST, {"billing_requests": {"id": "BRQ1"}}),
        post("/billing_request_flows", "link-1-flow", FLOW, PAGE),
    )
    link = api(server).create_link(ORDER)
    assert (link.id, link.expires_at) == ("BRQ1", ORDER.expires_at)
    assert link.url == PAGE["billing_request_flows"]["authorisation_url"]


def conflict(resource_id: str) -> dict[str, Any]:
    known = {"reason": "idempotent_creation_conflict", "links": {"conflicting_resource_id": resource_id}}
    return {"error": {"message": "A resource has already been created with this key", "errors": [known]}}


def test_the_same_key_gives_what_was_made_before(server: RecordedServer) -> None:
    server.play(
        post("/billing_requests", "link-1", REQUEST, conflict("BRQ1"), 409),
        get("/billing_requests/BRQ1", {"billing_requests": {"id": "BRQ1"}}),
        post("/billing_request_flows", "link-1-flow", FLOW, PAGE),
    )
    assert api(server).create_link(ORDER).id == "BRQ1"


def cancel(status: int = 200) -> Exchange:
    return Exchange(
        "POST",
        "/billing_requests/BRQ1/actions/cancel",
        headers=AUTH,
        json={},
        reply=reply({"error": {"message": "invalid state"}}, status),
    )


def test_a_link_is_cancelled_and_one_that_has_ended_is_left(server: RecordedServer) -> None:
    server.play(cancel())
    api(server).expire_link("BRQ1")
    server.play(cancel(404))
    api(server).expire_link("BRQ1")
    server.play(cancel(422), get("/billing_requests/BRQ1", {"billing_requests": {"status": "fulfilled"}}))
    api(server).expire_link("BRQ1")
    server.play(cancel(422), get("/billing_requests/BRQ1", {"billing_requests": {"status": "pending"}}))
    with pytest.raises(Conflict):
        api(server).expire_link("BRQ1")


COLLECTION = CollectionOrder(
    key="arr-1",
    amount=Money(10_000, "GBP"),
    mandate="MD1",
    customer=None,
    on=date(2026, 3, 5),
    description="Invoice INV-1",
    account_id="C1.GBP",
    invoice="INV-1",
)


def collection(on: str) -> dict[str, Any]:
    return {
        "payments": {
            "amount": 10_000,
            "currency": "GBP",
            "charge_date": on,
            "description": "Invoice INV-1",
            "metadata": NAMED,
            "links": {"mandate": "MD1"},
        }
    }


def mandate(status: str = "active", earliest: str | None = "2026-03-04") -> Exchange:
    known = {"id": "MD1", "status": status, "next_possible_charge_date": earliest}
    return get("/mandates/MD1", {"mandates": known})


@pytest.mark.parametrize(
    ("earliest", "on"), [("2026-03-04", "2026-03-05"), ("2026-03-09", "2026-03-09"), (None, "2026-03-05")]
)
def test_money_is_drawn_on_the_day_or_the_first_on_which_it_can_be(
    server: RecordedServer, earliest: str | None, on: str
) -> None:
    server.play(
        mandate(earliest=earliest),
        post("/payments", "arr-1", collection(on), {"payments": {"id": "PM1", "charge_date": on}}),
    )
    found = api(server).collect(COLLECTION)
    assert (found.payment_id, found.on) == ("PM1", date.fromisoformat(on))


def test_the_same_collection_is_made_once(server: RecordedServer) -> None:
    server.play(
        mandate(),
        post("/payments", "arr-1", collection("2026-03-05"), conflict("PM1"), 409),
        get("/payments/PM1", {"payments": PAYMENT}),
    )
    assert api(server).collect(COLLECTION).payment_id == "PM1"


def test_another_conflict_is_told(server: RecordedServer) -> None:
    refused = {
        "error": {"message": "No such luck", "errors": [{"reason": "bank_account_exists", "links": {}}]}
    }
    server.play(mandate(), post("/payments", "arr-1", collection("2026-03-05"), refused, 409))
    with pytest.raises(Conflict, match="No such luck"):
        api(server).collect(COLLECTION)


@pytest.mark.parametrize("status", ["cancelled", "failed", "expired", "consumed", "suspended_by_payer"])
def test_a_mandate_that_is_not_in_force_is_not_drawn_upon(server: RecordedServer, status: str) -> None:
    server.play(mandate(status))
    with pytest.raises(Conflict, match=status):
        api(server).collect(COLLECTION)


def test_a_mandate_that_is_no_id_never_reaches_an_address(server: RecordedServer) -> None:
    with pytest.raises(NotFound):
        api(server).collect(replace(COLLECTION, mandate="../payments"))


def test_the_sandbox_is_asked_where_there_is_no_real_money() -> None:
    from receivables.adapters.processors.gocardless.api import base_url

    assert base_url(Credentials({}, livemode=True)) == "https://api.gocardless.com"
    assert base_url(Credentials({}, livemode=False)) == "https://api-sandbox.gocardless.com"
    assert base_url(Credentials({}, base_url="http://localhost:1")) == "http://localhost:1"


@pytest.mark.parametrize("link_id", ["", "brq1", "BRQ1/x", "../x"])
def test_a_link_that_is_no_id_never_reaches_an_address(server: RecordedServer, link_id: str) -> None:
    with pytest.raises(NotFound):
        api(server).expire_link(link_id)


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("pending_submission", EventType.PAYMENT_PENDING),
        ("submitted", EventType.PAYMENT_PENDING),
        ("confirmed", EventType.PAYMENT_SUCCEEDED),
        ("paid_out", EventType.PAYMENT_SUCCEEDED),
        ("failed", EventType.PAYMENT_FAILED),
        ("cancelled", EventType.PAYMENT_FAILED),
        ("customer_approval_denied", EventType.PAYMENT_FAILED),
        ("charged_back", EventType.PAYMENT_REVERSED),
    ],
)
def test_a_reconciliation_is_told_what_the_payment_is_by_now(
    server: RecordedServer, status: str, kind: EventType
) -> None:
    server.play(get("/payments/PM1", {"payments": {**PAYMENT, "status": status}}))
    asked = MoneyEvent(
        EventType.PAYMENT_SUCCEEDED, "reconciliation", "reconciliation/PM1", NOW, payment_id="PM1"
    )
    (event,) = api(server).fetch(Fetch("payment", "PM1"), asked)
    assert isinstance(event, MoneyEvent)
    assert (event.type, event.payment_id, event.amount) == (kind, "PM1", Money(10_000, "GBP"))


def test_a_conflict_that_is_not_understood_is_no_refusal(server: RecordedServer) -> None:
    # It may be that the payment was made: that is asked again, not taken for a no.
    server.play(mandate(), post("/payments", "arr-1", collection("2026-03-05"), {"error": "?"}, 409))
    with pytest.raises(DependencyFailed):
        api(server).collect(COLLECTION)
