"""Checks: every balance that is kept, worked out again from the entries, which are the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from receivables.core.money import Money
from receivables.ledger.account import Account
from receivables.ledger.entries import EntryKind
from receivables.ledger.invoices import Invoice, InvoiceStatus
from receivables.ledger.items import OpenItem
from receivables.ledger.money_checks import AccountBooks, Difference, MoneyCheck, payments_in, payouts_in
from receivables.ledger.recount import recount

__all__ = ["AccountBooks", "Difference", "check_account", "payments_in", "payouts_in"]

_CHARGES: Final = frozenset({EntryKind.FEE, EntryKind.INTEREST})


def check_account(books: AccountBooks) -> list[Difference]:
    """Every difference between what is kept of an account and what its entries say; none, if the books are right.

    Account: balance and unapplied credit. Receivables: balance (of open ones) against the legs and the moves, closed ones
    owe nothing, what was written off. Credits: each. Payments: each is on record, where its money is, and that it came and went
    where it is kept (by the processor, or by us); in suspense, what waits and what went back. Payouts: each is on record, and
    whether it is under way. Entries: balanced, in the account's currency, on it, and each only once.
    """
    counted = recount(books.entries)
    return [*_Check(books, counted).differences()]


class _Check(MoneyCheck):
    def differences(self) -> Iterator[Difference]:
        yield from self._entries()
        if self._books.account is not None:
            yield from self._account(self._books.account)
            yield from self._receivables()
            yield from self._credits()
        yield from self._moved()

    def _entries(self) -> Iterator[Difference]:
        for entry_id, times in Counter(entry.id for entry in self._books.entries).items():
            yield from self._same(f"the number of entries {entry_id}", 1, times)
        for entry in self._books.entries:
            what = f"entry {entry.id}"
            yield from self._same(f"the sum of {what}", 0, sum(leg.minor for leg in entry.legs))
            yield from self._same(f"the account of {what}", self._books.account_id, entry.account_id)
            yield from self._same(f"the currency of {what}", self._currency, entry.amount.currency)

    def _account(self, account: Account) -> Iterator[Difference]:
        yield from self._same("the balance", self._money(self._counted.balance), account.balance)
        yield from self._same("the unapplied credit", self._money(self._counted.unapplied), account.unapplied)

    def _receivables(self) -> Iterator[Difference]:
        items = {item.number: item for item in self._books.items}
        documents = {document.number: document for document in self._books.documents}
        for number in sorted({*items, *documents, *self._counted.receivables}):
            if number not in documents:
                yield from self._same(f"the document of {number}", "there", "missing")
            if item := items.get(number):
                yield from self._item(item)
            else:
                yield from self._same(
                    f"what is open of {number}",
                    self._money(self._counted.receivables.get(number, 0)),
                    self._money(0),
                )
            if document := documents.get(number):
                yield from self._document(document, items.get(number))

    def _item(self, item: OpenItem) -> Iterator[Difference]:
        what = f"the balance of {item.number}"
        owed = self._counted.receivables.get(item.number, 0)
        yield from self._same(what, self._money(owed), item.balance)
        moved = sum(move.minor for move in item.moves)
        yield from self._same(f"{what} by its moves", item.balance, item.amount + self._money(moved))
        charged = self._money(self._counted.charged.get(item.number, 0))
        yield from self._same(f"the amount of {item.number}", charged, item.amount + self._raised(item))
        if not 0 <= item.balance.minor <= charged.minor:
            yield self._difference(what, f"between zero and {charged}", item.balance)

    def _document(self, document: Invoice, item: OpenItem | None) -> Iterator[Difference]:
        number = document.number
        charged = self._counted.charged.get(number, 0)
        yield from self._same(
            f"the amount on the document of {number}",
            self._money(charged),
            document.amount + self._raised(item or document),
        )
        given_up = self._counted.given_up.get(number, 0)
        yield from self._same(
            f"what was written off of {number}", self._money(given_up), self._money(document.written_off)
        )
        is_open = document.status is InvoiceStatus.OPEN
        yield from self._same(f"whether {number} is open", item is not None, is_open)
        if item is None:
            owed = document.amount.minor + sum(move.minor for move in document.moves)
            yield from self._same(f"what is open of {number} by its moves", self._money(0), self._money(owed))

    def _credits(self) -> Iterator[Difference]:
        there = {credit.id: credit.balance.minor for credit in self._books.credits}
        for credit_id in sorted({*there, *self._counted.credits}):
            expected, found = self._counted.credits.get(credit_id, 0), there.get(credit_id, 0)
            yield from self._same(f"credit {credit_id}", self._money(expected), self._money(found))
            if credit_id in there and found <= 0:
                yield self._difference(f"credit {credit_id}", "more than zero", self._money(found))

    def _raised(self, of: OpenItem | Invoice) -> Money:
        """What was charged in addition to the amount, by corrections: a charge keeps the amount that it was issued with."""
        return self._money(sum(max(0, move.minor) for move in of.moves if move.kind in _CHARGES))
