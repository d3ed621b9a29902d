"""Late charges as postings: new receivables, corrections of those that exist, and paid invoices that may go."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from receivables.charges.correcting import corrected
from receivables.charges.pieces import INCOME, Piece, packed
from receivables.charges.rulebook import ChargesDue, Correction, NewCharge
from receivables.core.errors import NotFound
from receivables.ledger import (
    Accrued,
    EntryKind,
    Invoice,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    OpenItem,
    Posting,
    WorkingSet,
)
from receivables.ledger.deeds import Deed
from receivables.ledger.issuing import open_item
from receivables.ledger.sheet import closing

MOST_AT_ONCE: Final = 15
"""New charges of one invoice in one transaction: four writes each, and corrections have to fit as well."""


@dataclass(slots=True)
class _Tasks:
    """All that is to be posted for one invoice."""

    new: list[NewCharge]
    corrections: list[Correction]
    marks: list[Accrued]
    settled: bool

    @property
    def too_many(self) -> bool:
        return len(self.new) + len(self.corrections) > MOST_AT_ONCE

    def first(self) -> _Tasks:
        """As much of it as fits; corrections go first, and the invoice stays until all is done."""
        corrections = self.corrections[:MOST_AT_ONCE]
        new = self.new[: MOST_AT_ONCE - len(corrections)]
        return _Tasks(new, corrections, self.marks, settled=False)


def post_charges(
    working_set: WorkingSet, due: ChargesDue, documents: Mapping[str, Invoice], as_of: datetime
) -> list[Posting]:
    """What is to be posted, in postings that do not depend on each other; recorded and in effect at `as_of` (UTC).

    `documents` are those of the charges that `due.documents` names. What does not fit into one transaction for
    a receivable is left for the next time. Raises NotFound for a document that is missing.
    """
    items = {item.number: item for item in working_set.items}
    pieces = [
        _piece(working_set.account.id, items, items[number], tasks, documents, as_of, due.local_day)
        for number, tasks in _by_invoice(due).items()
    ]
    return list(packed(working_set.account.id, pieces))


def _by_invoice(due: ChargesDue) -> Mapping[str, _Tasks]:
    found: dict[str, _Tasks] = {}

    def of(number: str) -> _Tasks:
        return found.setdefault(number, _Tasks([], [], [], settled=False))

    for charge in due.new:
        of(charge.invoice).new.append(charge)
    for correction in due.corrections:
        of(correction.invoice).corrections.append(correction)
    for number, mark in due.covered:
        of(number).marks.append(mark)
    for item in due.settled:
        of(item.number).settled = True
    return {number: tasks.first() if tasks.too_many else tasks for number, tasks in found.items()}


def _piece(
    account_id: str,
    items: Mapping[str, OpenItem],
    invoice: OpenItem,
    tasks: _Tasks,
    documents: Mapping[str, Invoice],
    as_of: datetime,
    day: date,
) -> Piece:
    made = [_new(account_id, invoice, charge, as_of, day) for charge in tasks.new]
    for correction in tasks.corrections:
        if correction.number not in documents:
            raise NotFound("charge", correction.number)
        held = (documents[correction.number], items.get(correction.number))
        made.append(corrected(account_id, invoice, correction, held, as_of))
    made.append(Piece(items=(_invoice_change(invoice, tasks),)))
    return Piece.of(made)


def _new(account_id: str, invoice: OpenItem, charge: NewCharge, as_of: datetime, day: date) -> Piece:
    terms_id, _, version = (invoice.terms or "").rpartition("/")
    document = Invoice(
        charge.number,
        account_id,
        charge.amount,
        issue_date=day,
        due_date=day,
        issued_at=as_of,
        terms_id=terms_id,
        terms_version=int(version),
        description=_description(charge),
        kind=charge.kind,
        concerns=charge.invoice,
        charge=charge.detail,
    )
    deed = Deed(charge.number, f"charges/{charge.detail.terms}", as_of, as_of)
    minor = charge.amount.minor
    entry = deed.entry(
        account_id,
        EntryKind.INTEREST if charge.kind is ItemKind.INTEREST else EntryKind.FEE,
        charge.amount,
        (Leg(LedgerName.RECEIVABLE, minor, charge.number), Leg(INCOME[charge.kind], -minor, charge.number)),
        invoice=charge.invoice,
        reason=document.description,
        due_date=day,
    )
    opened = replace(open_item(document), claimed=charge.claimed)
    return Piece((entry,), (ItemChange(charge.number, None, opened, document=document),))


def _description(charge: NewCharge) -> str:
    if charge.kind is ItemKind.FEE:
        return f"Late fee ({charge.rule}) on {charge.invoice}"
    return f"Late interest on {charge.invoice}, {charge.first} to {charge.last}"


def _invoice_change(invoice: OpenItem, tasks: _Tasks) -> ItemChange:
    """The invoice remembers what was charged for it, and goes when that was the last of it."""
    accrued = tuple(_accrued(invoice.accrued, tasks))
    rev = invoice.rev + 1
    after = replace(invoice, accrued=accrued, accrued_rev=rev, rev=rev)
    if tasks.settled:
        return ItemChange(invoice.number, invoice, None, closing=closing(after))
    return ItemChange(invoice.number, invoice, after)


def _accrued(before: Sequence[Accrued], tasks: _Tasks) -> Iterator[Accrued]:
    right = {(each.accrued.rule, each.accrued.first): each for each in tasks.corrections}
    for period in before:
        correction = right.get((period.rule, period.first))
        yield replace(period, minor=correction.minor, charge=correction.number) if correction else period
    for charge in tasks.new:
        yield Accrued(charge.rule, charge.first, charge.last, charge.amount.minor, charge.number)
    yield from tasks.marks
