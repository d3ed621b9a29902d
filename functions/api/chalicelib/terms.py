"""Payment terms."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from chalicelib.documents import Documents, NewDocument, VersionForm, VersionReply
from chalicelib.fields import Amount, Form, Key, Reply
from chalicelib.web import ADMINS, EVERYBODY, Answer, Call, Listing, ListQuery, Routes
from receivables.core.versions import in_force
from receivables.terms import Terms, preview
from receivables.usecases.write_documents import WriteDocuments

routes = Routes(__name__)


class TermsVersionForm(VersionForm):
    """A version of payment terms."""

    net_days: int = Field(ge=0, le=365, description="Calendar days after the invoice date")

    def terms(self, terms_id: str, version: int, today: date) -> Terms:
        return Terms(terms_id, version, self.name, self.net_days, self.in_force_from or today)


class TermsForm(TermsVersionForm, NewDocument):
    """New payment terms: their first version."""


class TermsVersion(VersionReply):
    """One version of payment terms."""

    net_days: int

    @classmethod
    def of(cls, terms: Terms) -> TermsVersion:
        return cls(**{name: getattr(terms, name) for name in cls.model_fields})


class TermsDocument(Reply):
    """Payment terms: all versions, oldest first, and the number of the one in force today (null: none yet)."""

    id: str
    in_force: int | None
    versions: list[TermsVersion]


class TermsQuestion(Form):
    """What would terms do to an invoice? Terms that exist (`id`, and a `version` if not the one in force on the issue
    date), or terms that are only thought of (`document`)."""

    id: Key | None = None
    version: int | None = Field(default=None, ge=1)
    document: TermsVersionForm | None = None
    issue_date: date
    amount: Amount

    @model_validator(mode="after")
    def _one_of_them(self) -> TermsQuestion:
        if (self.id is None) == (self.document is None):
            raise ValueError("say either id or document")
        return self


class TermsAnswer(Reply):
    """When the invoice would be due, and why."""

    due_date: date
    amount: Amount
    reasoning: str


_documents = Documents(TermsVersion, TermsDocument)


@routes.post("/terms", allow=ADMINS, body=TermsForm, reply=TermsVersion, summary="Create payment terms")
def create_terms(call: Call, body: TermsForm) -> Answer:
    terms = body.terms(body.id, 1, call.as_of.date())
    return Answer(
        TermsVersion.of(WriteDocuments(call.services.terms).create(terms, call.caller.name, call.as_of))
    )


@routes.get("/terms", query=ListQuery, reply=Listing[TermsDocument], summary="List payment terms")
def list_terms(call: Call, query: ListQuery) -> Answer:
    return _documents.page(call, call.services.terms, query)


@routes.get("/terms/{terms_id}", reply=TermsDocument, summary="Read payment terms, all versions")
def read_terms(call: Call, terms_id: str) -> Answer:
    return _documents.one(call, call.services.terms, terms_id)


@routes.post(
    "/terms/{terms_id}/versions",
    allow=ADMINS,
    body=TermsVersionForm,
    reply=TermsVersion,
    summary="Write the next version of payment terms",
)
def revise_terms(call: Call, terms_id: str, body: TermsVersionForm) -> Answer:
    written = WriteDocuments(call.services.terms).revise(
        terms_id, lambda number: body.terms(terms_id, number, call.as_of.date()), call.caller.name, call.as_of
    )
    return Answer(TermsVersion.of(written))


@routes.post(
    "/terms/preview",
    allow=EVERYBODY,
    body=TermsQuestion,
    reply=TermsAnswer,
    status=200,
    once=False,
    summary="When would an invoice be due? Writes nothing",
)
def preview_terms(call: Call, body: TermsQuestion) -> Answer:
    money = body.amount.money()
    answer = preview(_meant(call, body), body.issue_date)
    return Answer(TermsAnswer(due_date=answer.due_date, amount=Amount.of(money), reasoning=answer.reasoning))


def _meant(call: Call, body: TermsQuestion) -> Terms:
    if body.document is not None:
        return body.document.terms("preview", 1, body.issue_date)
    terms_id = body.id or ""
    if body.version is not None:
        return call.services.terms.version(terms_id, body.version)
    return in_force(call.services.terms.versions(terms_id), body.issue_date)
