"""Disputes: of a whole invoice, an amount of it, or some of its lines; with evidence, an owner and a deadline."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, model_validator

from chalicelib.arrangement_forms import ArrangementDetails, SaidForm
from chalicelib.fields import Amount, Day, Form, Instant, Note, Reply, Text, at_path
from chalicelib.web import FINANCE, Answer, Call, Routes
from receivables.arrangements import DisputeReason
from receivables.arrangements.disputing import MOST_LINES, ContestedLine, Objection
from receivables.arrangements.evidence import MOST_BYTES, MOST_NAME, EvidenceFile
from receivables.usecases.disputes import credit_note_number

routes = Routes(__name__)


class LineForm(Form):
    """A line of the invoice, as the customer calls it, and what is contested of it."""

    name: Text
    amount: Amount


class DisputeForm(SaidForm):
    """What the customer contests: some `lines`, an `amount`, or - without either - all that is open. The rest is due as
    before. `owner` has to answer by `deadline`, a day of the customer."""

    reason: DisputeReason
    raised_by: Text
    owner: Text
    deadline: Day
    amount: Amount | None = None
    lines: list[LineForm] = Field(default=[], max_length=MOST_LINES)

    def objection(self) -> Objection:
        """Raises InvalidFields."""
        lines = (
            ContestedLine(line.name, line.amount.money(f"lines.{i}.amount"))
            for i, line in enumerate(self.lines)
        )
        return Objection(
            reason=self.reason,
            raised_by=self.raised_by,
            channel=self.channel,
            owner=self.owner,
            deadline=self.deadline,
            amount=self.amount.money() if self.amount else None,
            lines=tuple(lines),
            note=self.note,
        )


class DisputeResolutionForm(Form):
    """The answer: `credit` credits all that is disputed, `partial_credit` an amount of it, `reject` nothing."""

    decision: Literal["credit", "partial_credit", "reject"]
    credited: Amount | None = None
    resolution: Note

    @model_validator(mode="after")
    def _amount_where_partial(self) -> DisputeResolutionForm:
        if (self.decision == "partial_credit") != (self.credited is not None):
            raise at_path("credited", "is said with the decision partial_credit, and only then")
        return self


class EvidenceForm(Form):
    """A file that is about to be sent: its name, what it is, and how many bytes."""

    name: Annotated[str, Field(min_length=1, max_length=MOST_NAME)]
    content_type: str = Field(max_length=100, examples=["application/pdf"])
    size: int = Field(ge=1, le=MOST_BYTES)


class UploadReply(Reply):
    """Where the file goes: PUT it to `url` with exactly these headers, before the link expires."""

    key: str
    url: str
    headers: dict[str, str]
    expires_at: Instant


class DisputeResolutionReply(ArrangementDetails):
    """The dispute as it ended. `credit_note` is the number of the credit note, if one was booked."""

    credit_note: str | None = None


@routes.post(
    "/invoices/{number}/disputes",
    allow=FINANCE,
    body=DisputeForm,
    reply=ArrangementDetails,
    summary="Record that the customer disputes an invoice, or a part of it",
)
def raise_dispute(call: Call, number: str, body: DisputeForm) -> Answer:
    raised = call.services.arrangements.disputes.contest(
        number, body.objection(), call.caller.name, call.as_of
    )
    return Answer(ArrangementDetails.of(raised))


@routes.post(
    "/arrangements/{arrangement_id}/evidence",
    allow=FINANCE,
    body=EvidenceForm,
    reply=UploadReply,
    summary="Add a file to a dispute: answers with a link to send it to",
)
def add_evidence(call: Call, arrangement_id: str, body: EvidenceForm) -> Answer:
    file = EvidenceFile(body.name, body.content_type, body.size)
    evidence, upload = call.services.arrangements.disputes.add_evidence(
        arrangement_id, file, call.caller.name, call.as_of
    )
    reply = UploadReply(
        key=evidence.key, url=upload.url, headers=dict(upload.headers), expires_at=upload.expires_at
    )
    return Answer(reply)


@routes.post(
    "/arrangements/{arrangement_id}/resolution",
    allow=FINANCE,
    body=DisputeResolutionForm,
    reply=DisputeResolutionReply,
    status=200,
    summary="Answer a dispute: credit it, credit a part, or reject it",
)
def resolve_dispute(call: Call, arrangement_id: str, body: DisputeResolutionForm) -> Answer:
    ended = call.services.arrangements.disputes.answer(
        arrangement_id,
        body.credited.money("credited") if body.credited else None,
        body.resolution,
        call.caller.name,
        call.as_of,
        call.recorded_at,
        in_full=body.decision == "credit",
    )
    shown = ArrangementDetails.of(ended)
    note = credit_note_number(ended.id) if ended.credited else None
    return Answer(DisputeResolutionReply(**dict(shown), credit_note=note))
