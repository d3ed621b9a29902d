"""Collection cases, and the approvals that they ask for. Reading never decides: mail scanners follow every link."""

from __future__ import annotations

from typing import Literal

from chalicelib.case_forms import ApprovalReply, CaseForm, CaseReply, DecisionForm
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes

routes = Routes(__name__)


class ApprovalQuery(ListQuery):
    """Which approvals."""

    state: Literal["pending"] = "pending"


@routes.get("/cases", query=ListQuery, reply=Listing[CaseReply], summary="List active cases, oldest first")
def list_cases(call: Call, query: ListQuery) -> Answer:
    page = call.services.cases.active_cases(query.limit, call.start(query))
    items = [CaseReply.of(case) for case in page.items]
    return Answer(Listing[CaseReply](items=items, next=call.seal(query, page.position)))


@routes.post("/cases", allow=FINANCE, body=CaseForm, reply=CaseReply, summary="Open a case by hand")
def open_case(call: Call, body: CaseForm) -> Answer:
    case = call.services.open_case.open_by_hand(body.account_id, call.caller.name, call.as_of, body.invoices)
    return Answer(CaseReply.of(case))


@routes.get("/cases/{case_id}", reply=CaseReply, summary="Read a case, active or closed")
def read_case(call: Call, case_id: str) -> Answer:
    return Answer(CaseReply.of(call.services.cases.get(case_id)))


@routes.get(
    "/approvals", query=ApprovalQuery, reply=Listing[ApprovalReply], summary="List what waits for a decision"
)
def list_approvals(call: Call, query: ApprovalQuery) -> Answer:
    page = call.services.cases.pending_approvals(query.limit, call.start(query))
    items = [ApprovalReply.of(approval) for approval in page.items]
    return Answer(Listing[ApprovalReply](items=items, next=call.seal(query, page.position)))


@routes.get("/approvals/{approval_id}", reply=ApprovalReply, summary="Read an approval")
def read_approval(call: Call, approval_id: str) -> Answer:
    return Answer(ApprovalReply.of(call.services.cases.approval(approval_id)))


@routes.post(
    "/approvals/{approval_id}/decision",
    allow=FINANCE,
    body=DecisionForm,
    reply=ApprovalReply,
    status=200,
    summary="Approve or reject, once",
)
def decide_approval(call: Call, approval_id: str, body: DecisionForm) -> Answer:
    decided = call.services.decide_approval.decide(
        approval_id,
        approve=body.decision == "approve",
        by=call.caller.name,
        reason=body.reason,
        at=call.as_of,
    )
    return Answer(ApprovalReply.of(decided))
