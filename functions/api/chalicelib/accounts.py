"""Accounts: what they look like now, their statement, and their timeline."""

from __future__ import annotations

from pydantic import Field

from chalicelib.account_forms import AccountReply, OverviewReply, TimelineReply
from chalicelib.fields import Day, When
from chalicelib.statement_forms import StatementReply
from chalicelib.web import Answer, Call, Listing, ListQuery, Query, Routes
from receivables.usecases.account_statement import Moment

routes = Routes(__name__)


class AccountQuery(Query):
    """Which accounts."""

    customer_id: str = Field(max_length=64)


class StatementQuery(ListQuery):
    """As of which day, and as it was known when. Neither: now."""

    as_of: Day | None = Field(
        default=None, description="What took effect by the end of that day, the customer's"
    )
    known_at: When | None = Field(
        default=None, description="What had been recorded by then; not later than now"
    )


@routes.get(
    "/accounts", query=AccountQuery, reply=Listing[AccountReply], summary="List a customer's accounts"
)
def list_accounts(call: Call, query: AccountQuery) -> Answer:
    call.services.customers.get(query.customer_id)
    found = call.services.ledger.accounts_of(query.customer_id)
    return Answer(Listing[AccountReply](items=[AccountReply.of(account) for account in found], next=None))


@routes.get("/accounts/{account_id}", reply=OverviewReply, summary="Read an account and what happened last")
def read_account(call: Call, account_id: str) -> Answer:
    overview = call.services.state_account.state(account_id, call.as_of)
    return Answer(OverviewReply.of(overview))


@routes.get(
    "/accounts/{account_id}/statement",
    query=StatementQuery,
    reply=StatementReply,
    summary="Read an account's statement, now or as it was known then",
)
def read_statement(call: Call, account_id: str, query: StatementQuery) -> Answer:
    moment = Moment(query.as_of, query.known_at)
    statement = call.services.money.statements.read(
        account_id, call.as_of, moment, query.limit, call.start(query)
    )
    return Answer(StatementReply.of(statement, call.seal(query, statement.position)))


@routes.get(
    "/accounts/{account_id}/timeline",
    query=ListQuery,
    reply=TimelineReply,
    summary="Read what happened on an account, newest first",
)
def read_timeline(call: Call, account_id: str, query: ListQuery) -> Answer:
    page = call.services.ledger.timeline(account_id, query.limit, call.start(query))
    return Answer(TimelineReply.of(page.items, call.seal(query, page.position)))
