"""The book: everything that is asked for, found by what payers say of it. It is loaded once and kept up while money is placed."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from receivables.core.ids import split_account_id
from receivables.core.money import Money
from receivables.ledger import OpenReceivable
from receivables.matching.names import Alike, compare, key_of, words_of
from receivables.matching.numbers import digits_of, loose, loose_digits, nearly
from receivables.matching.references import normal

MOST_SHAPES: Final = 12
"""Patterns of numbers that are tried for what is not open any more."""
COMMON: Final = 12
"""A word that is in the names of more customers tells nobody apart."""

_DIGIT: Final = re.compile(r"[0-9]")
_BLANKS: Final = re.compile(r"#+")


class Book:
    """Receivables by number, digits, account and amount, customers by name. `names` are those of customers, by id."""

    def __init__(
        self, receivables: Iterable[OpenReceivable] = (), names: Mapping[str, str] | None = None
    ) -> None:
        self._items: dict[str, OpenReceivable] = {}
        self._accounts: dict[str, dict[str, OpenReceivable]] = {}
        self._said: dict[str, set[str]] = {}
        self._digits: dict[str, set[str]] = {}
        self._amounts: dict[Money, set[str]] = {}
        self._shapes: Counter[str] = Counter()
        self._long: Counter[int] = Counter()
        self._long_digits: Counter[int] = Counter()
        self._names = dict(names or {})
        self._named: dict[str, set[str]] = {}
        self._words: dict[str, set[str]] = {}
        for each in receivables:
            self.put(each)

    def put(self, item: OpenReceivable) -> None:
        """Add a receivable, or replace it; one without a balance is taken out."""
        self.drop(item.number)
        if item.balance.minor <= 0:
            return
        number = item.number
        self._items[number] = item
        if item.account_id not in self._accounts:
            self._accounts[item.account_id] = {}
            self._learn_name(item.account_id)
        self._accounts[item.account_id][number] = item
        for word in _said(number):
            self._said.setdefault(word, set()).add(number)
        for word in _digits(number):
            self._digits.setdefault(word, set()).add(number)
        for amount in _amounts(item):
            self._amounts.setdefault(amount, set()).add(number)
        self._shapes[shape_of(number)] += 1
        self._long[len(normal(number))] += 1
        self._long_digits[len(digits_of(number))] += 1

    def drop(self, number: str) -> None:
        """Take a receivable out; harmless when it is not there."""
        item = self._items.pop(number, None)
        if item is None:
            return
        del self._accounts[item.account_id][number]
        for index, words in ((self._said, _said(number)), (self._digits, _digits(number))):
            for word in words:
                index[word].discard(number)
        for amount in _amounts(item):
            self._amounts[amount].discard(number)

    def get(self, number: str) -> OpenReceivable | None:
        return self._items.get(number)

    def of_account(self, account_id: str) -> tuple[OpenReceivable, ...]:
        """What is asked for on an account, the oldest due first."""
        items = self._accounts.get(account_id, {}).values()
        return tuple(sorted(items, key=lambda item: (item.due_date, item.number)))

    def accounts_of(self, customer_id: str, currency: str) -> str | None:
        """The account of a customer in that currency, if something was ever asked for on it."""
        account = f"{customer_id}.{currency}"
        return account if account in self._accounts else None

    def numbered(self, text: str) -> tuple[OpenReceivable, ...]:
        """Receivables whose number is that but for separators (capital letters and digits), or run by run without leading
        zeros (`INV.2026.42`)."""
        return self._all(self._said.get(text))

    def with_digits(self, text: str) -> tuple[OpenReceivable, ...]:
        """Receivables whose number has these digits, as `numbered`."""
        return self._all(self._digits.get(text))

    def costing(self, amount: Money) -> tuple[OpenReceivable, ...]:
        """Receivables that are settled by exactly that, with a discount or without."""
        return self._all(self._amounts.get(amount))

    def is_number(self, text: str) -> bool:
        return bool(self._said.get(text) or self._digits.get(text))

    def near(self, text: str) -> tuple[OpenReceivable, ...]:
        """Receivables of whose number a text (capital letters and digits) may be a slip; of their digits, if it has no letters."""
        index, lengths = (self._digits, self._long_digits) if text.isdigit() else (self._said, self._long)
        if not {len(text) - 1, len(text), len(text) + 1} & lengths.keys():
            return ()
        return self._all({number for near in nearly(text) for number in index.get(near, ())})

    def name_of(self, account_id: str) -> str:
        """The customer's name; empty when it is not known."""
        return self._names.get(split_account_id(account_id)[0], "")

    def bearing(self, name: str, currency: str) -> tuple[str, ...]:
        """Accounts in that currency whose customer has that name or one like it."""
        found = set(self._named.get(key_of(name), ()))
        for word in words_of(name):
            accounts = self._words.get(word, set())
            if len(word) > 2 and len(accounts) <= COMMON:
                found |= {
                    each for each in accounts if compare(name, self.name_of(each)) is not Alike.DIFFERENT
                }
        return tuple(sorted(each for each in found if each.endswith(f".{currency}")))

    def shapes(self, runs: Sequence[str]) -> tuple[str, ...]:
        """The numbers that runs of letters and digits may stand for, going by how ours look; for what is not open any more."""
        return tuple(
            filled
            for shape, _ in self._shapes.most_common(MOST_SHAPES)
            if (filled := fill(shape, runs)) is not None
        )

    def _all(self, numbers: Iterable[str] | None) -> tuple[OpenReceivable, ...]:
        return tuple(self._items[number] for number in sorted(numbers or ()))

    def _learn_name(self, account_id: str) -> None:
        if name := self.name_of(account_id):
            self._named.setdefault(key_of(name), set()).add(account_id)
            for word in words_of(name):
                self._words.setdefault(word, set()).add(account_id)


def shape_of(number: str) -> str:
    """How a number looks: its digits as `#`."""
    return _DIGIT.sub("#", number)


def fill(shape: str, runs: Sequence[str]) -> str | None:
    """A number of that shape from runs of letters and digits; without its letters, and without leading zeros, too. None: it does
    not fit."""
    letters = "".join(run for run in runs if not run.isdigit())
    if letters and letters != normal(shape):
        return None
    digits = [run for run in runs if run.isdigit()]
    blanks = [len(each) for each in _BLANKS.findall(shape)]
    if len(digits) == len(blanks) and all(len(d) <= n for d, n in zip(digits, blanks, strict=True)):
        digits = [run.zfill(blank) for run, blank in zip(digits, blanks, strict=True)]
    if sum(map(len, digits)) != sum(blanks):
        return None
    left = iter("".join(digits))
    return "".join(next(left) if each == "#" else each for each in shape)


def _said(number: str) -> set[str]:
    return {normal(number), normal(number).lstrip("0"), loose(number)}


def _digits(number: str) -> set[str]:
    digits = digits_of(number)
    return {digits, digits.lstrip("0"), loose_digits(number)} - {""} if digits else set()


def _amounts(item: OpenReceivable) -> set[Money]:
    return {item.balance, *(amount for _, amount in item.offers)}
