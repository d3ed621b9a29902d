"""The company's settings, and the kill switch."""

from __future__ import annotations

from pydantic import Field

from chalicelib.customers import Email
from chalicelib.fields import Form, Instant, Key, Note, Reply, Text
from chalicelib.web import ADMINS, Answer, Call, Routes
from receivables.core.configuration import Company, Switch
from receivables.core.errors import InvalidFields
from receivables.usecases.keep_customers import missing

routes = Routes(__name__)


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


class CompanyReply(Reply):
    """Who collects, and what applies where a customer has nothing of their own."""

    name: str
    terms_id: str | None
    policy_id: str | None
    reply_to: str | None
    agency: str
    rev: int

    @classmethod
    def of(cls, company: Company) -> CompanyReply:
        return cls(**{name: getattr(company, name) for name in cls.model_fields})


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
    errors = missing("terms_id", body.terms_id, call.services.terms)
    errors += missing("policy_id", body.policy_id, call.services.policies)
    if errors:
        raise InvalidFields(errors)
    settings = body.model_dump(exclude={"rev"})
    return _company(call.services.company.put(Company(**settings, rev=call.revision(body.rev))))


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
