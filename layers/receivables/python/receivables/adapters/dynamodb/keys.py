"""Where everything is in the `receivables` table: the account's partition, the pointers, the indexes.

Within the partition of an account the sort keys put the working set first (`0#`), then documents (`7#`, `8#`), then
the timeline (`9#`), so that one query reads each of them and none reads another.
"""

from __future__ import annotations

import zlib
from datetime import datetime
from typing import Final

from receivables.adapters.dynamodb.values import Item
from receivables.core.clock import format_instant
from receivables.core.ids import id_time

WORKING_SET: Final = "0#"
ACCOUNT: Final = "0#account"
ACTIVE_CASE: Final = "0#case"
ARRANGEMENTS: Final = "0#arr#"
CREDITS: Final = "0#credit#"
OPEN_ITEMS: Final = "0#open#"
ENDED_ARRANGEMENTS: Final = "7#arr#"
INVOICES: Final = "8#invoice#"
TIMELINE: Final = "9#"

DUE_INDEX: Final = "due"
DUE_SHARDS: Final = 8
WORKLIST_INDEX: Final = "worklist"
OPEN_INDEX: Final = "open"
HELD_INDEX: Final = "held"
OPEN_SHARDS: Final = 8


def partition(account_id: str) -> str:
    return f"A#{account_id}"


def account_id_of(pk: str) -> str:
    return pk.removeprefix("A#")


def due_shard(account_id: str) -> str:
    """The shard of the `due` index that an account is in, for ever."""
    return str(zlib.crc32(account_id.encode()) % DUE_SHARDS)


def open_shard(number: str) -> str:
    """The shard of the `open` index that a receivable is in while it is asked for."""
    return str(zlib.crc32(number.encode()) % OPEN_SHARDS)


def account_key(account_id: str) -> Item:
    return _key(partition(account_id), ACCOUNT)


def case_key(account_id: str) -> Item:
    return _key(partition(account_id), ACTIVE_CASE)


def closed_case_key(account_id: str, case_id: str) -> Item:
    return _key(partition(account_id), f"7#case#{case_id}")


def open_item_key(account_id: str, number: str) -> Item:
    return _key(partition(account_id), f"{OPEN_ITEMS}{number}")


def credit_key(account_id: str, credit_id: str) -> Item:
    return _key(partition(account_id), f"{CREDITS}{credit_id}")


def arrangement_key(account_id: str, arrangement_id: str, *, active: bool) -> Item:
    """An arrangement is in the working set while it is active, and beside the documents when it has ended."""
    return _key(partition(account_id), f"{ARRANGEMENTS if active else ENDED_ARRANGEMENTS}{arrangement_id}")


def invoice_key(account_id: str, number: str) -> Item:
    return _key(partition(account_id), f"{INVOICES}{number}")


def fact_key(account_id: str, at: datetime, kind: str, fact_id: str) -> Item:
    return _key(partition(account_id), f"{TIMELINE}{format_instant(at)}#{kind}#{fact_id}")


def notice_key(account_id: str, notice_id: str) -> Item:
    """A notice is where its id says: the id tells when it was claimed. Raises InvalidInput for another id."""
    return fact_key(account_id, id_time(notice_id), "notice", notice_id)


def pointer_key(number: str) -> Item:
    return _key(f"I#{number}", "invoice")


def payment_key(key: str) -> Item:
    return _key(f"P#{key}", "payment")


def payout_key(key: str) -> Item:
    return _key(f"X#{key}", "payout")


def payment_key_of(pk: str) -> str:
    return pk.removeprefix("P#")


def case_pointer_key(case_id: str) -> Item:
    return _key(f"K#{case_id}", "case")


def arrangement_pointer_key(arrangement_id: str) -> Item:
    return _key(f"R#{arrangement_id}", "arrangement")


def guard_key(key: str) -> Item:
    """What stands for ever for a posting that has no other key of its own."""
    return _key(f"G#{key}", "guard")


def approval_key(approval_id: str) -> Item:
    return _key(f"V#{approval_id}", "approval")


def customer_account_key(customer_id: str, account_id: str) -> Item:
    return _key(f"C#{customer_id}", f"account#{account_id}")


def _key(pk: str, sk: str) -> Item:
    return {"pk": {"S": pk}, "sk": {"S": sk}}
