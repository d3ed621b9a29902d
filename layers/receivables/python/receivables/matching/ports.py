"""What cash application needs of its stores: proposals, and the habits of payers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from receivables.matching.candidates import Candidate


class Standing(StrEnum):
    """What became of a payment that had to be matched."""

    PROPOSED = "proposed"
    """A person is to decide; with no candidates, nothing was found."""
    APPLIED = "applied"
    """The first candidate was applied without a person."""
    CONFIRMED = "confirmed"
    CORRECTED = "corrected"
    """A person placed it otherwise than was proposed."""
    RETURNED = "returned"
    ARRIVED = "arrived"
    """It was a processor's payout."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """What matching made of a payment: the best candidates first, and what became of it, when (UTC) and by whom. It stays: why
    money was placed can be asked for ever. `notes` say what was found that cannot be used."""

    payment: str
    candidates: tuple[Candidate, ...]
    at: datetime
    standing: Standing = Standing.PROPOSED
    notes: tuple[str, ...] = ()
    by: str | None = None


class ProposalStore(Protocol):
    """Proposals by payment."""

    def get(self, payment: str) -> Proposal | None:
        """Strongly consistent; None: it was never looked at."""

    def of(self, payments: Iterable[str]) -> Mapping[str, Proposal]:
        """Those there are, a hundred with one read; strongly consistent."""

    def put(self, proposal: Proposal) -> None:
        """Replace it. What a person or the matching did stays: a proposal (PROPOSED) never replaces another standing."""


@dataclass(frozen=True, slots=True)
class Habit:
    """For which accounts a payer has paid, and how often. `payer` is a payer's key (see `matching.payers`). `forgotten` are the
    accounts of which a person said that it was wrong: they are not learned again without a person."""

    payer: str
    accounts: Mapping[str, int] = field(default_factory=dict)
    forgotten: frozenset[str] = frozenset()
    rev: int = 0


class HabitStore(Protocol):
    """Habits by payer."""

    def of(self, payers: Iterable[str]) -> Mapping[str, Habit]:
        """Those there are, a hundred with one read; strongly consistent."""

    def put(self, habit: Habit) -> Habit:
        """Replace it if its stored rev is still `habit.rev` (0: there is none); returns it with the next. Raises StaleRevision."""
