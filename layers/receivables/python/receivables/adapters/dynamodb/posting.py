"""What a posting writes, each write by a name that tells what it means when its condition fails.

`new:` what must not be there yet: it makes a repetition a duplicate. `old:` what must be as it was read: else the posting
is stale. The account by itself: its totals are added to, so that postings about different receivables never stand
against each other.

The first thing that is put carries the attempt that made it, so that a retry after a lost answer finds itself.
"""

from __future__ import annotations

from typing import Any, Final

from receivables.adapters.dynamodb.accounts import woken
from receivables.adapters.dynamodb.codec import (
    account_from,
)
from receivables.adapters.dynamodb.compact import hold_value
from receivables.adapters.dynamodb.posting_writes import money_again, new_items, old_writes, traces
from receivables.adapters.dynamodb.table import Failed, Table, Write
from receivables.adapters.dynamodb.values import (
    Item,
    flag,
    number_at,
    number_map,
    text,
    text_at,
)
from receivables.arrangements import Hold
from receivables.core.errors import Conflict, NotFound
from receivables.core.ids import split_account_id
from receivables.core.money import CurrencyMismatch
from receivables.ledger import MAX_OPEN_ITEMS, Keep, Posting, PostOutcome

_NEW: Final = "new:"
_OLD: Final = "old:"
ACCOUNT: Final = "account"
MESSAGE: Final = "message"

_COUNTED_BY_REV: Final = ("balance", "moves", "schedule", "extension")


def check(posting: Posting) -> None:
    """Refuse what no store may write. Raises CurrencyMismatch when an entry is in another currency than its account, and
    ValueError for a change that does not move the item's rev though readers rely on that."""
    for entry in posting.entries:
        if entry.amount.currency != split_account_id(entry.account_id)[1]:
            raise CurrencyMismatch(f"{entry.amount.currency} on account {entry.account_id!r}")
    for change in posting.items:
        before, after = change.before, change.after
        if before is None or after is None or after.rev > before.rev:
            continue
        if any(getattr(before, name) != getattr(after, name) for name in _COUNTED_BY_REV):
            raise ValueError(f"{change.number} changed and kept its rev {before.rev}")
    if posting.key is not None and not posting.entries:
        raise ValueError(f"the key {posting.key!r} has no entry to be remembered with")


def needs_account(posting: Posting) -> bool:
    """Whether entries of the account's maps change: what they are to become depends on what they are."""
    change = posting.account
    return bool(change.raised or change.forget or change.restored)


def writes_of(table: Table, posting: Posting, attempt: str, account: Item | None = None) -> dict[str, Write]:
    """All that a posting writes. `account` is the item as it was read, where `needs_account`."""
    puts = {_NEW + name: item for name, item in new_items(posting)}
    puts |= {_OLD + name: item for name, item in traces(posting)}
    writes = {name: table.put(item) for name, item in _signed(puts, attempt).items()}
    for name, write in money_again(table, posting):
        writes[_OLD + name] = write if puts else _signed_put(write, attempt)
    if posting.own:
        return writes
    for name, write in old_writes(table, posting):
        writes[_OLD + name] = write
    return writes | {ACCOUNT: _account(table, posting, account)}


def outcome(failed: Failed, posting: Posting, attempt: str) -> PostOutcome | None:
    """What became of it; None: the account's maps changed since they were read. Raises NotFound and Conflict."""
    if not failed or any(text_at(item, "attempt") == attempt for item in failed.values()):
        return PostOutcome.POSTED
    if MESSAGE in failed or any(name.startswith(_NEW) for name in failed):
        return PostOutcome.DUPLICATE
    if any(name.startswith(_OLD) for name in failed):
        return PostOutcome.STALE
    account = failed[ACCOUNT]
    if not account:
        raise NotFound("account", posting.account_id)
    if posting.account_rev is not None and number_at(account, "rev") != posting.account_rev:
        return PostOutcome.STALE
    if posting.room and number_at(account, "open_items") + posting.room > MAX_OPEN_ITEMS:
        raise Conflict(f"account {posting.account_id!r} has {MAX_OPEN_ITEMS} open receivables already")
    return None


def _signed(puts: dict[str, Item], attempt: str) -> dict[str, Item]:
    """With the attempt on the first."""
    first = next(iter(puts), None)
    return {
        name: {**item, "attempt": text(attempt)} if name == first else item for name, item in puts.items()
    }


def _signed_put(write: Write, attempt: str) -> Write:
    """Where nothing is new, what is put again carries the attempt."""
    put = write["Put"]
    return {"Put": {**put, "Item": {**put["Item"], "attempt": text(attempt)}}}


def _account(table: Table, posting: Posting, item: Item | None) -> Write:
    change = posting.account
    adds = {
        "balance": posting.balance,
        "unapplied": posting.unapplied,
        "open_items": posting.opened,
        "promises_kept": change.kept,
        "promises_partly_kept": change.partly_kept,
        "promises_broken": change.broken,
    }
    sets, removes, rev = dict[str, Any](), list[str](), posting.account_rev
    if isinstance(change.hold, Hold):
        sets["hold"] = hold_value(change.hold)
    elif change.hold is not Keep.AS_IS:
        removes.append("hold")
    if change.over_limit:
        sets["over_limit"] = flag(value=True)
    elif change.over_limit is not None:
        removes.append("over_limit")
    if item is not None:
        sets |= _maps(posting, item)
        rev = number_at(item, "rev") if rev is None else rev
    return woken(
        table,
        posting.account_id,
        rev=rev,
        adds={name: added for name, added in adds.items() if added},
        sets=sets,
        removes=removes,
        room=posting.room,
    )


def _maps(posting: Posting, item: Item) -> Item:
    account, change = account_from(item), posting.account
    raised = {**account.raised, **change.raised}
    left = {k: step for k, step in account.progress.items() if k not in change.forget}
    had = {k: max(step, left.get(k, step)) for k, step in change.restored.items()}
    return {
        "progress": number_map(left | had),
        "raised": number_map({k: step for k, step in raised.items() if k not in change.forget}),
    }
