"""Where bank accounts, statements and what is remembered of their lines are kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final, Protocol

from receivables.banking.account import BankAccount
from receivables.banking.attention import Attention
from receivables.banking.headers import KeptLine, StatementHeader, StatementJob
from receivables.banking.identity import Known
from receivables.banking.statement import Statement

MOST_BYTES: Final = 64 * 1024 * 1024
"""Of a file of statements: fifty thousand entries of camt.053 have about 35 MB."""


class BankAccounts(Protocol):
    """Our accounts at banks."""

    def get(self, account_id: str) -> BankAccount:
        """Strongly consistent. Raises NotFound."""

    def put(self, account: BankAccount) -> BankAccount:
        """Create it (rev 0), or replace it if its stored rev is still `account.rev`; returns it with the next rev. Raises AlreadyExists or
        StaleRevision."""

    def all(self) -> Sequence[BankAccount]:
        """All of them, by id: a company has few."""


class Statements(Protocol):
    """Statements that were imported, and their lines in pages."""

    def keep_lines(self, statement_id: str, first: int, lines: Sequence[KeptLine]) -> None:
        """A page of lines; `first` is the position of its first one. A repeat replaces it."""

    def conclude(self, header: StatementHeader) -> None:
        """The statement is there from now on. A repeat replaces it."""

    def get(self, statement_id: str) -> StatementHeader:
        """Strongly consistent. Raises NotFound, also for one that is still being imported."""

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementHeader], str | None]:
        """The newest first (by last day), and where the next page begins."""

    def ending_from(self, account_id: str, first: date, last: date) -> Sequence[StatementHeader]:
        """Statements whose last day lies between two days (inclusive), the oldest first."""

    def lines(self, statement_id: str, position: int | None = None) -> tuple[Sequence[KeptLine], int | None]:
        """One page as it was kept, and where the next one begins."""


class Register(Protocol):
    """What is remembered of every movement, by booking day, to recognise it when it is told again."""

    def of_day(self, account_id: str, day: date) -> Sequence[Known]:
        """All movements of a booking day, strongly consistent."""

    def get(self, account_id: str, line_id: str) -> Known:
        """Raises NotFound."""

    def add(self, account_id: str, movements: Sequence[Known]) -> None:
        """Remember them. A repeat changes nothing."""

    def by_reference(self, account_id: str, reference: str) -> Sequence[Known]:
        """Movements that came in with this (normalised) end-to-end id or reference of the bank, whatever their day."""


class Attentions(Protocol):
    """The lines in front of a person."""

    def raise_(self, attention: Attention) -> None:
        """Put it there; nothing when it is there already, decided or not."""

    def get(self, account_id: str, line_id: str) -> Attention:
        """Strongly consistent. Raises NotFound."""

    def decide(self, decided: Attention) -> Attention:
        """Store the decision if it is still WAITING; the item as it is afterwards, whoever decided. Raises NotFound."""

    def waiting(self, account_id: str) -> Sequence[Attention]:
        """What waits, the oldest first."""


class StatementJobs(Protocol):
    """Imports of files, by bank account."""

    def get(self, account_id: str, job_id: str) -> StatementJob:
        """Strongly consistent. Raises NotFound."""

    def put(self, job: StatementJob) -> None:
        """Store it, or replace it as a whole."""

    def of_account(
        self, account_id: str, limit: int, position: str | None = None
    ) -> tuple[Sequence[StatementJob], str | None]:
        """The newest first, and where the next page begins."""


class Lease(Protocol):
    """Lets one import at a time work on a bank account: lines are recognised by what was remembered before."""

    def take(self, account_id: str, owner: str, now: datetime, until: datetime) -> bool:
        """Whether the owner has it now: it was free, run out, or the owner's already."""

    def give_back(self, account_id: str, owner: str) -> None:
        """Free it, if it is the owner's."""


@dataclass(frozen=True, slots=True)
class StatementFile:
    """A file as it lies in the bucket. `version` changes with its content; `metadata` was put there with it."""

    content: bytes
    version: str
    metadata: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class UploadLink:
    """Where a file may be PUT, with exactly these headers, until the link expires (UTC)."""

    url: str
    headers: Mapping[str, str]
    expires_at: datetime


class StatementFiles(Protocol):
    """The bucket into which statements are dropped."""

    def read(self, key: str, most: int) -> StatementFile:
        """Raises NotFound, and TooLarge - before any of it is read - when it has more bytes than `most`."""

    def write(self, key: str, content: bytes) -> None:
        """Write (or replace) a file."""

    def to_put(self, key: str, size: int, at: datetime) -> UploadLink:
        """A link by which a file of exactly that many bytes can be put there."""


class Reader(Protocol):
    """What reads files of statements, whatever their format."""

    def __call__(self, content: bytes, account: BankAccount) -> Sequence[Statement]:
        """The statements of a file, of that account; their lines have no ids yet. Raises InvalidInput naming what is wrong:
        nothing of such a file may be used."""
