"""What was arranged with a customer: promises, plans and disputes, and their end by a person's decision."""

from __future__ import annotations

from chalicelib.arrangement_forms import ArrangementDetails, ReasonForm
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes

routes = Routes(__name__)


@routes.get(
    "/accounts/{account_id}/arrangements",
    query=ListQuery,
    reply=Listing[ArrangementDetails],
    summary="List the promises, plans and disputes of an account, ended ones too",
)
def list_arrangements(call: Call, account_id: str, query: ListQuery) -> Answer:
    page = call.services.ledger.arrangements(account_id, query.limit, call.start(query))
    items = [ArrangementDetails.of(each) for each in page.items]
    return Answer(Listing[ArrangementDetails](items=items, next=call.seal(query, page.position)))


@routes.get(
    "/arrangements/{arrangement_id}",
    reply=ArrangementDetails,
    summary="Read a promise, plan or dispute, with links to its evidence",
)
def read_arrangement(call: Call, arrangement_id: str) -> Answer:
    found = call.services.ledger.arrangement(arrangement_id)
    return Answer(ArrangementDetails.of(found, call.services.arrangements.disputes.links(found)))


@routes.post(
    "/arrangements/{arrangement_id}/cancellation",
    allow=FINANCE,
    body=ReasonForm,
    reply=ArrangementDetails,
    status=200,
    summary="Take back a promise or plan, or withdraw a dispute",
)
def cancel_arrangement(call: Call, arrangement_id: str, body: ReasonForm) -> Answer:
    ended = call.services.arrangements.cancel.cancel(
        arrangement_id, body.reason, call.caller.name, call.as_of
    )
    return Answer(ArrangementDetails.of(ended))
