"""Who accepted which version of which terms, and the document as it was shown."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from chalicelib.fields import Form, Instant, Key, Reply, Text, When
from chalicelib.web import FINANCE, Answer, Call, Listing, Routes
from receivables.core.errors import InvalidInput
from receivables.terms.acceptance import Acceptance
from receivables.usecases.accept_terms import AcceptanceOrder, TermsDocument

routes = Routes(__name__)


class AcceptanceForm(Form):
    """Somebody accepts this version for a customer: who, from where (an IP address, a place), by which channel. Without
    `accepted_at` it is happening now."""

    customer_id: Key
    accepted_by: Text
    accepted_from: Text
    channel: Annotated[str, Field(max_length=40, examples=["portal"])] = ""
    accepted_at: When | None = None


class AcceptanceReply(Reply):
    """An acceptance, on record for ever. `document` is the SHA-256 of what was accepted; `document_path` where to read it."""

    id: str
    customer_id: str
    terms_id: str
    version: int
    accepted_by: str
    accepted_from: str
    channel: str
    accepted_at: Instant
    document: str
    document_path: str
    recorded_by: str
    recorded_at: Instant

    @classmethod
    def of(cls, acceptance: Acceptance) -> AcceptanceReply:
        names = [name for name in cls.model_fields if name != "document_path"]
        path = f"/documents/{acceptance.document}"
        return cls(**{name: getattr(acceptance, name) for name in names}, document_path=path)


class DocumentReply(Reply):
    """A document: HTML, and the SHA-256 of its UTF-8 bytes in hexadecimal."""

    html: str
    sha256: str

    @classmethod
    def of(cls, document: TermsDocument) -> DocumentReply:
        return cls(html=document.html, sha256=document.sha256)


@routes.get(
    "/terms/{terms_id}/versions/{version}/document",
    reply=DocumentReply,
    summary="Read a version of payment terms as a document",
)
def read_terms_document(call: Call, terms_id: str, version: str) -> Answer:
    return Answer(DocumentReply.of(call.services.accept_terms.document(terms_id, _number(version))))


@routes.post(
    "/terms/{terms_id}/versions/{version}/acceptances",
    allow=FINANCE,
    body=AcceptanceForm,
    reply=AcceptanceReply,
    summary="Record that payment terms were accepted",
)
def accept_terms(call: Call, terms_id: str, version: str, body: AcceptanceForm) -> Answer:
    order = AcceptanceOrder(
        body.customer_id, body.accepted_by, body.accepted_from, body.channel, body.accepted_at
    )
    accepted = call.services.accept_terms.accept(
        terms_id, _number(version), order, call.caller.name, call.as_of
    )
    return Answer(AcceptanceReply.of(accepted))


@routes.get(
    "/customers/{customer_id}/acceptances",
    reply=Listing[AcceptanceReply],
    summary="List what was accepted for a customer",
)
def list_acceptances(call: Call, customer_id: str) -> Answer:
    found = call.services.accept_terms.of_customer(customer_id)
    return Answer(
        Listing[AcceptanceReply](items=[AcceptanceReply.of(acceptance) for acceptance in found], next=None)
    )


@routes.get("/documents/{sha256}", reply=DocumentReply, summary="Read a document as it was accepted")
def read_document(call: Call, sha256: str) -> Answer:
    return Answer(DocumentReply.of(call.services.accept_terms.kept(sha256)))


def _number(version: str) -> int:
    if not version.isascii() or not version.isdecimal() or len(version) > 9:
        raise InvalidInput("version", "must be the number of a version")
    return int(version)
