"""Reading money: payments and what is known of them, payouts, and what is asked for that money may be for."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.payment_codec import ORPHANS, held_on, is_stub, payment_from, stub_from
from receivables.adapters.dynamodb.payout_codec import payout_from, payout_list, payout_prefix
from receivables.adapters.dynamodb.receivable_codec import open_item_from
from receivables.adapters.dynamodb.table import Position, Table, position_of
from receivables.adapters.dynamodb.values import Item, Value, instant, text
from receivables.core.errors import NotFound

if TYPE_CHECKING:
    from receivables.core.money import Money
    from receivables.ledger import OpenReceivable, PaymentRecord, PaymentStub, Payout, PayoutState


class MoneyReads:
    """What the ledger's store tells of money."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def payment(self, key: str) -> PaymentRecord:
        item = self._table.get(keys.payment_key(key))
        if item is None or is_stub(item):
            raise NotFound("payment", key)
        return payment_from(item)

    def known_payment(self, key: str) -> PaymentRecord | PaymentStub | None:
        item = self._table.get(keys.payment_key(key))
        if item is None:
            return None
        return stub_from(item) if is_stub(item) else payment_from(item)

    def held(self, held_by: str, on: date, position: Position | None = None) -> ledger.Page[str]:
        values = {":held": text(held_on(held_by, on))}
        items, end = self._table.page("held = :held", values, position, IndexName=keys.HELD_INDEX)
        return ledger.Page(tuple(keys.payment_key_of(item["pk"]["S"]) for item in items), end)

    def orphans(
        self, before: datetime, limit: int, position: Position | None = None
    ) -> ledger.Page[PaymentStub]:
        items, end = self.listed(ORPHANS, limit, position, instant(before))
        return ledger.Page(tuple(stub_from(item) for item in items), end)

    def open_receivables(self, position: Position | None = None) -> ledger.Page[OpenReceivable]:
        from receivables.ledger.asked_for import open_receivable

        items, end = self._open_page(position)
        return ledger.Page(
            tuple(
                open_receivable(keys.account_id_of(item["pk"]["S"]), open_item_from(item, None))
                for item in items
            ),
            end,
        )

    def payout(self, key: str) -> Payout:
        item = self._table.get(keys.payout_key(key))
        if item is None:
            raise NotFound("payout", key)
        return payout_from(item)

    def payouts(
        self, state: PayoutState, limit: int, position: Position | None = None
    ) -> ledger.Page[Payout]:
        items, end = self.listed(payout_list(state), limit, position)
        return ledger.Page(tuple(payout_from(item) for item in items), end)

    def payouts_of(self, amount: Money) -> tuple[Payout, ...]:
        values = {
            ":list": text(payout_list(ledger.PayoutState.SENT)),
            ":amount": text(payout_prefix(amount)),
        }
        condition = "worklist = :list AND begins_with(worklist_at, :amount)"
        items = self._table.query(condition, values, IndexName=keys.WORKLIST_INDEX)
        return tuple(payout_from(item) for item in items)

    def suspense(self, limit: int, position: Position | None = None) -> ledger.Page[PaymentRecord]:
        items, end = self.listed("suspense", limit, position)
        return ledger.Page(tuple(payment_from(item) for item in items), end)

    def listed(
        self, name: str, limit: int, position: Position | None, before: Value | None = None
    ) -> tuple[list[Item], Position | None]:
        """A page of a worklist, oldest first; `before` a day or an instant."""
        condition, values = "worklist = :list", {":list": text(name)}
        if before is not None:
            condition, values[":before"] = f"{condition} AND worklist_at < :before", before
        items, more = self._table.first(limit, condition, values, position, IndexName=keys.WORKLIST_INDEX)
        return items, position_of(items[-1], "worklist", "worklist_at") if more else None

    def _open_page(self, position: Position | None) -> tuple[list[Item], Position | None]:
        """What one request reads of the index of what is open, shard after shard."""
        at = dict(position or {"open_shard": "0"})
        shard = int(at["open_shard"])
        items, behind = self._table.page(
            "open_shard = :shard",
            {":shard": text(str(shard))},
            at if "number" in at else None,
            IndexName=keys.OPEN_INDEX,
        )
        if behind is None and shard + 1 < keys.OPEN_SHARDS:
            behind = {"open_shard": str(shard + 1)}
        return items, behind
