"""Checks: every balance that is kept, worked out again from the entries, which are the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger.account import Account
from receivables.ledger.credits import Credit
from receivables.ledger.entries import Entry, EntryKind
from receivables.ledger.invoices import Invoice, InvoiceStatus
from receivables.ledger.items import OpenItem
from receivables.ledger.payments import PaymentRecord, PaymentState
from receivables.ledger.posting import SUSPENSE_CUSTOMER
from receivables.ledger.recount import Recount, recount

_CHARGES: Final = frozenset({EntryKind.FEE, EntryKind.INTEREST})


@dataclass(frozen=True, slots=True)
class AccountBooks:
    """All that is kept of an account. `account` None: one of suspense, which has nothing but entries. `payments` are those that
    its entries name; None: they are not looked at."""

    account_id: str
    account: Account | None
    items: tuple[OpenItem, ...] = ()
    credits: tuple[Credit, ...] = ()
    documents: tuple[Invoice, ...] = ()
    payments: tuple[PaymentRecord, ...] | None = None
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not what the entries say: of which account, what, and the two values in words."""

    account_id: str
    what: str
    expected: str
    found: str

    def __str__(self) -> str:
        return f"{self.account_id}: {self.what} is {self.found}, should be {self.expected}"


def check_account(books: AccountBooks) -> list[Difference]:
    """Every difference between what is kept of an account and what its entries say; none, if the books are right.

    Account: balance and unapplied credit. Receivables: balance (of open ones) against the legs and the moves, closed ones
    owe nothing, what was written off. Credits: each. Payments: each is on record, and where its money is; in suspense,
    whether it waits. Entries: balanced, in the account's currency, on it, and each only once.
    """
    counted = recount(books.entries)
    return [*_Check(books, counted).differences()]


class _Check:
    def __init__(self, books: AccountBooks, counted: Recount) -> None:
        self._books, self._counted = books, counted
        self._currency = split_account_id(books.account_id)[1]

    def differences(self) -> Iterator[Difference]:
        yield from self._entries()
        if self._books.account is not None:
            yield from self._account(self._books.account)
            yield from self._receivables()
            yield from self._credits()
        if self._books.payments is not None:
            yield from self._payments({record.payment.key: record for record in self._books.payments})

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

    def _payments(self, records: Mapping[str, PaymentRecord]) -> Iterator[Difference]:
        in_suspense = split_account_id(self._books.account_id)[0] == SUSPENSE_CUSTOMER
        for key in sorted({*records, *self._counted.payments}):
            record = records.get(key)
            if record is None:
                yield self._difference(f"payment {key}", "on record", "missing")
            elif key not in self._counted.payments:
                yield self._difference(f"payment {key}", "booked", "without entries")
            elif in_suspense:
                yield from self._waiting(record)
            else:
                yield from self._same(
                    f"the account of payment {key}", self._books.account_id, record.account_id
                )
                yield from self._payment(record)

    def _waiting(self, record: PaymentRecord) -> Iterator[Difference]:
        key, amount = record.payment.key, record.payment.amount
        waits = self._counted.payments[key].amounts["waits"]
        expected = amount if record.state is PaymentState.SUSPENSE else self._money(0)
        yield from self._same(f"what waits of payment {key}", expected, self._money(waits))

    def _payment(self, record: PaymentRecord) -> Iterator[Difference]:
        key = record.payment.key
        of = self._counted.payments[key]
        found = {
            "credit": record.credit,
            "refunded": record.refunded,
            "charged back": record.charged_back,
            "recovered": record.recovered,
            "rounded": record.rounded,
            "reversed": record.reversed,
        }
        for name, minor in found.items():
            yield from self._same(
                f"what of payment {key} is {name}", self._money(of.amounts[name]), self._money(minor)
            )
        yield from self._allocated(record)
        parts = sum(found.values()) + sum(each.minor for each in record.allocated)
        yield from self._same(f"what payment {key} adds up to", record.payment.amount, self._money(parts))

    def _allocated(self, record: PaymentRecord) -> Iterator[Difference]:
        key = record.payment.key
        of = self._counted.payments[key]
        pays = {each.item: each.minor for each in record.allocated}
        granted = {each.item: each.discount for each in record.allocated}
        for number in sorted({*pays, *of.allocated}):
            yield from self._same(
                f"what payment {key} pays of {number}",
                self._money(of.allocated[number]),
                self._money(pays.get(number, 0)),
            )
        for number in sorted({*granted, *of.discounts}):
            yield from self._same(
                f"the discount on {number} with payment {key}",
                self._money(of.discounts[number]),
                self._money(granted.get(number, 0)),
            )

    def _raised(self, of: OpenItem | Invoice) -> Money:
        """What was charged in addition to the amount, by corrections: a charge keeps the amount that it was issued with."""
        return self._money(sum(max(0, move.minor) for move in of.moves if move.kind in _CHARGES))

    def _money(self, minor: int) -> Money:
        return Money(minor, self._currency)

    def _same(self, what: str, expected: object, found: object) -> Iterator[Difference]:
        if expected != found:
            yield self._difference(what, expected, found)

    def _difference(self, what: str, expected: object, found: object) -> Difference:
        return Difference(self._books.account_id, what, str(expected), str(found))
