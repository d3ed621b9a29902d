"""Accounts in the tables of the embedded AWS, and the functions' environment to work them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import cache
from itertools import count
from typing import Any

import pytest

from receivables.adapters.dynamodb.agenda import DynamoAgenda
from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.core.clock import zone
from receivables.core.configuration import Company
from receivables.dunning import DEFAULT_POLICY, Policy
from receivables.ledger import ArrangementChange, Invoice, Posting, PostOutcome, WorkingSet
from receivables.ledger.allocation import Named
from receivables.ledger.receiving import receive
from receivables.notices.notice import Notice
from receivables.runtime import clients
from receivables.runtime.nominate import nominate
from receivables.runtime.record_delivery import record_delivery
from receivables.runtime.work_account import work_account
from receivables.terms import PLAIN, Settlement, Terms
from receivables.usecases.applicable import (
    RateTables,
    TermsVersions,
    applicable_terms,
    rates_catalogue,
    terms_catalogue,
)
from receivables.usecases.compose_notice import Addressing
from receivables.usecases.courier import Courier
from receivables.usecases.keep_up import KeepUp
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.work_account import WorkAccount
from receivables.usecases.work_case import CaseWork
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.builders import NOW, customer, invoice, issued, payment
from tests.fakes.cases_gateways import InMemoryWorkflow
from tests.fakes.crash import Fuse
from tests.fakes.directory import InMemoryCompany, InMemoryVersions
from tests.fakes.gateways import InMemoryEmails, InMemoryTexts
from tests.fakes.pay_links import pay_link_secret
from tests.unit.collection.agreements import charging, fee, promise

DUE = date(2026, 3, 2)
LATE = charging(fees=(fee(),))
LATE_TERMS: InMemoryVersions[Terms] = InMemoryVersions(LATE)
_numbers = count(1)


def at(days: int) -> datetime:
    """Noon, so many days after the due date."""
    return datetime(2026, 3, 2, 12, tzinfo=NOW.tzinfo) + timedelta(days=days)


@cache
def _customers(table: str, client: Any) -> DynamoCustomers:
    return DynamoCustomers(table, client)


class Standard:
    """The built-in policy, read from nowhere."""

    def for_customer(self, customer: Any, on: date) -> Policy:
        return DEFAULT_POLICY


class Debtor:
    """A customer of its own who owes one invoice due on DUE, in tables that others use too."""

    def __init__(self, client: Any, tables: Mapping[str, str], invoices: int = 1, **of_customer: Any) -> None:
        self.client, self.tables = client, tables
        self.id = f"D-{next(_numbers)}"
        self.account_id = f"{self.id}.EUR"
        self.customers = _customers(tables["CUSTOMERS_TABLE"], client)
        self.customers.create(replace(customer(self.id, **of_customer), rev=0))
        self.ledger = DynamoLedger(client, tables["RECEIVABLES_TABLE"])
        self.notices_store = DynamoNotices(client, tables["RECEIVABLES_TABLE"], tables["CUSTOMERS_TABLE"])
        self.numbers = [f"{self.id}/{n}" for n in range(1, invoices + 1)]
        issued(self.ledger, *(self.owed(number) for number in self.numbers))
        self.emails, self.texts, self.workflow = InMemoryEmails(), InMemoryTexts(), InMemoryWorkflow()

    def owed(self, number: str, minor: int = 10_000) -> Invoice:
        return invoice(number, self.account_id, minor, issue_date=DUE - timedelta(days=30), due_date=DUE)

    def worker(self, fuse: Fuse | None = None, client: Any = None) -> WorkAccount:
        """The use case on the tables; with a fuse, each request and each message goes through it."""
        wrap = (fuse or Fuse()).wrap
        dynamodb = wrap(client or self.client)
        table, customers = self.tables["RECEIVABLES_TABLE"], self.tables["CUSTOMERS_TABLE"]
        notices = DynamoNotices(dynamodb, table, customers)
        switch = HotConfiguration(dynamodb, self.tables["CONFIGURATION_TABLE"])
        ledger = DynamoLedger(dynamodb, table)
        return WorkAccount(
            accounts=ledger,
            customers=HotCustomers(dynamodb, customers),
            policies=Standard(),
            agenda=DynamoAgenda(dynamodb, table),
            notices=notices,
            courier=Courier(notices, SendNotice(notices, switch, wrap(self.emails), wrap(self.texts))),
            cases=lambda: CaseWork(DynamoCases(dynamodb, table), wrap(self.workflow)),
            upkeep=KeepUp(
                ledger,
                TermsVersions(terms_catalogue(LATE_TERMS)),
                RateTables(rates_catalogue(InMemoryVersions())),
                applicable_terms(LATE_TERMS, InMemoryCompany()),
                lambda as_of: as_of,
            ),
            addressing=lambda: Addressing(Company(name="Acme Ltd"), "https://pay.acme.example/{}".format),
        )

    def pay(self, number: str | None = None, minor: int = 10_000) -> None:
        paid = number or self.numbers[0]
        item = self.ledger.open_item(self.account_id, paid)
        named = [Named(paid)] if item else []
        self.post(
            receive(
                payment(paid, minor),
                self.account_id,
                [item] if item else [],
                named=named,
                settlement=Settlement(),
                tz=zone("UTC"),
            )
        )

    def owe_charges(self) -> None:
        """An invoice that late charges are agreed for, and more to keep up: a credit, and a promise that is not kept."""
        charged = replace(
            self.owed(f"{self.id}/late"),
            terms_id=LATE.id,
            terms_version=LATE.version,
            conditions=replace(PLAIN, charged=True),
        )
        issued(self.ledger, charged)
        promised = replace(
            promise((2, 10_000), number=self.numbers[0], resume_at=10),
            id=f"prm_{self.id}",
            account_id=self.account_id,
        )
        self.post(Posting(self.account_id, arrangements=(ArrangementChange(None, promised),)))
        self.pay("nobody knows", 1_000)

    def post(self, posting: Posting) -> None:
        assert self.ledger.post(posting) is PostOutcome.POSTED

    @property
    def working_set(self) -> WorkingSet:
        found = self.ledger.working_set(self.account_id)
        assert found is not None
        return found

    @property
    def notices(self) -> list[Notice]:
        return list(self.notices_store.last_notices(self.account_id, 10))


@pytest.fixture(scope="session")
def tables(engine: Engine) -> dict[str, str]:
    return deploy_data(engine)


@pytest.fixture
def debtor(engine: Engine, tables: dict[str, str]) -> Any:
    """Makes a debtor: `debtor(invoices=2, phone=...)`."""
    return lambda **known: Debtor(engine.client("dynamodb"), tables, **known)


@pytest.fixture
def environment(
    engine: Engine, tables: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[dict[str, str]]:
    """The environment of the functions; what they keep between invocations is new in each test."""
    kept = (clients.client, clients._session, work_account, nominate, record_delivery)
    queue = engine.client("sqs").create_queue(QueueName=f"accounts-{next(_numbers)}")["QueueUrl"]
    engine.client("sesv2").create_email_identity(EmailIdentity="billing@acme.example")
    variables = {
        **engine.environment(),
        **tables,
        "ACCOUNTS_QUEUE_URL": queue,
        "SENDER": "billing@acme.example",
        "CONFIGURATION_SET": "acme",
        "PAY_LINK_BASE": "https://pay.acme.example",
        "PAY_LINK_SECRET_ARN": pay_link_secret(engine),
        "CASE_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:cases",
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for each in kept:
        each.cache_clear()
    yield variables
    for each in kept:
        each.cache_clear()
