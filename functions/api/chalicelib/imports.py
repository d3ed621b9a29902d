"""Imports of customers and invoices from files."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from chalicelib.fields import Instant, Reply
from chalicelib.web import CSV, FINANCE, Answer, Call, Query, Routes
from receivables.imports import ImportJob, ImportOptions

routes = Routes(__name__)


class ImportQuery(Query):
    """What the file itself does not say."""

    date_format: Literal["iso", "mdy", "dmy"] | None = Field(
        default=None, description="Where the dates can be read in two ways"
    )
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$", description="Of rows without one")


class RowErrorReply(Reply):
    """What is wrong with a row; rows count as in a spreadsheet, the header is 1."""

    row: int
    field: str
    message: str


class ImportReply(Reply):
    """An import: how far it is, and which rows could not be used."""

    id: str
    kind: str | None
    state: str
    reason: str
    requested_by: str
    requested_at: Instant
    rows: int
    position: int
    created: int
    updated: int
    unchanged: int
    failed: int
    errors: list[RowErrorReply]

    @classmethod
    def of(cls, job: ImportJob) -> ImportReply:
        return cls(
            id=job.id,
            kind=job.kind.value if job.kind else None,
            state=job.state.value,
            reason=job.reason,
            requested_by=job.requested_by,
            requested_at=job.requested_at,
            rows=job.rows,
            position=job.position,
            created=job.created,
            updated=job.updated,
            unchanged=job.unchanged,
            failed=job.failed,
            errors=[RowErrorReply(row=e.row, field=e.field, message=e.message) for e in job.errors],
        )


@routes.post(
    "/imports",
    allow=FINANCE,
    raw=CSV,
    query=ImportQuery,
    reply=ImportReply,
    status=202,
    summary="Import customers or invoices from a CSV file",
)
def start_import(call: Call, body: bytes, query: ImportQuery) -> Answer:
    options = ImportOptions(query.date_format, query.currency)
    job = call.services.request_import.start(body, options, call.caller.name, call.as_of)
    return Answer(ImportReply.of(job))


@routes.get("/imports/{import_id}", reply=ImportReply, summary="Read an import")
def read_import(call: Call, import_id: str) -> Answer:
    return Answer(ImportReply.of(call.services.import_jobs.get(import_id)))
