"""The sheet: receivables while a posting is worked out. It knows what becomes of those on which nothing is owed any more."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from receivables.core.money import Money
from receivables.ledger.deeds import Held
from receivables.ledger.entries import EntryKind
from receivables.ledger.instalments import reduced
from receivables.ledger.invoices import Invoice, InvoiceStatus
from receivables.ledger.items import OpenItem
from receivables.ledger.moves import Move
from receivables.ledger.posting import Closing, ItemChange
from receivables.ledger.timing import net, settled_at, was_late


@dataclass(slots=True)
class _Row:
    """A receivable as read (`before`; `document`, when it is closed or written too), and as it is by now."""

    before: OpenItem | None
    document: Invoice | None
    read: OpenItem
    now: OpenItem
    status: InvoiceStatus = InvoiceStatus.CLOSED
    written_off: int = 0


class Sheet:
    """Receivables as read, and what is done to them. `tz` is the customer's zone; without it a receivable counts as late when
    it may have been late anywhere."""

    def __init__(self, tz: ZoneInfo | None = None) -> None:
        self._tz = tz
        self._rows: dict[str, _Row] = {}

    def put(self, item: OpenItem) -> None:
        """Lay down an open item."""
        self._rows[item.number] = _Row(item, None, item, item)

    def put_held(self, held: Held) -> None:
        """Lay down a receivable, open or closed."""
        document, item = held
        now = item or closed_item(document)
        self._rows[document.number] = _Row(item, document, now, now)

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def item(self, number: str) -> OpenItem:
        """The receivable as it is by now; at balance zero when it is closed."""
        return self._rows[number].now

    def closed(self, number: str) -> bool:
        """Whether the receivable had no open item when it was read."""
        return self._rows[number].before is None

    def move(self, number: str, at: datetime, minor: int, kind: EntryKind) -> None:
        """Change what is owed, from an instant on."""
        item = self._rows[number].now
        currency = item.balance.currency
        moved = replace(
            item, balance=item.balance + Money(minor, currency), moves=(*item.moves, Move(at, minor, kind))
        )
        if kind is EntryKind.CREDIT_NOTE and item.conditions.instalments:
            order = item.conditions.credit_notes
            moved = replace(
                moved, schedule=reduced(item.conditions.instalments, net(moved, EntryKind.CREDIT_NOTE), order)
            )
        self._rows[number].now = moved

    def mark(self, number: str, **changes: Any) -> None:
        """Change what else an open item says (`short`, `claimed`, ...)."""
        self._rows[number].now = replace(self._rows[number].now, **changes)

    def give_up(self, number: str, minor: int) -> None:
        """So much of it is given up (negative: no longer); if nothing else is owed, that closes it."""
        row = self._rows[number]
        row.written_off += minor
        if minor > 0:
            row.status = InvoiceStatus.WRITTEN_OFF

    @property
    def touched(self) -> int:
        """How many receivables are other than they were read."""
        return sum(1 for row in self._rows.values() if _changed(row))

    def changes(self) -> tuple[ItemChange, ...]:
        """What the posting changes, in the order in which the receivables were laid down."""
        return tuple(self._change(row) for row in self._rows.values() if _changed(row))

    def _change(self, row: _Row) -> ItemChange:
        after = replace(row.now, rev=row.read.rev + 1, short=row.now.short if row.now.balance else None)
        stays = bool(after.balance) or (row.status is InvoiceStatus.CLOSED and self._settles(row, after))
        if row.before is None and row.document is not None:
            return _of_closed(row, row.document, after, stays)
        if stays:
            return _of_open(row, after)
        return ItemChange(after.number, row.before, None, closing=closing(after, row.status, row.written_off))

    def _settles(self, row: _Row, after: OpenItem) -> bool:
        """Nothing is owed any more, but charges may be: that is worked out by upkeep, which then lets it go."""
        if after.is_charge or not after.conditions.charged or after.moves == row.read.moves:
            return False
        return bool(after.accrued) or was_late(after, self._tz)


def closing(item: OpenItem, status: InvoiceStatus = InvoiceStatus.CLOSED, written_off: int = 0) -> Closing:
    """What the document keeps of an open item on which nothing is owed any more, when it goes."""
    return Closing(settled_at(item), status, item.moves, item.accrued, item.schedule, written_off, item.rev)


def closed_item(document: Invoice) -> OpenItem:
    """The open item of a closed document, as it was when it went, at balance zero."""
    return OpenItem(
        document.number,
        document.amount,
        Money.zero(document.amount.currency),
        document.issue_date,
        document.due_date,
        document.description,
        kind=document.kind,
        concerns=document.concerns,
        terms=document.terms,
        conditions=document.conditions,
        schedule=document.schedule or document.conditions.instalments,
        moves=document.moves,
        accrued=document.accrued,
        rev=document.item_rev,
    )


def _of_open(row: _Row, after: OpenItem) -> ItemChange:
    """A part of it that is given up, or no longer is, stands on the document."""
    document = row.document
    if not row.written_off or document is None:
        return ItemChange(after.number, row.before, after)
    kept = replace(document, written_off=document.written_off + row.written_off)
    return ItemChange(after.number, row.before, after, document=kept, document_rev=document.rev)


def _of_closed(row: _Row, document: Invoice, after: OpenItem, stays: bool) -> ItemChange:
    given_up = document.written_off + row.written_off
    if stays:
        opened = replace(
            document,
            status=InvoiceStatus.OPEN,
            closed_at=None,
            moves=(),
            accrued=(),
            schedule=(),
            written_off=given_up,
            item_rev=0,
        )
        return ItemChange(document.number, None, after, document=opened, document_rev=document.rev)
    status = InvoiceStatus.WRITTEN_OFF if given_up else InvoiceStatus.CLOSED
    kept = replace(
        document,
        status=status,
        closed_at=settled_at(after),
        moves=after.moves,
        schedule=after.schedule,
        written_off=given_up,
        item_rev=after.rev,
    )
    return ItemChange(document.number, None, None, document=kept, document_rev=document.rev)


def _changed(row: _Row) -> bool:
    return row.now is not row.read or row.written_off != 0
