"""What a posting writes: the entry, the open item, the invoice that it closes, and the account's totals."""

from __future__ import annotations

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.accounts import woken
from receivables.adapters.dynamodb.codec import entry_item
from receivables.adapters.dynamodb.table import Table, Write
from receivables.adapters.dynamodb.values import instant, number, text
from receivables.core.ids import split_account_id
from receivables.core.money import CurrencyMismatch
from receivables.ledger import Entry, InvoiceStatus, OpenItem, Posting


def in_its_currency(entry: Entry) -> None:
    """Raises CurrencyMismatch when the entry's account is of another currency."""
    _, currency = split_account_id(entry.account_id)
    if entry.amount.currency != currency:
        raise CurrencyMismatch(f"{entry.amount.currency} on account {entry.account_id!r}")


def movement(table: Table, posting: Posting) -> dict[str, Write]:
    """The writes of money that reaches an account.

    The balance of the open item is all that a posting assumes; the account's totals are added to, so that payments of
    different invoices never stand against each other.
    """
    in_its_currency(posting.entry)
    account_id = posting.entry.account_id
    totals = {"balance": posting.balance, "unapplied": posting.unapplied}
    if posting.closes:
        totals["open_items"] = -1
    writes = {"entry": table.put(entry_item(posting.entry)), "account": woken(table, account_id, adds=totals)}
    if posting.before is not None:
        writes["item"] = _left(table, account_id, posting.before, posting.after)
    if posting.before is not None and posting.after is None:
        writes["invoice"] = _closed(table, posting, posting.before.number)
    return writes


def _left(table: Table, account_id: str, before: OpenItem, after: OpenItem | None) -> Write:
    key = keys.open_item_key(account_id, before.number)
    assumed = number(before.balance.minor)
    if after is None:
        return table.delete(key, "balance = :before", {":before": assumed})
    # Only the balance: whoever works it out need not know whether a case has marked the item.
    return table.update(
        key,
        "SET balance = :after",
        {":before": assumed, ":after": number(after.balance.minor)},
        "balance = :before",
    )


def _closed(table: Table, posting: Posting, invoice: str) -> Write:
    return table.update(
        keys.invoice_key(posting.entry.account_id, invoice),
        "SET #status = :closed, closed_at = :closed_at ADD rev :one",
        {
            ":closed": text(InvoiceStatus.CLOSED),
            ":closed_at": instant(posting.entry.effective_at),
            ":one": number(1),
        },
        None,
        "status",
    )
