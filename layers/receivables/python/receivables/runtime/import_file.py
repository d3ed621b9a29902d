"""Composes the import of dropped files."""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

from receivables.adapters.dynamodb.configuration import (
    ConfigurationTable,
    DynamoCompany,
    DynamoImportJobs,
    dynamo_policies,
    dynamo_terms,
)
from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.adapters.holiday_calendars import PublicHolidays
from receivables.adapters.import_files import S3ImportFiles
from receivables.runtime.clients import client
from receivables.runtime.front_door import recording_time
from receivables.runtime.settings import setting
from receivables.terms import Terms
from receivables.usecases.applicable import Applicable, applicable_terms, policy_catalogue, terms_catalogue
from receivables.usecases.import_file import ImportDroppedFile, Remembering
from receivables.usecases.issue_invoice import IssueInvoice
from receivables.usecases.keep_customers import KeepCustomers


def import_dropped_file() -> ImportDroppedFile:
    """The use case for one file: customers are remembered while it is worked off, and no longer."""
    parts = _parts()
    invoices = IssueInvoice(parts.ledger, Remembering(parts.customers), parts.terms, parts.holidays)
    return ImportDroppedFile(
        parts.files, parts.jobs, parts.customers, parts.keep_customers, invoices, recording_time
    )


@dataclass(frozen=True, slots=True)
class _Parts:
    """What does not change from file to file."""

    files: S3ImportFiles
    jobs: DynamoImportJobs
    customers: DynamoCustomers
    keep_customers: KeepCustomers
    ledger: DynamoLedger
    terms: Applicable[Terms]
    holidays: PublicHolidays


@cache
def _parts() -> _Parts:
    dynamodb = client("dynamodb")
    configuration = ConfigurationTable(setting("CONFIGURATION_TABLE"), dynamodb)
    customers = DynamoCustomers(setting("CUSTOMERS_TABLE"), dynamodb)
    terms, policies = dynamo_terms(configuration), dynamo_policies(configuration)
    company = DynamoCompany(configuration)
    return _Parts(
        files=S3ImportFiles(client("s3"), setting("IMPORTS_BUCKET")),
        jobs=DynamoImportJobs(configuration),
        customers=customers,
        keep_customers=KeepCustomers(customers, terms_catalogue(terms), policy_catalogue(policies), company),
        ledger=DynamoLedger(dynamodb, setting("RECEIVABLES_TABLE")),
        terms=applicable_terms(terms, company, time.monotonic),
        holidays=PublicHolidays(),
    )
