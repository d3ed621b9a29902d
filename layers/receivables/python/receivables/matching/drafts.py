"""Drafts: candidates in the making, each as sure as its own evidence and what speaks against it make it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from receivables.ledger import OpenReceivable
from receivables.matching.book import Book
from receivables.matching.candidates import Candidate, Fit, Line, Part, PayerSays, Told
from receivables.matching.confidence import confidence, is_full
from receivables.matching.doubts import DOUBTFUL, Doubts
from receivables.matching.fits import Fitting, fitting
from receivables.matching.payers import Payer
from receivables.matching.reading import Mention, Reading
from receivables.matching.subsets import Subset, adding_up

_PAYER_WORDS: Final = {
    PayerSays.KNOWN: "paid for this account before, from the same bank account",
    PayerSays.NAMED: "the payer's name is the customer's, or paid for it before",
    PayerSays.LIKELY: "paid for this account once, or has a name like the customer's",
    PayerSays.UNKNOWN: "nothing is known of the payer",
    PayerSays.DIFFERS: "the payer's name is not the customer's",
    PayerSays.OTHER: "the payer is known as, or for, another customer",
}
_FIT_WORDS: Final = {
    Fit.EXACT: "the amount is exactly what is open",
    Fit.PART: "only a part of what is open",
    Fit.OVER: "more than what is open",
}


@dataclass
class Drafts:
    """The candidates of one line, as they are found. `credit_of` is the unapplied credit of an account (minor units)."""

    line: Line
    book: Book
    payer: Payer
    reading: Reading
    credit_of: Callable[[str], int]
    found: list[Candidate] = field(default_factory=list)
    _said: dict[str, PayerSays] = field(default_factory=dict)

    @cached_property
    def _doubts(self) -> Doubts:
        return Doubts(self.line, self.book, self.reading, self.payer.accounts)

    def add(
        self,
        account: str,
        items: Sequence[OpenReceivable],
        told: Told,
        fit: Fitting,
        mentions: Iterable[Mention] = (),
        *,
        words: tuple[str, ...] = (),
        less: int = 0,
    ) -> None:
        """A candidate of these receivables; `words` say more of it, and `less` is what it is less sure."""
        says = self.says(account)
        doubts = tuple(self._doubts.about(account, items, told, fit, says))
        sure = max(0, confidence(told, fit.fit, says) - less)
        if doubts:
            sure = min(sure, DOUBTFUL)
        amount_words = fit.why or _FIT_WORDS.get(fit.fit, fit.fit.value)
        reasons = (*words_of(mentions), amount_words, *words, self.payer_words(account), *doubts)
        self.found.append(
            Candidate(
                account,
                self._parts(account, items, fit),
                sure,
                reasons,
                fit.fit,
                told,
                tuple(item.balance.minor for item in items),
                self.credit_of(account) if fit.fit is Fit.CREDIT else 0,
            )
        )

    def _parts(self, account: str, items: Sequence[OpenReceivable], fit: Fitting) -> tuple[Part, ...]:
        """Amounts are named where the ledger would else pay charges that the payer did not mean."""
        numbers = {item.number for item in items}
        others = [
            each
            for each in self.book.of_account(account)
            if each.concerns in numbers and each.number not in numbers
        ]
        if fit.fit is not Fit.EXACT or not others or fit.settles != sum(item.balance.minor for item in items):
            return tuple(Part(item.number) for item in items)
        return tuple(Part(item.number, item.balance) for item in items)

    def adding_up(self, items: Sequence[OpenReceivable]) -> Subset | None:
        """Those of them that add up to what came."""
        return adding_up([item.balance.minor for item in items], self.line.amount.minor)

    def fit(self, account: str, items: Sequence[OpenReceivable]) -> Fitting:
        """How the amount fits, with the credit of the account where nothing else explains it."""
        plain = fitting(self.line, items)
        if is_full(plain.fit) or plain.fit is Fit.OVER or self.says(account) is PayerSays.OTHER:
            return plain
        credit = self.credit_of(account)
        with_credit = fitting(self.line, items, credit) if credit else plain
        return with_credit if with_credit.fit is Fit.CREDIT else plain

    def says(self, account: str) -> PayerSays:
        """What is known of the payer, as to that account."""
        if account not in self._said:
            self._said[account] = self.payer.says(account, self.book.name_of(account))
        return self._said[account]

    def payer_words(self, account: str) -> str:
        """The same in words."""
        return _PAYER_WORDS[self.says(account)]

    def by_account(self, mentions: Iterable[Mention]) -> Mapping[str, list[Mention]]:
        """Mentions by the account of what they name."""
        accounts: dict[str, list[Mention]] = {}
        for each in mentions:
            accounts.setdefault(each.item.account_id, []).append(each)
        return accounts


def order(told: Told) -> int:
    """The place of a way to be named: the surest is first."""
    return tuple(Told).index(told)


def words_of(mentions: Iterable[Mention]) -> Iterator[str]:
    """What mentions say, each once, and not too many."""
    seen: dict[str, None] = {each.words: None for each in mentions}
    return iter(list(seen)[:5])
