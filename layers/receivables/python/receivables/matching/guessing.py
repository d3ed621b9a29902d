"""What a line does not name: candidates from who pays, and from what the amount is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from receivables.core.money import Money
from receivables.ledger import OpenReceivable
from receivables.matching.candidates import Candidate, Fit, Told
from receivables.matching.confidence import AGREEING, confidence, is_full, settles
from receivables.matching.drafts import Drafts
from receivables.matching.fits import Fitting, fitting, may_settle, near_amounts

MOST_BY_AMOUNT: Final = 8
"""Receivables of one amount that are candidates by it alone; where more cost the same it tells nothing."""
MOST_SINGLES: Final = 200
"""Receivables of an account that are looked at one by one."""

_SURE_ACCIDENT: Final = Fraction(1, 1000)
_POSSIBLE_ACCIDENT: Final = Fraction(1, 50)


@dataclass(frozen=True)
class Guessing:
    """Drafts what the payer and the amount say."""

    drafts: Drafts

    def draft(self) -> None:
        for account in sorted(self.drafts.payer.accounts):
            self._of_payer(account)
        self._by_amount()

    def _of_payer(self, account: str) -> None:
        items = [
            item
            for item in self.drafts.book.of_account(account)
            if item.balance.currency == self.drafts.line.amount.currency
        ]
        if not items:
            return
        for item in items[:MOST_SINGLES]:
            fit = fitting(self.drafts.line, [item]) if may_settle(self.drafts.line, item) else None
            if fit is not None and settles(fit.fit):
                self.drafts.add(account, [item], Told.NOTHING, fit)
        if len(items) > 1:
            self._whole(account, items)
            self._some(account, items)
        self._account_itself(account)

    def _whole(self, account: str, items: Sequence[OpenReceivable]) -> None:
        fit = self.drafts.fit(account, items)
        if settles(fit.fit):
            self.drafts.add(account, items, Told.NOTHING, fit, words=("all that is open of the account",))

    def _some(self, account: str, items: Sequence[OpenReceivable]) -> None:
        subset = self.drafts.adding_up(items)
        if subset is None or len(subset.places) < 2:
            return
        chosen = [items[place] for place in subset.places]
        less = 2 if subset.accident <= _SURE_ACCIDENT else 10 if subset.accident <= _POSSIBLE_ACCIDENT else 35
        words = ("these add up to the amount, and no others of the account",)
        if not subset.only:
            less, words = 40, ("these add up to the amount, but so do others of the account",)
        fit = Fitting(Fit.EXACT, self.drafts.line.amount.minor)
        self.drafts.add(account, chosen, Told.NOTHING, fit, words=words, less=less)

    def _account_itself(self, account: str) -> None:
        if self.drafts.says(account) in AGREEING:
            sure = confidence(Told.NOTHING, Fit.PART, self.drafts.says(account))
            reasons = (
                self.drafts.payer_words(account),
                "the amount fits no receivable: it would be credit of the account",
            )
            self.drafts.found.append(Candidate(account, (), sure, reasons))

    def _by_amount(self) -> None:
        for minor in near_amounts(self.drafts.line):
            items = self.drafts.book.costing(Money(minor, self.drafts.line.amount.currency))
            for item in items if len(items) <= MOST_BY_AMOUNT else ():
                fit = fitting(self.drafts.line, [item])
                if is_full(fit.fit):
                    less = 5 * (len(items) - 1)
                    words = () if len(items) == 1 else (f"{len(items)} receivables cost the same",)
                    self.drafts.add(item.account_id, [item], Told.NOTHING, fit, words=words, less=less)
