"""The decision on one line: applied without a person, proposed to one, or left in suspense."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from receivables.matching.book import Book
from receivables.matching.candidates import (
    MOST_PROPOSED,
    Apply,
    Candidate,
    Decision,
    Line,
    Propose,
    Told,
    Unknown,
)
from receivables.matching.confidence import is_full, settles
from receivables.matching.doubts import DOUBTFUL
from receivables.matching.drafts import Drafts
from receivables.matching.finding import candidates
from receivables.matching.payers import payer_of
from receivables.matching.ports import Habit
from receivables.matching.reading import Archive, Reading, read

LEAST_PROPOSED: Final = 15
"""Candidates of which less is said are not worth a person's time."""
RIVAL: Final = 6
"""Another placement that is as sure, but for so much, makes the best one doubtful."""


@dataclass(frozen=True)
class Facts:
    """What lines are held against. `archive` finds what is not open any more, `credit_of` the unapplied credit of an account (minor
    units)."""

    book: Book
    habits: Mapping[str, Habit] = field(default_factory=dict)
    archive: Archive = lambda _: None
    credit_of: Callable[[str], int] = lambda _: 0


def decide(line: Line, facts: Facts, auto_apply: int) -> Decision:
    """What a line is for. It is applied from `auto_apply` percent of confidence on; what somebody else's claim stands against
    never is."""
    reading = read(line, facts.book, facts.archive)
    payer = payer_of(line, facts.habits, facts.book)
    found = candidates(Drafts(line, facts.book, payer, reading, facts.credit_of))
    ranked = _weighed(found)
    if ranked and ranked[0].confidence >= auto_apply:
        return Apply(ranked[0], tuple(ranked[1:MOST_PROPOSED]))
    proposed = tuple(each for each in ranked if each.confidence >= LEAST_PROPOSED)[:MOST_PROPOSED]
    return Propose(proposed) if proposed else Unknown(_notes(reading))


def _weighed(found: Sequence[Candidate]) -> list[Candidate]:
    """The candidates, the surest first; where others are as sure, none is sure."""
    if not found:
        return []
    best, rest = found[0], found[1:]
    rivals = [each for each in rest if each.confidence > best.confidence - RIVAL and not _yields(each, best)]
    if rivals and best.confidence > DOUBTFUL:
        why = f"{len(rivals)} other {'placement is' if len(rivals) == 1 else 'placements are'} as likely"
        best = replace(best, confidence=DOUBTFUL, reasons=(*best.reasons, why))
        rest = [replace(each, confidence=min(each.confidence, DOUBTFUL)) for each in rest]
    return [best, *rest]


def _yields(rival: Candidate, best: Candidate) -> bool:
    """What is named, and settled by the amount, goes before what only costs the same; and what is named as it stands and
    settled in full, before what is named and is not."""
    if best.told is Told.NOTHING or not settles(best.fit):
        return False
    return rival.told is Told.NOTHING or (
        is_full(best.fit) and not settles(rival.fit) and best.told is not Told.TYPO
    )


def _notes(reading: Reading) -> tuple[str, ...]:
    notes = (
        f"{each.words}, which is in {each.item.balance.currency}: money of one currency pays nothing in another"
        for each in reading.foreign
    )
    return tuple(dict.fromkeys(notes))
