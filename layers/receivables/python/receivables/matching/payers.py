"""Payers: what they are known by, what they did before, and what that says of an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from receivables.matching.book import Book
from receivables.matching.candidates import Line, PayerSays
from receivables.matching.names import Alike, compare, key_of
from receivables.matching.ports import Habit

MOST_ACCOUNTS: Final = 4
"""A payer that has paid for more of them is a collector (a bank, a payment service, a factor): nothing is told by it."""

_NOT_ACCOUNT: Final = re.compile(r"[^0-9A-Za-z]")
_LEAST_OF_NAME: Final = 4


def account_key(account: str | None) -> str | None:
    """The key of a bank account, whatever its spaces; None: there is none."""
    compact = _NOT_ACCOUNT.sub("", account or "").upper()
    return f"account/{compact}" if len(compact) > _LEAST_OF_NAME else None


def name_key(name: str | None) -> str | None:
    """The key of a payer's name; None: nothing of it can be read."""
    folded = key_of(name or "")
    return f"name/{folded[:200]}" if len(folded) >= _LEAST_OF_NAME else None


def payer_keys(line: Line) -> tuple[str, ...]:
    """What the payer of a line is known by, the surest first."""
    return tuple(key for key in (account_key(line.account), name_key(line.payer)) if key)


@dataclass(frozen=True, slots=True)
class Payer:
    """The payer of a line, as to the accounts in its currency: those it paid for from this bank account, and by this name,
    before; those whose customer has its name."""

    name: str | None
    by_account: frozenset[str] = frozenset()
    by_name: frozenset[str] = frozenset()
    bearing: frozenset[str] = frozenset()
    namesakes: frozenset[str] = field(default=frozenset())
    """Of those, whose name is the same, not only alike."""

    @property
    def accounts(self) -> frozenset[str]:
        """Accounts that it may well pay for."""
        return self.by_account | self.by_name | self.bearing

    def says(self, account_id: str, customer: str) -> PayerSays:
        """What it tells of an account, whose customer has that name."""
        if account_id in self.by_account:
            return PayerSays.KNOWN
        if self.by_account:
            return PayerSays.OTHER
        alike = compare(self.name, customer)
        if account_id in self.by_name or alike in {Alike.SAME, Alike.SIMILAR}:
            return PayerSays.NAMED
        if self.by_name or self.namesakes:
            return PayerSays.OTHER
        return PayerSays.DIFFERS if alike is Alike.DIFFERENT else PayerSays.UNKNOWN


def payer_of(line: Line, habits: Mapping[str, Habit], book: Book) -> Payer:
    """What is known of the payer of a line."""
    currency = line.amount.currency
    bearing = frozenset(book.bearing(line.payer, currency)) if line.payer else frozenset()
    namesakes = frozenset(each for each in bearing if compare(line.payer, book.name_of(each)) is Alike.SAME)
    return Payer(
        line.payer,
        _paid_for(habits, account_key(line.account), currency),
        # A name that several customers bear does not tell which of them paid before.
        _paid_for(habits, name_key(line.payer), currency) if len(namesakes) < 2 else frozenset(),
        bearing if len(bearing) <= MOST_ACCOUNTS else frozenset(),
        namesakes,
    )


def _paid_for(habits: Mapping[str, Habit], key: str | None, currency: str) -> frozenset[str]:
    habit = habits.get(key) if key else None
    if habit is None or len(habit.accounts) > MOST_ACCOUNTS:
        return frozenset()
    return frozenset(each for each in habit.accounts if each.endswith(f".{currency}"))


def learned(habit: Habit | None, payer: str, account_id: str, *, by_person: bool) -> Habit | None:
    """The habit after a payer paid for an account; None: nothing is to be learned. What a person took back is learned from a
    person only."""
    habit = habit or Habit(payer)
    if account_id in habit.forgotten and not by_person:
        return None
    accounts = {**habit.accounts, account_id: habit.accounts.get(account_id, 0) + 1}
    if len(habit.accounts) > MOST_ACCOUNTS and not by_person:
        return None
    return replace(habit, accounts=accounts, forgotten=habit.forgotten - {account_id})


def forgotten(habit: Habit | None, account_id: str) -> Habit | None:
    """The habit after a person said that this account was wrong; None: there is nothing to forget."""
    if habit is None or account_id not in habit.accounts:
        return None
    accounts = {each: times for each, times in habit.accounts.items() if each != account_id}
    return replace(habit, accounts=accounts, forgotten=habit.forgotten | {account_id})


def all_keys(lines: Iterable[Line]) -> tuple[str, ...]:
    """The keys of the payers of lines, each once."""
    return tuple(dict.fromkeys(key for line in lines for key in payer_keys(line)))
