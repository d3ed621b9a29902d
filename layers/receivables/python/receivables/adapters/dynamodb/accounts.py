"""The account item, which every writer of an account changes: its next rev, and when it is to be planned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from receivables import ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.table import Table, Write
from receivables.adapters.dynamodb.values import Item, instant, number, number_map, text


def woken(
    table: Table,
    account_id: str,
    *,
    rev: int | None = None,
    adds: Mapping[str, int] | None = None,
    sets: Item | None = None,
    removes: Sequence[str] = (),
    room: int = 0,
) -> Write:
    """Something happened on the account: next rev, and planned ledger.AT_ONCE.

    Nothing planned is postponed by that, because nothing is planned earlier; and while the account waits for its turn
    further writers leave the index entry as it is. `rev` makes it a condition that nothing happened since, `room` that
    so many open items more are possible. `adds`, `sets` and `removes` name what else changes on it.
    """
    condition = "attribute_exists(pk)" if rev is None else "#rev = :seen"
    values = {} if rev is None else {":seen": number(rev)}
    if room > 0:
        condition += " AND (attribute_not_exists(open_items) OR open_items <= :most)"
        values[":most"] = number(ledger.MAX_OPEN_ITEMS - room)
    woken_at = {"next_action_at": instant(ledger.AT_ONCE), "due_shard": text(keys.due_shard(account_id))}
    return table.modify(
        keys.account_key(account_id),
        sets={**woken_at, **(sets or {})},
        adds={"rev": 1, **(adds or {})},
        removes=removes,
        condition=condition,
        values=values,
    )


def planned(
    table: Table,
    account_id: str,
    rev: int,
    *,
    progress: Mapping[str, int],
    worked_at: datetime,
    next_action_at: datetime | None,
) -> Write:
    """The account's plan, if nothing happened since it was read; an account with no plan leaves the index."""
    values = {
        ":rev": number(rev),
        ":next_rev": number(rev + 1),
        ":progress": number_map(progress),
        ":worked_at": instant(worked_at),
    }
    expression = "SET rev = :next_rev, progress = :progress, worked_at = :worked_at"
    if next_action_at is None:
        expression += " REMOVE next_action_at, due_shard"
    else:
        expression += ", next_action_at = :next, due_shard = :shard"
        values[":next"] = instant(next_action_at)
        values[":shard"] = text(keys.due_shard(account_id))
    return table.update(keys.account_key(account_id), expression, values, "rev = :rev")
