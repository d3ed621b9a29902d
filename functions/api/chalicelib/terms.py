"""Payment terms."""

from __future__ import annotations

from datetime import date

from pydantic import Field, model_validator

from chalicelib.documents import Documents
from chalicelib.fields import Amount, Day, Form, Key, Reply, under
from chalicelib.terms_forms import TermsDocument, TermsForm, TermsVersion, TermsVersionForm
from chalicelib.web import ADMINS, EVERYBODY, Answer, Call, Listing, ListQuery, Routes
from receivables.core.errors import FieldError, InvalidFields
from receivables.core.money import Money
from receivables.core.versions import in_force
from receivables.terms import BusinessCalendar, Terms
from receivables.terms.preview import TermsPreview, preview

routes = Routes(__name__)


class TermsQuestion(Form):
    """What would terms do to an invoice? Terms that exist (`id`, and a `version` if not the one in force on the issue
    date), those that apply to a customer (`customer_id`), or terms that are only thought of (`document`). A `due_date`
    takes the place of the terms' own."""

    id: Key | None = None
    version: int | None = Field(default=None, ge=1)
    customer_id: Key | None = None
    document: TermsVersionForm | None = None
    issue_date: Day
    due_date: Day | None = None
    amount: Amount
    tax: Amount | None = Field(default=None, description="The part of the amount that is sales tax")

    @model_validator(mode="after")
    def _one_of_them(self) -> TermsQuestion:
        if sum(each is not None for each in (self.id, self.customer_id, self.document)) != 1:
            raise ValueError("say exactly one of id, customer_id and document")
        if self.version is not None and self.id is None:
            raise ValueError("a version needs the id of its terms")
        return self


class ShownInstalment(Reply):
    """A part of the invoice: when it is due, and how date and amount came about."""

    name: str
    due_date: date
    amount: Amount
    reasoning: str
    working: str


class ShownDiscount(Reply):
    """What may be kept back when it is paid by `until`; `forgiven_until` is that day with the days that are overlooked."""

    until: date
    forgiven_until: date
    amount: Amount
    tax: Amount
    tolerance: Amount
    shares: bool
    reasoning: str
    working: str


class ShownParagraph(Reply):
    """What the terms say, in words."""

    heading: str
    sentences: list[str]


class TermsAnswer(Reply):
    """When the invoice would be due, in which parts, with which discounts, and why. `due_date` is the day by which all is to
    be paid."""

    terms_id: str | None
    terms_version: int | None
    due_date: date
    amount: Amount
    tax: Amount | None
    instalments: list[ShownInstalment]
    discounts: list[ShownDiscount]
    reasoning: list[str]
    notes: list[str]
    wording: list[ShownParagraph]


_documents = Documents(TermsVersion, TermsDocument)


@routes.post("/terms", allow=ADMINS, body=TermsForm, reply=TermsVersion, summary="Create payment terms")
def create_terms(call: Call, body: TermsForm) -> Answer:
    terms = body.terms(body.id, 1, call.as_of.date())
    return Answer(TermsVersion.of(call.services.write_terms.create(terms, call.caller.name, call.as_of)))


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
    written = call.services.write_terms.revise(
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
    summary="What would terms make of an invoice? Writes nothing",
)
def preview_terms(call: Call, body: TermsQuestion) -> Answer:
    amount = body.amount.money()
    tax = body.tax.money("tax") if body.tax else None
    if body.document is not None:
        terms = _thought_of(call, body.document, body.issue_date)
    else:
        terms = _existing(call, body)
    closed = call.services.company.get().closed_days
    calendar = BusinessCalendar(terms.calendar, call.services.holidays, closed)
    try:
        answer = preview(terms, body.issue_date, amount, tax, calendar, due_date=body.due_date)
    except InvalidFields as error:
        raise _as_sent(error, body) from None
    return Answer(_answer(body, terms, answer))


def _existing(call: Call, body: TermsQuestion) -> Terms:
    if body.customer_id is not None:
        customer = call.services.customers.get(body.customer_id)
        return call.services.applicable_terms.for_customer(customer, body.issue_date)
    terms_id = body.id or ""
    if body.version is not None:
        return call.services.terms.version(terms_id, body.version)
    return in_force(call.services.terms.versions(terms_id), body.issue_date)


def _thought_of(call: Call, document: TermsVersionForm, on: date) -> Terms:
    try:
        terms = document.terms("preview", 1, on)
        call.services.write_terms.check(terms)
    except InvalidFields as error:
        raise under("document", error) from None
    return terms


def _as_sent(error: InvalidFields, body: TermsQuestion) -> InvalidFields:
    """The same errors; what the terms are at fault for, by its path in the document that was sent."""
    if body.document is None:
        return error
    of_document = TermsVersionForm.model_fields
    return InvalidFields(
        FieldError(
            f"document.{each.field}" if each.field.split(".")[0] in of_document else each.field, each.message
        )
        for each in error.errors
    )


def _answer(body: TermsQuestion, terms: Terms, answer: TermsPreview) -> TermsAnswer:
    made = answer.schedule
    exists = body.document is None
    return TermsAnswer(
        terms_id=terms.id if exists else None,
        terms_version=terms.version if exists else None,
        due_date=made.due_date,
        amount=body.amount,
        tax=body.tax,
        instalments=[
            ShownInstalment(
                name=part.name,
                due_date=part.instalment.due_date,
                amount=Amount.of(part.instalment.amount),
                reasoning=part.reasoning,
                working=part.working,
            )
            for part in made.parts
        ],
        discounts=[
            ShownDiscount(
                until=offer.discount.until,
                forgiven_until=offer.discount.forgiven_until,
                amount=Amount.of(offer.discount.amount),
                tax=Amount.of(offer.discount.tax),
                tolerance=Amount.of(Money(offer.discount.tolerance, body.amount.currency)),
                shares=offer.discount.shares,
                reasoning=offer.reasoning,
                working=offer.working,
            )
            for offer in made.offers
        ],
        reasoning=list(made.reasoning),
        notes=list(made.notes),
        wording=[
            ShownParagraph(heading=each.heading, sentences=list(each.sentences)) for each in answer.wording
        ],
    )
