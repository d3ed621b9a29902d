"""Wise's and TrueLayer's APIs, against recorded exchanges."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256

from receivables.adapters.processors.truelayer.api import Api as TrueLayer
from receivables.adapters.processors.wise.api import Api as Wise
from receivables.core.errors import Conflict, DependencyFailed, NotFound, Refused
from receivables.core.money import Money
from receivables.payments.events import EventType, Fetch, MoneyEvent, OtherEvent, Payer, Uninterpretable
from receivables.payments.processors import Credentials, LinkOrder
from tests.fakes.recorded_server import Exchange, RecordedServer, Reply, failing, reply
from tests.fakes.schemes import p521_key, private_pem, public_pem, rsa_key

AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SINCE, UNTIL = datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 2, tzinfo=UTC)
TOLD = MoneyEvent(EventType.PAYMENT_SUCCEEDED, "x", "e", AT)
BALANCES = "/v4/profiles/222/balances"


def wise(server: RecordedServer, **values: str) -> Wise:
    known = {"api_token": "t", "profile_id": "222", **values}
    return Wise(Credentials(known, base_url=server.url), server.http())


def balances(*found: tuple[int, str]) -> Exchange:
    told = [{"id": number, "currency": currency} for number, currency in found]
    headers = {"authorization": "Bearer t"}
    return Exchange("GET", BALANCES, reply(told), query={"types": "STANDARD"}, headers=headers)


def statement(number: str, currency: str, since: str, until: str, answer: Any, **headers: str) -> Exchange:
    query = {"currency": currency, "intervalStart": since, "intervalEnd": until, "type": "COMPACT"}
    path = f"/v1/profiles/222/balance-statements/{number}/statement.json"
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Exchange("GET", path, answer, query=query, headers=named)


def line(reference: str = "TRANSFER-1", kind: str = "DEPOSIT", **members: Any) -> dict[str, Any]:
    return {
        "type": "CREDIT",
        "date": "2026-03-02T09:29:58.832Z",
        "amount": {"value": 1234.5, "currency": "EUR"},
        "details": {
            "type": kind,
            "description": "Received money from Ada Ltd",
            "senderName": "Ada Ltd",
            "senderAccount": "DE89370400440532013000",
            "paymentReference": "INV-1",
        },
        "referenceNumber": reference,
        **members,
    }


def around(answer: Any, **headers: str) -> Exchange:
    return statement(
        "111", "EUR", "2026-03-02T08:30:00.000000Z", "2026-03-02T10:30:00.000000Z", answer, **headers
    )


def test_what_came_into_a_balance_is_read_from_its_statement() -> None:
    with RecordedServer() as server:
        lines = [line(), line("CONVERSION-1", "CONVERSION"), line("CARD-1", type="DEBIT"), {"broken": 1}]
        server.play(balances((111, "EUR")), around(reply({"transactions": lines})))
        (found,) = wise(server).fetch(Fetch("balance", "111"), TOLD)
    assert isinstance(found, MoneyEvent)
    assert (found.payment_id, found.event_id, found.amount) == (
        "TRANSFER-1",
        "TRANSFER-1",
        Money(123_450, "EUR"),
    )
    assert found.payer == Payer("Ada Ltd", None, "DE89370400440532013000", None)
    assert found.references.texts == ("INV-1", "Received money from Ada Ltd")


def test_a_credit_that_is_not_on_the_statement_yet_is_asked_for_again() -> None:
    with RecordedServer() as server:
        server.play(balances((111, "EUR")), around(reply({"transactions": []})))
        with pytest.raises(DependencyFailed):
            wise(server).fetch(Fetch("balance", "111"), TOLD)


def test_a_balance_that_is_not_ours_is_not_found() -> None:
    with RecordedServer() as server:
        server.play(balances((5, "EUR")))
        with pytest.raises(NotFound):
            wise(server).fetch(Fetch("balance", "111"), TOLD)
        with pytest.raises(NotFound):
            wise(server).fetch(Fetch("payment", "111"), TOLD)


def test_strong_authentication_is_answered_with_a_signature() -> None:
    key = rsa_key("wise")
    with RecordedServer() as server:
        once = Reply(b"", 403, {"x-2fa-approval": "once-1"})
        server.play(
            balances((111, "EUR")),
            around(once),
            around(reply({"transactions": [line()]}), x_2fa_approval="once-1"),
        )
        assert wise(server, private_key=private_pem(key)).fetch(Fetch("balance", "111"), TOLD)
        signature = base64.b64decode(server.received[-1].headers["x-signature"])
    key.public_key().verify(signature, b"once-1", PKCS1v15(), SHA256())


@pytest.mark.parametrize("answer", [Reply(b"", 403), Reply(b"", 403, {"x-2fa-approval": "once"})])
def test_without_the_key_it_is_refused(answer: Reply) -> None:
    with RecordedServer() as server:
        server.play(balances((111, "EUR")), around(answer))
        with pytest.raises(Refused):
            wise(server).fetch(Fetch("balance", "111"), TOLD)


def test_each_balance_is_a_page() -> None:
    window = ("2026-03-01T00:00:00.000000Z", "2026-03-02T00:00:00.000000Z")
    with RecordedServer() as server:
        both = balances((2, "EUR"), (1, "GBP"))
        server.play(
            both,
            statement("1", "GBP", *window, reply({"transactions": []})),
            both,
            statement("2", "EUR", *window, reply({"transactions": [line()]})),
        )
        it = wise(server)
        first = it.payments(SINCE, UNTIL, None)
        second = it.payments(SINCE, UNTIL, first.cursor)
        assert (first.events, second.cursor) == ((), None)
        assert [each.payment_id for each in second.events] == ["TRANSFER-1"]
        assert it.payouts(SINCE, UNTIL, None).events == ()


# TrueLayer

PAYMENT = "a8d5c3c4-9f8f-4a4e-8f6e-1d3f5b7a9c11"
OTHER = "0afd1f6a-f611-48ce-9488-321129bb3a70"
ACCOUNT = "200552da-13da-43c5-a9ba-04ee1502ac57"
TOKEN = Exchange(
    "POST",
    "/connect/token",
    reply({"access_token": "T", "expires_in": 3600}),
    form={"grant_type": "client_credentials", "scope": "payments", "client_id": "id", "client_secret": "s"},
)


def truelayer(server: RecordedServer, **values: str) -> TrueLayer:
    known = {
        "client_id": "id",
        "client_secret": "s",
        "kid": "kid-1",
        "private_key": private_pem(p521_key("ours")),
        "merchant_account_GBP": ACCOUNT,
        **values,
    }
    return TrueLayer(Credentials(known, base_url=server.url), server.http())


def payment(status: str, **members: Any) -> dict[str, Any]:
    return {
        "id": PAYMENT,
        "amount_in_minor": 1234,
        "currency": "GBP",
        "status": status,
        "created_at": "2026-03-02T09:00:00Z",
        "user": {"id": "u1", "name": "Ada", "email": "a@example.com"},
        "payment_method": {"beneficiary": {"type": "merchant_account", "merchant_account_id": ACCOUNT}},
        "metadata": {"invoice": "INV-1"},
        **members,
    }


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("authorized", EventType.PAYMENT_PENDING),
        ("executed", EventType.PAYMENT_PENDING),
        ("settled", EventType.PAYMENT_SUCCEEDED),
        ("failed", EventType.PAYMENT_FAILED),
    ],
)
def test_a_payment_is_fetched_with_its_amount_and_who_paid(status: str, expected: EventType) -> None:
    source = {"account_holder_name": "Ada Ltd", "account_identifiers": [{"type": "iban", "iban": "GB33BUKB"}]}
    found = payment(status, payment_source=source, **{f"{status}_at": "2026-03-02T09:30:00Z"})
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange("GET", f"/v3/payments/{PAYMENT}", reply(found), headers={"authorization": "Bearer T"}),
        )
        (told,) = truelayer(server).fetch(Fetch("payment", PAYMENT), TOLD)
    assert isinstance(told, MoneyEvent)
    assert (told.type, told.payment_id, told.amount) == (expected, PAYMENT, Money(1234, "GBP"))
    assert (told.event_id, told.occurred, told.account) == (f"{PAYMENT}/{status}", AT, ACCOUNT)
    assert (told.payer, told.references.invoice) == (
        Payer("Ada Ltd", "a@example.com", "GB33BUKB", "u1"),
        "INV-1",
    )


def test_a_payment_that_nobody_has_begun_moves_nothing() -> None:
    with RecordedServer() as server:
        server.play(
            TOKEN, Exchange("GET", f"/v3/payments/{PAYMENT}", reply(payment("authorization_required")))
        )
        (told,) = truelayer(server).fetch(Fetch("payment", PAYMENT), TOLD)
    assert isinstance(told, OtherEvent)


def test_a_reversal_takes_back_what_the_payment_was() -> None:
    reversed_ = MoneyEvent(
        EventType.PAYMENT_REVERSED,
        "payment_reversed",
        "e9",
        AT,
        payment_id=PAYMENT,
        fetch=Fetch("payment", PAYMENT),
    )
    with RecordedServer() as server:
        server.play(TOKEN, Exchange("GET", f"/v3/payments/{PAYMENT}", reply(payment("settled"))))
        came, went = truelayer(server).fetch(Fetch("payment", PAYMENT), reversed_)
    assert isinstance(came, MoneyEvent)
    assert isinstance(went, MoneyEvent)
    assert (went.type, went.event_id, went.amount, went.fetch) == (
        EventType.PAYMENT_REVERSED,
        "e9",
        Money(1234, "GBP"),
        None,
    )


def test_another_tenants_payment_is_not_found() -> None:
    with RecordedServer() as server:
        server.play(TOKEN, Exchange("GET", f"/v3/payments/{PAYMENT}", failing(404)))
        with pytest.raises(NotFound):
            truelayer(server).fetch(Fetch("payment", PAYMENT), TOLD)


def test_refunds_and_payouts_are_fetched() -> None:
    refund = {
        "id": OTHER,
        "amount_in_minor": 5,
        "currency": "GBP",
        "status": "executed",
        "executed_at": "2026-03-02T09:30:00Z",
    }
    ours, theirs = (
        {**refund, "beneficiary": {"type": kind}} for kind in ("business_account", "external_account")
    )
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange("GET", f"/v3/payments/{PAYMENT}/refunds/{OTHER}", reply(refund)),
            Exchange("GET", f"/v3/payouts/{OTHER}", reply(ours)),
            Exchange("GET", f"/v3/payouts/{OTHER}", reply(theirs)),
        )
        it = truelayer(server)
        of = MoneyEvent(EventType.REFUND_SUCCEEDED, "x", "e", AT, payment_id=PAYMENT)
        (refunded,) = it.fetch(Fetch("refund", OTHER), of)
        (paid_out,) = it.fetch(Fetch("payout", OTHER), TOLD)
        (not_ours,) = it.fetch(Fetch("payout", OTHER), TOLD)
    assert isinstance(refunded, MoneyEvent)
    assert isinstance(paid_out, MoneyEvent)
    assert (refunded.type, refunded.payment_id, refunded.subject_id) == (
        EventType.REFUND_SUCCEEDED,
        PAYMENT,
        OTHER,
    )
    assert (paid_out.type, paid_out.subject_id, paid_out.amount) == (EventType.PAYOUT, OTHER, Money(5, "GBP"))
    assert isinstance(not_ours, OtherEvent)


def test_what_is_on_the_merchant_account_is_listed_by_pages() -> None:
    at = {"amount_in_minor": 700, "currency": "GBP", "settled_at": "2026-03-01T10:00:00Z"}
    items = [
        {"type": "merchant_account_payment", "id": OTHER, "payment_id": PAYMENT, **at},
        {
            "type": "external_payment",
            "id": OTHER,
            "remitter": {"account_holder_name": "Bob", "reference": "INV-2"},
            **at,
        },
        {
            "type": "payout",
            "id": OTHER,
            "status": "executed",
            "beneficiary": {"type": "business_account"},
            **at,
        },
        {
            "type": "refund",
            "id": OTHER,
            "payment_id": PAYMENT,
            "refund_id": ACCOUNT,
            "status": "executed",
            **at,
            "executed_at": at["settled_at"],
        },
    ]
    window = {"from": "2026-03-01T00:00:00.000000Z", "to": "2026-03-02T00:00:00.000000Z"}
    path = f"/v3/merchant-accounts/{ACCOUNT}/transactions"
    onward = {"items": items, "pagination": {"next_cursor": "c2"}}
    with RecordedServer() as server:
        server.play(
            TOKEN,
            Exchange("GET", path, reply(onward), query=window),
            Exchange("GET", path, reply({"items": []}), query={**window, "cursor": "c2"}),
            Exchange(
                "GET", path, reply({"items": [{**items[2], "executed_at": at["settled_at"]}]}), query=window
            ),
        )
        it = truelayer(server)
        first = it.payments(SINCE, UNTIL, None)
        assert it.payments(SINCE, UNTIL, first.cursor).cursor is None
        (payout,) = it.payouts(SINCE, UNTIL, None).events
    assert [(each.type, each.payment_id, each.subject_id) for each in first.events] == [
        (EventType.PAYMENT_SUCCEEDED, PAYMENT, None),
        (EventType.PAYMENT_SUCCEEDED, OTHER, None),
        (EventType.REFUND_SUCCEEDED, PAYMENT, ACCOUNT),
    ]
    assert first.events[0].fetch == Fetch("payment", PAYMENT)
    assert first.events[1].references.texts == ("INV-2",)
    assert payout.type is EventType.PAYOUT


def order(**members: Any) -> LinkOrder:
    told: dict[str, Any] = {
        "key": "link-1",
        "amount": Money(1234, "GBP"),
        "description": "Invoice INV-1",
        "return_url": "https://pay.example.com/done?a=1",
        "expires_at": datetime(2026, 3, 9, tzinfo=UTC),
        "account_id": "C-1.GBP",
        "invoice": "INV-1",
        "payer": Payer("Ada Ltd", "a@example.com"),
    }
    return LinkOrder(**{**told, **members})


def asked() -> dict[str, Any]:
    return {
        "amount_in_minor": 1234,
        "currency": "GBP",
        "payment_method": {
            "type": "bank_transfer",
            "provider_selection": {"type": "user_selected"},
            "beneficiary": {"type": "merchant_account", "merchant_account_id": ACCOUNT},
        },
        "user": {"name": "Ada Ltd", "email": "a@example.com"},
        "metadata": {"invoice": "INV-1", "account": "C-1.GBP"},
    }


def token(exp: Any) -> str:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": exp}).encode()).rstrip(b"=").decode()
    return f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2ln"


def holds(server: RecordedServer) -> None:
    """TrueLayer's own library accepts the last request."""
    from truelayer_signing import verify_with_pem

    request = server.received[-1]
    verifier = verify_with_pem(public_pem(p521_key("ours")))
    verifier.http_method = request.method
    verifier = verifier.set_path(request.path).set_body(request.body.decode())
    verifier = verifier.add_headers({"Idempotency-Key": request.headers["idempotency-key"]})
    verifier.add_required_header("Idempotency-Key").verify(request.headers["tl-signature"])


