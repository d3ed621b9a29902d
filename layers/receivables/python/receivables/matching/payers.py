"""Payers: what they are known by, what they did before, and what that says of an account."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from receivables.matching.book import Book
from receivables.matching.candidates import Line, PayerSays
from receivables.matching.names import Alike, compare, written_key_of
from receivables.matching.ports import Habit

MOST_ACCOUNTS: Final = 4
"""A payer that has paid for more of them is a collector (a bank, a payment service, a factor): nothing is told by it."""

MOST_OF_A_GROUP: Final = 2
"""A payer that has paid for more of them may be on the way to become one: that it paid for one of them is not enough by itself."""

_NOT_ACCOUNT: Final = re.compile(r"[^0-9A-Za-z]")
_LEAST_OF_NAME: Final = 4


def account_key(account: str | None) -> str | None:
    """The key of a bank account, whatever its spaces; None: there is none."""
    compact = _NOT_ACCOUNT.sub("", account or "").upper()
    return f"account/{compact}" if len(compact) > _LEAST_OF_NAME else None


def name_key(name: str | None) -> str | None:
    """The key of a payer's name; None: nothing of it can be read."""
    folded = written_key_of(name or "")
    return f"name/{folded[:200]}" if len(folded) >= _LEAST_OF_NAME else None


def payer_keys(line: Line) -> tuple[str, ...]:
    """What the payer of a line is known by, the surest first."""
    return tuple(key for key in (account_key(line.account), name_key(line.payer)) if key)


@dataclass(frozen=True, slots=True)
class Payer:
    """The payer of a line, as to the accounts in its currency: those it paid for from this bank account, and by this name,
    more than once before; those it paid for `once`; those whose customer has its name, or one like it (`bearing`), and of these
    those whose name is the same (`namesakes`)."""

    name: str | None
    by_account: frozenset[str] = frozenset()
    by_name: frozenset[str] = frozenset()
    once: frozenset[str] = frozenset()
    bearing: frozenset[str] = frozenset()
    namesakes: frozenset[str] = frozenset()

    @property
    def accounts(self) -> frozenset[str]:
        """Accounts that it may well pay for."""
        return self.by_account | self.by_name | self.once | self.bearing

    def says(self, account_id: str, customer: str) -> PayerSays:
        """What it tells of an account, whose customer has that name."""
        if self.by_account:
            return PayerSays.KNOWN if account_id in self.by_account else PayerSays.OTHER
        alike = compare(self.name, customer)
        named = account_id in self.by_name or alike is Alike.SAME
        if named and len(self.namesakes) < 2 and not (self.by_name | self.once) - {account_id}:
            return PayerSays.NAMED
        # A name that several customers bear, or bore when they paid before, does not tell which of them it is.
        if named or account_id in self.once or (alike is Alike.SIMILAR and not self.namesakes):
            return PayerSays.LIKELY
        if self.by_name or self.namesakes:
            return PayerSays.OTHER
        return PayerSays.DIFFERS if alike is Alike.DIFFERENT or self.once else PayerSays.UNKNOWN


def payer_of(line: Line, habits: Mapping[str, Habit], book: Book) -> Payer:
    """What is known of the payer of a line."""
    currency = line.amount.currency
    bearing = frozenset(book.bearing(line.payer, currency)) if line.payer else frozenset()
    namesakes = frozenset(each for each in bearing if compare(line.payer, book.name_of(each)) is Alike.SAME)
    by_account, once = _paid_for(habits, account_key(line.account), currency)
    # A name that several customers bear does not tell which of them paid before.
    by_name, named_once = _paid_for(habits, name_key(line.payer) if len(namesakes) < 2 else None, currency)
    return Payer(
        line.payer,
        by_account,
        by_name,
        once | named_once,
        bearing if len(bearing) <= MOST_ACCOUNTS else frozenset(),
        namesakes,
    )


def _paid_for(
    habits: Mapping[str, Habit], key: str | None, currency: str
) -> tuple[frozenset[str], frozenset[str]]:
    """The accounts that were paid for more than once, and once."""
    habit = habits.get(key) if key else None
    if habit is None or len(habit.accounts) > MOST_ACCOUNTS:
        return frozenset(), frozenset()
    ours = {each: times for each, times in habit.accounts.items() if each.endswith(f".{currency}")}
    often = frozenset(each for each, times in ours.items() if times > 1)
    if len(ours) > MOST_OF_A_GROUP:
        return frozenset(), frozenset(ours)
    return often, frozenset(ours) - often


def learned(habit: Habit | None, payer: str, account_id: str, *, by_person: bool) -> Habit | None:
    """The habit after a payer paid for an account; None: nothing is to be learned. What a person took back is learned from a
    person only, and a person's word counts for two."""
    habit = habit or Habit(payer)
    if account_id in habit.forgotten and not by_person:
        return None
    accounts = {**habit.accounts, account_id: habit.accounts.get(account_id, 0) + 1 + by_person}
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
