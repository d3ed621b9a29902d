"""Late charges: what was charged and how it was worked out, and the decision to claim or to waive it."""

from __future__ import annotations

from datetime import date
from typing import Final, Literal

from pydantic import Field

from chalicelib.fields import Amount, Form, Note, Reply
from chalicelib.money_moves import EntryReply, MoveForm, booked, move_id
from chalicelib.path_ids import to_path
from chalicelib.web import FINANCE, Answer, Call, Listing, ListQuery, Routes
from receivables.core.errors import InvalidInput
from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import EntryKind, Invoice, OpenItem, WorkingRow
from receivables.usecases.charges import WaiverOrder

routes = Routes(__name__)


class ClaimForm(Form):
    """From now on the customer is asked for it."""

    reason: Note


class WaiverForm(MoveForm):
    """The customer need not pay it, or a part of it."""

    amount: Amount | None = Field(default=None, description="Without one: all of it")


class WorkingRowReply(Reply):
    """A row of the working. `amount` is exact, in minor units; `rate` is in percent a year."""

    first: date
    last: date
    days: int
    balance: Amount
    rate: str
    amount: str

    @classmethod
    def of(cls, row: WorkingRow) -> WorkingRowReply:
        return cls(
            first=row.first,
            last=row.last,
            days=row.days,
            balance=Amount.of(row.balance),
            rate=row.rate,
            amount=row.amount,
        )


class ListedChargeReply(Reply):
    """A late charge. Nobody is asked for it until it is `claimed`."""

    number: str
    self_: str = Field(serialization_alias="self")
    account_id: str
    kind: str
    invoice: str | None = Field(description="Number of the invoice that it was charged for")
    amount: Amount
    balance: Amount
    issue_date: date
    due_date: date
    claimed: bool

    @classmethod
    def open(cls, account_id: str, item: OpenItem) -> ListedChargeReply:
        return cls(
            number=item.number,
            self_=f"/charges/{to_path(item.number)}",
            account_id=account_id,
            kind=item.kind.value,
            invoice=item.concerns,
            amount=Amount.of(item.amount),
            balance=Amount.of(item.balance),
            issue_date=item.issue_date,
            due_date=item.due_date,
            claimed=item.claimed,
        )


class ChargeReply(ListedChargeReply):
    """A late charge with all of its working: the rows, and in words what else went in."""

    status: str
    total: Amount = Field(description="What is charged in all: the amount as corrected or waived since")
    rule: str
    terms: str = Field(description="The version of the terms that has the rule")
    period: str
    rows: list[WorkingRowReply]
    notes: list[str]

    @classmethod
    def of(cls, invoice: Invoice, item: OpenItem | None) -> ChargeReply:
        detail = invoice.charge
        return cls(
            number=invoice.number,
            self_=f"/charges/{to_path(invoice.number)}",
            account_id=invoice.account_id,
            kind=invoice.kind.value,
            invoice=invoice.concerns,
            amount=Amount.of(invoice.amount),
            balance=Amount.of(item.balance if item else invoice.amount - invoice.amount),
            issue_date=invoice.issue_date,
            due_date=invoice.due_date,
            claimed=item.claimed if item else True,
            status=invoice.status.value,
            total=Amount.of(_total(invoice, item)),
            rule=detail.rule if detail else "",
            terms=detail.terms if detail else "",
            period=detail.period if detail else "",
            rows=[WorkingRowReply.of(row) for row in detail.rows] if detail else [],
            notes=list(detail.notes) if detail else [],
        )


_OF_THE_CHARGE: Final = frozenset({EntryKind.FEE, EntryKind.INTEREST, EntryKind.WAIVER})


def _total(invoice: Invoice, item: OpenItem | None) -> Money:
    moved = sum(move.minor for move in (item or invoice).moves if move.kind in _OF_THE_CHARGE)
    return invoice.amount + Money(moved, invoice.amount.currency)


class ChargeQuery(ListQuery):
    """Which charges: those of an account, or all that wait for a decision."""

    account_id: str | None = Field(default=None, max_length=80)
    state: Literal["unclaimed"] | None = None


@routes.get("/charges", query=ChargeQuery, reply=Listing[ListedChargeReply], summary="List late charges")
def list_charges(call: Call, query: ChargeQuery) -> Answer:
    if (query.account_id is None) == (query.state is None):
        raise InvalidInput("account_id", "say of which account, or state=unclaimed for all that wait")
    if query.account_id is None:
        waiting = call.services.ledger.unclaimed_charges(query.limit, call.start(query))
        items = [ListedChargeReply.open(account_id, item) for account_id, item in waiting.items]
        return _listed(items, call.seal(query, waiting.position))
    split_account_id(query.account_id)
    page = call.services.money.read_charges.of_account(query.account_id, query.limit, call.start(query))
    listed = [
        ListedChargeReply.model_validate(ChargeReply.of(*each), from_attributes=True) for each in page.items
    ]
    return _listed(listed, call.seal(query, page.position))


@routes.get("/charges/{number}", reply=ChargeReply, summary="Read a late charge and how it was worked out")
def read_charge(call: Call, number: str) -> Answer:
    return Answer(ChargeReply.of(*call.services.money.read_charges.one(number)))


@routes.post(
    "/charges/{number}/claim",
    allow=FINANCE,
    body=ClaimForm,
    reply=ChargeReply,
    status=200,
    summary="Ask the customer for a late charge",
)
def claim_charge(call: Call, number: str, body: ClaimForm) -> Answer:
    call.services.money.decide_charge.claim(number, body.reason, call.caller.name, call.recorded_at)
    return Answer(ChargeReply.of(*call.services.money.read_charges.one(number)))


@routes.post(
    "/charges/{number}/waiver",
    allow=FINANCE,
    body=WaiverForm,
    reply=EntryReply,
    summary="Waive a late charge, or a part of it",
)
def waive_charge(call: Call, number: str, body: WaiverForm) -> Answer:
    amount = body.amount.money() if body.amount else None
    order = WaiverOrder(number, move_id(call, body.id), amount, body.reason)
    return booked(
        call.services.money.decide_charge.waive(order, call.caller.name, call.as_of, call.recorded_at)
    )


def _listed(items: list[ListedChargeReply], following: str | None) -> Answer:
    return Answer(Listing[ListedChargeReply](items=items, next=following))
