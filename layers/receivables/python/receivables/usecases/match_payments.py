"""Cash application: what waits in suspense is held against what is open, and placed where that is sure.

Everything is decided from what is stored, so a run can stop after any payment and the next goes on; two runs at once do no harm,
they only work twice.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol

from receivables.core.errors import (
    Conflict,
    InvalidFields,
    NotFound,
    StaleRevision,
    Throttled,
    TooLarge,
)
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import LedgerStore, PaymentRecord, PaymentState, PostOutcome
from receivables.ledger.payouts import Payout
from receivables.ledger.ports import PayoutStore
from receivables.matching.candidates import Apply, Candidate, Line, Propose, Told, Unknown
from receivables.matching.confidence import settles
from receivables.matching.decide import decide
from receivables.matching.payers import all_keys, learned, payer_keys
from receivables.matching.payouts import payout_of
from receivables.matching.ports import Habit, HabitStore, Proposal, ProposalStore, Standing
from receivables.usecases.matching_facts import MatchingFacts, Names, line_of, waiting_payouts
from receivables.usecases.place_match import SOURCE, PlaceMatch, Placing
from receivables.usecases.readers import CompanyReader

PAGE: Final = 50
"""Payments that are looked at together."""
MOST_LOOKS: Final = 3
"""How often a line is looked at when what is open changes meanwhile; then the next run does."""

_REFUSED: Final = (Conflict, CurrencyMismatch, InvalidFields, NotFound, TooLarge)
_TELLING: Final = frozenset({Told.STRUCTURED, Told.NUMBER, Told.DIGITS})
"""What is named so surely that a payer's habit may be learned from it."""


class Arrivals(Protocol):
    """Payouts that reach our bank."""

    def arrived(self, payout: Payout, record: PaymentRecord, recorded_at: datetime) -> PostOutcome:
        """Money in suspense was recognised as it. Raises Conflict when they do not fit together."""


class MatchLog(Protocol):
    """Where a run stopped."""

    def position(self) -> Mapping[str, str] | None:
        """None: the last run came to the end."""

    def keep(self, position: Mapping[str, str] | None) -> None:
        """The last write wins."""


@dataclass(slots=True)
class Matched:
    """What a run did. `finished` False: more waits, and the next run goes on there."""

    looked_at: int = 0
    applied: int = 0
    proposed: int = 0
    unknown: int = 0
    payouts: int = 0
    skipped: int = 0
    finished: bool = True


class MatchPayments:
    """Works off what waits in suspense."""

    def __init__(
        self,
        ledger: LedgerStore,
        placing: PlaceMatch,
        proposals: ProposalStore,
        habits: HabitStore,
        names: Names,
        company: CompanyReader,
        payouts: PayoutStore,
        arrivals: Arrivals,
        log: MatchLog,
    ) -> None:
        self._ledger, self._placing, self._proposals, self._habits = ledger, placing, proposals, habits
        self._names, self._company, self._payouts = names, company, payouts
        self._arrivals, self._log = arrivals, log

    def run(
        self,
        recorded_at: datetime,
        goes_on: Callable[[], bool] = lambda: True,
        progress: Callable[[Matched], None] = lambda _: None,
    ) -> Matched:
        """Look at what waits, from where the last run stopped, until the end or until `goes_on` says no; `progress` is told after
        each page."""
        done = Matched()
        position = kept = self._log.position()
        run: _Run | None = None
        while True:
            page = self._ledger.suspense(PAGE, position)
            if page.items and run is None:
                run = self._begin(recorded_at, done)
            if run is not None:
                run.page(page.items)
                progress(done)
            position = page.position
            if position != kept:
                self._log.keep(position)
                kept = position
            if position is None:
                return done
            if not goes_on():
                done.finished = False
                return done

    def _begin(self, recorded_at: datetime, done: Matched) -> _Run:
        return _Run(
            self._ledger,
            self._placing,
            self._proposals,
            self._habits,
            self._arrivals,
            MatchingFacts(self._ledger, self._names),
            waiting_payouts(self._payouts),
            self._company.get().cash.auto_apply,
            recorded_at,
            done,
        )


