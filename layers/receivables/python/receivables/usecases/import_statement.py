"""Import a file of bank statements: asked for by the API or dropped in the bucket, worked off page by page."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from receivables.banking.account import BankAccount
from receivables.banking.balances import passes
from receivables.banking.headers import JobState, StatementHeader, StatementJob, Tally
from receivables.banking.naming import first_day, last_day, predecessors, statement_id
from receivables.banking.ports import (
    MOST_BYTES,
    BankAccounts,
    Lease,
    Reader,
    StatementFiles,
    StatementJobs,
    Statements,
)
from receivables.banking.statement import Statement
from receivables.cases.ports import BusEvent, EventBus
from receivables.core.errors import (
    DependencyFailed,
    InvalidFields,
    InvalidInput,
    NotFound,
    ReceivablesError,
    TooLarge,
)
from receivables.core.ids import dated_id, key
from receivables.usecases.book_lines import Booking, BookLines
from receivables.usecases.request_statement import FOLDER, checked

PAGE: Final = 200
"""Lines between two notes of the position: what an interrupted run does again at most (harmlessly)."""
_LEASED: Final = timedelta(minutes=16)
"""Longer than one run can take, so that no other one begins while it works."""
_BETWEEN_TRIES_SECONDS: Final = 5.0
_SAME_DAYS: Final = timedelta(days=1)
"""A statement of the day before may tell lines of the first day of the next one."""
MOST_NOTES: Final = 100
"""Notes kept with a statement, the first ones."""


class Unfinished(ReceivablesError):
    """The time of this run is over, or another import works on the account: the next attempt goes on."""


@dataclass(frozen=True, slots=True)
class Banking:
    """Where everything about bank accounts is kept."""

    accounts: BankAccounts
    statements: Statements
    jobs: StatementJobs
    lease: Lease


class ImportStatement:
    """Works a file off. A run that was cut short is simply run again; `now` is the time by which a run that died is told from one that
    works, `pause` waits so many seconds for one that works on the same account."""

    def __init__(
        self,
        files: StatementFiles,
        banking: Banking,
        read: Reader,
        lines: BookLines,
        bus: EventBus,
        now: Callable[[], datetime],
        pause: Callable[[float], None],
    ) -> None:
        self._files, self._banking, self._read, self._lines = files, banking, read, lines
        self._bus, self._now, self._pause = bus, now, pause

    def run(
        self, file_key: str, at: datetime, time_is_left: Callable[[], bool] = lambda: True
    ) -> StatementJob:
        """Import the file under `file_key` (`statements/<bank account>/<name>`), dropped at `at`.

        Raises NotFound when the file is gone, InvalidInput when the key names no bank account, and Unfinished when `time_is_left` says
        no between two pages, or while another import works on the account.
        """
        account_id = account_of(file_key)
        try:
            file = self._files.read(file_key, MOST_BYTES)
        except TooLarge as error:
            return self._refused(self._job(account_id, file_key, "", {}, at), "file", str(error))
        job = self._job(account_id, file_key, file.version, file.metadata, at)
        if job.finished:
            return job
        try:
            account = self._banking.accounts.get(account_id)
            statements = checked(
                self._read(file.content, account),
                job.requested_at,
                accept_differences=job.accept_differences,
            )
        except InvalidFields as error:
            return self._refused(job, error.errors[0].field, "; ".join(each.message for each in error.errors))
        except NotFound as error:
            return self._refused(job, "bank_account", str(error))
        return self._alone(job, account, statements, time_is_left)

    def _refused(self, job: StatementJob, field: str, reason: str) -> StatementJob:
        job = job.refused(field, reason)
        self._banking.jobs.put(job)
        return job

    def _job(
        self, account_id: str, file_key: str, version: str, metadata: object, at: datetime
    ) -> StatementJob:
        """The job that the API made for this file; for a dropped file one that is the same for the same drop."""
        name = file_key.rpartition("/")[2]
        dropped = dated_id("sti", at, file_key, version)
        for job_id in (name, dropped):
            try:
                job = self._banking.jobs.get(account_id, job_id)
            except NotFound:
                continue
            if job.key == file_key:
                return job
        accept = isinstance(metadata, dict) and metadata.get("accept-differences") == "yes"
        return StatementJob(dropped, account_id, file_key, "file drop", at, accept)

    def _alone(
        self,
        job: StatementJob,
        account: BankAccount,
        statements: Sequence[Statement],
        time_is_left: Callable[[], bool],
    ) -> StatementJob:
        """Lines are recognised by what was remembered before them: one import at a time works on an account."""
        self._wait_for_lease(job, account, time_is_left)
        try:
            return self._work(job, account, statements, time_is_left)
        finally:
            self._banking.lease.give_back(account.id, job.id)

    def _wait_for_lease(
        self, job: StatementJob, account: BankAccount, time_is_left: Callable[[], bool]
    ) -> None:
        while True:
            now = self._now()
            if self._banking.lease.take(account.id, job.id, now, now + _LEASED):
                return
            if not time_is_left():
                raise Unfinished(job.id)
            self._pause(_BETWEEN_TRIES_SECONDS)

    def _work(
        self,
        job: StatementJob,
        account: BankAccount,
        statements: Sequence[Statement],
        time_is_left: Callable[[], bool],
    ) -> StatementJob:
        lines = sum(len(statement.lines) for statement in statements)
        kinds = ", ".join(dict.fromkeys(statement.format for statement in statements))
        job = replace(job, state=JobState.RUNNING, lines=lines, format=kinds)
        begins = 0
        for statement in statements:
            name = statement_id(statement, job.requested_at)
            if name not in job.statements:
                job = self._one(job, account, statement, name, begins, time_is_left)
                self._banking.jobs.put(job)
            begins += len(statement.lines)
        self._tell(job)
        job = replace(job, state=JobState.DONE)
        self._banking.jobs.put(job)
        return job

    def _one(
        self,
        job: StatementJob,
        account: BankAccount,
        statement: Statement,
        name: str,
        begins: int,
        time_is_left: Callable[[], bool],
    ) -> StatementJob:
        ends = begins + len(statement.lines)
        told = self._told_before(name)
        if told is not None:
            again = Tally(lines=ends - begins, known=ends - begins)
            return job.concluded(name, told.tally if told.job == job.id else again, ends)
        first, last = first_day(statement, job.requested_at), last_day(statement, job.requested_at)
        others = self._banking.statements.ending_from(account.id, first - _SAME_DAYS, last)
        resolved = self._lines.resolved(statement, name, predecessors(statement, others), job.requested_at)
        booking = Booking(name, job.requested_at, resolved)
        for start in range(max(job.position - begins, 0), len(resolved), PAGE):
            if not time_is_left():
                raise Unfinished(job.id)
            kept, tally = self._lines.book(resolved[start : start + PAGE], booking, account)
            self._banking.statements.keep_lines(name, start, kept)
            job = replace(job, position=begins + start + len(kept), current=job.current + tally)
            self._banking.jobs.put(job)
        header = StatementHeader(
            id=name,
            account=account.id,
            format=statement.format,
            reference=statement.reference,
            first_day=first,
            last_day=last,
            imported_at=job.requested_at,
            job=job.id,
            opening=statement.opening,
            closing=statement.closing,
            created_at=statement.created_at,
            number=statement.number,
            notes=statement.notes[:MOST_NOTES],
            tally=job.current,
            passes=passes(statement),
        )
        self._banking.statements.conclude(header)
        return job.concluded(name, header.tally, ends)

    def _told_before(self, name: str) -> StatementHeader | None:
        try:
            return self._banking.statements.get(name)
        except NotFound:
            return None

    def _tell(self, job: StatementJob) -> None:
        """Other systems, and who applies cash, hear that payments may have come. Raises DependencyFailed: then the run is repeated."""
        detail = {"bank_account": job.account, "import": job.id, "payments": job.so_far.payments}
        if self._bus.publish([BusEvent(job.id, "statement.imported", job.requested_at, detail)]):
            raise DependencyFailed("events: the bus took no event")


def account_of(file_key: str) -> str:
    """The bank account that a file in the bucket is of. Raises InvalidInput (field `key`)."""
    folder, _, rest = file_key.removeprefix(FOLDER).partition("/")
    if not file_key.startswith(FOLDER) or not rest:
        raise InvalidInput("key", f"must be {FOLDER}<bank account>/<name>")
    return key(folder, field="key")
