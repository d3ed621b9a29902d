"""The nightly check: every balance of every account, worked out again from the entries.

It reads and never repairs: a difference is a fault in the books, and what to do about it is for people to decide. What
differs is read again, in one piece, before anybody is alarmed. The walk may take several runs: where it stopped is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Final, Protocol

from receivables.cases.ports import Message, Operations
from receivables.core.errors import Throttled
from receivables.core.ids import derived_id
from receivables.ledger import Page
from receivables.ledger.checks import AccountBooks, Difference, check_account
from receivables.ledger.trial_balance import TrialBalance, trial_balance

MOST_NAMED: Final = 50
"""Accounts that a message, and the result, name; the number is that of all."""


class OneOfTheBooks(Protocol):
    """All that is stored of one account."""

    def read(self, account_id: str) -> AccountBooks | None:
        """One account as it was at one moment, strongly consistent; None: there is nothing of it. Raises Throttled when it
        keeps changing."""


class Books(OneOfTheBooks, Protocol):
    """All that is stored of accounts, from the base table."""

    def page(self, position: Mapping[str, str] | None) -> Page[AccountBooks]:
        """The accounts - those of suspense too - that begin at a position (None: the first), each of them whole; a
        page may hold none. What changes meanwhile may be seen in part."""


@dataclass(frozen=True, slots=True)
class Finding:
    """An account that differs, and how: the first difference in words."""

    account_id: str
    difference: str


@dataclass(frozen=True, slots=True)
class CheckState:
    """A check that is under way, and, with `finished_at`, one that is done. `findings` are at most MOST_NAMED of the
    `differing` accounts; times are those of the schedule (UTC)."""

    began_at: datetime
    position: Mapping[str, str] | None = None
    checked: int = 0
    differing: int = 0
    findings: tuple[Finding, ...] = ()
    balance: TrialBalance = field(default_factory=TrialBalance)
    finished_at: datetime | None = None


class CheckLog(Protocol):
    """Where the state of the check is kept."""

    def under_way(self) -> CheckState | None:
        """The check that has not finished."""

    def keep(self, state: CheckState) -> None:
        """Replace it."""

    def conclude(self, state: CheckState) -> None:
        """Keep it as the last result; nothing is under way any more."""

    def last(self) -> CheckState | None:
        """The last that finished."""


@dataclass(frozen=True, slots=True)
class Walk:
    """What one run did: accounts checked, and how many of them differ."""

    finished: bool
    checked: int
    differing: int


class CheckBooks:
    """Checks all accounts, as long as time is left."""

    def __init__(self, books: Books, log: CheckLog, operations: Operations) -> None:
        self._books, self._log, self._operations = books, log, operations

    def begin(self, as_of: datetime, time_left: Callable[[], bool]) -> Walk:
        """Check from the beginning; a check that never finished is given up for this newer one."""
        return self._walk(CheckState(as_of), as_of, time_left)

    def go_on(self, as_of: datetime, time_left: Callable[[], bool]) -> Walk:
        """Go on with the check that is under way; nothing when there is none."""
        state = self._log.under_way()
        return (
            Walk(finished=True, checked=0, differing=0)
            if state is None
            else self._walk(state, as_of, time_left)
        )

    def _walk(self, state: CheckState, as_of: datetime, time_left: Callable[[], bool]) -> Walk:
        before, found = state, list[Finding]()
        while True:
            page = self._books.page(state.position)
            for books in page.items:
                state = self._check(state, books, found)
            state = replace(state, position=page.position)
            if page.position is None or not time_left():
                break
            self._log.keep(state)
        # The alarm comes first: a run that dies after it alarms twice, and never not at all.
        if found:
            self._operations.alert(differences_found(before.began_at, found))
        finished = state.position is None
        if finished:
            self._log.conclude(replace(state, finished_at=as_of))
        else:
            self._log.keep(state)
        return Walk(finished, state.checked - before.checked, len(found))

    def _check(self, state: CheckState, books: AccountBooks, found: list[Finding]) -> CheckState:
        differences: Iterable[Difference] = check_account(books)
        if differences:
            books, differences = self._again(books)
        checked = replace(
            state, checked=state.checked + 1, balance=state.balance + trial_balance(books.entries)
        )
        if not differences:
            return checked
        finding = Finding(books.account_id, _in_words(next(iter(differences))))
        found.append(finding)
        named = (*state.findings, finding)[:MOST_NAMED]
        return replace(checked, differing=state.differing + 1, findings=named)

    def _again(self, books: AccountBooks) -> tuple[AccountBooks, list[Difference]]:
        """The account as it was at one moment: the walk may have seen a posting in part. One that never stands still is
        for the next night."""
        try:
            books = self._books.read(books.account_id) or books
        except Throttled:
            return books, []
        return books, check_account(books)


def differences_found(began_at: datetime, found: list[Finding]) -> Message:
    """For operations: the accounts whose books differ. Names no customer."""
    named = [f"  {each.account_id}: {each.difference}" for each in found[:MOST_NAMED]]
    more = [f"  and {len(found) - MOST_NAMED} more"] if len(found) > MOST_NAMED else []
    text = "\n".join(
        (
            f"The check of the ledger that began at {began_at:%Y-%m-%d %H:%M} UTC found {len(found)} accounts whose",
            "balances are not what their entries add up to. Entries are the truth; nothing was changed:",
            *named,
            *more,
        )
    )
    ids = [each.account_id for each in found]
    return Message(
        derived_id("msg", "ledger", began_at.isoformat(), *ids),
        f"The ledger differs: {len(found)} accounts",
        text,
        {"event": "ledger_differences"},
    )


def _in_words(difference: Difference) -> str:
    return f"{difference.what} is {difference.found}, should be {difference.expected}"