@dataclass
class _Run:
    """One run: what it knows, and what it did."""

    ledger: LedgerStore
    placing: PlaceMatch
    proposals: ProposalStore
    habits: HabitStore
    arrivals: Arrivals
    known: MatchingFacts
    payouts: dict[Money, list[Payout]]
    auto_apply: int
    recorded_at: datetime
    done: Matched

    def page(self, records: Iterable[PaymentRecord]) -> None:
        waiting = [each for each in records if each.state is PaymentState.SUSPENSE and each.waiting]
        lines = {each.payment.key: line_of(each) for each in waiting}
        habits = dict(self.habits.of(all_keys(lines.values())))
        stored = self.proposals.of(lines)
        for record in waiting:
            self.done.looked_at += 1
            line = lines[record.payment.key]
            if _in_hand(stored.get(line.key)):
                self.done.skipped += 1
            elif not self._arrived(record, line):
                self._decide(line, habits, stored.get(line.key))

    def _arrived(self, record: PaymentRecord, line: Line) -> bool:
        """Whether it is a payout of a processor, which our bank now tells of."""
        waiting = self.payouts.get(line.amount, [])
        payout = None if record.payment.held_by else payout_of(line, waiting)
        if payout is None:
            return False
        try:
            outcome = self.arrivals.arrived(payout, record, self.recorded_at)
        except Conflict:
            return False
        waiting.remove(payout)
        if outcome is PostOutcome.POSTED:
            self.done.payouts += 1
            self._keep(Proposal(line.key, (), self.recorded_at, Standing.ARRIVED, (f"payout {payout.key}",)))
        return True

    def _decide(self, line: Line, habits: dict[str, Habit], stored: Proposal | None) -> None:
        for _ in range(MOST_LOOKS):
            decision = decide(line, self.known.facts(habits), self.auto_apply)
            if not isinstance(decision, Apply):
                self._propose(line, decision, stored)
                return
            if self._apply(line, decision, habits, stored):
                return
        self.done.skipped += 1

    def _apply(self, line: Line, decision: Apply, habits: dict[str, Habit], stored: Proposal | None) -> bool:
        """False: what is open has changed, look again."""
        best = decision.candidate
        try:
            placing, posting = self.placing.place(line.key, best, SOURCE, self.recorded_at)
        except Throttled:
            placing, posting = Placing.CHANGED, None
        except _REFUSED as refused:
            # One that the ledger does not take must not stand in the way of all others: a person is to look at it.
            self._propose(line, Propose((best, *decision.rest)), stored, (str(refused),))
            return True
        if placing is Placing.CHANGED:
            self.known.refresh(best.account_id, best.numbers)
            return False
        if posting is None:
            self.done.skipped += 1
            return True
        self.known.posted(posting)
        self.done.applied += 1
        self._keep(Proposal(line.key, (best, *decision.rest), self.recorded_at, Standing.APPLIED, by=SOURCE))
        self._learn(line, best, habits)
        return True

    def _learn(self, line: Line, candidate: Candidate, habits: dict[str, Habit]) -> None:
        """Who pays for whom is learned only from what was named and paid as it was owed."""
        if candidate.told not in _TELLING or not settles(candidate.fit):
            return
        for payer in payer_keys(line):
            habit = learned(habits.get(payer), payer, candidate.account_id, by_person=False)
            if habit is not None:
                try:
                    habits[payer] = self.habits.put(habit)
                except StaleRevision:
                    habits.pop(payer, None)

    def _propose(
        self,
        line: Line,
        decision: Propose | Unknown,
        stored: Proposal | None,
        notes: tuple[str, ...] = (),
    ) -> None:
        candidates: tuple[Candidate, ...] = ()
        if isinstance(decision, Unknown):
            notes = decision.reasons
            self.done.unknown += 1
        else:
            candidates = decision.candidates
            self.done.proposed += 1
        proposal = Proposal(line.key, candidates, self.recorded_at, notes=notes)
        if stored is None or replace(stored, at=proposal.at) != proposal:
            self._keep(proposal)

    def _keep(self, proposal: Proposal) -> None:
        self.proposals.put(proposal)


def _in_hand(stored: Proposal | None) -> bool:
    """A person has taken it from where it was: what matching thought of it was wrong."""
    return stored is not None and stored.standing is Standing.CORRECTED
