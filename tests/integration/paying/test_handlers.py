"""The functions behind pay links, on the tables of the embedded AWS, with a processor that plays recorded answers."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from importlib import import_module
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from receivables.adapters.dynamodb.configuration import ConfigurationTable, DynamoCompany
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.core.configuration import Company, Creditor, ProcessorAccount
from receivables.ledger.allocation import Named
from receivables.ledger.receiving import receive
from receivables.payments.pay_links import PayTarget
from receivables.runtime import clients, end_links, pay_links, pay_page, paying, processors
from receivables.terms import Settlement
from receivables.usecases.pay_online import LASTS
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.builders import NOW, customer, invoice, issued, payment
from tests.fakes.pay_links import pay_link_secret
from tests.fakes.recorded_server import Exchange, RecordedServer, failing, reply

pytestmark = pytest.mark.engine

EVENTS = Path(__file__).parents[3] / "events"
_numbers = count(1)
_KEPT = (
    clients.client,
    clients._session,
    pay_links.pay_tokens,
    pay_page.pay_page,
    pay_page.pay_online,
    paying.asked_for,
    paying.live_links,
    end_links.end_links,
    processors._kept,
    processors._http,
)


def sample(function: str, name: str) -> Any:
    return json.loads((EVENTS / function / f"{name}.json").read_text(encoding="utf-8"))


class Town:
    """An account with one invoice of 100.00, and a company that takes cards by a processor."""

    def __init__(self, engine: Engine, tables: dict[str, str]) -> None:
        self.client = engine.client("dynamodb")
        number = next(_numbers)
        self.invoice, self.account = f"PAY-{number}", f"C-PAY-{number}.EUR"
        self.ledger = DynamoLedger(self.client, tables["RECEIVABLES_TABLE"], tables["INBOX_TABLE"])
        DynamoCustomers(tables["CUSTOMERS_TABLE"], self.client).create(
            customer(f"C-PAY-{number}", locale="de_DE")
        )
        issued(self.ledger, invoice(self.invoice, self.account))

    @property
    def token(self) -> str:
        return pay_links.pay_tokens().token(PayTarget(self.account, self.invoice))

    @property
    def back(self) -> str:
        return f"https://abc123.execute-api.eu-central-1.amazonaws.com/v1/pay/{self.token}?told=back"

    def ask(self, name: str, **changes: Any) -> Any:
        event = sample("pay_page", name) | changes
        event["pathParameters"] = {"token": changes.get("token", self.token)}
        event["requestContext"]["path"] = f"/v1/pay/{self.token}"
        return import_module("functions.pay_page.app").handler(event, None)

    def is_paid(self) -> Any:
        item = self.ledger.open_item(self.account, self.invoice)
        assert item is not None
        money = payment(self.invoice, 10_000, effective_at=NOW, received_at=NOW)
        self.ledger.post(
            receive(
                money,
                self.account,
                [item],
                named=(Named(self.invoice),),
                settlement=Settlement(),
                tz=customer().tz,
            )
        )
        event = sample("end_links", "paid")
        event["detail"]["account_id"] = self.account
        return import_module("functions.end_links.app").handler(event, None)


@pytest.fixture(scope="module")
def tables(engine: Engine) -> dict[str, str]:
    found = deploy_data(engine)
    company = DynamoCompany(ConfigurationTable(found["CONFIGURATION_TABLE"], engine.client("dynamodb")))
    company.put(
        Company(
            name="Acme Ltd",
            creditor=Creditor("Acme GmbH", "DE89370400440532013000"),
            processors=(ProcessorAccount("stripe", "main", pays=True),),
        )
    )
    return found


@pytest.fixture
def stripe(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[RecordedServer]:
    """Stripe, as its documentation shows it."""
    with RecordedServer() as server:
        name = f"processors-{next(_numbers)}"
        document = {"values": {"api_key": "rk_test_1"}, "base_url": server.url, "livemode": False}
        engine.client("secretsmanager").create_secret(
            Name=f"{name}/stripe/main", SecretString=json.dumps(document)
        )
        monkeypatch.setenv("PROCESSOR_SECRETS_PREFIX", name)
        yield server


@pytest.fixture
def town(engine: Engine, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    variables = {**engine.environment(), **tables, "PAY_LINK_SECRET_ARN": pay_link_secret(engine)}
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for each in _KEPT:
        each.cache_clear()
    yield Town(engine, tables)
    for each in _KEPT:
        each.cache_clear()


def test_opening_a_link_shows_what_is_open_and_orders_nothing(town: Town, stripe: RecordedServer) -> None:
    answer = town.ask("open")
    assert answer["statusCode"] == 200
    assert "100,00\xa0€ zu zahlen" in answer["body"]
    assert town.invoice in answer["body"]
    assert "default-src 'none'" in answer["headers"]["Content-Security-Policy"]
    assert answer["headers"]["Cache-Control"] == "no-store"
    assert not stripe.received


def test_choosing_a_way_leads_to_the_processors_page_for_what_is_open(
    town: Town, stripe: RecordedServer
) -> None:
    stripe.play(_session(town))
    answer = town.ask("pay")
    assert (answer["statusCode"], answer["headers"]["Location"]) == (
        303,
        "https://checkout.stripe.com/c/pay/cs_1",
    )
    again = town.ask("pay")  # the same page: nothing is asked of the processor
    assert again["headers"]["Location"] == "https://checkout.stripe.com/c/pay/cs_1"
    assert stripe.received[0].headers["idempotency-key"]


def test_the_page_ends_when_the_invoice_is_paid_otherwise(town: Town, stripe: RecordedServer) -> None:
    stripe.play(
        _session(town),
        Exchange(
            "POST",
            "/v1/checkout/sessions/cs_1/expire",
            form=(),
            reply=reply({"id": "cs_1", "object": "checkout.session", "status": "expired"}),
        ),
    )
    town.ask("pay")
    assert town.is_paid() == {"ended": 1}
    assert "Nichts zu zahlen" in town.ask("open")["body"]


def test_a_processor_that_fails_is_told_to_the_payer(town: Town, stripe: RecordedServer) -> None:
    stripe.play(*(_session(town, failing()) for _ in range(3)))
    answer = town.ask("pay")
    assert (answer["statusCode"], answer["headers"]["Location"]) == (303, "?told=failed")
    page = town.ask("open", queryStringParameters={"told": "failed"})
    assert "nicht funktioniert" in page["body"]
    stripe._script.clear()


def test_what_is_paid_already_leads_back_to_the_page(town: Town, stripe: RecordedServer) -> None:
    town.is_paid()
    assert town.ask("pay")["headers"]["Location"] == "?told=changed"


@pytest.mark.parametrize("name", ["open", "pay"])
def test_a_link_that_was_made_up_leads_nowhere(town: Town, stripe: RecordedServer, name: str) -> None:
    answer = town.ask(name, token="A" * 60)
    assert answer["statusCode"] == 404
    assert town.invoice not in answer["body"]


def test_a_link_of_an_account_that_is_gone_leads_nowhere(town: Town, stripe: RecordedServer) -> None:
    assert town.ask("open", token=pay_links.pay_tokens().token(PayTarget("C-GONE.EUR")))["statusCode"] == 404


def test_a_way_that_is_not_offered_is_not_taken(town: Town, stripe: RecordedServer) -> None:
    body = base64.b64encode(b"with=paypal%2Fmain&x=%FF").decode()
    assert town.ask("pay", body=body)["headers"]["Location"] == "?told=changed"


def _session(town: Town, answer: Any = None) -> Exchange:
    return Exchange(
        "POST",
        "/v1/checkout/sessions",
        headers={"authorization": "Bearer rk_test_1"},
        form={
            "mode": "payment",
            "line_items[0][price_data][currency]": "eur",
            "line_items[0][price_data][unit_amount]": "10000",
            "line_items[0][price_data][product_data][name]": f"Acme Ltd: {town.invoice}",
            "line_items[0][quantity]": "1",
            "client_reference_id": town.invoice,
            "payment_intent_data[description]": f"Acme Ltd: {town.invoice}",
            "payment_intent_data[metadata][invoice]": town.invoice,
            "payment_intent_data[metadata][account]": town.account,
            "metadata[invoice]": town.invoice,
            "metadata[account]": town.account,
            "success_url": town.back,
            "cancel_url": town.back,
            "expires_at": str(int((NOW + LASTS).timestamp())),
            "locale": "de",
            "customer_email": "ada@example.com",
        },
        reply=answer
        or reply(
            {
                "id": "cs_1",
                "object": "checkout.session",
                "url": "https://checkout.stripe.com/c/pay/cs_1",
                "expires_at": 1_772_442_000,
            }
        ),
    )
