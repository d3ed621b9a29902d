"""What do a statement of a long life and the replay of one cost?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.ledger.views import view
from receivables.usecases.account_statement import Moment, Statements
from tests.benchmarks.cpu import cpu_of
from tests.benchmarks.long_account import ENTRIES, OPEN, long_account
from tests.benchmarks.report import Row, Section, bounded, budgeted
from tests.builders import NOW, customer
from tests.contract.postings import ACCOUNT
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.paged_table import PagedTable
from tests.unit.ledger.life import Life

READS: Final = 2
FACTS: Final = 4_000
_PAGE: Final = 100
_ROUNDS: Final = 5

Position = Mapping[str, Any] | None


def measure(yardstick: float, tell: Callable[[str], None]) -> list[Section]:
    """A page of the statement: its reads, and its CPU without the client's; then a random life, lived and looked back on."""
    return [_statement(yardstick, tell), _replay(yardstick, tell)]


def _statement(yardstick: float, tell: Callable[[str], None]) -> Section:
    tell(f"statement of {OPEN:,} open invoices: making {ENTRIES:,} entries")
    table = long_account()
    rows: list[Row] = []
    position: Position = None
    for what in ("first page", "second page"):
        tell(f"statement of {OPEN:,} open invoices: {what}")
        spent = min(cpu_of(lambda: _page(table, position)) for _ in range(_ROUNDS))  # noqa: B023
        table.calls.clear()
        following = _page(table, position)
        reads = len(table.calls)
        rows.append(
            bounded(f"{what}: reads", reads, READS, note=f"{_PAGE} lines, and the balance after each")
        )
        rows.append(budgeted(f"{what}: CPU besides the client's", spent, None, yardstick))
        position = following
    return Section(f"A statement of {OPEN:,} open invoices and {ENTRIES:,} entries", rows)


def _page(table: PagedTable, position: Position) -> Position:
    """Reads one; where the next begins."""
    statements = Statements(DynamoLedger(table, "receivables"), InMemoryCustomers(customer()))
    return statements.read(ACCOUNT, NOW, Moment(), _PAGE, position).position


def _replay(yardstick: float, tell: Callable[[str], None]) -> Section:
    tell(f"a life of {FACTS:,} facts")
    life = Life(seed=5)
    lived = cpu_of(lambda: life.live(FACTS))
    books = life.books
    seen = min(cpu_of(lambda: view(books.account_id, books.entries)) for _ in range(_ROUNDS))
    checked = min(cpu_of(books.differences) for _ in range(_ROUNDS))
    if books.differences():
        raise AssertionError(f"the books disagree: {books.differences()}")
    return Section(
        f"A random life of {FACTS:,} facts in one account: {len(books.entries):,} entries, CPU",
        [
            budgeted(
                "lived, fact by fact", lived, None, yardstick, "Each is worked out from what is open then."
            ),
            budgeted("balances and open items on any date, from the entries", seen, None, yardstick),
            budgeted("every balance checked against the entries", checked, None, yardstick),
        ],
    )
