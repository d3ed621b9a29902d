"""What a line names: candidates from its numbers and references, right, mistyped, of others, and paid already."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Final

from receivables.ledger import OpenReceivable
from receivables.matching.candidates import Candidate, Fit, Part, Told
from receivables.matching.confidence import AGREEING, confidence, is_full, settles
from receivables.matching.doubts import DOUBTFUL
from receivables.matching.drafts import Drafts, order, words_of
from receivables.matching.fits import Fitting
from receivables.matching.names import one_apart
from receivables.matching.reading import Mention
from receivables.matching.references import normal
from receivables.matching.subsets import MOST_AMOUNTS, adding_up

MOST_LOOKED_AT: Final = 200
"""Receivables of a payer's account of which a number may be a slip."""
_ACCIDENT: Final = Fraction(1, 50)
"""How likely it may be that what was not named adds up by accident."""


@dataclass(frozen=True)
class Naming:
    """Drafts what is named."""

    drafts: Drafts

    def draft(self) -> None:
        self._named()
        self._by_typo()
        self._by_slip()
        self._settled()

    def _named(self) -> None:
        for account, mentions in self.drafts.by_account(self.drafts.reading.mentions).items():
            more = [each for each in self.drafts.reading.more if each.item.account_id == account]
            self._named_on(account, mentions, more)

    def _named_on(self, account: str, mentions: Sequence[Mention], more: Sequence[Mention]) -> None:
        sure = [each for each in mentions if each.told is not Told.SHORT] or list(mentions)
        told = max((each.told for each in sure), key=order)
        items = [each.item for each in sure]
        for wider in ([*items, *(each.item for each in more)], items) if more else (items,):
            fit = self.drafts.fit(account, wider)
            if settles(fit.fit):
                self.drafts.add(account, wider, told, fit, sure)
                return
        if self._part_of(account, items, told, sure) or self._beyond(account, items, told, sure):
            return
        widest = [*items, *(each.item for each in more)]
        self.drafts.add(account, widest, told, self.drafts.fit(account, widest), sure)

    def _part_of(
        self, account: str, items: Sequence[OpenReceivable], told: Told, sure: Sequence[Mention]
    ) -> bool:
        """Some of those that are named, when just these add up."""
        subset = self.drafts.adding_up(items) if len(items) > 1 else None
        if subset is None or not subset.only:
            return False
        chosen = [items[place] for place in subset.places]
        why = "the amount is exactly what is open of some of those that are named"
        self.drafts.add(
            account, chosen, told, Fitting(Fit.EXACT, self.drafts.line.amount.minor, why), sure, less=2
        )
        return True

    def _beyond(
        self, account: str, items: Sequence[OpenReceivable], told: Told, sure: Sequence[Mention]
    ) -> bool:
        """Those that are named and others of the account, when just these add up to more."""
        rest = self.drafts.line.amount.minor - sum(item.balance.minor for item in items)
        others = [item for item in self.drafts.book.of_account(account) if item not in items]
        if rest <= 0 or not others:
            return False
        charges = [item for item in others if item.concerns in {each.number for each in items}]
        if charges and sum(item.balance.minor for item in charges) == rest:
            why = "the amount is exactly what is open of it and of its charges"
            self.drafts.add(
                account,
                [*items, *charges],
                told,
                Fitting(Fit.EXACT, self.drafts.line.amount.minor, why),
                sure,
            )
            return True
        subset = adding_up([item.balance.minor for item in others], rest)
        if subset is None or not subset.only or subset.accident > _ACCIDENT:
            return False
        chosen = [*items, *(others[place] for place in subset.places)]
        why = "the amount is exactly what is open of it and of others of the account"
        fit = Fitting(Fit.EXACT, self.drafts.line.amount.minor, why, beyond=True)
        self.drafts.add(account, chosen, told, fit, sure, less=4)
        return True

    def _by_typo(self) -> None:
        for account, mentions in self.drafts.by_account(self.drafts.reading.nearly).items():
            for each in mentions:
                self.drafts.add(
                    account, [each.item], Told.TYPO, self.drafts.fit(account, [each.item]), [each]
                )
            if 1 < len(mentions) <= MOST_AMOUNTS:
                items = [each.item for each in mentions]
                fit = self.drafts.fit(account, items)
                if is_full(fit.fit):
                    self.drafts.add(account, items, Told.TYPO, fit, mentions)
            named = [each for each in self.drafts.reading.mentions if each.item.account_id == account]
            if named:
                self._with_typos(account, named, mentions)

    def _by_slip(self) -> None:
        """A number that is somebody else's may be a slip of one of the payer's own."""
        for each in self.drafts.reading.mentions:
            if each.told is Told.STRUCTURED or each.item.account_id in self.drafts.payer.accounts:
                continue
            for item in self._of_payers():
                if one_apart(normal(item.number), normal(each.item.number)):
                    words = f"its text names {each.item.number}, one character away from {item.number}"
                    mention, fit = (
                        replace(each, item=item, words=words),
                        self.drafts.fit(item.account_id, [item]),
                    )
                    if settles(fit.fit):
                        self.drafts.add(item.account_id, [item], Told.TYPO, fit, [mention])

    def _of_payers(self) -> Iterator[OpenReceivable]:
        for account in sorted(self.drafts.payer.accounts):
            yield from self.drafts.book.of_account(account)[:MOST_LOOKED_AT]

    def _with_typos(self, account: str, named: Sequence[Mention], typos: Sequence[Mention]) -> None:
        """Several numbers, one of them with a slip."""
        items = [each.item for each in named]
        for typo in typos:
            fit = self.drafts.fit(account, [*items, typo.item])
            if is_full(fit.fit):
                self.drafts.add(account, [*items, typo.item], Told.TYPO, fit, [*named, typo])

    def _settled(self) -> None:
        """What is named is paid already: it was paid twice, or an old slip was used."""
        for account, mentions in self.drafts.by_account(self.drafts.reading.closed).items():
            if any(each.item.account_id == account for each in self.drafts.reading.mentions):
                continue
            told = max((each.told for each in mentions), key=order)
            amounts = {each.item.amount.minor for each in mentions}
            paid = {*amounts, sum(each.item.amount.minor for each in mentions)}
            same = self.drafts.line.amount.minor in paid
            twin = any(
                item.balance == self.drafts.line.amount for item in self.drafts.book.of_account(account)
            )
            sure = confidence(told, Fit.EXACT if same else Fit.PART, self.drafts.says(account))
            if twin or self.drafts.says(account) not in AGREEING:
                sure = min(sure, DOUBTFUL)
            numbers = ", ".join(each.item.number for each in mentions)
            reasons = (
                *words_of(mentions),
                f"{numbers}: paid already, so that the money is credit",
                self.drafts.payer_words(account),
            )
            parts = tuple(Part(each.item.number) for each in mentions)
            self.drafts.found.append(
                Candidate(account, parts, sure, reasons, Fit.OVER, told, tuple(0 for _ in parts))
            )