def test_a_link_is_a_payment_with_its_hosted_page_signed_as_truelayer_wants() -> None:
    until = datetime(2026, 3, 2, 9, 45, tzinfo=UTC)
    with RecordedServer() as server:
        made = {"id": PAYMENT, "resource_token": token(int(until.timestamp()))}
        headers = {"authorization": "Bearer T", "idempotency-key": "link-1"}
        server.play(TOKEN, Exchange("POST", "/v3/payments", reply(made, 201), headers=headers, json=asked()))
        link = truelayer(server).create_link(order())
        holds(server)
    assert (link.id, link.expires_at) == (PAYMENT, until)
    assert link.url == (
        f"https://payment.truelayer.com/payments#payment_id={PAYMENT}&resource_token={made['resource_token']}"
        "&return_uri=https%3A%2F%2Fpay.example.com%2Fdone%3Fa%3D1"
    )


@pytest.mark.parametrize("exp", [None, "soon", -1, 10**12])
def test_a_token_that_does_not_say_its_end_ends_with_the_order(exp: Any) -> None:
    with RecordedServer() as server:
        made = {"id": PAYMENT, "resource_token": token(exp)}
        server.play(TOKEN, Exchange("POST", "/v3/payments", reply(made), json=asked()))
        assert truelayer(server).create_link(order()).expires_at == order().expires_at


@pytest.mark.parametrize("payer", [Payer(), Payer(name="Ada"), Payer(email="a@example.com")])
def test_without_a_payers_name_and_address_nothing_is_made(payer: Payer) -> None:
    with RecordedServer() as server, pytest.raises(Conflict):
        truelayer(server).create_link(order(payer=payer))


def test_a_currency_without_a_merchant_account_is_refused() -> None:
    with RecordedServer() as server, pytest.raises(Refused, match="merchant_account_EUR"):
        truelayer(server).create_link(order(amount=Money(1, "EUR")))


@pytest.mark.parametrize("answer", [Reply(b"", 202), failing(404), failing(409)])
def test_a_link_is_ended_by_cancelling_its_payment(answer: Reply) -> None:
    with RecordedServer() as server:
        server.play(TOKEN, Exchange("POST", f"/v3/payments/{PAYMENT}/actions/cancel", answer, json={}))
        truelayer(server).expire_link(PAYMENT)
        holds(server)
    with RecordedServer() as server, pytest.raises(Uninterpretable):
        truelayer(server).expire_link("../x")
