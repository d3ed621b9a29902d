"""Undoing: what that means for each kind of entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Final

from receivables.core.errors import Conflict
from receivables.ledger.credits import Credit
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.entries import Entry, EntryKind, LedgerName
from receivables.ledger.journal import Journal
from receivables.ledger.outflow import reduced_credit
from receivables.ledger.payments import PaymentRecord
from receivables.ledger.posting import Posting
from receivables.ledger.settling import discount_entry
from receivables.ledger.timing import net
from receivables.ledger.undo import USED, Undoing


def undone(
    entry: Entry,
    holdings: Holdings,
    unapplied: Mapping[str, Credit],
    deed: Deed,
    record: PaymentRecord | None,
) -> Posting:
    """The posting that undoes an entry of one of the kinds below; `deed.key` is the id of the entry, and the deed takes effect
    when the entry did. Raises Conflict where what followed stands in the way."""
    undoing = Undoing(entry, holdings, unapplied, deed, record)
    _HOW[entry.kind](undoing)
    return undoing.posting()


def _credit_note(undoing: Undoing) -> None:
    """Credit that came of it goes, whenever it came free; what it made good is given up again; the rest is owed again. Where some of
    that credit was used - or, as what gave way later does not say whose it was, may have been - it is refused."""
    entry, at = undoing.entry, undoing.deed.effective_at
    number, credited = entry.invoice or "", entry.amount.minor
    freed = sum(
        move.minor
        for move in undoing.sheet.item(number).moves
        if move.kind is EntryKind.ALLOCATION and move.minor > 0 and move.at > at
    )
    journal = Journal()
    for leg in entry.legs:
        if leg.ledger not in {LedgerName.RECEIVABLE, LedgerName.UNAPPLIED}:
            journal.post(at, leg.ledger, -leg.minor, leg.item)
    journal.post(at, LedgerName.RECEIVABLE, credited, number)
    undoing.move(number, credited, EntryKind.CREDIT_NOTE)
    for _, made_good in undoing.made_good:
        undoing.move(number, -made_good, EntryKind.WRITE_OFF)
        undoing.sheet.give_up(number, made_good)
        journal.post(at, LedgerName.RECEIVABLE, -made_good, number)
    for credit in undoing.credits_of_note():
        minor = credit.balance.minor
        undoing.sheet.move(number, credit.effective_at, -minor, EntryKind.ALLOCATION)
        journal.post(credit.effective_at, LedgerName.RECEIVABLE, -minor, number)
        journal.post(credit.effective_at, LedgerName.UNAPPLIED, minor, credit.id)
        undoing.changes.append(reduced_credit(credit, minor))
        freed -= minor if credit.effective_at > at else 0
    if freed > 0:
        raise Conflict(USED)
    undoing.entries += journal.entries(
        entry.account_id, EntryKind.REVERSAL, -entry.amount, undoing.deed, invoice=number, reverses=entry.id
    )


def _charge(undoing: Undoing) -> None:
    for number, minor in undoing.receivables:
        item = undoing.sheet.item(number)
        if item.balance.minor != minor:
            raise Conflict(f"{number} is not open as it was charged: waive it instead")
        undoing.move(number, -minor, undoing.entry.kind)
    undoing.mirror()


def _waiver(undoing: Undoing) -> None:
    for number, minor in undoing.receivables:
        undoing.move(number, -minor, EntryKind.WAIVER)
    if released := undoing.unapplied:
        number = next(leg.item for leg in undoing.entry.legs if leg.ledger is not LedgerName.UNAPPLIED) or ""
        undoing.move(number, released, EntryKind.WAIVER)
        undoing.move(number, -released, EntryKind.ALLOCATION)
    for number, made_good in undoing.made_good:
        undoing.move(number, made_good, EntryKind.WAIVER)
        undoing.move(number, -made_good, EntryKind.WRITE_OFF)
        undoing.sheet.give_up(number, made_good)
    undoing.mirror()


def _write_off(undoing: Undoing) -> None:
    for number, minor in undoing.receivables:
        if undoing.holdings[number][0].written_off < -minor:
            raise Conflict(f"some of what was written off of {number} was recovered")
        undoing.move(number, -minor, EntryKind.WRITE_OFF)
        undoing.sheet.give_up(number, minor)
    undoing.mirror()


def _discount(undoing: Undoing) -> None:
    for number, minor in undoing.receivables:
        granted = net(undoing.sheet.item(number), EntryKind.DISCOUNT)
        if not 0 < -minor <= granted or not _has_discount(undoing.record, number, -minor):
            raise Conflict(f"the discount on {number} was taken back already")
        deed, account_id = undoing.deed, undoing.entry.account_id
        undoing.entries.append(
            discount_entry(
                account_id, undoing.sheet, number, minor, deed, undoing.entry.payment, undoing.entry.id
            )
        )
        undoing.take_discount(number, -minor)


def _rounding(undoing: Undoing) -> None:
    for number, minor in undoing.receivables:
        undoing.move(number, -minor, EntryKind.ROUNDING)
    used = -undoing.unapplied
    if used and undoing.record is not None:
        if undoing.record.rounded < used:
            raise Conflict("what was let go went back already")
        undoing.record = replace(
            undoing.record, rounded=undoing.record.rounded - used, credit=undoing.record.credit + used
        )
    undoing.mirror()


def _allocation(undoing: Undoing) -> None:
    """Credit is taken off receivables again, with the share of the discount that it had earned."""
    if any(minor > 0 for _, minor in undoing.receivables):
        raise Conflict("it only put payments in the order of their dates: reverse the payment")
    for number, minor in undoing.receivables:
        if undoing.record is not None:
            _unallocate(undoing, number, -minor)
        undoing.move(number, -minor, EntryKind.ALLOCATION)
    undoing.mirror()


def _unallocate(undoing: Undoing, number: str, minor: int) -> None:
    record = undoing.record
    each = next((each for each in record.allocated if each.item == number), None) if record else None
    if record is None or each is None or each.minor < minor:
        raise Conflict(f"what it paid of {number} went elsewhere since")
    if discount := round(Fraction(each.discount * minor, each.minor)):
        entry = discount_entry(
            undoing.entry.account_id, undoing.sheet, number, -discount, undoing.deed, undoing.entry.payment
        )
        undoing.entries.append(entry)
    left = replace(each, minor=each.minor - minor, discount=each.discount - discount)
    undoing.record = replace(
        record,
        allocated=tuple(
            left if known is each else known
            for known in record.allocated
            if known is not each or left.minor or left.discount
        ),
        credit=record.credit + minor,
    )


def _has_discount(record: PaymentRecord | None, number: str, minor: int) -> bool:
    return record is None or any(each.item == number and each.discount >= minor for each in record.allocated)


_HOW: Final[Mapping[EntryKind, Callable[[Undoing], None]]] = {
    EntryKind.CREDIT_NOTE: _credit_note,
    EntryKind.FEE: _charge,
    EntryKind.INTEREST: _charge,
    EntryKind.WAIVER: _waiver,
    EntryKind.WRITE_OFF: _write_off,
    EntryKind.DISCOUNT: _discount,
    EntryKind.ROUNDING: _rounding,
    EntryKind.ALLOCATION: _allocation,
}
