"""Composes the worker of accounts."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, cast

from receivables.adapters.dynamodb.agenda import DynamoAgenda
from receivables.adapters.dynamodb.cases import DynamoCases
from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.adapters.dynamodb.ledger_reads import LedgerReads
from receivables.adapters.dynamodb.notices import DynamoNotices
from receivables.adapters.ses import SesEmails
from receivables.adapters.sns_sms import SnsTexts
from receivables.adapters.stepfunctions import StepFunctionsWorkflow
from receivables.core.clock import parse_instant
from receivables.core.configuration import Company, CompanyStore
from receivables.core.errors import InvalidInput
from receivables.core.ids import split_account_id
from receivables.core.versions import VersionStore
from receivables.dunning.policy import Policy
from receivables.runtime.clients import LazyClient, client
from receivables.runtime.settings import setting
from receivables.usecases.applicable import Memory, applicable_policies
from receivables.usecases.compose_notice import Addressing
from receivables.usecases.courier import Courier, Tally
from receivables.usecases.send_notice import SendNotice
from receivables.usecases.work_account import WorkAccount
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
    workflow = StepFunctionsWorkflow(LazyClient("stepfunctions"), setting("CASE_STATE_MACHINE_ARN"))
    company: Memory[Company] = Memory(time.monotonic)
    pay_link_base = setting("PAY_LINK_BASE")
    return WorkAccount(
        accounts=LedgerReads(dynamodb, table),
        customers=HotCustomers(dynamodb, customers),
        policies=applicable_policies(
            # Of the two ports only what reads is used here.
            cast("VersionStore[Policy]", configuration),
            cast("CompanyStore", configuration),
            time.monotonic,
        ),
        agenda=DynamoAgenda(dynamodb, table),
        notices=notices,
        courier=Courier(notices, sender),
        cases=CaseWork(DynamoCases(dynamodb, table), workflow),
        addressing=lambda: Addressing(company.get("company", configuration.get), pay_link_base),
    )


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
