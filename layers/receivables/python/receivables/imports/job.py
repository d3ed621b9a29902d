"""The import job: one file, what it asks for, how far it has come, and which rows could not be used."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final

MAX_ERRORS_KEPT: Final = 100
"""Row errors kept with the job, the first ones; all are counted."""


class ImportKind(StrEnum):
    """What the rows are; read from the columns."""

    CUSTOMERS = "customers"
    INVOICES = "invoices"


class ImportState(StrEnum):
    REQUESTED = "requested"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    """The file as a whole could not be read; `reason` says why. No row of it was used."""


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with one row. `row` is its line in a spreadsheet: the header is 1, the first row is 2."""

    row: int
    field: str
    message: str


@dataclass(frozen=True, slots=True)
class ImportOptions:
    """What the file itself does not say.

    `date_format`: `iso`, `mdy` or `dmy`, where the column does not tell. `currency`: of rows without one.
    """

    date_format: str | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class ImportJob:
    """One import. `key` is the file's name in the bucket; `position` how many rows have been dealt with, so that a
    run that was interrupted goes on there. `requested_at` (UTC) is the as_of of everything it writes."""

    id: str
    key: str
    requested_by: str
    requested_at: datetime
    options: ImportOptions = ImportOptions()
    kind: ImportKind | None = None
    state: ImportState = ImportState.REQUESTED
    reason: str = ""
    rows: int = 0
    position: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: tuple[RowError, ...] = ()

    @property
    def finished(self) -> bool:
        return self.state in (ImportState.DONE, ImportState.FAILED)

    def advanced(self, page: PageResult) -> ImportJob:
        """The job after one more page of rows."""
        return replace(
            self,
            position=self.position + page.rows,
            created=self.created + page.created,
            updated=self.updated + page.updated,
            unchanged=self.unchanged + page.unchanged,
            failed=self.failed + page.failed,
            errors=(*self.errors, *page.errors)[:MAX_ERRORS_KEPT],
        )


@dataclass(frozen=True, slots=True)
class PageResult:
    """What became of some rows. A row that failed may have several errors."""

    rows: int
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: tuple[RowError, ...] = ()
