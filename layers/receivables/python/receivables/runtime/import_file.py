"""Composes the import of dropped files."""

from __future__ import annotations

import time
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
from receivables.adapters.import_files import S3ImportFiles
from receivables.runtime.clients import client
from receivables.runtime.settings import setting
from receivables.usecases.applicable import applicable_terms, policy_catalogue, terms_catalogue
from receivables.usecases.import_file import ImportDroppedFile, Remembering
from receivables.usecases.issue_invoice import IssueInvoice
from receivables.usecases.keep_customers import KeepCustomers


def import_dropped_file() -> ImportDroppedFile:
    """The use case for one file: customers are remembered while it is worked off, and no longer."""
    configuration = _configuration()
    customers = DynamoCustomers(setting("CUSTOMERS_TABLE"), client("dynamodb"))
    ledger = DynamoLedger(client("dynamodb"), setting("RECEIVABLES_TABLE"))
    versions = dynamo_terms(configuration)
    terms = applicable_terms(versions, DynamoCompany(configuration), time.monotonic)
    return ImportDroppedFile(
        S3ImportFiles(client("s3"), setting("IMPORTS_BUCKET")),
        DynamoImportJobs(configuration),
        customers,
        KeepCustomers(customers, terms_catalogue(versions), policy_catalogue(dynamo_policies(configuration))),
        IssueInvoice(ledger, Remembering(customers), terms),
    )


@cache
def _configuration() -> ConfigurationTable:
    return ConfigurationTable(setting("CONFIGURATION_TABLE"), client("dynamodb"))
