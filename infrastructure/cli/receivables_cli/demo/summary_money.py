"""How money came in, and how it found its place."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Final

from rich.console import Group
from rich.table import Table
from rich.text import Text

from receivables.ledger import PaymentRecord, PaymentState
from receivables.matching.ports import Standing
from receivables_cli.demo.books import Books
from receivables_cli.demo.cash import CashCounts

NAMED, MATCHED, BY_PERSON, PAYOUT, BACK, WAITS = (
    "named its invoice",
    "matched",
    "by a person",
    "payouts",
    "went back",
    "waits",
)
_COLUMNS: Final = (NAMED, MATCHED, BY_PERSON, PAYOUT, BACK, WAITS)
_STATES: Final = {
    PaymentState.SUSPENSE: WAITS,
    PaymentState.RETURNED: BACK,
    PaymentState.PAYOUT: PAYOUT,
}


def money_in(books: Books, cash: CashCounts | None) -> Group | None:
    """By source: how many payments named their invoice, were matched without a person, or were placed by one."""
    placed = Counter((source(record), how(books, record)) for record in books.payments)
    if not placed:
        return None
    table = Table(title="Money in", title_justify="left", title_style="bold", box=None, pad_edge=False)
    table.add_column("", no_wrap=True)
    for column in ("payments", *_COLUMNS):
        table.add_column(column, justify="right", no_wrap=True)
    for name in sorted({name for name, _ in placed}):
        numbers = [placed[name, column] for column in _COLUMNS]
        table.add_row(name, str(sum(numbers)), *(str(number or "") for number in numbers))
    return Group(table, *(Text(line) for line in (_match_rate(placed), _files(cash)) if line))


def source(record: PaymentRecord) -> str:
    """Where a payment came from: a processor, our bank, or a person."""
    return record.payment.key.partition("/")[0]


def how(books: Books, record: PaymentRecord) -> str:
    """How its money found its place."""
    if record.state in _STATES:
        return _STATES[record.state]
    proposal = books.proposals.get(record.payment.key)
    if proposal is None:
        return NAMED
    return MATCHED if proposal.standing is Standing.APPLIED else BY_PERSON


def _match_rate(placed: Counter[tuple[str, str]]) -> str:
    sums = _sums(placed, lambda pair: pair[1])
    asked = sums[MATCHED] + sums[BY_PERSON] + sums[WAITS]
    if not asked:
        return ""
    rate = round(100 * sums[MATCHED] / asked)
    return f"Of {asked} payments that named no invoice as such, {sums[MATCHED]} were matched without a person ({rate} %)"


def _files(cash: CashCounts | None) -> str:
    if cash is None or not cash.files:
        return ""
    return (
        f"{cash.files} files of our bank with {cash.lines} lines, of which {cash.new} were new; a person confirmed "
        f"{cash.confirmed} proposals, placed {cash.placed} payments and returned {cash.returned}"
    )


def _sums(placed: Counter[tuple[str, str]], by: Callable[[tuple[str, str]], str]) -> Counter[str]:
    sums: Counter[str] = Counter()
    for pair, number in placed.items():
        sums[by(pair)] += number
    return sums
