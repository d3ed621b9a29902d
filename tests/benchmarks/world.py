"""The functions' own composition over the embedded AWS, in this process; the engine is another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import count
from typing import Any, Final

from receivables.adapters.dynamodb.configuration import ConfigurationTable, dynamo_terms
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.core.ids import account_id
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.ledger import Invoice
from receivables.runtime.apply_payment import apply_payment
from receivables.runtime.clients import client
from receivables.runtime.nominate import nominate
from receivables.runtime.record_delivery import record_delivery
from receivables.runtime.work_account import work_account
from receivables.terms import Conditions, LateCharges, Terms
from receivables.terms.late_charges import Accrual, FixedRate, InterestRule
from receivables_local.deploy import deploy_data
from receivables_local.engine import Engine
from tests.benchmarks.metering import Meter
from tests.builders import issued
from tests.fakes.pay_links import pay_link_secret

DUE: Final = date(2026, 3, 2)
ISSUED: Final = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
AS_OF: Final = datetime(2026, 3, 5, 9, 0, tzinfo=UTC)
"""Three days after the due date, at the hour of sending: the first reminder, by e-mail."""
SENDER: Final = "billing@receivables.example"
_LOADERS: Final = 4
_INTEREST: Final = InterestRule("interest", FixedRate(Decimal(9)), accrual=Accrual.AT_REMINDER)
CHARGED: Final = Terms(
    "net-30-charged",
    1,
    "Net 30 days, 9 % interest",
    date(1970, 1, 1),
    late_charges=LateCharges(interest=_INTEREST),
)


@dataclass(frozen=True)
class World:
    """An engine with the tables, a queue and a mail identity; the environment of this process points to it."""

    engine: Engine
    tables: dict[str, str]
    meter: Meter
    _numbers: Iterator[int]

    @property
    def receivables(self) -> str:
        return self.tables["RECEIVABLES_TABLE"]

    def account(self, invoices: int, *, charged: bool = False) -> str:
        """A new customer with so many invoices that came due three days ago, `charged`: under terms with interest at each
        reminder; the account's id."""
        number = next(self._numbers)
        customer = Customer(
            f"C-{number:05d}",
            name="Ada Blum Handelsgesellschaft mbH",
            email=f"accounts-payable-{number}@customer.example",
            locale="de_DE",
        )
        DynamoCustomers(self.tables["CUSTOMERS_TABLE"], client("dynamodb")).create(customer)
        account = account_id(customer.id, "EUR")
        issued(
            DynamoLedger(client("dynamodb"), self.receivables, self.tables["INBOX_TABLE"]),
            *(_invoice(f"INV-{number:05d}-{n}", account, charged=charged) for n in range(invoices)),
        )
        return account

    @contextmanager
    def using(self, **settings: str) -> Iterator[None]:
        """While something is composed with other settings."""
        before = {name: os.environ[name] for name in settings}
        os.environ.update(settings)
        try:
            yield
        finally:
            os.environ.update(before)

    def accounts(self, how_many: int, invoices: int) -> list[str]:
        """Several of them."""
        client("dynamodb")  # made before the threads share it
        with ThreadPoolExecutor(_LOADERS) as pool:
            return list(pool.map(lambda _: self.account(invoices), range(how_many)))


@contextmanager
def running() -> Iterator[World]:
    """A world, and everything composed afresh: one at a time in a process."""
    before = dict(os.environ)
    _forget()
    with Engine.temporary(enforce_iam=False) as engine:
        tables = deploy_data(engine)
        os.environ.update(engine.environment() | tables | _settings(engine))
        configuration = ConfigurationTable(tables["CONFIGURATION_TABLE"], client("dynamodb"))
        dynamo_terms(configuration).add(CHARGED, "bench", ISSUED)
        try:
            yield World(engine, tables, _meter(engine), count(1))
        finally:
            os.environ.clear()
            os.environ.update(before)
            _forget()


def _forget() -> None:
    """Functions keep what they have composed, and clients the address they were made with."""
    for made in (client, work_account, apply_payment, nominate, record_delivery):
        made.cache_clear()


def _settings(engine: Engine) -> dict[str, str]:
    engine.client("sesv2").create_email_identity(EmailIdentity=SENDER)
    engine.client("sesv2").create_configuration_set(ConfigurationSetName="bench")
    queue: dict[str, Any] = engine.client("sqs").create_queue(QueueName="accounts")
    return {
        "ACCOUNTS_QUEUE_URL": queue["QueueUrl"],
        "SENDER": SENDER,
        "CONFIGURATION_SET": "bench",
        "PAY_LINK_BASE": "https://pay.receivables.example/",
        "PAY_LINK_SECRET_ARN": pay_link_secret(engine),
        "CASE_STATE_MACHINE_ARN": "arn:aws:states:us-east-1:000000000000:stateMachine:bench",
        "WEBHOOK_SECRETS_PREFIX": "bench",
        "POWERTOOLS_SERVICE_NAME": "receivables",
        "POWERTOOLS_METRICS_NAMESPACE": "Receivables",
    }


def _meter(engine: Engine) -> Meter:
    return Meter(engine.client("dynamodb"))


def _invoice(number: str, account: str, *, charged: bool = False) -> Invoice:
    plain = Invoice(
        number,
        account,
        amount=Money(123_456, "EUR"),
        issue_date=ISSUED.date(),
        due_date=DUE,
        issued_at=ISSUED,
        terms_id="net-30",
        terms_version=1,
        description="Wartung und Betrieb, Januar 2026",
    )
    if not charged:
        return plain
    return replace(plain, terms_id=CHARGED.id, conditions=Conditions(charged=True))
