"""The company's settings, and the kill switch."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from typing import Annotated

from pydantic import AfterValidator, Field

from chalicelib.customers import Email
from chalicelib.fields import Form, Instant, Key, Note, Reply, Text, at_path
from chalicelib.payment_settings import CashForm, CreditorForm, ProcessorForm, ProcessorForms
from chalicelib.web import ADMINS, Answer, Call, Routes
from receivables.core.configuration import Company, Segment, Switch

routes = Routes(__name__)


class SegmentForm(Form):
    """What applies to the customers of a segment that have nothing of their own."""

    terms_id: Key | None = None
    policy_id: Key | None = None


class ClosedDay(Form):
    """A local date on which the company is closed, beside weekends and public holidays, and why."""

    on: date
    reason: Text


def _once_each(days: list[ClosedDay]) -> list[ClosedDay]:
    seen: set[date] = set()
    for i, day in enumerate(days):
        if day.on in seen:
            raise at_path(i, "on", "is named twice")
        seen.add(day.on)
    return days


ClosedDays = Annotated[list[ClosedDay], Field(max_length=2000), AfterValidator(_once_each)]
Segments = Annotated[dict[Key, SegmentForm], Field(max_length=200)]


class CompanyForm(Form):
    """The settings as a whole. Says which revision is meant (0: nothing was set yet), here or in If-Match."""

    rev: int | None = Field(default=None, ge=0)
    name: Text
    terms_id: Key | None = Field(
        default=None, description="Payment terms where a customer has none of their own"
    )
    policy_id: Key | None = Field(
        default=None, description="Dunning policy where a customer has none of their own"
    )
    reply_to: Email | None = Field(default=None, description="Where answers to notices go")
    agency: Text = "Collection agency"
    segments: Segments = Field(default={}, description="Groups of customers, by name")
    closed_days: ClosedDays = Field(default=[], description="Beside weekends and public holidays")
    creditor: CreditorForm | None = Field(default=None, description="Whom bank transfers are made to")
    cash: CashForm = Field(default=CashForm(), description="How money that names no invoice is applied")
    processors: ProcessorForms = Field(default=[], description="Accounts at payment processors")

    def company(self, rev: int) -> Company:
        return Company(
            name=self.name,
            terms_id=self.terms_id,
            policy_id=self.policy_id,
            reply_to=self.reply_to,
            agency=self.agency,
            rev=rev,
            segments={name: Segment(**segment.model_dump()) for name, segment in self.segments.items()},
            closed_days={day.on: day.reason for day in self.closed_days},
            creditor=self.creditor.creditor() if self.creditor else None,
            cash=self.cash.rules(),
            processors=tuple(each.account() for each in self.processors),
        )


class CompanyReply(Reply):
    """Who collects, and what applies where a customer has nothing of their own."""

    name: str
    terms_id: str | None
    policy_id: str | None
    reply_to: str | None
    agency: str
    segments: dict[str, SegmentForm]
    closed_days: list[ClosedDay]
    creditor: CreditorForm | None
    cash: CashForm
    processors: list[ProcessorForm]
    rev: int

    @classmethod
    def of(cls, company: Company) -> CompanyReply:
        values = {name: getattr(company, name) for name in cls.model_fields}
        values["segments"] = {
            name: SegmentForm(**asdict(segment)) for name, segment in sorted(company.segments.items())
        }
        values["closed_days"] = [
            ClosedDay(on=day, reason=reason) for day, reason in sorted(company.closed_days.items())
        ]
        values["creditor"] = CreditorForm.of(company.creditor) if company.creditor else None
        values["cash"] = CashForm.of(company.cash)
        values["processors"] = [ProcessorForm.of(each) for each in company.processors]
        return cls(**values)


class SwitchForm(Form):
    """Engaged: nothing is sent from this moment on."""

    engaged: bool
    reason: Note


class SwitchReply(Reply):
    """The kill switch: who moved it last, when and why."""

    engaged: bool
    reason: str
    by: str | None
    at: Instant | None

    @classmethod
    def of(cls, switch: Switch) -> SwitchReply:
        return cls(engaged=switch.engaged, reason=switch.reason, by=switch.by, at=switch.at)


@routes.get("/company", reply=CompanyReply, summary="Read the company's settings")
def read_company(call: Call) -> Answer:
    return _company(call.services.company.get())


@routes.put(
    "/company", allow=ADMINS, body=CompanyForm, reply=CompanyReply, summary="Replace the company's settings"
)
def replace_company(call: Call, body: CompanyForm) -> Answer:
    return _company(call.services.keep_company.replace(body.company(call.revision(body.rev))))


@routes.get("/kill-switch", reply=SwitchReply, summary="Read the kill switch")
def read_kill_switch(call: Call) -> Answer:
    return Answer(SwitchReply.of(call.services.switch.read()))


@routes.put(
    "/kill-switch", allow=ADMINS, body=SwitchForm, reply=SwitchReply, summary="Stop or resume all sending"
)
def move_kill_switch(call: Call, body: SwitchForm) -> Answer:
    switch = Switch(body.engaged, body.reason, call.caller.name, call.as_of)
    call.services.switch.move(switch)
    return Answer(SwitchReply.of(switch))


def _company(company: Company) -> Answer:
    return Answer(CompanyReply.of(company), headers={"ETag": f'"{company.rev}"'})
