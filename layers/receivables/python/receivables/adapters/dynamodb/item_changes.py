"""Writes of open items and of the documents that they leave behind.

Whoever works a posting out may have imagined the open item from static facts, as it is while nothing was paid; so only
what the posting changes is written, and everything that its working looked at is a condition: rev, balance and moves
always, and of the rest what changes.
"""

from __future__ import annotations

from typing import Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.compact import accrued_value, instalments_value, moves_value
from receivables.adapters.dynamodb.receivable_codec import open_item_item
from receivables.adapters.dynamodb.table import Table, Write
from receivables.adapters.dynamodb.values import Item, Value, instant, number, text
from receivables.ledger import Closing, OpenItem

_OF_OTHERS: Final = {"case_id", "description"}
"""What an imagined item does not know; cases and people change it by themselves."""
_WORKLIST: Final = {"worklist", "worklist_at"}
_CHECKED_ANYWAY: Final = {"rev", "balance", "moves", "open_shard", *_WORKLIST}


def changed_item(table: Table, account_id: str, before: OpenItem, after: OpenItem) -> Write:
    """The open item as it is afterwards, in what differs."""
    was, will = open_item_item(account_id, before), open_item_item(account_id, after)
    names = {name for name in {**was, **will} if was.get(name) != will.get(name)} - _OF_OTHERS
    if not names & {"short", "claimed"}:
        names -= _WORKLIST  # it stays where it is on its list
    condition, values = _as_it_was(was, sorted(names - _CHECKED_ANYWAY))
    key, read = keys.open_item_key(account_id, before.number), ("rev", "balance", "moves")
    if not names:
        return table.check(key, condition, values, *read)
    return table.modify(
        key,
        sets={name: will[name] for name in sorted(names & will.keys())},
        removes=sorted(names - will.keys()),
        condition=condition,
        values=values,
        also=read,
    )


def gone_item(table: Table, account_id: str, before: OpenItem) -> Write:
    """The open item goes; what was charged for it so far is kept with the document, so it must be as it was read."""
    condition, values = _as_it_was(open_item_item(account_id, before), ["accrued"])
    key = keys.open_item_key(account_id, before.number)
    return table.delete(key, condition, values, "rev", "balance", "moves", "accrued")


def closed_document(table: Table, account_id: str, number_: str, closing: Closing) -> Write:
    """The document of an open item that goes. It needs no condition of its own: where there is the open item, it is open."""
    kept: dict[str, Value | None] = {
        "moves": moves_value(closing.moves),
        "accrued": accrued_value(closing.accrued),
        "schedule": instalments_value(closing.schedule),
        "item_rev": number(closing.rev) if closing.rev else None,
    }
    status: Item = {"status": text(closing.status), "closed_at": instant(closing.at)}
    return table.modify(
        keys.invoice_key(account_id, number_),
        sets=status | {name: value for name, value in kept.items() if value is not None},
        adds={"rev": 1, **({"written_off": closing.written_off} if closing.written_off else {})},
        removes=[name for name, value in kept.items() if value is None],
        condition="attribute_exists(pk)",
        values={},
    )


def _as_it_was(was: Item, names: list[str]) -> tuple[str, Item]:
    conditions, values = list[str](), Item()
    for name in ("rev", "balance", *names):
        if name in was:
            conditions.append(f"#{name} = :was_{name}")
            values[f":was_{name}"] = was[name]
        else:
            conditions.append(f"attribute_not_exists(#{name})")
    if "moves" in was:
        # There is one more for each change, and they never become fewer: their number tells whether they are the same.
        conditions.append("size(#moves) = :was_moves")
        values[":was_moves"] = number(len(was["moves"]["L"]))
    else:
        conditions.append("attribute_not_exists(#moves)")
    return " AND ".join(conditions), values
