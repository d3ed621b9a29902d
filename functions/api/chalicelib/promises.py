"""Promises to pay."""

from __future__ import annotations

from pydantic import Field

from chalicelib.arrangement_forms import (
    RECEIVABLES,
    ArrangementDetails,
    PartForm,
    Receivables,
    SaidForm,
    parts_of,
)
from chalicelib.fields import Text
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.arrangements.promise_making import MOST_PARTS
from receivables.usecases.promises import PromiseOrder

routes = Routes(__name__)


class PromiseForm(SaidForm):
    """A customer's word: these amounts by these days. What it covers is not reminded of until then."""

    parts: list[PartForm] = Field(min_length=1, max_length=MOST_PARTS)
    made_by: Text = Field(description="Who gave their word")
    receivables: Receivables = RECEIVABLES


@routes.post(
    "/accounts/{account_id}/promises",
    allow=FINANCE,
    body=PromiseForm,
    reply=ArrangementDetails,
    summary="Record a promise to pay",
)
def take_promise(call: Call, account_id: str, body: PromiseForm) -> Answer:
    order = PromiseOrder(
        parts_of(body.parts), body.made_by, body.channel, tuple(body.receivables or ()), body.note
    )
    taken = call.services.arrangements.promises.take(account_id, order, call.caller.name, call.as_of)
    return Answer(ArrangementDetails.of(taken))
