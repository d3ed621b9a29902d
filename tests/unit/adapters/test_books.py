"""The walk over all accounts: each whole and once, wherever the pages of the table end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from receivables.adapters.dynamodb.books import DynamoBooks
from receivables.adapters.dynamodb.codec import credit_item, entry_item
from receivables.adapters.dynamodb.facts import described_fact
from receivables.adapters.dynamodb.payment_codec import payment_item, stub_item
from receivables.adapters.dynamodb.payout_codec import payout_item
from receivables.adapters.dynamodb.receivable_codec import invoice_item, open_item_item, pointer_item
from receivables.adapters.dynamodb.timeline import fact_item
from receivables.adapters.dynamodb.values import Item, number, text
from receivables.core.errors import Throttled
from receivables.ledger import (
    Credit,
    CreditSource,
    EntryKind,
    LedgerName,
    Leg,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
)
from receivables.ledger.checks import AccountBooks
from receivables.ledger.deeds import Deed
from receivables.ledger.payouts import pay_out
from tests.builders import NOW, eur, invoice, open_item, payment
from tests.contract.postings import entry
from tests.fakes.paged_table import PagedTable

SENT = Payout("stripe/main/po_1", "stripe/main", eur(9_000), eur(35), NOW)
WAITING = PaymentRecord(payment(), PaymentState.SUSPENSE, None, None)
_KINDS = {"account", "open_item", "credit", "invoice", "entry"}


class Filtering(PagedTable):
    """Applies the filter of the walk, as the service does, after a page is read."""

    def scan(self, **request: Any) -> dict[str, Any]:
        answer = super().scan(**request)
        assert request["FilterExpression"].startswith("begins_with(pk, :accounts) AND kind IN (")
        kept = [i for i in answer["Items"] if i["pk"]["S"].startswith("A#") and i["kind"]["S"] in _KINDS]
        return {**answer, "Items": kept}


def account_items(account_id: str, entries: int) -> Iterator[Item]:
    yield {
        "pk": text(f"A#{account_id}"),
        "sk": text("0#account"),
        "kind": text("account"),
        "customer_id": text(account_id[:-4]),
        "currency": text("EUR"),
        "balance": number(10_000),
        "unapplied": number(500),
        "rev": number(7),
    }
    yield credit_item(account_id, Credit("crd_1", eur(500), NOW, CreditSource.PAYMENT, "p"))
    yield open_item_item(account_id, open_item(f"{account_id}-1"))
    yield from (invoice_item(invoice(f"{account_id}-{n}", account_id)) for n in (1, 2))
    yield fact_item(account_id, described_fact("evt_1", f"{account_id}-1", "other", NOW, "ada"))
    yield from entry_items(account_id, entries)


def entry_items(account_id: str, how_many: int) -> Iterator[Item]:
    for n in range(how_many):
        at = NOW + timedelta(minutes=n)
        legs = (Leg(LedgerName.CASH, 5), Leg(LedgerName.SUSPENSE, -5))
        named = WAITING.payment.key if n else None
        made = entry(EntryKind.SUSPENSE, 5, *legs, account_id=account_id, recorded_at=at, payment=named)
        yield entry_item(made)


def table_items() -> list[Item]:
    """Three accounts, one of them long, suspense, and what is found by its own name."""
    items = [*account_items("C-1.EUR", 3), *account_items("C-2.EUR", 40), *account_items("C-3.EUR", 0)]
    items += [entry_item(entry) for entry in pay_out(SENT, Deed("po", "test", NOW, NOW)).entries]
    items += entry_items("suspense.EUR", 2)
    items += [pointer_item(invoice(f"P-{n}")) for n in range(5)]
    items += [payout_item(SENT), stub_item(PaymentStub("stripe/main/pi_stub", ()))]
    return [*items, payment_item(WAITING), payment_item(replace(WAITING, payment=payment()))]


def walked(books: DynamoBooks) -> list[AccountBooks]:
    found, position = list[AccountBooks](), None
    while True:
        page = books.page(position)
        found += page.items
        position = page.position
        if position is None:
            return found


@pytest.mark.parametrize("page_bytes", [1, 300, 700, 2_000, 10_000, 1_000_000])
def test_every_account_is_seen_once_and_whole_wherever_pages_end(page_bytes: int) -> None:
    found = walked(DynamoBooks(Filtering(table_items(), page_bytes), "receivables"))
    assert [(each.account_id, len(each.entries)) for each in found] == [
        ("C-1.EUR", 3),
        ("C-2.EUR", 40),
        ("C-3.EUR", 0),
        ("clearing.EUR", 1),
        ("suspense.EUR", 2),
    ]
    first = found[0]
    assert first.account is not None
    assert (first.account.balance, first.account.unapplied) == (eur(10_000), eur(500))
    assert [item.number for item in first.items] == ["C-1.EUR-1"]
    assert [document.number for document in first.documents] == ["C-1.EUR-1", "C-1.EUR-2"]
    assert [credit.id for credit in first.credits] == ["crd_1"]
    assert (found[3].account, found[3].payments, found[3].payouts) == (None, (), (SENT,))
    assert (found[4].account, found[4].items, found[4].payments) == (None, (), (WAITING,))
    assert (found[1].payments, found[2].payments) == ((WAITING,), ())


def test_the_walk_goes_on_where_it_was_stopped() -> None:
    table = Filtering(table_items(), 2_000)
    first = DynamoBooks(table, "receivables").page(None)
    second = walked_from(DynamoBooks(table, "receivables"), dict(first.position or {}))
    ids = [each.account_id for each in (*first.items, *second)]
    assert ids == ["C-1.EUR", "C-2.EUR", "C-3.EUR", "clearing.EUR", "suspense.EUR"]
    assert first.items


def walked_from(books: DynamoBooks, position: dict[str, str]) -> list[AccountBooks]:
    page = books.page(position)
    return [*page.items, *(walked_from(books, dict(page.position)) if page.position else ())]


def test_one_account_is_read_by_itself_in_one_piece() -> None:
    table = PagedTable(table_items())
    books = DynamoBooks(table, "receivables")
    read = books.read("C-2.EUR")
    assert read is not None
    assert (read.account_id, len(read.entries), len(read.items)) == ("C-2.EUR", 40, 1)
    assert table.calls == ["get_item", "query", "batch_get_item", "get_item"]
    assert read.payments == (WAITING,)
    assert books.read("C-9.EUR") is None


def test_an_account_that_changes_while_it_is_read_is_read_again() -> None:
    class Moving(PagedTable):
        changes = 1

        def query(self, **request: Any) -> dict[str, Any]:
            if self.changes:
                self.changes -= 1
                account = self._partitions["A#C-1.EUR"][0]
                account["rev"] = number(int(account["rev"]["N"]) + 1)
            return super().query(**request)

    table = Moving(table_items())
    read = DynamoBooks(table, "receivables").read("C-1.EUR")
    assert read is not None
    assert read.account is not None
    assert read.account.rev == 8
    assert table.calls.count("query") == 2
    table.changes = 100
    with pytest.raises(Throttled):
        DynamoBooks(table, "receivables").read("C-1.EUR")
