"""Accounts: the statement, the timeline, and holds."""

from __future__ import annotations

from pydantic import Field

from chalicelib.account_forms import AccountReply, HoldForm, StatementReply, TimelineReply
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Query, Routes
from receivables.core.errors import InvalidInput
from receivables.ledger import Hold

routes = Routes(__name__)


class AccountQuery(Query):
    """Which accounts."""

    customer_id: str = Field(max_length=64)


@routes.get(
    "/accounts", query=AccountQuery, reply=Listing[AccountReply], summary="List a customer's accounts"
)
def list_accounts(call: Call, query: AccountQuery) -> Answer:
    call.services.customers.get(query.customer_id)
    found = call.services.ledger.accounts_of(query.customer_id)
    return Answer(Listing[AccountReply](items=[AccountReply.of(account) for account in found], next=None))


@routes.get("/accounts/{account_id}", reply=StatementReply, summary="Read an account's statement")
def read_account(call: Call, account_id: str) -> Answer:
    statement = call.services.state_account.state(account_id, call.as_of)
    return Answer(StatementReply.of(statement))


@routes.get(
    "/accounts/{account_id}/timeline",
    query=ListQuery,
    reply=TimelineReply,
    summary="Read what happened on an account, newest first",
)
def read_timeline(call: Call, account_id: str, query: ListQuery) -> Answer:
    page = call.services.ledger.timeline(account_id, query.limit, call.start(query))
    return Answer(TimelineReply.of(page.items, call.seal(query, page.position)))


@routes.put(
    "/accounts/{account_id}/hold",
    allow=FINANCE,
    body=HoldForm,
    reply=AccountReply,
    summary="Pause collection",
)
def place_hold(call: Call, account_id: str, body: HoldForm) -> Answer:
    if body.until <= call.as_of:
        raise InvalidInput("until", "must lie in the future")
    hold = Hold(body.reason, call.caller.name, call.as_of, body.until)
    return Answer(AccountReply.of(call.services.ledger.hold(account_id, hold, call.as_of, call.caller.name)))


@routes.delete("/accounts/{account_id}/hold", allow=FINANCE, reply=AccountReply, summary="Resume collection")
def lift_hold(call: Call, account_id: str) -> Answer:
    return Answer(AccountReply.of(call.services.ledger.hold(account_id, None, call.as_of, call.caller.name)))
