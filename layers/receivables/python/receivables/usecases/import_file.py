"""Import a file of customers or invoices: asked for by the API or dropped in the bucket, worked off page by page."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from receivables.core.clock import format_instant
from receivables.core.errors import (
    AlreadyExists,
    Conflict,
    InvalidFields,
    NotFound,
    ReceivablesError,
    StaleRevision,
)
from receivables.core.ids import derived_id, new_id
from receivables.customers import Customer
from receivables.imports import (
    AnyRow,
    BadRow,
    CustomerRow,
    ImportFiles,
    ImportJob,
    ImportJobs,
    ImportOptions,
    ImportRows,
    ImportState,
    InvoiceRow,
    PageResult,
    RowError,
    read_rows,
)
from receivables.usecases.issue_invoice import Directory, InvoiceOrder, IssueInvoice
from receivables.usecases.keep_customers import KeepCustomers

FOLDER: Final = "imports/"
PAGE: Final = 200
"""Rows between two notes of the position: what an interrupted run does again at most (harmlessly)."""


class Unfinished(ReceivablesError):
    """The time of this run is over: the position is noted, and the next attempt goes on there."""


class Remembering:
    """A directory that asks for each customer once: a file names the same ones over and over."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._known: dict[str, Customer] = {}

    def get(self, customer_id: str) -> Customer:
        """As it was when first asked for. Raises NotFound."""
        if customer_id not in self._known:
            self._known[customer_id] = self._directory.get(customer_id)
        return self._known[customer_id]


class RequestImport:
    """Takes a file that was handed to the API and puts it where dropped files are worked off."""

    def __init__(self, files: ImportFiles, jobs: ImportJobs) -> None:
        self._files, self._jobs = files, jobs

    def start(self, content: bytes, options: ImportOptions, by: str, at: datetime) -> ImportJob:
        """The job, before any of it is done. Raises InvalidInput at once when the file as a whole cannot be used."""
        parsed = read_rows(content, options)
        import_id = new_id("imp", at)
        job = ImportJob(
            import_id, f"{FOLDER}{import_id}.csv", by, at, options, parsed.kind, rows=len(parsed.rows)
        )
        # The job first: the file's arrival starts the work, and the work looks for the job.
        self._jobs.put(job)
        self._files.write(job.key, content, "text/csv")
        return job


@dataclass(slots=True)
class _Outcome:
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    failed: int = 0
    errors: list[RowError] = field(default_factory=list)

    def count(self, done: str) -> None:
        setattr(self, done, getattr(self, done) + 1)

    def fail(self, errors: tuple[RowError, ...]) -> None:
        self.failed += 1
        self.errors.extend(errors)


class ImportDroppedFile:
    """Works a file off. Every row is harmless to repeat, so a run that was cut short is simply run again. `recording` tells
    when something is recorded that a file of an instant brought."""

    def __init__(
        self,
        files: ImportFiles,
        jobs: ImportJobs,
        customers: Directory,
        keep_customers: KeepCustomers,
        invoices: IssueInvoice,
        recording: Callable[[datetime], datetime],
    ) -> None:
        self._files, self._jobs, self._recording = files, jobs, recording
        self._customers, self._keep, self._invoices = customers, keep_customers, invoices

    def run(self, key: str, at: datetime, time_is_left: Callable[[], bool] = lambda: True) -> ImportJob:
        """Import the file under `key`, dropped at `at`, and write `<key without .csv>.report.json` next to it.

        Raises NotFound when the file is gone, and Unfinished when `time_is_left` says no between two pages.
        """
        file = self._files.read(key)
        job = self._job(key, file.version, file.metadata, at)
        if job.finished:
            return job
        try:
            parsed = read_rows(file.content, job.options)
        except InvalidFields as error:
            job = replace(job, state=ImportState.FAILED, reason=str(error))
        else:
            job = self._work(replace(job, kind=parsed.kind, rows=len(parsed.rows)), parsed, time_is_left)
        self._write_report(job)
        self._jobs.put(job)
        return job

    def _job(self, key: str, version: str, metadata: Any, at: datetime) -> ImportJob:
        """The job that the API made for this file; for a dropped file one that is the same for the same content."""
        stem = key.removeprefix(FOLDER).removesuffix(".csv")
        dropped = derived_id("imp", key, version)
        for import_id in (stem, dropped):
            try:
                job = self._jobs.get(import_id)
            except NotFound:
                continue
            if job.key == key:
                return job
        options = ImportOptions(metadata.get("date-format"), metadata.get("currency"))
        return ImportJob(dropped, key, "file drop", at, options)

    def _work(self, job: ImportJob, parsed: ImportRows, time_is_left: Callable[[], bool]) -> ImportJob:
        source = f"import/{job.id}"
        for page in _pages(parsed.rows[job.position :]):
            if not time_is_left():
                raise Unfinished(job.id)
            job = replace(job.advanced(self._page(page, source, job.requested_at)), state=ImportState.RUNNING)
            if job.position < job.rows:
                self._jobs.put(job)
        return replace(job, state=ImportState.DONE)

    def _page(self, rows: tuple[AnyRow, ...], source: str, at: datetime) -> PageResult:
        outcome = _Outcome()
        for row in rows:
            if isinstance(row, BadRow):
                outcome.fail(row.errors)
                continue
            try:
                outcome.count(self._row(row, source, at))
            except InvalidFields as error:
                outcome.fail(tuple(RowError(row.row, e.field, e.message) for e in error.errors))
            except AlreadyExists:
                field = "number" if isinstance(row, InvoiceRow) else "id"
                outcome.fail((RowError(row.row, field, "is there already, with other content"),))
            except Conflict as error:
                outcome.fail((RowError(row.row, "row", str(error)),))
        return PageResult(
            len(rows),
            outcome.created,
            outcome.updated,
            outcome.unchanged,
            outcome.failed,
            tuple(outcome.errors),
        )

    def _row(self, row: InvoiceRow | CustomerRow, source: str, at: datetime) -> str:
        if isinstance(row, CustomerRow):
            return self._customer(row)
        order = InvoiceOrder(
            row.number,
            row.customer_id,
            row.amount,
            row.issue_date,
            row.due_date,
            row.description,
            row.tax,
        )
        _, new = self._invoices.issue(order, source, self._recording(at))
        return "created" if new else "unchanged"

    def _customer(self, row: CustomerRow) -> str:
        try:
            known = self._customers.get(row.id)
        except NotFound:
            self._keep.create(Customer(row.id, **{"name": row.id, **row.defaults, **row.fields}))
            return "created"
        changed = replace(known, **row.fields)
        if changed == known:
            return "unchanged"
        try:
            self._keep.update(changed)
        except StaleRevision:
            # Somebody changed it in between: what the row says is set on what is there now.
            self._keep.update(replace(self._customers.get(row.id), **row.fields))
        return "updated"

    def _write_report(self, job: ImportJob) -> None:
        report = {
            **asdict(job),
            "requested_at": format_instant(job.requested_at),
            "errors": [asdict(error) for error in job.errors],
        }
        name = job.key.removesuffix(".csv") + ".report.json"
        self._files.write(name, json.dumps(report, indent=2).encode(), "application/json")


def _pages(rows: tuple[AnyRow, ...]) -> Iterator[tuple[AnyRow, ...]]:
    for start in range(0, len(rows), PAGE):
        yield rows[start : start + PAGE]
