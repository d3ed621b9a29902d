"""Payouts among the lines of our bank: money of ours that was counted when the processor had it, and counts once."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Final

from receivables.ledger.payouts import Payout
from receivables.matching.candidates import Line
from receivables.matching.names import words_of

MOST_DAYS: Final = 14
"""Days that a payout may be under way to our bank."""
LONG: Final = 10
"""Characters of an id that no other text has by accident."""


def payout_of(line: Line, waiting: Iterable[Payout]) -> Payout | None:
    """The payout that a line is: of exactly its amount, sent not long before, and named by its id or by the processor's name. Of
    several that fit the one that is named by its id, else the one that was sent first: the same money, whichever it is. None: none."""
    fitting = [each for each in waiting if each.amount == line.amount and _in_time(line, each)]
    by_id = [each for each in fitting if _named(each, line)]
    by_name = [each for each in fitting if _processor(each) in _words(line)]
    return next(iter((*by_id, *by_name)), None)


def _named(payout: Payout, line: Line) -> bool:
    """By its id, which banks break with blanks. Some processors count from one: what is short is in any text."""
    payout_id = payout.key.rpartition("/")[2].casefold()
    text = "".join((line.payer or "", *line.texts, line.structured or "")).casefold().replace(" ", "")
    return len(payout_id) >= LONG and payout_id in text


def _in_time(line: Line, payout: Payout) -> bool:
    sent = payout.sent_at.date()
    return sent - timedelta(days=1) <= line.on <= sent + timedelta(days=MOST_DAYS)


def _processor(payout: Payout) -> str:
    return payout.held_by.partition("/")[0].casefold()


def _words(line: Line) -> frozenset[str]:
    """The words of the payer and the texts, and the beginnings of those that run together (`checkout.com`, `STRIPE*PAYOUT`)."""
    return frozenset(word for text in (line.payer or "", *line.texts) for word in words_of(text))
