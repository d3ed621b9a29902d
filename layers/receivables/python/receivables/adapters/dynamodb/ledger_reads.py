"""Reading the ledger: one query for an account, one or two reads for whatever has a number or key."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from itertools import islice
from typing import TYPE_CHECKING, Any

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.arrangement_codec import arrangement_from
from receivables.adapters.dynamodb.codec import account_from, entry_from, working_set_from
from receivables.adapters.dynamodb.money_reads import MoneyReads
from receivables.adapters.dynamodb.receivable_codec import (
    SHORT_PAYMENTS,
    UNCLAIMED_CHARGES,
    invoice_from,
    open_item_from,
    pointer_from,
)
from receivables.adapters.dynamodb.table import MOST_READ, Position, position_of
from receivables.adapters.dynamodb.timeline import fact_from
from receivables.adapters.dynamodb.values import (
    Item,
    day,
    instant_at,
    optional_text,
    text,
    text_at,
)
from receivables.core.errors import NotFound

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement, ArrangementKind
    from receivables.ledger import (
        Account,
        Entry,
        Invoice,
        InvoicePointer,
        OpenItem,
        WorkingSet,
    )


class LedgerReads(MoneyReads):
    """The reading half of the ledger's store."""

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

    def documents(self, account_id: str, numbers: Iterable[str]) -> dict[str, Invoice]:
        found: dict[str, Invoice] = {}
        waiting = iter(sorted(set(numbers)))
        while batch := list(islice(waiting, MOST_READ)):
            items = self._table.snapshot(*(keys.invoice_key(account_id, number) for number in batch))
            for number, item in zip(batch, items, strict=True):
                if item is None:
                    raise NotFound("invoice", number)
                found[number] = invoice_from(item)
        return found

    def open_item(self, account_id: str, number: str) -> OpenItem | None:
        item = self._table.get(keys.open_item_key(account_id, number))
        if item is None:
            return None
        case = self._table.get(keys.case_key(account_id)) if "case_id" in item else None
        return open_item_from(item, _id_of(case))

    def short_payments(
        self, limit: int, position: Position | None = None
    ) -> ledger.Page[tuple[str, OpenItem]]:
        return self._open_items_listed(SHORT_PAYMENTS, limit, position)

    def unclaimed_charges(
        self, limit: int, position: Position | None = None
    ) -> ledger.Page[tuple[str, OpenItem]]:
        return self._open_items_listed(UNCLAIMED_CHARGES, limit, position)

    def undecided(
        self, kind: ArrangementKind, before: date, limit: int, position: Position | None = None
    ) -> ledger.Page[Arrangement]:
        items, end = self.listed(kind, limit, position, day(before))
        return ledger.Page(tuple(arrangement_from(item) for item in items), end)

    def invoices(
        self, account_id: str, limit: int, position: Position | None = None
    ) -> ledger.Page[tuple[Invoice, OpenItem | None]]:
        items, more = self._table.first(limit, *_within(account_id, keys.INVOICES), position)
        documents = [invoice_from(item) for item in items]
        opened = self._open_between(account_id, documents)
        return ledger.Page(
            tuple(self._now(document, opened.get(document.number)) for document in documents),
            position_of(items[-1]) if more else None,
        )

    def timeline(
        self, account_id: str, limit: int, position: Position | None = None
    ) -> ledger.Page[Mapping[str, Any]]:
        items, more = self._table.first(
            limit, *_within(account_id, keys.TIMELINE), position, ScanIndexForward=False
        )
        return ledger.Page(tuple(fact_from(item) for item in items), position_of(items[-1]) if more else None)

    def accounts_of(self, customer_id: str) -> tuple[Account, ...]:
        pointers = self._table.query("pk = :customer", {":customer": text(f"C#{customer_id}")})
        found = [self._table.get(keys.account_key(pointer["account_id"]["S"])) for pointer in pointers]
        return tuple(account_from(item) for item in found if item)

    def entry(self, account_id: str, entry_id: str, recorded_at: datetime) -> Entry:
        item = self._table.get(keys.fact_key(account_id, recorded_at, "entry", entry_id))
        if item is None:
            raise NotFound("entry", entry_id)
        return entry_from(item)

    def keyed(self, key: str) -> Entry | None:
        guard = self._table.get(keys.guard_key(key))
        if guard is None:
            return None
        return self.entry(
            text_at(guard, "account_id"), text_at(guard, "entry"), instant_at(guard, "recorded_at")
        )

    def entries(self, account_id: str) -> Iterator[Entry]:
        items = self._within(account_id, keys.TIMELINE)
        return (entry_from(item) for item in items if item["kind"]["S"] == "entry")

    def arrangement(self, arrangement_id: str) -> Arrangement:
        pointer = self._table.get(keys.arrangement_pointer_key(arrangement_id))
        if pointer is None:
            raise NotFound("arrangement", arrangement_id)
        account_id = text_at(pointer, "account_id")
        found = self._table.snapshot(
            *(keys.arrangement_key(account_id, arrangement_id, active=active) for active in (True, False))
        )
        return next(arrangement_from(item) for item in found if item)

    def arrangements(
        self, account_id: str, limit: int, position: Position | None = None
    ) -> ledger.Page[Arrangement]:
        after = position["id"] if position else ""
        # One that ends between the two reads is seen twice, and shown as it ended; read the other way, it would be missed.
        found = {
            text_at(item, "id"): item
            for places in (keys.ARRANGEMENTS, keys.ENDED_ARRANGEMENTS)
            for item in self._after(account_id, places, after, limit + 1)
        }
        shown = [arrangement_from(found[id_]) for id_ in sorted(found)[:limit]]
        return ledger.Page(tuple(shown), {"id": shown[-1].id} if len(found) > limit else None)

    def ended_arrangements(self, account_id: str) -> Iterator[Arrangement]:
        return (arrangement_from(item) for item in self._within(account_id, keys.ENDED_ARRANGEMENTS))

    def _within(self, account_id: str, places: str) -> Iterator[Item]:
        return self._table.query(*_within(account_id, places))

    def _after(self, account_id: str, places: str, after: str, limit: int) -> list[Item]:
        """Items of the account at a kind of place, behind one of them."""
        values = {
            ":account": text(keys.partition(account_id)),
            ":first": text(f"{places}{after}"),
            ":last": text(f"{places}~"),
        }
        items, _ = self._table.first(limit + 1, "pk = :account AND sk BETWEEN :first AND :last", values, None)
        return [item for item in items if text_at(item, "id") != after][:limit]

    def _open_items_listed(
        self, name: str, limit: int, position: Position | None
    ) -> ledger.Page[tuple[str, OpenItem]]:
        items, end = self.listed(name, limit, position)
        # Which case is active is on another item: the marks are left out.
        return ledger.Page(
            tuple((keys.account_id_of(item["pk"]["S"]), open_item_from(item, None)) for item in items), end
        )

    def _open_between(self, account_id: str, documents: list[Invoice]) -> dict[str, OpenItem]:
        numbers = [document.number for document in documents if document.status is ledger.InvoiceStatus.OPEN]
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
        if document.status is ledger.InvoiceStatus.OPEN and item is None:
            # Closed between the two reads: both again, as of one moment.
            return self.invoice(document.number)
        return document, item if document.status is ledger.InvoiceStatus.OPEN else None


def _within(account_id: str, places: str) -> tuple[str, Item]:
    values = {":account": text(keys.partition(account_id)), ":places": text(places)}
    return "pk = :account AND begins_with(sk, :places)", values


def _id_of(case: Item | None) -> str | None:
    return optional_text(case, "id") if case else None
