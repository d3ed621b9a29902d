"""Composes the API: each store and use case is made when a request first needs it, and kept."""

from __future__ import annotations

import json
import time
from functools import cache, cached_property
from typing import TYPE_CHECKING, Any

from receivables.core.configuration import CompanyStore, SwitchStore
from receivables.core.versions import Catalogue
from receivables.runtime.clients import client
from receivables.runtime.settings import optional, setting

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from receivables.cases.ports import CaseStore, Workflow
    from receivables.charges.rates import RateTable
    from receivables.customers.ports import Customers
    from receivables.dunning.policy import Policy
    from receivables.imports import ImportFiles, ImportJobs
    from receivables.ledger import LedgerStore
    from receivables.notices.ports import NoticeStore
    from receivables.payments.inbox import Inbox
    from receivables.payments.pay_links import PayTokens
    from receivables.payments.transfers import BankTransfer
    from receivables.runtime.arrangements import Arrangements
    from receivables.runtime.banking import Banking
    from receivables.runtime.money import Money
    from receivables.runtime.processor_desk import ProcessorDesk
    from receivables.terms import HolidayCalendars, Terms
    from receivables.terms.acceptance import Acceptances, DocumentShelf
    from receivables.usecases.accept_terms import AcceptTerms
    from receivables.usecases.account_statement import StateAccount
    from receivables.usecases.applicable import Applicable, RateTables
    from receivables.usecases.cases import DecideApproval, OpenCase
    from receivables.usecases.import_file import RequestImport
    from receivables.usecases.issue_invoice import IssueInvoice
    from receivables.usecases.keep_company import KeepCompany
    from receivables.usecases.keep_customers import KeepCustomers
    from receivables.usecases.pay_page import AskedFor
    from receivables.usecases.write_terms import WriteTerms


class Stores:
    """What the API stands on."""

    @cached_property
    def customers(self) -> Customers:
        from receivables.adapters.dynamodb.customers import DynamoCustomers

        return DynamoCustomers(setting("CUSTOMERS_TABLE"), client("dynamodb"))

    @cached_property
    def terms(self) -> Catalogue[Terms]:
        from receivables.adapters.dynamodb.configuration import dynamo_terms
        from receivables.usecases.applicable import terms_catalogue

        return terms_catalogue(dynamo_terms(self._configuration))

    @cached_property
    def policies(self) -> Catalogue[Policy]:
        from receivables.adapters.dynamodb.configuration import dynamo_policies
        from receivables.usecases.applicable import policy_catalogue

        return policy_catalogue(dynamo_policies(self._configuration))

    @cached_property
    def rates(self) -> Catalogue[RateTable]:
        from receivables.adapters.dynamodb.configuration import dynamo_rates
        from receivables.usecases.applicable import rates_catalogue

        return rates_catalogue(dynamo_rates(self._configuration))

    @cached_property
    def holidays(self) -> HolidayCalendars:
        from receivables.adapters.holiday_calendars import PublicHolidays

        return PublicHolidays()

    @cached_property
    def acceptances(self) -> Acceptances:
        from receivables.adapters.dynamodb.configuration import DynamoAcceptances

        return DynamoAcceptances(self._configuration)

    @cached_property
    def shelf(self) -> DocumentShelf:
        from receivables.adapters.document_shelf import S3Shelf

        return S3Shelf(client("s3"), setting("DOCUMENTS_BUCKET"))

    @cached_property
    def company(self) -> CompanyStore:
        from receivables.adapters.dynamodb.configuration import DynamoCompany

        return DynamoCompany(self._configuration)

    @cached_property
    def switch(self) -> SwitchStore:
        from receivables.adapters.dynamodb.configuration import DynamoSwitch

        return DynamoSwitch(self._configuration)

    @cached_property
    def import_jobs(self) -> ImportJobs:
        from receivables.adapters.dynamodb.configuration import DynamoImportJobs

        return DynamoImportJobs(self._configuration)

    @cached_property
    def ledger(self) -> LedgerStore:
        from receivables.adapters.dynamodb.ledger import DynamoLedger

        return DynamoLedger(client("dynamodb"), setting("RECEIVABLES_TABLE"), setting("INBOX_TABLE"))

    @cached_property
    def notices(self) -> NoticeStore:
        from receivables.adapters.dynamodb.notices import DynamoNotices

        return DynamoNotices(client("dynamodb"), setting("RECEIVABLES_TABLE"), setting("CUSTOMERS_TABLE"))

    @cached_property
    def cases(self) -> CaseStore:
        from receivables.adapters.dynamodb.cases import DynamoCases

        return DynamoCases(client("dynamodb"), setting("RECEIVABLES_TABLE"))

    @cached_property
    def inbox(self) -> Inbox:
        from receivables.adapters.dynamodb.inbox import DynamoInbox

        return DynamoInbox(client("dynamodb"), setting("INBOX_TABLE"))

    @cached_property
    def import_files(self) -> ImportFiles:
        from receivables.adapters.import_files import S3ImportFiles

        return S3ImportFiles(client("s3"), setting("IMPORTS_BUCKET"))

    @cached_property
    def workflow(self) -> Workflow:
        from receivables.adapters.stepfunctions import StepFunctionsWorkflow

        return StepFunctionsWorkflow(client("stepfunctions"), setting("CASE_STATE_MACHINE_ARN"))

    @cached_property
    def page_key(self) -> bytes:
        """The secret that page tokens are signed with."""
        from receivables.adapters.errors import calling

        with calling("secretsmanager"):
            answer = client("secretsmanager").get_secret_value(SecretId=setting("PAGE_TOKEN_SECRET_ARN"))
        return str(json.loads(answer["SecretString"])["key"]).encode()

    @cached_property
    def pay_tokens(self) -> PayTokens:
        """What seals pay links."""
        from receivables.runtime.pay_links import pay_tokens

        return pay_tokens()

    @cached_property
    def draw_code(self) -> Callable[[BankTransfer], str]:
        """Draws the codes of bank transfers."""
        from receivables.adapters.qr_codes import svg

        return svg

    @property
    def pay_link_base(self) -> str:
        """Where payers go, if that is a domain of our own; empty: to this API."""
        return optional("PAY_LINK_BASE")

    @property
    def idempotency_table(self) -> str:
        return setting("IDEMPOTENCY_TABLE")

    @cached_property
    def _configuration(self) -> Any:
        from receivables.adapters.dynamodb.configuration import ConfigurationTable

        return ConfigurationTable(setting("CONFIGURATION_TABLE"), client("dynamodb"))


