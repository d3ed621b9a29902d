"""Braintree's API, against recorded exchanges."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from receivables.adapters.processors.braintree.api import Api
from receivables.core.errors import DependencyFailed, NotFound, Refused
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Uninterpretable
from receivables.payments.processors import Credentials
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing

SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
TOLD = MoneyEvent(EventType.PAYMENT_SUCCEEDED, "x", "e", UNTIL)
HEADERS = {"authorization": "Basic cHVibGljOnByaXZhdGU=", "x-apiversion": "6", "accept": "application/xml"}
AT = '<min type="datetime">2026-03-01T00:00:00Z</min><max type="datetime">2026-03-02T00:00:00Z</max>'
SETTLED = f"<settled_at>{AT}</settled_at>"
EFFECTIVE = f"<search><effective_date>{AT}</effective_date></search>".encode()


def api(server: RecordedServer, **values: str) -> Api:
    known = values or {"merchant_id": "m1", "public_key": "public", "private_key": "private"}
    return Api(Credentials(known, base_url=server.url), server.http())


def xml(text: str) -> Reply:
    return Reply(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}'.encode())


def transaction(own: str = "tx1", status: str = "settled", **more: str) -> str:
    fields = {"type": "sale", "amount": "10.00", "currency-iso-code": "EUR", **more}
    told = "".join(f"<{name}>{value}</{name}>" for name, value in fields.items())
    event = (
        f"<status-event><timestamp>2026-03-01T10:00:00Z</timestamp><status>{status}</status></status-event>"
    )
    history = f"<status-history>{event}</status-history><updated-at>2026-03-01T11:00:00Z</updated-at>"
    return f"<transaction><id>{own}</id><status>{status}</status>{told}{history}</transaction>"


def dispute(own: str = "d1", status: str = "open") -> str:
    return (
        f"<dispute><id>{own}</id><status>{status}</status><kind>chargeback</kind><amount-disputed>10.00"
        "</amount-disputed><currency-iso-code>EUR</currency-iso-code><updated-at>2026-03-01T12:00:00Z"
        "</updated-at><transaction><id>tx1</id></transaction></dispute>"
    )


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("settled", EventType.PAYMENT_SUCCEEDED),
        ("settling", EventType.PAYMENT_PENDING),
        ("submitted_for_settlement", EventType.PAYMENT_PENDING),
        ("settlement_declined", EventType.PAYMENT_FAILED),
        ("processor_declined", EventType.PAYMENT_FAILED),
        ("voided", EventType.PAYMENT_FAILED),
    ],
)
def test_a_transaction_is_fetched_as_it_is_by_now(status: str, expected: EventType) -> None:
    with RecordedServer() as server:
        answer = xml(transaction(status=status))
        server.play(Exchange("GET", "/merchants/m1/transactions/tx1", answer, headers=HEADERS))
        (told,) = api(server).fetch(Fetch("payment", "tx1"), TOLD)
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.payment_id, told.amount) == (expected, "tx1", Money(1000, "EUR"))
    assert (told.event_id, told.occurred) == (f"tx1/{status}", datetime(2026, 3, 1, 10, tzinfo=UTC))


def test_what_is_only_authorized_has_moved_nothing() -> None:
    with RecordedServer() as server:
        server.play(Exchange("GET", "/merchants/m1/transactions/tx1", xml(transaction(status="authorized"))))
        (told,) = api(server).fetch(Fetch("payment", "tx1"), TOLD)
    assert isinstance(told, OtherEvent)


def test_refunds_and_disputes_are_fetched() -> None:
    credit = transaction("r1", type="credit", **{"refunded-transaction-id": "tx1"})
    with RecordedServer() as server:
        server.play(
            Exchange("GET", "/merchants/m1/transactions/r1", xml(credit)),
            Exchange("GET", "/merchants/m1/disputes/d1", xml(dispute(status="won"))),
        )
        it = api(server)
        (refund,) = it.fetch(Fetch("refund", "r1"), TOLD)
        (won,) = it.fetch(Fetch("dispute", "d1"), TOLD)
    assert isinstance(refund, MoneyEvent)
    assert isinstance(won, MoneyEvent)
    assert (refund.type, refund.payment_id, refund.subject_id) == (EventType.REFUND_SUCCEEDED, "tx1", "r1")
    assert (won.type, won.subject_id, won.amount) == (EventType.DISPUTE_WON, "d1", Money(1000, "EUR"))


def ids(*found: str) -> Exchange:
    items = "".join(f"<item>{each}</item>" for each in found)
    answer = f'<search-results><page-size type="integer">50</page-size><ids type="array">{items}</ids></search-results>'
    body = f"<search>{SETTLED}</search>".encode()
    return Exchange(
        "POST", "/merchants/m1/transactions/advanced_search_ids", xml(answer), body=body, headers=HEADERS
    )


def page(*found: str) -> Exchange:
    items = "".join(f"<item>{each}</item>" for each in found)
    body = f'<search>{SETTLED}<ids type="array">{items}</ids></search>'.encode()
    told = "".join(map(transaction, found))
    answer = xml(f'<credit-card-transactions type="collection">{told}</credit-card-transactions>')
    return Exchange("POST", "/merchants/m1/transactions/advanced_search", answer, body=body)


def disputes(number: int, total: int, *found: str) -> Exchange:
    told = f'<total-items type="integer">{total}</total-items><page-size type="integer">50</page-size>'
    answer = xml(f'<disputes type="collection">{told}{"".join(map(dispute, found))}</disputes>')
    path = "/merchants/m1/disputes/advanced_search"
    return Exchange("POST", path, answer, body=EFFECTIVE, query={"page": str(number)})


def test_what_was_settled_and_what_is_disputed_is_listed_page_by_page() -> None:
    names = [f"tx{number}" for number in range(60)]
    with RecordedServer() as server:
        server.play(
            ids(*names),
            page(*names[:50]),
            ids(*names),
            page(*names[50:]),
            disputes(1, 51, "d1"),
            disputes(2, 51, "d2"),
        )
        it, cursor, found = api(server), None, []
        for _ in range(4):
            listed = it.payments(SINCE, UNTIL, cursor)
            found += [each.subject_id or each.payment_id for each in listed.events]
            cursor = listed.cursor
    assert found == [*names, "d1", "d2"]
    assert cursor is None


def test_a_day_on_which_nothing_was_settled_goes_on_to_the_disputes() -> None:
    with RecordedServer() as server:
        server.play(ids(), disputes(1, 0))
        it = api(server)
        first = it.payments(SINCE, UNTIL, None)
        assert it.payments(SINCE, UNTIL, first.cursor).cursor is None
        assert it.payouts(SINCE, UNTIL, None).events == ()


@pytest.mark.parametrize("subject", ["", "../x", "a b", "tx/1", "x" * 40])
def test_an_id_that_is_none_is_never_asked_for(subject: str) -> None:
    with RecordedServer() as server, pytest.raises(Uninterpretable):
        api(server).fetch(Fetch("payment", subject), TOLD)


def test_failures_are_told_apart() -> None:
    path = "/merchants/m1/transactions/tx1"
    with RecordedServer() as server:
        server.play(
            Exchange("GET", path, failing(404)),
            Exchange("GET", path, failing(401)),
            Exchange("GET", path, xml("<!DOCTYPE a [<!ENTITY b 'c'>]><transaction>&b;</transaction>")),
        )
        it = api(server)
        for expected in (NotFound, Refused, DependencyFailed):
            with pytest.raises(expected):
                it.fetch(Fetch("payment", "tx1"), TOLD)
        with pytest.raises(NotFound):
            it.fetch(Fetch("payout", "tx1"), TOLD)
    with RecordedServer() as server, pytest.raises(Refused, match="private_key"):
        api(server, merchant_id="m1", public_key="p").fetch(Fetch("payment", "tx1"), TOLD)
