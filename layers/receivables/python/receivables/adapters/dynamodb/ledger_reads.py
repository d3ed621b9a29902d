"""Reading the ledger: one query for an account, one or two reads for whatever has a number or key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.codec import (
    account_from,
    entry_from,
    invoice_from,
    open_item_from,
    payment_from,
    pointer_from,
    working_set_from,
)
from receivables.adapters.dynamodb.table import Position, Table, position_of
from receivables.adapters.dynamodb.timeline import fact_from
from receivables.adapters.dynamodb.values import Item, optional_text, text
from receivables.core.errors import NotFound
from receivables.ledger import (
    Account,
    Entry,
    Invoice,
    InvoicePointer,
    InvoiceStatus,
    OpenItem,
    Page,
    PaymentRecord,
    WorkingSet,
)


class LedgerReads:
    """The reading half of the ledger's store."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def working_set(self, account_id: str) -> WorkingSet | None:
        return working_set_from(self._within(account_id, keys.WORKING_SET))

    def pointer(self, number: str) -> InvoicePointer | None:
        item = self._table.get(keys.pointer_key(number))
        return pointer_from(item) if item else None

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        pointer = self.pointer(number)
        if pointer is None:
            raise NotFound("invoice", number)
        document, opened, case = self._table.snapshot(
            keys.invoice_key(pointer.account_id, number),
            keys.open_item_key(pointer.account_id, number),
            keys.case_key(pointer.account_id),
        )
        if document is None:
            raise NotFound("invoice", number)
        return invoice_from(document), open_item_from(opened, _id_of(case)) if opened else None

    def open_item(self, account_id: str, number: str) -> OpenItem | None:
        item = self._table.get(keys.open_item_key(account_id, number))
        if item is None:
            return None
        case = self._table.get(keys.case_key(account_id)) if "case_id" in item else None
        return open_item_from(item, _id_of(case))

    def payment(self, key: str) -> PaymentRecord:
        item = self._table.get(keys.payment_key(key))
        if item is None:
            raise NotFound("payment", key)
        return payment_from(item)

    def suspense(self, limit: int, position: Position | None = None) -> Page[PaymentRecord]:
        items, more = self._table.first(
            limit,
            "worklist = :suspense",
            {":suspense": text("suspense")},
            position,
            IndexName=keys.WORKLIST_INDEX,
        )
        end = position_of(items[-1], "worklist", "worklist_at") if more else None
        return Page(tuple(payment_from(item) for item in items), end)

    def invoices(
        self, account_id: str, limit: int, position: Position | None = None
    ) -> Page[tuple[Invoice, OpenItem | None]]:
        items, more = self._table.first(limit, *_within(account_id, keys.INVOICES), position)
        documents = [invoice_from(item) for item in items]
        opened = self._open_between(account_id, documents)
        return Page(
            tuple(self._now(document, opened.get(document.number)) for document in documents),
            position_of(items[-1]) if more else None,
        )

    def timeline(
        self, account_id: str, limit: int, position: Position | None = None
    ) -> Page[Mapping[str, Any]]:
        items, more = self._table.first(
            limit, *_within(account_id, keys.TIMELINE), position, ScanIndexForward=False
        )
        return Page(tuple(fact_from(item) for item in items), position_of(items[-1]) if more else None)

    def accounts_of(self, customer_id: str) -> tuple[Account, ...]:
        pointers = self._table.query("pk = :customer", {":customer": text(f"C#{customer_id}")})
        found = [self._table.get(keys.account_key(pointer["account_id"]["S"])) for pointer in pointers]
        return tuple(account_from(item) for item in found if item)

    def entries(self, account_id: str) -> Iterator[Entry]:
        items = self._within(account_id, keys.TIMELINE)
        return (entry_from(item) for item in items if item["kind"]["S"] == "entry")

    def _within(self, account_id: str, places: str) -> Iterator[Item]:
        return self._table.query(*_within(account_id, places))

    def _open_between(self, account_id: str, documents: list[Invoice]) -> dict[str, OpenItem]:
        numbers = [document.number for document in documents if document.status is InvoiceStatus.OPEN]
        if not numbers:
            return {}
        case = _id_of(self._table.get(keys.case_key(account_id)))
        items = self._table.query(
            "pk = :account AND sk BETWEEN :first AND :last",
            {
                ":account": text(keys.partition(account_id)),
                ":first": text(f"{keys.OPEN_ITEMS}{numbers[0]}"),
                ":last": text(f"{keys.OPEN_ITEMS}{numbers[-1]}"),
            },
        )
        return {item["number"]["S"]: open_item_from(item, case) for item in items}

    def _now(self, document: Invoice, item: OpenItem | None) -> tuple[Invoice, OpenItem | None]:
        if document.status is InvoiceStatus.OPEN and item is None:
            # Closed between the two reads: both again, as of one moment.
            return self.invoice(document.number)
        return document, item if document.status is InvoiceStatus.OPEN else None


def _within(account_id: str, places: str) -> tuple[str, Item]:
    values = {":account": text(keys.partition(account_id)), ":places": text(places)}
    return "pk = :account AND begins_with(sk, :places)", values


def _id_of(case: Item | None) -> str | None:
    return optional_text(case, "id") if case else None
