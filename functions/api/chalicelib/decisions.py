"""Decisions that are overdue: what waits for a person for too long."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from chalicelib.fields import Amount, Reply
from chalicelib.path_ids import to_path
from chalicelib.web import Answer, Call, Listing, ListQuery, Routes
from receivables.usecases.overdue_decisions import Overdue, OverdueDecision

routes = Routes(__name__)

_RECEIVABLES = frozenset({Overdue.SHORT_PAYMENT, Overdue.UNCLAIMED_CHARGE})


class OverdueReply(Reply):
    """Something that waits for a person: `self` is the path of the dispute, promise or plan, or of the receivable."""

    kind: str
    id: str
    self_: str = Field(serialization_alias="self")
    account_id: str
    since: date
    amount: Amount
    owner: str

    @classmethod
    def of(cls, decision: OverdueDecision) -> OverdueReply:
        place = "invoices" if decision.kind in _RECEIVABLES else "arrangements"
        return cls(
            kind=decision.kind.value,
            id=decision.id,
            self_=f"/{place}/{to_path(decision.id)}",
            account_id=decision.account_id,
            since=decision.since,
            amount=Amount.of(decision.amount),
            owner=decision.owner,
        )


@routes.get(
    "/decisions/overdue",
    query=ListQuery,
    reply=Listing[OverdueReply],
    summary="List decisions that are overdue: by kind, oldest first; a page may be short before the last",
)
def list_overdue(call: Call, query: ListQuery) -> Answer:
    found, position = call.services.arrangements.overdue.page(call.as_of, query.limit, call.start(query))
    items = [OverdueReply.of(decision) for decision in found]
    return Answer(Listing[OverdueReply](items=items, next=call.seal(query, position)))
