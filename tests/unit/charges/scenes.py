"""An account with late invoices, in memory: charges are worked out and posted as upkeep does."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from receivables.charges import ChargesDue, RuleBook, charges_due, charges_to_read, post_charges
from receivables.charges.rates import RateTable, builtin_rates
from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.ledger import (
    Account,
    Closing,
    Credit,
    Entry,
    EntryKind,
    Invoice,
    InvoiceStatus,
    ItemChange,
    Move,
    OpenItem,
    Posting,
    WorkingSet,
)
from receivables.terms import PLAIN, Conditions, Instalment, LateCharges, Terms
from receivables.terms.late_charges import FeeRule, FixedRate, InterestRule

BERLIN = ZoneInfo("Europe/Berlin")
ACCOUNT = "C-1.EUR"
TABLES: Mapping[str, RateTable] = {table.id: table for table in builtin_rates()}
CHARGED = replace(PLAIN, charged=True)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def fee(**changes: Any) -> FeeRule:
    """A flat fee of 40.00, unless told otherwise."""
    known: dict[str, Any] = {"key": "flat-fee", "flat": Amounts.of(eur(4_000))}
    if changes.keys() & {"percent", "bands"}:
        del known["flat"]
    return FeeRule(**{**known, **changes})


def interest(percent: str = "3.65", **changes: Any) -> InterestRule:
    """At 3.65 % of 10,000.00 a day is 1.00."""
    known: dict[str, Any] = {"key": "interest", "rate": FixedRate(Decimal(percent))}
    return InterestRule(**{**known, **changes})


def terms(rules: LateCharges, name: str = "net-30") -> Terms:
    return Terms(name, 1, name, date(1970, 1, 1), late_charges=rules)


def at(day: date | str, hour: int = 12) -> datetime:
    day = date.fromisoformat(day) if isinstance(day, str) else day
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


def late_item(
    number: str = "INV-1", minor: int = 1_000_000, due: str = "2025-01-31", **changes: Any
) -> OpenItem:
    """An open item of 10,000.00 that was due at the end of January 2025."""
    day = date.fromisoformat(due)
    known: dict[str, Any] = {"terms": "net-30/1", "conditions": CHARGED}
    return OpenItem(number, eur(minor), eur(minor), day - timedelta(days=30), day, **{**known, **changes})


def split(*parts: tuple[str, int]) -> Conditions:
    return replace(
        CHARGED, instalments=tuple(Instalment(date.fromisoformat(day), eur(minor)) for day, minor in parts)
    )


def moved(item: OpenItem, *moves: tuple[str, int, EntryKind]) -> OpenItem:
    """The item after moves on these days (noon, UTC)."""
    made = tuple(Move(at(day), minor, kind) for day, minor, kind in moves)
    balance = item.balance.minor + sum(move.minor for move in made)
    return replace(item, balance=eur(balance), moves=(*item.moves, *made), rev=item.rev + len(made))


def paid(item: OpenItem, *payments: tuple[str, int]) -> OpenItem:
    return moved(item, *((day, -minor, EntryKind.PAYMENT) for day, minor in payments))


@dataclass
class World:
    """The books of one account, and the rules for it."""

    rules: LateCharges
    business: bool = True
    tz: ZoneInfo = BERLIN
    pauses: Mapping[str, Any] | None = None

    def __post_init__(self) -> None:
        self.items: dict[str, OpenItem] = {}
        self.documents: dict[str, Invoice] = {}
        self.entries: list[Entry] = []
        self.credits: dict[str, Credit] = {}
        self.settled: dict[str, Closing] = {}
        """Invoices that went, as they were closed."""

    @property
    def book(self) -> RuleBook:
        return RuleBook({"net-30/1": terms(self.rules)}, TABLES, self.tz, self.business, self.pauses or {})

    @property
    def working_set(self) -> WorkingSet:
        account = Account(ACCOUNT, "C-1", eur(0), eur(0))
        return WorkingSet(account, tuple(self.items.values()), credits=tuple(self.credits.values()))

    def put(self, *items: OpenItem) -> World:
        for item in items:
            self.items[item.number] = item
        return self

    def due(self, day: date | str, reminding: Iterable[str] = (), hour: int = 12) -> ChargesDue:
        working_set, book = self.working_set, self.book
        read = {number: self.documents[number] for number in charges_to_read(working_set, book)}
        return charges_due(working_set, book, at(day, hour), frozenset(reminding), read)

    def work(self, day: date | str, reminding: Iterable[str] = ()) -> World:
        """Post until nothing is due."""
        for _ in range(50):
            due = self.due(day, reminding)
            if not due:
                return self
            documents = {number: self.documents[number] for number in due.documents}
            for posting in post_charges(self.working_set, due, documents, at(day)):
                self.post(posting)
        raise AssertionError("charges never end")

    def post(self, posting: Posting) -> None:
        for change in posting.items:
            assert self.items.get(change.number) == change.before
            self._change(change)
        for each in posting.credits:
            if each.after is not None:
                self.credits[each.after.id] = each.after
        self.entries += posting.entries

    def _change(self, change: ItemChange) -> None:
        if change.document is not None:
            if change.document_rev is None:
                assert change.number not in self.documents
            else:
                assert self.documents[change.number].rev == change.document_rev
            self.documents[change.number] = replace(change.document, rev=(change.document_rev or 0) + 1)
        if change.after is None:
            self.items.pop(change.number, None)
        else:
            self.items[change.number] = change.after
        if change.closing is not None and change.number not in self.documents:
            self.settled[change.number] = change.closing
        elif change.closing is not None:
            closing, document = change.closing, self.documents[change.number]
            self.documents[change.number] = replace(
                document,
                status=closing.status,
                closed_at=closing.at,
                moves=closing.moves,
                accrued=closing.accrued,
                item_rev=closing.rev,
                rev=document.rev + 1,
                written_off=document.written_off + closing.written_off,
            )

    def pay_charge(self, number: str, day: str, kind: EntryKind = EntryKind.PAYMENT) -> None:
        """All of a charge is paid (or waived), and it closes."""
        item = self.items.pop(number)
        document = self.documents[number]
        self.documents[number] = replace(
            document,
            status=InvoiceStatus.CLOSED,
            closed_at=at(day),
            moves=(*item.moves, Move(at(day), -item.balance.minor, kind)),
            item_rev=item.rev,
            rev=document.rev + 1,
        )

    @property
    def charges(self) -> list[tuple[str, str, int]]:
        """First and last day, and amount of each period that was charged, as corrected."""
        accrued = [item.accrued for item in self.items.values()]
        accrued += [closing.accrued for closing in self.settled.values()]
        return [
            (period.first.isoformat(), period.last.isoformat(), period.minor)
            for periods in accrued
            for period in periods
        ]

    @property
    def charged(self) -> int:
        """All that is on record as charged: every charge's entries, waivers taken off."""
        return -sum(
            leg.minor
            for entry in self.entries
            for leg in entry.legs
            if leg.ledger in {"interest_income", "fees"}
        )
