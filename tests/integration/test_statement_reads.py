"""What a statement reads, however long the life of its account: what is open, and one page of its history."""

from __future__ import annotations

from itertools import pairwise

import pytest

from receivables.adapters.dynamodb.ledger import DynamoLedger
from receivables.usecases.account_statement import Moment, Statements
from tests.benchmarks.long_account import BALANCE, ENTRIES, OPEN, long_account
from tests.builders import NOW, customer, eur
from tests.contract.postings import ACCOUNT
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.paged_table import MEGABYTE, PagedTable

PAGE = 100


@pytest.fixture(scope="module")
def table() -> PagedTable:
    return long_account()


def test_a_page_takes_one_read_of_what_is_open_and_one_of_the_history(table: PagedTable) -> None:
    ledger = DynamoLedger(table, "receivables")
    table.calls.clear()
    working_set = ledger.working_set(ACCOUNT)
    page = ledger.timeline(ACCOUNT, PAGE)
    assert table.calls == ["query", "query"]
    assert working_set is not None
    assert (len(working_set.open_items), working_set.open_balance) == (OPEN, eur(OPEN * BALANCE))
    assert [fact["id"] for fact in page.items] == [
        f"ent_{n:05}" for n in range(ENTRIES - 1, ENTRIES - 1 - PAGE, -1)
    ]


def test_the_statement_takes_no_more_from_the_ledger_and_goes_on_from_page_to_page(table: PagedTable) -> None:
    ledger = DynamoLedger(table, "receivables")
    statements = Statements(ledger, InMemoryCustomers(customer()))
    position, lines = None, list[tuple[int, int]]()
    for _ in range(3):
        table.calls.clear()
        statement = statements.read(ACCOUNT, NOW, Moment(), PAGE, position)
        assert table.calls == ["query", "query"]
        position, lines = (
            statement.position,
            lines + [(line.balance, line.change) for line in statement.lines],
        )
    assert lines[0][0] == OPEN * BALANCE
    assert all(later[0] - later[1] == earlier[0] for later, earlier in pairwise(lines))
    assert len(lines) == 3 * PAGE


def test_the_reads_would_be_more_if_pages_were_smaller(table: PagedTable) -> None:
    """The table that counts does page: what holds above holds because it fits."""
    table.page_bytes = MEGABYTE // 16
    try:
        table.calls.clear()
        DynamoLedger(table, "receivables").working_set(ACCOUNT)
        assert len(table.calls) > 2
    finally:
        table.page_bytes = MEGABYTE
