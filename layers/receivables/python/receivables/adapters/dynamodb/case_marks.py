"""The marks that tie open items to their case, so that a payment of one wakes it.

A transaction holds a hundred writes and a case any number of invoices. The marks beyond the first are therefore set
before the case is opened, and taken away after it is closed, each batch by itself. Either may be interrupted: a mark of
a case that is not the account's active one means nothing (`open_item_from` ignores it), and is set again or written over
when the work is repeated.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.table import Table, Write
from receivables.adapters.dynamodb.values import optional_text, text

WITH_THE_CASE: Final = 90
"""Marks written in the transaction of the case itself; the rest of its hundred writes are the case's own."""
_BATCH: Final = 100


def marks(table: Table, account_id: str, case_id: str, invoices: Sequence[str]) -> dict[str, Write]:
    """Mark open items; a condition that fails tells that an invoice is closed."""
    return {
        number: table.update(
            keys.open_item_key(account_id, number),
            "SET case_id = :case",
            {":case": text(case_id)},
            "attribute_exists(pk)",
        )
        for number in invoices
    }


def unmarks(table: Table, account_id: str, case_id: str, invoices: Sequence[str]) -> dict[str, Write]:
    """Take away the marks of a case."""
    return {
        number: table.update(
            keys.open_item_key(account_id, number),
            "REMOVE case_id",
            {":case": text(case_id)},
            "case_id = :case",
        )
        for number in invoices
    }


def marked(table: Table, account_id: str, case_id: str) -> list[str]:
    """Numbers of the open items that bear the mark of a case."""
    items = table.query(
        "pk = :account AND begins_with(sk, :open)",
        {":account": text(keys.partition(account_id)), ":open": text(keys.OPEN_ITEMS)},
    )
    return [item["number"]["S"] for item in items if optional_text(item, "case_id") == case_id]


def batches(invoices: Sequence[str]) -> Iterator[Sequence[str]]:
    """What fits into one transaction each."""
    for start in range(0, len(invoices), _BATCH):
        yield invoices[start : start + _BATCH]
