"""Composes what is done about bank accounts and statements."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from receivables.runtime.clients import client
from receivables.runtime.settings import setting

if TYPE_CHECKING:
    from receivables.banking.ports import (
        Attentions,
        BankAccounts,
        Register,
        StatementFiles,
        StatementJobs,
        Statements,
    )
    from receivables.payments.inbox import Inbox
    from receivables.usecases.bank_accounts import KeepBankAccounts
    from receivables.usecases.decide_line import DecideLine
    from receivables.usecases.request_statement import RequestStatement


class BankingStores:
    """Where it is kept."""

    @cached_property
    def accounts(self) -> BankAccounts:
        from receivables.adapters.dynamodb.banking import DynamoBankAccounts

        return DynamoBankAccounts(*_configuration())

    @cached_property
    def statements(self) -> Statements:
        from receivables.adapters.dynamodb.banking import DynamoStatements

        return DynamoStatements(*_configuration())

    @cached_property
    def jobs(self) -> StatementJobs:
        from receivables.adapters.dynamodb.banking import DynamoStatementJobs

        return DynamoStatementJobs(*_configuration())

    @cached_property
    def register(self) -> Register:
        from receivables.adapters.dynamodb.bank_lines import DynamoRegister

        return DynamoRegister(*_configuration())

    @cached_property
    def attentions(self) -> Attentions:
        from receivables.adapters.dynamodb.bank_lines import DynamoAttentions

        return DynamoAttentions(*_configuration())

    @cached_property
    def files(self) -> StatementFiles:
        from receivables.adapters.statement_files import S3StatementFiles

        return S3StatementFiles(client("s3"), setting("IMPORTS_BUCKET"))


class Banking(BankingStores):
    """What the API does; each part is made when a request first needs it."""

    def __init__(self, inbox: Inbox) -> None:
        self._inbox = inbox

    @cached_property
    def keep_accounts(self) -> KeepBankAccounts:
        from receivables.adapters.statements.read import mapping_by_example, read_file
        from receivables.usecases.bank_accounts import KeepBankAccounts

        return KeepBankAccounts(self.accounts, self.statements, read_file, mapping_by_example)

    @cached_property
    def request_statement(self) -> RequestStatement:
        from receivables.adapters.statements.read import read_file
        from receivables.usecases.request_statement import RequestStatement

        return RequestStatement(self.files, self.jobs, self.accounts, read_file)

    @cached_property
    def decide_line(self) -> DecideLine:
        from receivables.usecases.decide_line import DecideLine

        return DecideLine(self.accounts, self.register, self.attentions, self._inbox)


def _configuration() -> tuple[Any, str]:
    return client("dynamodb"), setting("CONFIGURATION_TABLE")
