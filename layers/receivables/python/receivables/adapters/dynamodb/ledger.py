"""Writing the ledger: each change is one transaction, and nothing of it is there before all of it is."""

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.accounts import woken
from receivables.adapters.dynamodb.codec import entry_item
from receivables.adapters.dynamodb.facts import described_fact
from receivables.adapters.dynamodb.inbox import processed
from receivables.adapters.dynamodb.ledger_reads import LedgerReads
from receivables.adapters.dynamodb.posting import (
    MESSAGE,
    check,
    needs_account,
    outcome,
    writes_of,
)
from receivables.adapters.dynamodb.receivable_codec import (
    invoice_item,
    open_item_item,
    pointer_from,
    pointer_item,
)
from receivables.adapters.dynamodb.table import Table, Write, new_attempt
from receivables.adapters.dynamodb.timeline import fact_item
from receivables.adapters.dynamodb.values import (
    Item,
    instant,
    number,
    number_at,
    number_map,
    optional_text,
    text,
)
from receivables.core.errors import AlreadyExists, Conflict, NotFound, StaleRevision, Throttled
from receivables.core.ids import new_id, split_account_id
from receivables.ledger import MAX_OPEN_ITEMS, Invoice, OpenItem, Posting, PostOutcome

_TRIES: Final = 8
"""How often a change is worked out again when the account changed meanwhile."""


class DynamoLedger(LedgerReads):
    """The ledger in the `receivables` table; a payment that came by webhook settles its message in the inbox table."""

    def __init__(self, client: Any, table: str, inbox_table: str | None = None) -> None:
        super().__init__(client, table)
        self._inbox = Table(client, inbox_table) if inbox_table else None

    def issue(self, posting: Posting) -> Invoice:
        check(posting)
        invoice, item = _issued(posting)
        for _ in range(_TRIES):
            account = self._table.get(keys.account_key(invoice.account_id))
            writes = {
                "pointer": self._table.put(pointer_item(invoice)),
                "invoice": self._table.put(invoice_item(invoice)),
                "item": self._table.put(open_item_item(invoice.account_id, item)),
                **{entry.id: self._table.put(entry_item(entry)) for entry in posting.entries},
                **{
                    fact["id"]: self._table.put(fact_item(invoice.account_id, fact)) for fact in posting.facts
                },
                "account": self._enlarged(invoice, posting, account),
            }
            if account is None:
                writes["owner"] = self._table.put(_owner_item(invoice.account_id), condition=None)
            failed = self._table.transact(writes)
            if not failed:
                return invoice
            if "pointer" in failed:
                return self._issued_before(invoice, failed["pointer"])
            if number_at(failed.get("account", {}), "open_items") >= MAX_OPEN_ITEMS:
                raise Conflict(f"account {invoice.account_id!r} has {MAX_OPEN_ITEMS} open invoices already")
        raise Throttled(f"account {invoice.account_id!r} changed {_TRIES} times meanwhile")

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        check(posting)
        attempt = new_attempt()
        for _ in range(_TRIES):
            account = self._account_to_edit(posting)
            writes = writes_of(self._table, posting, attempt, account)
            if inbox_id is not None:
                writes[MESSAGE] = self._message(inbox_id)
            failed = self._table.transact(writes)
            found = outcome(failed, posting, attempt)
            if found is not None:
                return found
        raise Throttled(f"account {posting.account_id!r} changed {_TRIES} times meanwhile")

    def wake(self, account_id: str) -> None:
        self._table.write(woken(self._table, account_id))

    def describe(self, number: str, description: str, rev: int, at: datetime, by: str) -> None:
        for _ in range(_TRIES):
            invoice, item = self.invoice(number)
            if invoice.rev != rev:
                break
            fact = described_fact(new_id("evt", at), number, description, at, by)
            document = self._described(keys.invoice_key(invoice.account_id, number), description, rev)
            writes = {"fact": self._table.put(fact_item(invoice.account_id, fact)), "invoice": document}
            if item is not None:
                writes["item"] = self._described(keys.open_item_key(invoice.account_id, number), description)
            if not self._table.transact(writes):
                return
        raise StaleRevision(f"invoice {number!r} has changed since it was read")

    def _described(self, key: Item, description: str, rev: int | None = None) -> Write:
        values = {":description": text(description)}
        if rev is None:
            return self._table.update(key, "SET description = :description", values, "attribute_exists(pk)")
        values |= {":rev": number(rev), ":next": number(rev + 1)}
        return self._table.update(key, "SET description = :description, rev = :next", values, "rev = :rev")

    def _message(self, inbox_id: str) -> Write:
        if self._inbox is None:
            raise ValueError("this ledger was made without an inbox")
        return processed(self._inbox, inbox_id)

    def _account_to_edit(self, posting: Posting) -> Item | None:
        if not needs_account(posting):
            return None
        item = self._table.get(keys.account_key(posting.account_id))
        if item is None:
            raise NotFound("account", posting.account_id)
        return item

    def _enlarged(self, invoice: Invoice, posting: Posting, account: Item | None) -> Write:
        """The account with one invoice more; woken on its issue date, unless it acts before that anyway."""
        customer_id, currency = split_account_id(invoice.account_id)
        wake = instant(datetime.combine(invoice.issue_date, time(), UTC))
        planned = optional_text(account, "next_action_at") if account else None
        expression = "SET kind = :kind, customer_id = :customer, currency = :currency"
        expression += ", progress = if_not_exists(progress, :none)"
        values = {
            ":kind": text("account"),
            ":customer": text(customer_id),
            ":currency": text(currency),
            ":none": number_map({}),
            ":amount": number(posting.balance),
            ":zero": number(0),
            ":one": number(1),
            ":most": number(MAX_OPEN_ITEMS),
            ":wake": wake,
        }
        room = "(attribute_not_exists(open_items) OR open_items < :most)"
        if planned is not None and planned <= wake["S"]:
            condition = f"{room} AND next_action_at <= :wake"
        else:
            condition = f"{room} AND (attribute_not_exists(next_action_at) OR next_action_at >= :wake)"
            expression += ", next_action_at = :wake, due_shard = :shard"
            values[":shard"] = text(keys.due_shard(invoice.account_id))
        expression += " ADD balance :amount, unapplied :zero, open_items :one, rev :one"
        return self._table.update(keys.account_key(invoice.account_id), expression, values, condition)

    def _issued_before(self, invoice: Invoice, item: Item) -> Invoice:
        known = pointer_from(item)
        facts = (known.account_id, known.amount, known.issue_date, known.due_date)
        if facts != (invoice.account_id, invoice.amount, invoice.issue_date, invoice.due_date):
            raise AlreadyExists("invoice", invoice.number)
        return self.invoice(invoice.number)[0]


def _issued(posting: Posting) -> tuple[Invoice, OpenItem]:
    (change,) = posting.items
    if change.document is None or change.after is None:
        raise ValueError("issue() writes a new invoice")
    return change.document, change.after


def _owner_item(account_id: str) -> Item:
    customer_id, _ = split_account_id(account_id)
    return {
        **keys.customer_account_key(customer_id, account_id),
        "kind": text("owner"),
        "account_id": text(account_id),
    }
