"""An account with a long life, as its items lie in the table: a thousand open invoices after fifty thousand entries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from receivables.adapters.dynamodb.codec import entry_item
from receivables.adapters.dynamodb.receivable_codec import invoice_item, open_item_item
from receivables.adapters.dynamodb.values import Item, instant, number, number_map, text
from receivables.ledger import EntryKind, LedgerName, Leg, Move, OpenItem
from tests.builders import NOW, eur, invoice
from tests.contract.postings import ACCOUNT, entry
from tests.fakes.paged_table import PagedTable

OPEN: Final = 1_000
ENTRIES: Final = 50_000
BALANCE: Final = 9_000
"""Minor units open of each invoice."""


def long_account() -> PagedTable:
    """A thousand open invoices, partly paid, after fifty thousand entries."""
    receivables = [f"INV-2026-{n:05}" for n in range(OPEN)]
    items = [_account_item(OPEN * BALANCE)]
    for each in receivables:
        items += [open_item_item(ACCOUNT, _partly_paid(each)), invoice_item(invoice(each))]
    return PagedTable([*items, *_entry_items(receivables)])


def _account_item(balance: int) -> Item:
    return {
        "pk": text(f"A#{ACCOUNT}"),
        "sk": text("0#account"),
        "kind": text("account"),
        "customer_id": text("C-1"),
        "currency": text("EUR"),
        "balance": number(balance),
        "unapplied": number(0),
        "open_items": number(OPEN),
        "rev": number(ENTRIES),
        "progress": number_map({f"INV-2026-{n:05}": 21 for n in range(OPEN)}),
        "next_action_at": instant(NOW),
    }


def _partly_paid(number_: str) -> OpenItem:
    """As large as they are in practice: with its terms, a description and a payment."""
    document = invoice(number_)
    return OpenItem(
        number_,
        document.amount,
        eur(BALANCE),
        document.issue_date,
        document.due_date,
        "Maintenance and support, February",
        terms="net-30/12",
        moves=(Move(NOW, -1_000, EntryKind.PAYMENT),),
        rev=1,
    )


def _entry_items(receivables: list[str]) -> Iterator[Item]:
    """One a minute, to and fro: all like the first one of their receivable, but for its sign, time and id."""
    by_receivable = {number_: (_entry_item(number_, 1), _entry_item(number_, -1)) for number_ in receivables}
    for n in range(ENTRIES):
        at, entry_id = instant(NOW + timedelta(minutes=n)), f"ent_{n:05}"
        place = text(f"9#{at['S']}#entry#{entry_id}")
        like = by_receivable[receivables[n % OPEN]][n % 2]
        yield {**like, "sk": place, "id": text(entry_id), "recorded_at": at, "effective_at": at}


def _entry_item(number_: str, sign: int) -> Item:
    legs = (Leg(LedgerName.RECEIVABLE, sign * 100, number_), Leg(LedgerName.CASH, -sign * 100))
    return entry_item(entry(EntryKind.PAYMENT, 100, *legs, invoice=number_))
