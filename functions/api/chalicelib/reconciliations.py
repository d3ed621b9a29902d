"""Reconciliation: what payment processors have on record, compared with the ledger; and their payouts."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any, Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Instant, Note, Reply
from chalicelib.path_ids import to_path
from chalicelib.payment_settings import ProcessorName
from chalicelib.waiting import Place, Queue
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.ledger import Page
from receivables.ledger.payouts import Payout, PayoutState
from receivables.payments.reconciliations import Difference, Run
from receivables.payments.reconciling import Side

routes = Routes(__name__)


class RunForm(Form):
    """Compare one of the company's accounts at a payment processor now, and not only at night."""

    processor: ProcessorName = Field(examples=["stripe"])
    endpoint: ProcessorName = Field(examples=["main"])


class RunReply(Reply):
    """One comparison, of what happened from `since` to `until`. `counts`: what was listed, by both sides, and how many of each kind of
    difference were found or settled. `failure`: why it does not go on, while it does not."""

    id: str
    account: str
    since: Instant
    until: Instant
    began_at: Instant
    by: str
    phase: str
    counts: dict[str, int]
    finished_at: Instant | None
    failure: str

    @classmethod
    def of(cls, run: Run) -> RunReply:
        values = {name: getattr(run, name) for name in cls.model_fields}
        return cls(**values | {"phase": run.phase.value, "counts": dict(run.counts)})


class SideReply(Reply):
    """What one side has."""

    what: str
    amount: Amount | None
    at: Instant | None

    @classmethod
    def of(cls, side: Side) -> SideReply:
        return cls(what=side.what, amount=Amount.of(side.amount) if side.amount else None, at=side.at)


class DifferenceReply(Reply):
    """A payment or payout of which the two sides say different things; null: that side does not know it. `missing` ones are handed in
    as if they had been heard (`repaired`, by the inbox message named)."""

    id: str
    account: str
    kind: str
    payment: str = Field(description="Its key")
    ours: SideReply | None
    theirs: SideReply | None
    state: str
    found_at: Instant
    message: str | None = Field(description="The message of the inbox by which it was repaired")
    reason: str
    by: str | None
    ended_at: Instant | None

    @classmethod
    def of(cls, difference: Difference) -> DifferenceReply:
        return cls(
            id=difference.id,
            account=difference.account,
            kind=difference.kind.value,
            payment=difference.key,
            ours=SideReply.of(difference.ours) if difference.ours else None,
            theirs=SideReply.of(difference.theirs) if difference.theirs else None,
            state=difference.state.value,
            found_at=difference.found_at,
            message=to_path(difference.message) if difference.message else None,
            reason=difference.reason,
            by=difference.by or None,
            ended_at=difference.ended_at,
        )


class AcknowledgementForm(Form):
    """Why the two sides differ, and that it stays so."""

    reason: Note


class DifferenceQuery(ListQuery):
    """Which differences: of one account (`stripe/main`), or of all."""

    account: str | None = Field(default=None, pattern=r"^[a-z0-9][a-z0-9_-]{0,31}/[a-z0-9][a-z0-9_-]{0,31}$")


class PayoutQuery(ListQuery):
    """Which payouts; `late` are those under way that should be on a statement of our bank."""

    state: Literal["sent", "arrived", "failed", "late"]


class PayoutReply(Reply):
    """What a processor sends to our bank: `amount`, after it kept its `fee`. `payment` is the key of the bank's line."""

    id: str
    account: str
    amount: Amount
    fee: Amount
    state: str
    sent_at: Instant
    arrives_on: date | None
    payment: str | None

    @classmethod
    def of(cls, payout: Payout) -> PayoutReply:
        return cls(
            id=payout.key,
            account=payout.held_by,
            amount=Amount.of(payout.amount),
            fee=Amount.of(payout.fee),
            state=payout.state.value,
            sent_at=payout.sent_at,
            arrives_on=payout.arrives_on,
            payment=payout.payment,
        )


