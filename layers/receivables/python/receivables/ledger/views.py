"""Views: an account as it was - at an effective date, as it was known at another - folded from its entries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger.entries import Entry, EntryKind, LedgerName
from receivables.ledger.items import ItemKind

_MAKES: Final = {
    EntryKind.INVOICE: ItemKind.INVOICE,
    EntryKind.FEE: ItemKind.FEE,
    EntryKind.INTEREST: ItemKind.INTEREST,
}
"""Kinds of entry that create a receivable."""


@dataclass(frozen=True, slots=True)
class ReceivableView:
    """A receivable as of then: what of it was owed. `due_date` is that of its terms; `amount` all that was charged, of a late
    charge with what corrections raised it by."""

    number: str
    kind: ItemKind
    due_date: date | None
    effective_at: datetime
    amount: Money
    balance: Money


@dataclass(frozen=True, slots=True)
class AccountView:
    """An account as of `effective_by`, as it was known at `known_by` (UTC, both included; None: without end).

    `receivables` are those that were owed, by due date and number. Money for a receivable that did not exist yet counts
    as `unapplied` credit. `totals` are the sums of all legs, by named ledger account.
    """

    account_id: str
    effective_by: datetime | None
    known_by: datetime | None
    balance: Money
    unapplied: Money
    receivables: tuple[ReceivableView, ...]
    totals: Mapping[LedgerName, Money]


@dataclass(frozen=True, slots=True)
class StatementLine:
    """An entry, what it changed of what is owed and of unapplied credit, and both after it (minor units)."""

    entry: Entry
    change: int
    unapplied_change: int
    balance: int
    unapplied: int


@dataclass(frozen=True, slots=True)
class Statement:
    """Lines between two instants, and what was owed, and unapplied, before and after them (minor units)."""

    opening: int
    opening_unapplied: int
    lines: tuple[StatementLine, ...]
    closing: int
    closing_unapplied: int


def view(
    account_id: str,
    entries: Iterable[Entry],
    *,
    effective_by: datetime | None = None,
    known_by: datetime | None = None,
) -> AccountView:
    """Fold an account's entries, given in any order. Entries recorded after `known_by` change nothing."""
    currency = split_account_id(account_id)[1]
    totals: dict[LedgerName, int] = defaultdict(int)
    balances: dict[str, int] = defaultdict(int)
    made: dict[str, Entry] = {}
    charged: dict[str, int] = defaultdict(int)
    for entry in known(entries, known_by):
        if effective_by is not None and entry.effective_at > effective_by:
            continue
        for leg in entry.legs:
            totals[leg.ledger] += leg.minor
            if leg.ledger is LedgerName.RECEIVABLE and leg.item is not None:
                balances[leg.item] += leg.minor
                if entry.kind in _MAKES:
                    charged[leg.item] += leg.minor
                    made[leg.item] = _first(made.get(leg.item), entry)
    early = -sum(minor for number, minor in balances.items() if number not in made)
    owed = [
        _receivable(number, entry, charged[number], balances[number])
        for number, entry in made.items()
        if balances[number]
    ]
    return AccountView(
        account_id,
        effective_by,
        known_by,
        Money(totals[LedgerName.RECEIVABLE] + early, currency),
        Money(early - totals[LedgerName.UNAPPLIED], currency),
        tuple(sorted(owed, key=lambda each: (each.due_date or date.max, each.number))),
        {name: Money(minor, currency) for name, minor in totals.items() if minor},
    )


def running(entries: Iterable[Entry], balance: int = 0, unapplied: int = 0) -> Iterator[StatementLine]:
    """Lines with running balances, in the order given, from what there was before (minor units)."""
    for entry in entries:
        change, credit = entry.moved(LedgerName.RECEIVABLE), -entry.moved(LedgerName.UNAPPLIED)
        balance += change
        unapplied += credit
        yield StatementLine(entry, change, credit, balance, unapplied)


def statement(
    entries: Iterable[Entry],
    *,
    first: datetime | None = None,
    last: datetime | None = None,
    known_by: datetime | None = None,
) -> Statement:
    """The statement of the time from `first` to `last` (effective, both included), as known at `known_by`; lines in order of effect,
    then of recording."""
    ordered = sorted(known(entries, known_by), key=lambda e: (e.effective_at, e.recorded_at, e.id))
    before = [entry for entry in ordered if first is not None and entry.effective_at < first]
    within = [entry for entry in ordered[len(before) :] if last is None or entry.effective_at <= last]
    opening = sum(entry.moved(LedgerName.RECEIVABLE) for entry in before)
    unapplied = -sum(entry.moved(LedgerName.UNAPPLIED) for entry in before)
    lines = tuple(running(within, opening, unapplied))
    return Statement(
        opening,
        unapplied,
        lines,
        lines[-1].balance if lines else opening,
        lines[-1].unapplied if lines else unapplied,
    )


def known(entries: Iterable[Entry], by: datetime | None) -> Iterator[Entry]:
    """Those that had been recorded by an instant (included; None: all)."""
    return (entry for entry in entries if by is None or entry.recorded_at <= by)


def _first(one: Entry | None, other: Entry) -> Entry:
    """The one that made the receivable; a later one raised it."""
    return min(
        (each for each in (one, other) if each is not None), key=lambda e: (e.due_date is None, e.recorded_at)
    )


def _receivable(number: str, made: Entry, charged: int, balance: int) -> ReceivableView:
    currency = made.amount.currency
    return ReceivableView(
        number,
        _MAKES[made.kind],
        made.due_date,
        made.effective_at,
        Money(charged, currency),
        Money(balance, currency),
    )
