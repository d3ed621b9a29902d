"""Promises, plans, disputes and payments in flight as callers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import Field

from chalicelib.fields import Amount, Day, Form, Instant, Note, Number, Reply, Text
from chalicelib.path_ids import to_path
from receivables.arrangements import Arrangement, Covered, Dispute, InFlight, Part, Plan, Promise
from receivables.arrangements.parts import MOST_COVERED, sum_of

Receivables = list[Number] | None
"""Numbers of open receivables; null: all that are open and not arranged for yet."""
RECEIVABLES = Field(
    default=None,
    min_length=1,
    max_length=MOST_COVERED,
    description="For which invoices and charges; null: all that is open",
)


class PartForm(Form):
    """An amount that is to be there on a day of the customer."""

    on: Day
    amount: Amount

    def part(self, field: str) -> Part:
        """Raises InvalidFields with paths under `field`."""
        return Part(self.on, self.amount.money(f"{field}.amount"))


def parts_of(forms: Sequence[PartForm], field: str = "parts") -> tuple[Part, ...]:
    """Raises InvalidFields with paths under `field`."""
    return tuple(form.part(f"{field}.{i}") for i, form in enumerate(forms))


class SaidForm(Form):
    """What somebody on the customer's side said, and how: by phone, e-mail, portal..."""

    channel: Text
    note: str = Field(default="", max_length=500)


class ReasonForm(Form):
    """Why."""

    reason: Note


class PartReply(Reply):
    """An amount and its day."""

    on: date
    amount: Amount

    @classmethod
    def of(cls, part: Part) -> PartReply:
        return cls(on=part.on, amount=Amount.of(part.amount))


class CoveredReply(Reply):
    """A receivable, and what was open of it when it was arranged for."""

    number: str
    invoice: str = Field(description="Path of the receivable")
    balance: Amount

    @classmethod
    def of(cls, covered: Covered) -> CoveredReply:
        path = f"/invoices/{to_path(covered.number)}"
        return cls(number=covered.number, invoice=path, balance=Amount.of(covered.balance))


class PromiseDetails(Reply):
    """What was promised. `resume_at`: the step, by its day, at which reminders go on if it is broken."""

    receivables: list[CoveredReply]
    parts: list[PartReply]
    made_by: str
    grace_days: int
    resume_at: int | None


class PlanDetails(Reply):
    """What was agreed; parts add up to the receivables covered, the plan's own fee and interest included."""

    receivables: list[CoveredReply]
    parts: list[PartReply]
    agreed_by: str
    grace_days: int
    missed_limit: int
    consequence: str
    late_interest: str
    waive_if_kept: bool
    ages: bool


class EvidenceReply(Reply):
    """A file. `link` downloads it, for a few minutes."""

    name: str
    content_type: str
    added_by: str
    added_at: Instant
    link: str


class DisputeDetails(Reply):
    """What is contested, who has to answer by when, and the answer."""

    invoice: str
    disputed: Amount
    lines: list[str]
    reason: str
    raised_by: str
    owner: str
    deadline: date
    evidence: list[EvidenceReply]
    credited: Amount | None
    resolution: str


class InFlightDetails(Reply):
    """A payment on its way, being collected or contested: what collection waits for, and until when."""

    receivables: list[CoveredReply]
    cause: str
    payment_id: str | None = Field(description="Of the payment, once it is known")
    until: Instant


class ArrangementDetails(Reply):
    """A promise, plan, dispute or payment in flight: the one of the four that it is of `kind`."""

    id: str
    self_: str = Field(serialization_alias="self")
    kind: str
    account_id: str
    state: str
    active: bool
    amount: Amount
    channel: str
    recorded_by: str
    made_at: Instant
    note: str
    ended_at: Instant | None
    ended_by: str
    ending: str
    rev: int
    promise: PromiseDetails | None = None
    plan: PlanDetails | None = None
    dispute: DisputeDetails | None = None
    in_flight: InFlightDetails | None = None

    @classmethod
    def of(cls, found: Arrangement, links: Mapping[str, str] | None = None) -> ArrangementDetails:
        common: dict[str, Any] = {
            "id": found.id,
            "self_": f"/arrangements/{found.id}",
            "kind": found.kind.value,
            "account_id": found.account_id,
            "state": found.state.value,
            "active": found.active,
            "ended_at": found.ended_at,
            "rev": found.rev,
        }
        if isinstance(found, InFlight):
            return cls(**common, **_of_processor(found), in_flight=_in_flight(found))
        common |= {
            "channel": found.channel,
            "recorded_by": found.recorded_by,
            "note": found.note,
            "ended_by": found.ended_by,
        }
        if isinstance(found, Promise):
            amount, made_at, ending = sum_of(found.parts), found.made_at, found.ending
            own: dict[str, Reply] = {"promise": _promise(found)}
        elif isinstance(found, Plan):
            amount, made_at, ending = sum_of(found.parts), found.agreed_at, found.ending
            own = {"plan": _plan(found)}
        else:
            amount, made_at, ending = found.amount, found.raised_at, found.resolution
            own = {"dispute": _dispute(found, links or {})}
        return cls(**common, amount=Amount.of(amount), made_at=made_at, ending=ending, **own)


def _of_processor(flight: InFlight) -> dict[str, Any]:
    """Nobody has made or ended it but what was heard of the payment."""
    by = flight.payment.rpartition("/")[0] or "autopay"
    return {
        "amount": Amount.of(flight.amount),
        "channel": "",
        "recorded_by": by,
        "made_at": flight.since,
        "note": "",
        "ended_by": "" if flight.active else by,
        "ending": flight.ending,
    }


def _in_flight(flight: InFlight) -> InFlightDetails:
    return InFlightDetails(
        receivables=[CoveredReply.of(covered) for covered in flight.covers],
        cause=flight.cause.value,
        payment_id=to_path(flight.payment) if flight.payment else None,
        until=flight.until,
    )


def _promise(promise: Promise) -> PromiseDetails:
    return PromiseDetails(
        receivables=[CoveredReply.of(covered) for covered in promise.covers],
        parts=[PartReply.of(part) for part in promise.parts],
        made_by=promise.made_by,
        grace_days=promise.grace_days,
        resume_at=promise.resume_at,
    )


def _plan(plan: Plan) -> PlanDetails:
    return PlanDetails(
        receivables=[CoveredReply.of(covered) for covered in plan.covers],
        parts=[PartReply.of(part) for part in plan.parts],
        agreed_by=plan.agreed_by,
        grace_days=plan.grace_days,
        missed_limit=plan.missed_limit,
        consequence=plan.consequence.value,
        late_interest=plan.late_interest.value,
        waive_if_kept=plan.waive_if_kept,
        ages=plan.ages,
    )


def _dispute(dispute: Dispute, links: Mapping[str, str]) -> DisputeDetails:
    return DisputeDetails(
        invoice=f"/invoices/{to_path(dispute.invoice)}",
        disputed=Amount.of(dispute.amount),
        lines=list(dispute.lines),
        reason=dispute.reason.value,
        raised_by=dispute.raised_by,
        owner=dispute.owner,
        deadline=dispute.deadline,
        evidence=[
            EvidenceReply(
                name=each.name,
                content_type=each.content_type,
                added_by=each.added_by,
                added_at=each.added_at,
                link=links.get(each.key, ""),
            )
            for each in dispute.evidence
        ],
        credited=Amount.of(dispute.credited) if dispute.credited else None,
        resolution=dispute.resolution,
    )
