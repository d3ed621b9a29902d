"""Reconcile: every night each processor's account is compared with the ledger, both ways.

What the processor has and we have not heard is stored in the inbox as events that are normalised already, under an id that
derives from what was found, and takes the normal path; the rest is listed with both sides until it settles or a person
acknowledges it. The window of a run overlaps that of the run before it: processors list some things late. It ends an hour
ago, so that what is on its way is not taken to be missing. A run that runs out of time is gone on with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from receivables.cases.ports import Finance, Operations
from receivables.core.configuration import ProcessorAccount
from receivables.core.errors import NotFound, ReceivablesError
from receivables.core.ids import dated_id
from receivables.payments.processors import ProcessorApi
from receivables.payments.reconciliations import DifferenceState, Phase, Reconciliations, Run
from receivables.usecases.compare_books import CompareBooks
from receivables.usecases.readers import CompanyReader
from receivables.usecases.reconciliation_messages import MOST_NAMED, differences_found, run_given_up

OVERLAP: Final = timedelta(days=3)
"""How far a run goes back behind the end of the one before it."""
FIRST: Final = timedelta(days=35)
"""How far the first run of an account goes back."""
SETTLING: Final = timedelta(hours=1)
"""What happened within this time is left to the next run: webhooks take minutes, and so do their repetitions."""
SCHEDULE: Final = "schedule"
"""Who asks for the nightly runs."""


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What one invocation did: runs that it finished, that have to be gone on with, and that failed for now; differences that
    were found, by kind."""

    finished: int = 0
    unfinished: int = 0
    failed: int = 0
    found: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RequestRun:
    """A run as a person asks for it; it is begun within minutes, by the schedule."""

    company: CompanyReader
    log: Reconciliations

    def __call__(self, account_id: str, by: str, as_of: datetime) -> Run:
        """The run of that account (`stripe/main`) that is under way now, or a new one. Raises NotFound when the account is not one
        that is reconciled."""
        account = next((each for each in _reconciled(self.company) if each.id == account_id), None)
        if account is None:
            raise NotFound("reconciled account", account_id)
        run = self.log.under_way(account_id)
        if run is None:
            run = _new_run(self.log, account, as_of, by)
            self.log.keep(run)
        return run


@dataclass(frozen=True, slots=True)
class Reconcile:
    """The use case. One account that cannot be compared does not stop the others."""

    company: CompanyReader
    log: Reconciliations
    books: CompareBooks
    apis: Callable[[str, str], ProcessorApi]
    finance: Finance
    operations: Operations

    def nightly(self, as_of: datetime, time_left: Callable[[], bool]) -> Reconciled:
        """A new run of every account that is to be reconciled. One that never finished is given up for it: the new one begins
        where the last that finished ended."""
        accounts = _reconciled(self.company)
        for account in accounts:
            if (stale := self.log.under_way(account.id)) is not None:
                self.operations.alert(run_given_up(stale))
                self.log.forget(stale)
            self.log.keep(_new_run(self.log, account, as_of, SCHEDULE))
        return self._go_on(accounts, as_of, time_left)

    def go_on(self, as_of: datetime, time_left: Callable[[], bool]) -> Reconciled:
        """Go on with the runs that have not finished: for lack of time, because a processor failed, or because a person has asked."""
        return self._go_on(_reconciled(self.company), as_of, time_left)

    def _go_on(
        self, accounts: list[ProcessorAccount], as_of: datetime, time_left: Callable[[], bool]
    ) -> Reconciled:
        finished, unfinished, failed, found = 0, 0, 0, dict[str, int]()
        for account in accounts:
            run = self.log.under_way(account.id)
            if run is None:
                continue
            after = self._tried(run, account, as_of, time_left)
            finished += after.finished_at is not None
            failed += bool(after.failure)
            unfinished += after.finished_at is None and not after.failure
            for kind, number in after.counts.items():
                found[kind] = found.get(kind, 0) + number - run.counts.get(kind, 0)
        return Reconciled(finished, unfinished, failed, found)

    def _tried(
        self, run: Run, account: ProcessorAccount, as_of: datetime, time_left: Callable[[], bool]
    ) -> Run:
        """The run as it stands when time is over, or all is done. It is kept after every step."""
        run = replace(run, failure="")
        try:
            for run in self._steps(run, account, as_of):  # noqa: B020 - it becomes what each step makes of it
                self.log.keep(run)
                if not time_left():
                    break
        except ReceivablesError as error:
            run = replace(run, failure=f"{type(error).__name__}: {error}"[:300])
            self.log.keep(run)
        return run

    def _steps(self, run: Run, account: ProcessorAccount, as_of: datetime) -> Iterator[Run]:
        api = self.apis(account.processor, account.endpoint)
        comparison = self.books.of(account, api, as_of)
        while run.phase is not Phase.DONE:
            run = comparison.step(run)
            if run.phase is Phase.DONE:
                self._tell(run)
                run = replace(run, finished_at=as_of)
                self.log.forget(run)
            yield run

    def _tell(self, run: Run) -> None:
        """Before the run is kept as done: a run that dies in between tells twice, under the same id, and never not at all."""
        page = self.log.waiting(run.account, MOST_NAMED)
        waiting = [each for each in page.items if each.state is DifferenceState.OPEN]
        if waiting:
            self.finance.tell(differences_found(run, waiting, page.position is not None))


def _reconciled(company: CompanyReader) -> list[ProcessorAccount]:
    return [account for account in company.get().processors if account.reconciled]


def _new_run(log: Reconciliations, account: ProcessorAccount, as_of: datetime, by: str) -> Run:
    last, until = log.last(account.id), as_of - SETTLING
    since = until - FIRST if last is None else min(last.until, until) - OVERLAP
    return Run(dated_id("rec", as_of, account.id, by), account.id, since, until, as_of, by)