class Services(Stores):
    """What the API does."""

    @cached_property
    def asked_for(self) -> AskedFor:
        from receivables.usecases.pay_page import AskedFor

        return AskedFor(self.ledger, self.customers, self.company)

    @cached_property
    def applicable_terms(self) -> Applicable[Terms]:
        from receivables.terms import DEFAULT_TERMS
        from receivables.usecases.applicable import Applicable

        return Applicable(self.terms, self.company, DEFAULT_TERMS, lambda who: who.terms_id, time.monotonic)

    @cached_property
    def applicable_policies(self) -> Applicable[Policy]:
        from receivables.dunning.policy import DEFAULT_POLICY
        from receivables.usecases.applicable import Applicable

        return Applicable(
            self.policies, self.company, DEFAULT_POLICY, lambda who: who.policy_id, time.monotonic
        )

    @cached_property
    def keep_customers(self) -> KeepCustomers:
        from receivables.usecases.keep_customers import KeepCustomers

        return KeepCustomers(self.customers, self.terms, self.policies, self.company)

    @cached_property
    def issue_invoice(self) -> IssueInvoice:
        from receivables.usecases.issue_invoice import IssueInvoice

        return IssueInvoice(self.ledger, self.customers, self.applicable_terms, self.holidays)

    @cached_property
    def write_terms(self) -> WriteTerms:
        from receivables.usecases.write_terms import WriteTerms

        return WriteTerms(self.terms, self.rates, self.holidays)

    @cached_property
    def keep_company(self) -> KeepCompany:
        from receivables.adapters.processors import registry
        from receivables.usecases.keep_company import KeepCompany

        return KeepCompany(self.company, self.terms, self.policies, registry)

    @cached_property
    def processors(self) -> ProcessorDesk:
        """Mandates, payouts and reconciliation."""
        from receivables.runtime.processor_desk import ProcessorDesk

        return ProcessorDesk(self)

    @cached_property
    def accept_terms(self) -> AcceptTerms:
        from receivables.notices.terms_document import render_terms
        from receivables.usecases.accept_terms import AcceptTerms

        return AcceptTerms(self.terms, self.customers, self.acceptances, self.shelf, render_terms)

    @cached_property
    def rate_tables(self) -> RateTables:
        from receivables.usecases.applicable import RateTables

        return RateTables(self.rates, time.monotonic)

    @cached_property
    def money(self) -> Money:
        """Payments, credit, charges, corrections, statements."""
        from receivables.runtime.money import Money

        return Money(self)

    @cached_property
    def clock(self) -> Callable[[], datetime] | None:
        """What tells when something is recorded; None: this machine's clock."""
        return None

    @cached_property
    def state_account(self) -> StateAccount:
        from receivables.usecases.account_statement import StateAccount

        return StateAccount(self.ledger, self.customers, self.cases)

    @cached_property
    def open_case(self) -> OpenCase:
        from receivables.usecases.cases import OpenCase

        return OpenCase(self.cases, self.ledger, self.customers, self.applicable_policies, self.workflow)

    @cached_property
    def decide_approval(self) -> DecideApproval:
        from receivables.usecases.cases import DecideApproval

        return DecideApproval(self.cases, self.ledger, self.workflow)

    @cached_property
    def arrangements(self) -> Arrangements:
        """What is done about promises, plans, disputes, holds, extensions and credit limits."""
        from receivables.runtime.arrangements import Arrangements

        return Arrangements(self.ledger, self.customers, self.applicable_policies)

    @cached_property
    def banking(self) -> Banking:
        """Bank accounts and statements."""
        from receivables.runtime.banking import Banking

        return Banking(self.inbox)

    @cached_property
    def request_import(self) -> RequestImport:
        from receivables.usecases.import_file import RequestImport

        return RequestImport(self.import_files, self.import_jobs)


@cache
def services() -> Services:
    """The services of this function, made once."""
    return Services()
