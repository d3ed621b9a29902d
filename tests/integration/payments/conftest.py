"""The tables and the endpoints' secrets on the embedded AWS, and the functions' environment to reach them."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.runtime import apply_payment, clients, receive_webhook
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.fakes.webhooks import STANDARD_SECRET, STRIPE_SECRET

PREFIX = "receivables/webhooks"


class Tables:
    """The tables, and stores on them through any client."""

    def __init__(self, client: Any, names: Mapping[str, str]) -> None:
        self.client, self.names = client, names
        self.inbox, self.ledger = self.stores(client)

    def stores(self, client: Any) -> tuple[DynamoInbox, DynamoLedger]:
        inbox = self.names["INBOX_TABLE"]
        return DynamoInbox(client, inbox), DynamoLedger(client, self.names["RECEIVABLES_TABLE"], inbox)

    def record(self, message_id: str) -> dict[str, Any]:
        """The record of the stream for a message, in the form in which Lambda hands it over."""
        key = {"id": {"S": message_id}}
        item = self.client.get_item(TableName=self.names["INBOX_TABLE"], Key=key, ConsistentRead=True)["Item"]
        item["body"] = {"B": base64.b64encode(item["body"]["B"]).decode()}
        return {
            "eventName": "INSERT",
            "dynamodb": {"Keys": key, "NewImage": item, "SequenceNumber": message_id},
        }


@pytest.fixture(scope="session")
def tables(engine: Engine) -> Tables:
    return Tables(engine.client("dynamodb"), deploy_data(engine))


@pytest.fixture(scope="session")
def endpoints(engine: Engine) -> None:
    """`stripe/main` and `standardwebhooks/main`."""
    for scheme, value in (("stripe", STRIPE_SECRET), ("standardwebhooks", STANDARD_SECRET)):
        text = json.dumps({"secrets": [{"value": value}], "livemode": True})
        engine.client("secretsmanager").create_secret(Name=f"{PREFIX}/{scheme}/main", SecretString=text)


@pytest.fixture
def environment(
    engine: Engine, tables: Tables, endpoints: None, monkeypatch: pytest.MonkeyPatch
) -> Iterator[pytest.MonkeyPatch]:
    """The environment of the two functions; what they keep between invocations is new in each test."""
    composed = (receive_webhook.receive_webhook, apply_payment.apply_payment, apply_payment._directory)
    kept = (clients.client, clients._session, *composed)
    for name, value in {**engine.environment(), **tables.names, "WEBHOOK_SECRETS_PREFIX": PREFIX}.items():
        monkeypatch.setenv(name, value)
    for each in kept:
        each.cache_clear()
    yield monkeypatch
    for each in kept:
        each.cache_clear()
