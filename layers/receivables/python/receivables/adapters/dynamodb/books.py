"""All that is kept of every account, walked once a night over the base table.

A scan reads the items of a partition one after the other, in the order of their sort keys; a page of it may end within
one. So a page of accounts goes on until the one that it began is whole: there is never more than one account besides the
page in memory. The payments and payouts that its entries name are read with it, a hundred a request. What is not needed for a check - notices, cases, facts - is read (a scan is charged for what it passes)
but not sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import groupby
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.codec import account_from, credit_from, entry_from
from receivables.adapters.dynamodb.payment_codec import is_stub, payment_from
from receivables.adapters.dynamodb.payout_codec import payout_from
from receivables.adapters.dynamodb.receivable_codec import invoice_from, open_item_from
from receivables.adapters.dynamodb.table import Position, Table
from receivables.adapters.dynamodb.values import Item, number_at, text, text_at
from receivables.adapters.errors import calling
from receivables.core.errors import Throttled
from receivables.ledger import Page, PaymentRecord, Payout
from receivables.ledger.checks import AccountBooks, payments_in, payouts_in

_KINDS: Final = ("account", "open_item", "credit", "invoice", "entry")
_TRIES: Final = 5


class DynamoBooks:
    """Implements `usecases.check_books.Books`."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._name = client, table
        self._table = Table(client, table)

    def page(self, position: Position | None) -> Page[AccountBooks]:
        """One page of a scan, and the rest of the account in which it ended, read by a query."""
        items, last = self._scanned(position)
        if last is None:
            return Page(self._with_payments(_books(items)))
        # Where the page ends within an account, the rest of that account follows; the next page begins behind it.
        pk, end = last["pk"], last["sk"]
        for item in self._rest(pk, end) if pk.startswith(keys.partition("")) else ():
            end = item["sk"]["S"]
            if text_at(item, "kind") in _KINDS:
                items.append(item)
        return Page(self._with_payments(_books(items)), {"pk": pk, "sk": end})

    def read(self, account_id: str) -> AccountBooks | None:
        """One account as it was at one moment: read again while it changes. Raises Throttled when it always does."""
        for _ in range(_TRIES):
            before = self._rev(account_id)
            items = [
                item
                for item in self._table.query("pk = :pk", {":pk": text(keys.partition(account_id))})
                if text_at(item, "kind") in _KINDS
            ]
            read = self._with_payments(_books(items))
            if self._rev(account_id) == before:
                return next(iter(read), None)
        raise Throttled(f"account {account_id!r} changed {_TRIES} times while it was read")

    def _rev(self, account_id: str) -> int:
        item = self._table.get(keys.account_key(account_id))
        return number_at(item, "rev") if item else 0

    def _scanned(self, position: Position | None) -> tuple[list[Item], dict[str, str] | None]:
        kinds = {f":kind{n}": text(kind) for n, kind in enumerate(_KINDS)}
        request: dict[str, Any] = {
            "TableName": self._name,
            "FilterExpression": f"begins_with(pk, :accounts) AND kind IN ({', '.join(kinds)})",
            "ExpressionAttributeValues": {":accounts": text(keys.partition("")), **kinds},
        }
        if position is not None:
            request["ExclusiveStartKey"] = {name: text(value) for name, value in position.items()}
        with calling("dynamodb"):
            answer = self._client.scan(**request)
        last = answer.get("LastEvaluatedKey")
        return list(answer["Items"]), {name: value["S"] for name, value in last.items()} if last else None

    def _with_payments(self, books: Iterable[AccountBooks]) -> tuple[AccountBooks, ...]:
        """With the payments and payouts that their entries name: those have partitions of their own."""
        there = [(each, payments_in(each.entries), payouts_in(each.entries)) for each in books]
        payments = self._payments(set[str]().union(*(named for _, named, _ in there)))
        payouts = self._payouts(set[str]().union(*(named for _, _, named in there)))
        return tuple(
            replace(
                each,
                payments=tuple(payments[key] for key in sorted(named) if key in payments),
                payouts=tuple(payouts[key] for key in sorted(sent) if key in payouts),
            )
            for each, named, sent in there
        )

    def _payments(self, wanted: Iterable[str]) -> dict[str, PaymentRecord]:
        items = self._table.batch(keys.payment_key(key) for key in sorted(wanted))
        records = (payment_from(item) for item in items if not is_stub(item))
        return {record.payment.key: record for record in records}

    def _payouts(self, wanted: Iterable[str]) -> dict[str, Payout]:
        payouts = map(payout_from, self._table.batch(keys.payout_key(key) for key in sorted(wanted)))
        return {payout.key: payout for payout in payouts}

    def _rest(self, pk: str, behind: str) -> Iterator[Item]:
        return self._table.query("pk = :pk AND sk > :behind", {":pk": text(pk), ":behind": text(behind)})


def _books(items: list[Item]) -> Iterator[AccountBooks]:
    """The accounts that items, partition by partition, belong to. What has neither an account item nor is ours is
    shown all the same: without an account, for the check to find."""
    for pk, group in groupby(items, key=lambda item: item["pk"]["S"]):
        by_kind: dict[str, list[Item]] = {kind: [] for kind in _KINDS}
        for item in group:
            by_kind[text_at(item, "kind")].append(item)
        yield AccountBooks(
            account_id=keys.account_id_of(pk),
            account=next(map(account_from, by_kind["account"]), None),
            items=tuple(open_item_from(item, None) for item in by_kind["open_item"]),
            credits=tuple(map(credit_from, by_kind["credit"])),
            documents=tuple(map(invoice_from, by_kind["invoice"])),
            entries=tuple(map(entry_from, by_kind["entry"])),
        )
