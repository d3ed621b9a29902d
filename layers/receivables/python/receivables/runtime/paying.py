"""What showing, opening and ending pages to pay on have in common."""

from __future__ import annotations

from functools import cache

from receivables.adapters.dynamodb.hot_directory import HotConfiguration, HotCustomers
from receivables.adapters.dynamodb.ledger_reads import LedgerReads
from receivables.adapters.dynamodb.pay_links import DynamoPayLinks
from receivables.core.configuration import ProcessorAccount
from receivables.payments.processors import LinkMaker
from receivables.runtime.clients import client
from receivables.runtime.processors import link_maker
from receivables.runtime.settings import setting
from receivables.usecases.pay_page import AskedFor


@cache
def asked_for() -> AskedFor:
    dynamodb = client("dynamodb")
    return AskedFor(
        LedgerReads(dynamodb, setting("RECEIVABLES_TABLE")),
        HotCustomers(dynamodb, setting("CUSTOMERS_TABLE")),
        HotConfiguration(dynamodb, setting("CONFIGURATION_TABLE")),
    )


@cache
def live_links() -> DynamoPayLinks:
    return DynamoPayLinks(client("dynamodb"), setting("RECEIVABLES_TABLE"))


def page_maker(account: ProcessorAccount) -> LinkMaker:
    return link_maker(account.processor, account.endpoint)