@routes.get("/reconciliations", query=ListQuery, reply=Listing[RunReply], summary="List comparisons")
def list_reconciliations(call: Call, query: ListQuery) -> Answer:
    page = call.services.processors.reconciliations.runs(query.limit, call.start(query))
    items = [RunReply.of(run) for run in page.items]
    return Answer(Listing[RunReply](items=items, next=call.seal(query, page.position)))


@routes.post(
    "/reconciliations",
    allow=FINANCE,
    body=RunForm,
    reply=RunReply,
    status=202,
    summary="Compare an account at a payment processor with the ledger",
)
def request_reconciliation(call: Call, body: RunForm) -> Answer:
    account = f"{body.processor}/{body.endpoint}"
    return Answer(RunReply.of(call.services.processors.request_run(account, call.caller.name, call.as_of)))


@routes.get("/reconciliations/{run_id}", reply=RunReply, summary="Read a comparison")
def read_reconciliation(call: Call, run_id: str) -> Answer:
    return Answer(RunReply.of(call.services.processors.reconciliations.run(run_id)))


@routes.get(
    "/reconciliations/{run_id}/differences",
    query=ListQuery,
    reply=Listing[DifferenceReply],
    summary="List what a comparison has found",
)
def list_differences_of_run(call: Call, run_id: str, query: ListQuery) -> Answer:
    call.services.processors.reconciliations.run(run_id)
    page = call.services.processors.reconciliations.of_run(run_id, query.limit, call.start(query))
    return _differences(call, query, page)


@routes.get(
    "/reconciliation-differences",
    query=DifferenceQuery,
    reply=Listing[DifferenceReply],
    summary="List differences that wait",
)
def list_differences(call: Call, query: DifferenceQuery) -> Answer:
    page = call.services.processors.reconciliations.waiting(query.account, query.limit, call.start(query))
    return _differences(call, query, page)


@routes.get("/reconciliation-differences/{difference_id}", reply=DifferenceReply, summary="Read a difference")
def read_difference(call: Call, difference_id: str) -> Answer:
    return Answer(DifferenceReply.of(call.services.processors.reconciliations.difference(difference_id)))


@routes.post(
    "/reconciliation-differences/{difference_id}/acknowledgement",
    allow=FINANCE,
    body=AcknowledgementForm,
    reply=DifferenceReply,
    status=200,
    summary="Acknowledge a difference",
)
def acknowledge_difference(call: Call, difference_id: str, body: AcknowledgementForm) -> Answer:
    known = call.services.processors.acknowledge(difference_id, body.reason, call.caller.name, call.as_of)
    return Answer(DifferenceReply.of(known))


@routes.get("/payouts", query=PayoutQuery, reply=Listing[PayoutReply], summary="List payouts of processors")
def list_payouts(call: Call, query: PayoutQuery) -> Answer:
    found, position = _late(call, query) if query.state == "late" else _in_state(call, query)
    items = [PayoutReply.of(payout) for payout in found]
    return Answer(Listing[PayoutReply](items=items, next=call.seal(query, position)))


def _in_state(call: Call, query: PayoutQuery) -> tuple[Any, Any]:
    page = call.services.processors.payouts.payouts(PayoutState(query.state), query.limit, call.start(query))
    return page.items, page.position


def _late(call: Call, query: PayoutQuery) -> tuple[Any, Any]:
    from receivables.usecases.payouts import late_payouts

    late = sorted(late_payouts(call.services.processors.payouts, call.as_of), key=_sent)
    return Queue(call.start(query), query.limit, _place).page(late)


def _sent(payout: Payout) -> tuple[datetime, str]:
    return payout.sent_at, payout.key


def _place(payout: Payout) -> Place:
    return Place(payout.sent_at, payout.key)


def _differences(call: Call, query: ListQuery, page: Page[Difference]) -> Answer:
    items = [DifferenceReply.of(difference) for difference in page.items]
    return Answer(Listing[DifferenceReply](items=items, next=call.seal(query, page.position)))
