"""What is kept of an imported statement beside its lines, and of the work of importing it."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum

from receivables.banking.identity import Fate
from receivables.banking.statement import Balance, BankLine


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of lines. `new` were told here first, `known` another statement had told before, `in_details` are totals whose
    single payments had come, `in_totals` single payments whose total had come as one line. Of the new ones: `payments` came in and
    were handed to cash application, `reversals` took one back, `attention` wait for a person, the rest moves nothing."""

    lines: int = 0
    new: int = 0
    known: int = 0
    in_details: int = 0
    in_totals: int = 0
    payments: int = 0
    reversals: int = 0
    attention: int = 0

    def __add__(self, other: Tally) -> Tally:
        names = self.__slots__
        return Tally(**{name: getattr(self, name) + getattr(other, name) for name in names})


@dataclass(frozen=True, slots=True)
class StatementHeader:
    """An imported statement without its lines. Days are the bank's; `reference` and `number` its own names for it. `passes` are the
    balances (minor units) that it comes by from one booking day to the next."""

    id: str
    account: str
    format: str
    reference: str
    first_day: date
    last_day: date
    imported_at: datetime
    job: str
    opening: Balance | None = None
    closing: Balance | None = None
    created_at: datetime | None = None
    number: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    tally: Tally = field(default_factory=Tally)
    passes: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class KeptLine:
    """A line as it is kept with its statement: what became of it, and (`of`) the line or statement that it had come with before."""

    line: BankLine
    fate: Fate
    of: str | None = None


class JobState(StrEnum):
    """How far the import of a file has come."""

    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The file was refused as a whole: `field` and `reason` say why. Nothing of it was used."""


@dataclass(frozen=True, slots=True)
class StatementJob:
    """The import of one file: `position` lines have been dealt with, so that a run that was interrupted goes on there.
    `accept_differences`: a person has said that balances need not agree with the entries. `tally` is of the `statements` that are
    complete, `current` of the one that is being worked on."""

    id: str
    account: str
    key: str
    requested_by: str
    requested_at: datetime
    accept_differences: bool = False
    state: JobState = JobState.REQUESTED
    field: str = ""
    reason: str = ""
    format: str = ""
    lines: int = 0
    position: int = 0
    statements: tuple[str, ...] = ()
    tally: Tally = Tally()
    current: Tally = Tally()

    @property
    def so_far(self) -> Tally:
        """What became of all lines that have been dealt with."""
        return self.tally + self.current

    @property
    def finished(self) -> bool:
        return self.state in (JobState.DONE, JobState.FAILED)

    def refused(self, field: str, reason: str) -> StatementJob:
        """The job of a file that cannot be used."""
        return replace(self, state=JobState.FAILED, field=field, reason=reason)

    def concluded(self, statement: str, tally: Tally, position: int) -> StatementJob:
        """The job after a statement that is complete."""
        done = (*self.statements, statement)
        return replace(self, position=position, statements=done, tally=self.tally + tally, current=Tally())
