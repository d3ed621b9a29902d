"""Take a file of bank statements through the API, and see that it can be used."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from receivables.banking.balances import require_balanced
from receivables.banking.headers import StatementJob
from receivables.banking.ports import (
    MOST_BYTES,
    BankAccounts,
    Reader,
    StatementFiles,
    StatementJobs,
    UploadLink,
)
from receivables.banking.statement import Statement
from receivables.core.errors import InvalidInput, TooLarge
from receivables.core.ids import new_id

FOLDER: Final = "statements/"
_AHEAD: Final = timedelta(days=31)
"""How far in the future a bank may have booked: what lies beyond is a misread date."""


class RequestStatement:
    """Takes a file that was handed to the API and puts it where dropped files are worked off."""

    def __init__(
        self, files: StatementFiles, jobs: StatementJobs, accounts: BankAccounts, read: Reader
    ) -> None:
        self._files, self._jobs, self._accounts, self._read = files, jobs, accounts, read

    def start(
        self, account_id: str, content: bytes, by: str, at: datetime, *, accept_differences: bool = False
    ) -> StatementJob:
        """The job, before any of it is done. Raises NotFound, TooLarge, and InvalidInput at once when the file cannot be used."""
        checked(
            self._read(content, self._accounts.get(account_id)), at, accept_differences=accept_differences
        )
        job = self._job(account_id, by, at, accept_differences)
        # The job first: the file's arrival starts the work, and the work looks for the job.
        self._jobs.put(job)
        self._files.write(job.key, content)
        return job

    def upload(
        self, account_id: str, size: int, by: str, at: datetime, *, accept_differences: bool = False
    ) -> tuple[StatementJob, UploadLink]:
        """A link by which a file is put there that is too large for the API; its arrival starts the work. Raises NotFound, TooLarge."""
        self._accounts.get(account_id)
        if size > MOST_BYTES:
            raise TooLarge(f"a statement may have {MOST_BYTES // 1024 // 1024} MB: split it")
        job = self._job(account_id, by, at, accept_differences)
        self._jobs.put(job)
        return job, self._files.to_put(job.key, size, at)

    def _job(self, account_id: str, by: str, at: datetime, accept_differences: bool) -> StatementJob:
        job_id = new_id("sti", at)
        name = f"{FOLDER}{account_id}/{job_id}"
        return StatementJob(job_id, account_id, name, by, at, accept_differences)


def checked(
    statements: Sequence[Statement], at: datetime, *, accept_differences: bool = False
) -> Sequence[Statement]:
    """The statements, if all of them can be used as they stand. Raises InvalidInput naming what is wrong with one."""
    for statement in statements:
        if not accept_differences:
            require_balanced(statement)
        for i, line in enumerate(statement.lines, start=1):
            if line.booked_on > at.date() + _AHEAD:
                raise InvalidInput(
                    f"line.{i}.booked_on", f"of statement {statement.reference!r} lies far in the future"
                )
    return statements
