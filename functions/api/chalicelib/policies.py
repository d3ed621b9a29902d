"""Dunning policies."""

from __future__ import annotations

from chalicelib.documents import Documents
from chalicelib.policy_forms import PolicyDocument, PolicyForm, PolicyVersion, PolicyVersionForm
from chalicelib.web import ADMINS, Answer, Call, Listing, ListQuery, Routes
from receivables.usecases.write_documents import WriteDocuments

routes = Routes(__name__)

_documents = Documents(PolicyVersion, PolicyDocument)


@routes.post(
    "/policies", allow=ADMINS, body=PolicyForm, reply=PolicyVersion, summary="Create a dunning policy"
)
def create_policy(call: Call, body: PolicyForm) -> Answer:
    policy = body.policy(body.id, 1, call.as_of.date())
    written = WriteDocuments(call.services.policies).create(policy, call.caller.name, call.as_of)
    return Answer(PolicyVersion.of(written))


@routes.get("/policies", query=ListQuery, reply=Listing[PolicyDocument], summary="List dunning policies")
def list_policies(call: Call, query: ListQuery) -> Answer:
    return _documents.page(call, call.services.policies, query)


@routes.get("/policies/{policy_id}", reply=PolicyDocument, summary="Read a dunning policy, all versions")
def read_policy(call: Call, policy_id: str) -> Answer:
    return _documents.one(call, call.services.policies, policy_id)


@routes.post(
    "/policies/{policy_id}/versions",
    allow=ADMINS,
    body=PolicyVersionForm,
    reply=PolicyVersion,
    summary="Write the next version of a dunning policy",
)
def revise_policy(call: Call, policy_id: str, body: PolicyVersionForm) -> Answer:
    written = WriteDocuments(call.services.policies).revise(
        policy_id,
        lambda number: body.policy(policy_id, number, call.as_of.date()),
        call.caller.name,
        call.as_of,
    )
    return Answer(PolicyVersion.of(written))
