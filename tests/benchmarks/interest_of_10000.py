"""What does it cost to work out the interest of ten thousand invoices, with payments and rate changes between?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from receivables.charges import RuleBook, charges_due
from receivables.charges.rates import builtin_rates
from receivables.core.money import Money
from receivables.ledger import Account, EntryKind, Move, OpenItem, WorkingSet
from receivables.terms import PLAIN, LateCharges, Terms
from receivables.terms.late_charges import Accrual, Fixing, InterestRule, ReferenceRate
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.report import Section, budgeted

INVOICES: Final = 10_000
BUDGET_MS: Final = 2_000
MOVES: Final = 5
"""Changes of the balance of each invoice."""
_ACCOUNT: Final = 10
"""Invoices of an account: as in life, most accounts have few."""
_ROUNDS: Final = 3
_DUE: Final = date(2023, 1, 31)
_AS_OF: Final = datetime(2024, 7, 1, 12, tzinfo=UTC)
"""A year and a half later: four half-years, twelve changes of the rate."""


def measure(yardstick: float, tell: Callable[[str], None]) -> Section:
    """All that upkeep does to find what is due - terms, half-years, rows and their words - for all of them."""
    tell(f"interest of {INVOICES:,} invoices")
    rows = []
    for fixing, what in (
        (Fixing.EACH_HALF_YEAR, "rate of each half-year"),
        (Fixing.DAILY, "rate of each day"),
    ):
        book, accounts = _book(fixing), _accounts()
        spent = min(cpu_of(lambda: _work(book, accounts)) for _ in range(_ROUNDS))  # noqa: B023
        charges, lines = _work(book, accounts)
        note = f"{charges:,} charges of {lines:,} rows; {MOVES} moves each"
        rows.append(budgeted(what, spent, BUDGET_MS, yardstick, note))
    return Section(f"Interest of {INVOICES:,} invoices, CPU", rows)


def _work(book: RuleBook, accounts: list[WorkingSet]) -> tuple[int, int]:
    """Charges and rows that were found, account by account: none is kept, as the worker keeps none."""
    charges = rows = 0
    for account in accounts:
        due = charges_due(account, book, _AS_OF, frozenset(item.number for item in account.items))
        charges += len(due.new)
        rows += sum(len(charge.detail.rows) for charge in due.new)
    return charges, rows


def _book(fixing: Fixing) -> RuleBook:
    rate = ReferenceRate("ecb-mro", Decimal(8), fixing)
    rule = InterestRule("interest", rate, accrual=Accrual.AT_REMINDER)
    terms = Terms("net-30", 1, "Net 30 days", date(1970, 1, 1), late_charges=LateCharges(interest=rule))
    tables = {table.id: table for table in builtin_rates()}
    return RuleBook({"net-30/1": terms}, tables, ZoneInfo("Europe/Berlin"))


def _accounts() -> list[WorkingSet]:
    zero = Money.zero("EUR")
    return [
        WorkingSet(
            Account(f"C-{first}.EUR", f"C-{first}", zero, zero),
            tuple(_item(number) for number in range(first, first + _ACCOUNT)),
        )
        for first in range(0, INVOICES, _ACCOUNT)
    ]


def _item(number: int) -> OpenItem:
    amount = Money(100_000 + 7 * number, "EUR")
    moves = tuple(
        Move(
            datetime(2023, 3, 1, 15, tzinfo=UTC) + timedelta(days=90 * i + number % 31),
            -(amount.minor // (MOVES + 1)) - i,
            EntryKind.PAYMENT if i % 2 else EntryKind.CREDIT_NOTE,
        )
        for i in range(MOVES)
    )
    balance = Money(amount.minor + sum(move.minor for move in moves), "EUR")
    return OpenItem(
        f"INV-{number}",
        amount,
        balance,
        _DUE - timedelta(days=30),
        _DUE,
        terms="net-30/1",
        conditions=replace(PLAIN, charged=True),
        moves=moves,
    )
