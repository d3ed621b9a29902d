"""How many requests the hot paths make: the bounds that everything else is planned with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.dynamodb.keys import DUE_SHARDS
from receivables.ledger import OpenItem, PostOutcome
from tests.builders import NOW, eur, invoice, issued, message, notice, payment
from tests.contract.conftest import Stores, in_tables
from tests.contract.postings import arranging, charging, crediting, noting, paying, promise
from tests.contract.steps import account, claim, known_customer
from tests.fakes.crash import Fuse

pytestmark = pytest.mark.engine


@pytest.fixture
def calls() -> Fuse:
    return Fuse()


@pytest.fixture
def stores(dynamodb: Any, tables: dict[str, str]) -> Stores:
    return in_tables(dynamodb, tables)


@pytest.fixture
def counted(dynamodb: Any, tables: dict[str, str], calls: Fuse) -> Stores:
    return in_tables(calls.wrap(dynamodb), tables)


def test_an_account_is_read_by_one_query_whatever_its_history(
    stores: Stores, counted: Stores, calls: Fuse
) -> None:
    issued(stores.ledger, invoice("INV-1"))
    for minutes in range(30):
        paid = payment(minor=1, received_at=NOW + timedelta(minutes=minutes))
        item = stores.ledger.open_item("C-1.EUR", "INV-1")
        stores.ledger.post(paying(paid, "C-1.EUR", item))
    counted.ledger.working_set("C-1.EUR")
    assert calls.calls == ["query"]


def test_a_payment_takes_one_read_and_one_transaction(stores: Stores, counted: Stores, calls: Fuse) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.inbox.store(message())
    pointer = counted.ledger.pointer("INV-1")
    assert pointer is not None
    assumed = OpenItem(
        "INV-1", pointer.amount, pointer.amount, pointer.issue_date, pointer.due_date, pointer.description
    )
    outcome = counted.ledger.post(paying(payment(), pointer.account_id, assumed), inbox_id=message().id)
    assert outcome is PostOutcome.POSTED
    assert calls.calls == ["get_item", "transact_write_items"]


def test_further_payments_of_a_woken_account_take_no_more(
    stores: Stores, counted: Stores, calls: Fuse
) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number}") for number in range(3)))
    for number in range(3):
        item = stores.ledger.open_item("C-1.EUR", f"INV-{number}")
        counted.ledger.post(paying(payment(f"INV-{number}"), "C-1.EUR", item))
    assert calls.calls == ["transact_write_items"] * 3
    assert account(stores).balance == eur(0)


def test_any_posting_is_one_transaction(stores: Stores, counted: Stores, calls: Fuse) -> None:
    issued(stores.ledger, invoice("INV-1"), invoice("INV-2"))
    for posting in (charging(), crediting(500), arranging(promise()), noting(over_limit=True)):
        assert counted.ledger.post(posting) is PostOutcome.POSTED
    assert calls.calls == ["transact_write_items"] * 4
    # What becomes of the maps of the account depends on what they are.
    counted.ledger.post(noting(forget=("INV-1",)))
    assert calls.calls[4:] == ["get_item", "transact_write_items"]


def test_a_notice_takes_one_transaction_and_one_write(stores: Stores, counted: Stores, calls: Fuse) -> None:
    who = known_customer(stores)
    reminder = notice()
    claim(counted, who, reminder)
    calls.calls.remove("query")
    counted.notices.sent(reminder, "message-1", NOW)
    assert calls.calls == ["transact_write_items", "update_item"]


def test_nominating_takes_one_query_a_shard_whatever_is_open(
    stores: Stores, counted: Stores, calls: Fuse
) -> None:
    for number in range(12):
        issued(stores.ledger, invoice(f"INV-{number}", f"C-{number}.EUR"))
    assert len(list(counted.agenda.due(NOW))) == 12
    assert calls.calls == ["query"] * DUE_SHARDS


@pytest.mark.parametrize(
    ("what", "requests"),
    [
        ("invoice", 2),
        ("pointer", 1),
        ("payment", 1),
        ("notice", 1),
        ("entry", 1),
        ("key", 2),
        ("arrangement", 2),
    ],
)
def test_whatever_has_a_number_is_found_by_one_or_two_reads(
    stores: Stores, counted: Stores, calls: Fuse, what: str, requests: int
) -> None:
    who = known_customer(stores)
    reminder, paid = notice(), payment(minor=1)
    claim(stores, who, reminder)
    stores.ledger.post(paying(paid, "C-1.EUR", stores.ledger.open_item("C-1.EUR", "INV-1")))
    noted = replace(crediting(500), key="credit_note/1")
    stores.ledger.post(noted)
    stores.ledger.post(arranging(promise()))
    find: dict[str, Callable[[], object]] = {
        "invoice": lambda: counted.ledger.invoice("INV-1"),
        "pointer": lambda: counted.ledger.pointer("INV-1"),
        "payment": lambda: counted.ledger.payment(paid.key),
        "entry": lambda: counted.ledger.entry("C-1.EUR", noted.entries[0].id, NOW),
        "key": lambda: counted.ledger.keyed("credit_note/1"),
        "arrangement": lambda: counted.ledger.arrangement("prm_1"),
        "notice": lambda: counted.notices.get(reminder.id, "C-1.EUR"),
    }
    find[what]()
    assert len(calls.calls) == requests


@pytest.mark.parametrize(("documents", "requests"), [(0, 0), (1, 1), (100, 1), (101, 2)])
def test_documents_of_an_account_are_read_a_hundred_at_a_time(
    stores: Stores, counted: Stores, calls: Fuse, documents: int, requests: int
) -> None:
    numbers = [f"INV-{number:03}" for number in range(documents)]
    issued(stores.ledger, *(invoice(number) for number in numbers))
    found = counted.ledger.documents("C-1.EUR", numbers)
    assert list(found) == numbers
    assert calls.calls == ["transact_get_items"] * requests


def test_a_page_of_history_costs_a_page(stores: Stores, counted: Stores, calls: Fuse) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number:02}") for number in range(20)))
    page = counted.ledger.timeline("C-1.EUR", 5)
    counted.ledger.timeline("C-1.EUR", 5, page.position)
    assert calls.calls == ["query", "query"]
