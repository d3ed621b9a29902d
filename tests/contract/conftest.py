"""Every store twice: in memory, and in the tables of data.yaml on the embedded DynamoDB. What holds for one holds for both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from botocore.config import Config
from botocore.session import Session

from receivables.adapters.dynamodb.agenda import DynamoAgenda
from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.adapters.dynamodb.lean import leave_attributes_unwalked
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.cases.ports import CaseStore
from receivables.customers.ports import Customers
from receivables.dunning.ports import Agenda
from receivables.ledger import LedgerStore
from receivables.notices.ports import NoticeStore
from receivables.payments.inbox import Inbox
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from receivables_local.testing import engine
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.stores import MemoryStores

__all__ = ["dynamodb", "engine", "stores", "tables"]


@dataclass(frozen=True)
class Stores:
    """The stores of one implementation."""

    ledger: LedgerStore
    agenda: Agenda
    notices: NoticeStore
    cases: CaseStore
    inbox: Inbox
    customers: Customers


def in_tables(client: Any, tables: dict[str, str]) -> Stores:
    """The stores in the tables, through a client."""
    table, inbox, customers = (tables[f"{name}_TABLE"] for name in ("RECEIVABLES", "INBOX", "CUSTOMERS"))
    return Stores(
        DynamoLedger(client, table, inbox),
        DynamoAgenda(client, table),
        DynamoNotices(client, table, customers),
        DynamoCases(client, table),
        DynamoInbox(client, inbox),
        DynamoCustomers(customers, client),
    )


def in_memory() -> Stores:
    """The fakes."""
    customers = InMemoryCustomers()
    fakes = MemoryStores(customers)
    return Stores(fakes.ledger, fakes.agenda, fakes.notices, fakes.cases, fakes.inbox, customers)


@pytest.fixture(scope="session")
def dynamodb(engine: Engine) -> Any:
    """A client as the functions have it, but that calls once."""
    session = Session()
    assert leave_attributes_unwalked(session)
    environment = engine.environment()
    return session.create_client(
        "dynamodb",
        endpoint_url=engine.url,
        region_name=environment["AWS_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 1}, max_pool_connections=32),
    )


@pytest.fixture
def tables(engine: Engine) -> dict[str, str]:
    """Fresh tables."""
    return deploy_data(engine)


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.engine)])
def stores(request: pytest.FixtureRequest) -> Stores:
    """The stores under test, empty."""
    if request.param == "memory":
        return in_memory()
    return in_tables(request.getfixturevalue("dynamodb"), request.getfixturevalue("tables"))
