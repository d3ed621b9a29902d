"""Composes the worker of accounts."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any, cast

from receivables.adapters.dynamodb.agenda import DynamoAgenda
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.adapters.dynamodb.ledger_reads import LedgerReads
from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.adapters.ses import SesEmails
from receivables.adapters.sns_sms import SnsTexts
from receivables.core.clock import parse_instant
from receivables.core.configuration import Company
from receivables.core.errors import InvalidInput
from receivables.core.ids import split_account_id
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.front_door import recording_time
from receivables.runtime.settings import setting
from receivables.usecases.applicable import (
    Memory,
    RateTables,
    TermsVersions,
    applicable_policies,
    applicable_terms,
    rates_catalogue,
    terms_catalogue,
)
from receivables.usecases.compose_notice import Addressing
from receivables.usecases.courier import Courier, Tally
from receivables.usecases.keep_up import KeepUp
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.work_account import WorkAccount

if TYPE_CHECKING:
    from receivables.charges.rates import RateTable
    from receivables.core.configuration import CompanyStore
    from receivables.core.versions import VersionStore
    from receivables.customers import Customer
    from receivables.dunning.policy import Policy
    from receivables.ledger import LedgerStore, Posting, PostOutcome
    from receivables.terms import Terms
    from receivables.usecases.applicable import Applicable
    from receivables.usecases.work_case import CaseWork

__all__ = ["Tally", "Turn", "turn", "work_account"]


@dataclass(frozen=True, slots=True)
class Turn:
    """A message of the queue: whose turn it is, as of when."""

    account_id: str
    as_of: datetime


@cache
def work_account() -> WorkAccount:
    """The use case with its adapters, made at the first message and kept. What most messages never need - text
    messages, the workflow of cases - gets its client when it is first called."""
    dynamodb = client("dynamodb")
    table, customers = setting("RECEIVABLES_TABLE"), setting("CUSTOMERS_TABLE")
    configuration = HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE"))
    notices = DynamoNotices(dynamodb, table, customers)
    emails = SesEmails(LazyClient("sesv2"), setting("SENDER"), setting("CONFIGURATION_SET"))
    sender = SendNotice(notices, configuration, emails, SnsTexts(LazyClient("sns")))
    company: Memory[Company] = Memory(time.monotonic)
    ledger, rules = _Ledger(dynamodb, table), _Rules(configuration)
    return WorkAccount(
        accounts=ledger,
        customers=HotCustomers(dynamodb, customers),
        policies=applicable_policies(
            # Of the two ports only what reads is used here.
            cast("VersionStore[Policy]", configuration.policies),
            cast("CompanyStore", configuration),
            time.monotonic,
        ),
        agenda=DynamoAgenda(dynamodb, table),
        notices=notices,
        courier=Courier(notices, sender),
        cases=_cases,
        upkeep=KeepUp(ledger, rules, rules, rules, recording_time),
        addressing=lambda: Addressing(company.get("company", configuration.get), _pay_link),
    )


def _pay_link(account_id: str) -> str:
    # Sealing links is loaded for the first notice that is written.
    from receivables.runtime.pay_links import pay_link

    return pay_link(account_id)


@cache
def _cases() -> CaseWork:
    """What cases need, loaded for the first account that has one."""
    from receivables.adapters.dynamodb.cases import DynamoCases
    from receivables.adapters.stepfunctions import StepFunctionsWorkflow
    from receivables.usecases.work_case import CaseWork

    cases = DynamoCases(client("dynamodb"), setting("RECEIVABLES_TABLE"))
    return CaseWork(
        cases, StepFunctionsWorkflow(LazyClient("stepfunctions"), setting("CASE_STATE_MACHINE_ARN"))
    )


class _Ledger(LedgerReads):
    """The ledger; what writes it is loaded for the first account that has something to be kept up."""

    def __init__(self, dynamodb: Any, table: str) -> None:
        super().__init__(dynamodb, table)
        self._place = dynamodb, table

    def post(self, posting: Posting) -> PostOutcome:
        """See `ledger.LedgerStore`."""
        return self._writer.post(posting)

    @cached_property
    def _writer(self) -> LedgerStore:
        from receivables.adapters.dynamodb.ledger import DynamoLedger

        return DynamoLedger(*self._place)


class _Rules:
    """Terms and rate tables, loaded for the first account that has to do with them."""

    def __init__(self, configuration: HotConfiguration) -> None:
        self._configuration = configuration

    def of(self, names: Iterable[str]) -> Mapping[str, Terms]:
        """See `usecases.applicable.TermsVersions`."""
        return self._versions.of(names)

    def of_terms(self, terms: Iterable[Terms], on: date) -> Mapping[str, RateTable]:
        """See `usecases.applicable.RateTables`."""
        return self._tables.of_terms(terms, on)

    def for_customer(self, customer: Customer, on: date) -> Terms:
        """See `usecases.applicable.Applicable`."""
        return self._applicable.for_customer(customer, on)

    @cached_property
    def _versions(self) -> TermsVersions:
        return TermsVersions(terms_catalogue(self._terms))

    @cached_property
    def _tables(self) -> RateTables:
        rates = cast("VersionStore[RateTable]", self._configuration.rates)
        return RateTables(rates_catalogue(rates), time.monotonic)

    @cached_property
    def _applicable(self) -> Applicable[Terms]:
        company = cast("CompanyStore", self._configuration)
        return applicable_terms(self._terms, company, time.monotonic)

    @property
    def _terms(self) -> VersionStore[Terms]:
        return cast("VersionStore[Terms]", self._configuration.terms)


def turn(record: Mapping[str, Any]) -> Turn:
    """The message in a record of the queue. Raises InvalidInput naming the field that is wrong."""
    try:
        body = json.loads(record["body"])
    except ValueError:
        raise InvalidInput("body", "is not JSON") from None
    if not isinstance(body, dict) or not isinstance(body.get("account_id"), str):
        raise InvalidInput("account_id", "is required")
    split_account_id(body["account_id"])
    return Turn(body["account_id"], parse_instant(body.get("as_of", ""), field="as_of"))
