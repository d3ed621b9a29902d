"""Doubts: what speaks against a candidate that is good by itself. One is enough for a person to decide."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from receivables.ledger import OpenReceivable
from receivables.matching.book import Book
from receivables.matching.candidates import Fit, Line, PayerSays, Told
from receivables.matching.confidence import AGREEING, is_full, settles
from receivables.matching.fits import Fitting, fitting
from receivables.matching.reading import Mention, Reading, neighbours

DOUBTFUL: Final = 75
"""What is left of confidence, at most, when something speaks against it."""


@dataclass(frozen=True)
class Doubts:
    """What is held against the candidates of one line. `payers` are the accounts that its payer may well pay for."""

    line: Line
    book: Book
    reading: Reading
    payers: frozenset[str]

    def about(
        self, account: str, items: Sequence[OpenReceivable], told: Told, fit: Fitting, says: PayerSays
    ) -> Iterator[str]:
        """In words, each; none when nothing speaks against it."""
        yield from self._sum_of_several()
        if told in {Told.TYPO, Told.NOTHING}:
            yield from self._named_otherwise(account, items, told, says)
            if told is Told.TYPO and says not in AGREEING:
                yield from self._common(items)
            if told is Told.NOTHING:
                yield from self._strange()
            return
        if not is_full(fit.fit):
            yield from self._exactly_another(account, items)
        if told is not Told.STRUCTURED:
            yield from self._twins(items, fit, says)
        if told is not Told.STRUCTURED and says not in AGREEING:
            yield from self._days(items)
        yield from self._of_two(account, fit)

    def _named_otherwise(
        self, account: str, items: Sequence[OpenReceivable], told: Told, says: PayerSays
    ) -> Iterator[str]:
        """What is named as it stands goes before what it may be a slip of, and before what only costs as much: if it was paid
        already, is in another currency, or costs as much too."""
        numbers = {item.number for item in items}
        settled = (*self.reading.closed, *self.reading.foreign)
        stranger = says is not PayerSays.KNOWN
        named = [
            each
            for each in settled
            if stranger or each.told is not Told.SHORT or each.item.account_id == account
        ]
        sure = (each for each in self.reading.mentions if each.told is not Told.SHORT)
        named += [each for each in sure if self._stands_against(each, account, told, len(items))]
        for each in named:
            if each.item.number not in numbers:
                yield f"but it names {each.item.number}"
                return

    def _stands_against(self, mention: Mention, account: str, told: Told, count: int) -> bool:
        if told is Told.TYPO:
            return mention.item.account_id != account and account not in self.payers
        return count > 1 or settles(fitting(self.line, [mention.item]).fit)

    def _exactly_another(self, account: str, items: Sequence[OpenReceivable]) -> Iterator[str]:
        """What does not fit, or nearly, gives way to what fits exactly: the number may be the slip."""
        for each in self.book.costing(self.line.amount):
            if each.account_id == account and each not in items and each.balance == self.line.amount:
                yield f"but the amount is exactly what is open of {each.number}"
                return

    def _twins(self, items: Sequence[OpenReceivable], fit: Fitting, says: PayerSays) -> Iterator[str]:
        """A number that is one slip away from another of the same amount may be that one, unless the payer tells: one who may pay
        for both does not."""
        for other in neighbours(items[0], self.book) if len(items) == 1 else ():
            elsewhere = other.account_id != items[0].account_id
            untold = says not in AGREEING or (says is PayerSays.LIKELY and other.account_id in self.payers)
            if elsewhere and untold and fitting(self.line, [other]).fit in {fit.fit, Fit.EXACT}:
                yield f"{other.number} of another customer is one character away and costs as much"
                return

    def _common(self, items: Sequence[OpenReceivable]) -> Iterator[str]:
        """What many pay is no evidence for a slip: it may as well be one of a number that is paid, and not in the book."""
        if len(items) == 1 and len(self.book.costing(self.line.amount)) > 1:
            yield "but others cost as much"

    def _strange(self) -> Iterator[str]:
        """Who names something means that, though nobody here knows it: a slip of what is paid, a customer of another one's name."""
        for number in self.reading.strange[:1]:
            yield f"but it names {number}, which is none of ours"

    def _days(self, items: Sequence[OpenReceivable]) -> Iterator[str]:
        """20260301 is the first of March, too."""
        numbers = {item.number for item in items}
        if any(each.may_be_day and each.item.number in numbers for each in self.reading.mentions):
            yield "but that may be a day"

    def _sum_of_several(self) -> Iterator[str]:
        """All that is named adds up to the money, and is of several customers."""
        named = self.reading.mentions
        several = len({each.item.account_id for each in named}) > 1
        if several and sum(each.item.balance.minor for each in named) == self.line.amount.minor:
            yield "but it is the sum of what is named of several customers, and money of one payment is on one account"

    def _of_two(self, account: str, fit: Fitting) -> Iterator[str]:
        """More came than is named of this customer, and another is named too."""
        others = {each.item.number for each in self.reading.mentions if each.item.account_id != account}
        if others and (fit.fit is Fit.OVER or fit.beyond):
            named = ", ".join(sorted(others)[:3])
            yield f"it names {named} of another customer too, and money of one payment is on one account"
