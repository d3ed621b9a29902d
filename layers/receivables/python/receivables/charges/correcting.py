"""Corrections: a period that was charged comes out otherwise now, because something that was in effect earlier came later.

The difference is posted on the same charge. What is too much is waived: of what is still open first, then of what was given
up as bad debt, and what was paid already becomes credit. What of it a person had waived needs nothing more. What is
too little raises the charge, which opens again if it was closed.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from receivables.charges.pieces import INCOME, Piece
from receivables.charges.rulebook import Correction
from receivables.core.ids import derived_id
from receivables.core.money import Money
from receivables.ledger import (
    Credit,
    CreditChange,
    CreditSource,
    EntryKind,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    OpenItem,
)
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.sheet import Sheet
from receivables.ledger.timing import paid_in_all


def corrected(
    account_id: str, invoice: OpenItem, correction: Correction, held: Held, as_of: datetime
) -> Piece:
    """What corrects one charge, read as `held`, at `as_of` (UTC)."""
    key = f"{correction.number}/{invoice.rev}"
    deed = Deed(key, f"charges/{correction.detail.terms}", as_of, as_of, _reason(correction))
    if correction.difference > 0:
        return _raised(account_id, correction, held, deed)
    return _lowered(account_id, correction, held, deed)


def _reason(correction: Correction) -> str:
    was = Money(correction.accrued.minor, correction.currency)
    now = Money(correction.minor, correction.currency)
    return f"recomputed for {correction.invoice}: {now} instead of {was}"


def _raised(account_id: str, correction: Correction, held: Held, deed: Deed) -> Piece:
    document, item = held
    more, number = correction.difference, correction.number
    kind = EntryKind.INTEREST if correction.kind is ItemKind.INTEREST else EntryKind.FEE
    legs = (Leg(LedgerName.RECEIVABLE, more, number), Leg(INCOME[correction.kind], -more, number))
    entry = deed.entry(account_id, kind, Money(more, correction.currency), legs, invoice=correction.invoice)
    sheet = Sheet()
    sheet.put_held(held)
    sheet.move(number, deed.effective_at, more, kind)
    if item is None:
        # Who paid it was asked for it: then its rest may be asked for as well.
        sheet.mark(number, claimed=correction.claimed or paid_in_all(document.moves) > 0)
    return Piece((entry,), _with_working(sheet, held, correction))


def _lowered(account_id: str, correction: Correction, held: Held, deed: Deed) -> Piece:
    document, item = held
    number, at, left = correction.number, deed.effective_at, -correction.difference
    balance = item.balance.minor if item else 0
    # Less than nothing: what had paid it became credit when it was waived, and then that money went back.
    money = paid_in_all((item or document).moves)
    open_part = min(left, balance, max(0, balance + money))
    given_up = min(left - open_part, document.written_off)
    paid = min(left - open_part - given_up, max(0, money))
    if not open_part + given_up + paid:
        return Piece()
    sheet = Sheet()
    sheet.put_held(held)
    if given_up:
        sheet.give_up(number, -given_up)
        sheet.move(number, at, given_up, EntryKind.WRITE_OFF)
    if paid:
        sheet.move(number, at, paid, EntryKind.ALLOCATION)
    waived = open_part + given_up + paid
    sheet.move(number, at, -waived, EntryKind.WAIVER)
    credit_id = derived_id("crd", "correction", deed.key)
    legs = (
        Leg(INCOME[correction.kind], waived, number),
        Leg(LedgerName.RECEIVABLE, -open_part, number),
        Leg(LedgerName.BAD_DEBT, -given_up, number),
        Leg(LedgerName.UNAPPLIED, -paid, credit_id),
    )
    entry = deed.entry(
        account_id,
        EntryKind.WAIVER,
        Money(waived, correction.currency),
        legs,
        invoice=correction.invoice,
    )
    credit = Credit(credit_id, Money(paid, correction.currency), at, CreditSource.RELEASE, entry.id)
    return Piece(
        (entry,),
        _with_working(sheet, held, correction),
        (CreditChange(None, credit),) if paid else (),
    )


def _with_working(sheet: Sheet, held: Held, correction: Correction) -> tuple[ItemChange, ...]:
    """What changes of the charge, its document with the new working. One that closes keeps the working that it had: the waiver
    tells the rest."""
    document, _ = held
    changes = []
    for change in sheet.changes():
        if change.closing is None:
            written = replace(change.document or document, charge=correction.detail)
            changes.append(replace(change, document=written, document_rev=document.rev))
        else:
            changes.append(change)
    return tuple(changes)
