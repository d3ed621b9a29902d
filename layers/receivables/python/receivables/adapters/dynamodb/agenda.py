"""Whose turn it is: the sparse index nominates, the account item decides."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.accounts import planned
from receivables.adapters.dynamodb.codec import account_from
from receivables.adapters.dynamodb.table import Table
from receivables.adapters.dynamodb.values import instant, text
from receivables.core.errors import StaleRevision


class DynamoAgenda:
    """The `due` index of the `receivables` table, and the plan on the account item."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def due(self, as_of: datetime) -> Iterator[str]:
        for shard in range(keys.DUE_SHARDS):
            items = self._table.query(
                "due_shard = :shard AND next_action_at <= :as_of",
                {":shard": text(str(shard)), ":as_of": instant(as_of)},
                IndexName=keys.DUE_INDEX,
            )
            yield from (keys.account_id_of(item["pk"]["S"]) for item in items)

    def replan(
        self,
        account_id: str,
        rev: int,
        *,
        progress: Mapping[str, int],
        worked_at: datetime,
        next_action_at: datetime | None,
    ) -> None:
        update = planned(
            self._table,
            account_id,
            rev,
            progress=progress,
            worked_at=worked_at,
            next_action_at=next_action_at,
        )
        found = self._table.write(update)
        if found is None:
            return
        # A retry after a lost response meets its own work: exactly this plan, one rev on.
        if found:
            account = account_from(found)
            stored = (account.rev, account.progress, account.worked_at, account.next_action_at)
            if stored == (rev + 1, dict(progress), worked_at, next_action_at):
                return
        raise StaleRevision(f"account {account_id!r} has changed since it was read")
