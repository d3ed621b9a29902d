"""Composes the import of bank statements."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from functools import cache

from receivables.adapters.dynamodb.bank_lines import DynamoAttentions, DynamoRegister
from receivables.adapters.dynamodb.banking import (
    DynamoBankAccounts,
    DynamoLease,
    DynamoStatementJobs,
    DynamoStatements,
)
from receivables.adapters.dynamodb.inbox import DynamoInbox
from receivables.adapters.eventbridge import EventBridgeBus
from receivables.adapters.statement_files import S3StatementFiles
from receivables.adapters.statements.read import read_file
from receivables.runtime.clients import client
from receivables.runtime.settings import setting
from receivables.usecases.book_lines import BookLines
from receivables.usecases.import_statement import Banking, ImportStatement


@cache
def import_statement() -> ImportStatement:
    """The use case, made once."""
    dynamodb, table = client("dynamodb"), setting("CONFIGURATION_TABLE")
    inbox = DynamoInbox(dynamodb, setting("INBOX_TABLE"))
    banking = Banking(
        DynamoBankAccounts(dynamodb, table),
        DynamoStatements(dynamodb, table),
        DynamoStatementJobs(dynamodb, table),
        DynamoLease(dynamodb, table),
    )
    return ImportStatement(
        S3StatementFiles(client("s3"), setting("IMPORTS_BUCKET")),
        banking,
        read_file,
        BookLines(inbox, DynamoRegister(dynamodb, table), DynamoAttentions(dynamodb, table)),
        EventBridgeBus(client("events"), setting("EVENT_BUS")),
        _now,
        time.sleep,
    )


def _now() -> datetime:
    """This machine's clock: nothing but the lease of a run goes by it."""
    return datetime.now(UTC)
