"""What would be charged for an invoice that is paid late? Worked out as it would be posted; nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from pydantic import Field, model_validator

from chalicelib.charge_forms import LateChargesForm
from chalicelib.charges import WorkingRowReply
from chalicelib.fields import Amount, Day, Form, Key, Reply
from chalicelib.trees import SHOWN
from chalicelib.web import EVERYBODY, Answer, Call, Routes
from receivables.charges.preview import ChargesPreview, Event, History, preview_charges
from receivables.core.errors import InvalidInput
from receivables.core.versions import in_force
from receivables.customers import CustomerKind
from receivables.ledger import EntryKind
from receivables.terms import Conditions, Instalment, Terms
from receivables.terms.conditions import CreditNoteOrder

routes = Routes(__name__)

_KINDS: Final = {
    "payment": EntryKind.PAYMENT,
    "credit_note": EntryKind.CREDIT_NOTE,
    "refund": EntryKind.REFUND,
    "chargeback": EntryKind.CHARGEBACK,
}
_GOES_BACK: Final = frozenset({EntryKind.REFUND, EntryKind.CHARGEBACK})


class ChargedPart(Form):
    """A part of the invoice, and the day by which it was to be paid."""

    due_date: Day
    amount: Amount


class ChargedEvent(Form):
    """On that day so much was paid or credited, or went back to the customer."""

    on: Day
    amount: Amount
    kind: Literal["payment", "credit_note", "refund", "chargeback"] = "payment"


class ChargesQuestion(Form):
    """An invoice - due on one day, or in instalments - and what happened since; and rules: those of terms that exist (`terms_id`,
    and a `version` if not the one in force on `as_of`), or `late_charges`, a pack or spelled out. As if all that is open were paid
    on `as_of` (without one: today)."""

    amount: Amount
    due_date: Day | None = None
    instalments: list[ChargedPart] = Field(default=[], max_length=60)
    events: list[ChargedEvent] = Field(default=[], max_length=1000)
    customer_kind: CustomerKind = CustomerKind.BUSINESS
    credit_notes: CreditNoteOrder = CreditNoteOrder.LAST_FIRST
    terms_id: Key | None = None
    version: int | None = Field(default=None, ge=1)
    late_charges: LateChargesForm | None = None
    as_of: Day | None = None

    @model_validator(mode="after")
    def _one_of_them(self) -> ChargesQuestion:
        if (self.due_date is None) == (not self.instalments):
            raise ValueError("say either due_date or instalments")
        if (self.terms_id is None) == (self.late_charges is None):
            raise ValueError("say either terms_id or late_charges")
        if self.version is not None and self.terms_id is None:
            raise ValueError("a version needs the id of its terms")
        return self


class ShownFee(Reply):
    """A fee, from which day on, and why it is so much."""

    rule: str
    on: date
    amount: Amount
    notes: list[str]


class ChargesAnswer(Reply):
    """The working: rows of interest and their total, fees, and in words what else went in."""

    as_of: date
    rows: list[WorkingRowReply]
    interest: Amount
    fees: list[ShownFee]
    total: Amount
    notes: list[str]


@routes.post(
    "/charges/preview",
    allow=EVERYBODY,
    body=ChargesQuestion,
    reply=ChargesAnswer,
    status=200,
    once=False,
    summary="What would be charged for an invoice that is paid late? Writes nothing",
)
def preview_late_charges(call: Call, body: ChargesQuestion) -> Answer:
    as_of = body.as_of or call.as_of.date()
    terms = _meant(call, body, as_of)
    if terms.late_charges is None:
        raise InvalidInput("terms_id", f"the terms {terms.id}/{terms.version} have no late charges")
    tables = call.services.rate_tables.of_terms([terms], as_of)
    return Answer(_answer(preview_charges(_history(body), terms.late_charges, tables, as_of), as_of))


def _meant(call: Call, body: ChargesQuestion, as_of: date) -> Terms:
    if body.late_charges is not None:
        rules = body.late_charges.spelled_out("late_charges")
        plain = {"id": "preview", "version": 1, "name": "Preview", "in_force_from": as_of.isoformat()}
        terms = SHOWN.load(Terms, plain | {"late_charges": rules})
        call.services.write_terms.check(terms)
        return terms
    terms_id = body.terms_id or ""
    if body.version is not None:
        return call.services.terms.version(terms_id, body.version)
    return in_force(call.services.terms.versions(terms_id), as_of)


def _history(body: ChargesQuestion) -> History:
    principal = body.amount.money()
    instalments = tuple(
        Instalment(part.due_date, part.amount.money(f"instalments.{i}.amount"))
        for i, part in enumerate(body.instalments)
    )
    if body.due_date is not None:
        instalments = (Instalment(body.due_date, principal),)
    return History(
        principal,
        instalments,
        tuple(_event(i, event) for i, event in enumerate(body.events)),
        business=body.customer_kind is CustomerKind.BUSINESS,
        conditions=Conditions(credit_notes=body.credit_notes),
    )


def _event(i: int, event: ChargedEvent) -> Event:
    amount, kind = event.amount.money(f"events.{i}.amount"), _KINDS[event.kind]
    if amount.minor <= 0:
        raise InvalidInput(f"events.{i}.amount", "must be more than zero")
    return Event(event.on, amount if kind in _GOES_BACK else -amount, kind)


def _answer(found: ChargesPreview, as_of: date) -> ChargesAnswer:
    return ChargesAnswer(
        as_of=as_of,
        rows=[WorkingRowReply.of(row) for row in found.rows],
        interest=Amount.of(found.interest),
        fees=[
            ShownFee(rule=fee.rule, on=fee.on, amount=Amount.of(fee.amount), notes=list(fee.notes))
            for fee in found.fees
        ],
        total=Amount.of(found.total),
        notes=list(found.notes),
    )
