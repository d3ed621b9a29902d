"""Runs of reconciliation and the differences that they found, as they are kept."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from receivables.core.ids import derived_id
from receivables.ledger import Page
from receivables.payments.events import MoneyEvent
from receivables.payments.reconciling import DifferenceKind, Finding, Side


class Phase(StrEnum):
    """What a run does next, in this order."""

    AGAIN = "again"
    """What differed before is looked at again."""
    PAYMENTS = "payments"
    """What the processor has of payments is compared with ours."""
    PAYOUTS = "payouts"
    OURS = "ours"
    """What we have is looked for among what the processor has."""
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Run:
    """One comparison of a processor's account (`stripe/main`) with the ledger, of what happened from `since` to `until` (UTC).

    It is kept after each page, with all that is needed to go on: `phase`, the processor's `cursor`, the number of `pages`
    seen, the `day` of ours and `position` in it. `counts` says how much was listed, and how many of each kind of difference were
    found. `failure` is why it does not go on, in words, while it does not.
    """

    id: str
    account: str
    since: datetime
    until: datetime
    began_at: datetime
    by: str
    phase: Phase = Phase.AGAIN
    cursor: str | None = None
    pages: int = 0
    day: date | None = None
    position: Mapping[str, str] | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    finished_at: datetime | None = None
    failure: str = ""

    def counted(self, **more: int) -> Run:
        """With so many more of each."""
        counts = dict(self.counts)
        for name, number in more.items():
            if number:
                counts[name] = counts.get(name, 0) + number
        return replace(self, counts=counts)


class DifferenceState(StrEnum):
    """What became of a difference."""

    OPEN = "open"
    REPAIRED = "repaired"
    """What was missing has been handed in as if it had been heard; whether it was booked is seen by the next run."""
    SETTLED = "settled"
    """Both sides agree by now."""
    ACKNOWLEDGED = "acknowledged"
    """A person knows why, and that it stays."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference with both sides, found first at `found_at` by `run`. `message` is that of the inbox by which it was repaired;
    `events` is the processor's side as it was told. `reason` and `by` are those of who acknowledged it, or why a repair did
    not help."""

    id: str
    account: str
    kind: DifferenceKind
    key: str
    about: str
    ours: Side | None
    theirs: Side | None
    found_at: datetime
    run: str
    state: DifferenceState = DifferenceState.OPEN
    events: tuple[MoneyEvent, ...] = ()
    message: str = ""
    reason: str = ""
    by: str = ""
    ended_at: datetime | None = None
    rev: int = 0

    @property
    def waits(self) -> bool:
        """It is listed until somebody or something ends it."""
        return self.state in {DifferenceState.OPEN, DifferenceState.REPAIRED}


def difference_of(finding: Finding, run: Run, at: datetime) -> Difference:
    """A finding as it is kept: the same difference has the same id, whichever run finds it."""
    sides = (str(side.amount) if side and side.amount else "" for side in (finding.ours, finding.theirs))
    return Difference(
        id=derived_id("dif", run.account, finding.kind.value, finding.key, finding.about, *sides),
        account=run.account,
        kind=finding.kind,
        key=finding.key,
        about=finding.about,
        ours=finding.ours,
        theirs=finding.theirs,
        found_at=at,
        run=run.id,
        events=finding.events,
    )


class Reconciliations(Protocol):
    """Where runs and differences are kept. One run of an account is written at a time."""

    def under_way(self, account: str) -> Run | None:
        """The run of an account that has not finished, strongly consistent."""

    def last(self, account: str) -> Run | None:
        """The last run of an account that finished, strongly consistent."""

    def keep(self, run: Run) -> None:
        """Where a run stands: it is the one under way of its account or, once it has finished, the last."""

    def forget(self, run: Run) -> None:
        """What a run has seen is not needed any more."""

    def run(self, run_id: str) -> Run:
        """Raises NotFound."""

    def runs(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Run]:
        """All runs, the latest first."""

    def see(self, run: Run, page: int, keys: Iterable[str]) -> None:
        """Remember that the processor has these, on that page of a run. The same page again replaces it."""

    def seen(self, run: Run) -> frozenset[str]:
        """All that a run has seen."""

    def find(self, difference: Difference) -> Difference:
        """Keep a difference that a run has found, as one of those of the run. One that is known stays as it is, except that it
        is open again if it had settled; as it is kept now."""

    def change(self, difference: Difference) -> Difference:
        """Replace a difference that is still at `difference.rev`. Raises NotFound and StaleRevision."""

    def difference(self, difference_id: str) -> Difference:
        """Strongly consistent. Raises NotFound."""

    def waiting(
        self, account: str | None, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Difference]:
        """Differences that wait, of one account or of all, by account and kind."""

    def of_run(self, run_id: str, limit: int, position: Mapping[str, str] | None = None) -> Page[Difference]:
        """Every difference that a run has found, as it is now."""


def counts_of(differences: Sequence[Difference]) -> dict[str, int]:
    """How many of each kind."""
    counts: dict[str, int] = {}
    for each in differences:
        counts[each.kind.value] = counts.get(each.kind.value, 0) + 1
    return counts
