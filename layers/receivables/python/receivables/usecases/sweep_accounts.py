"""The daily walk through all accounts: what the index missed is found, queued and reported.

It trusts the base table alone. It may take several runs: where it stopped is kept, and the next run goes on from there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol

from receivables.core.clock import local_date
from receivables.core.errors import DependencyFailed
from receivables.dunning.decide import decide
from receivables.dunning.ports import MOST_AT_ONCE, AccountQueue
from receivables.ledger import AT_ONCE, Page
from receivables.usecases.readers import AccountReader, CustomerReader

if TYPE_CHECKING:
    from receivables.dunning.ports import Policies
    from receivables.ledger import WorkingSet

GRACE: Final = timedelta(hours=1)
"""How late a planned account may be before it counts as missed: ticks come every five minutes, and queues may be long."""


@dataclass(frozen=True, slots=True)
class Planned:
    """What the sweep reads of every account: what is open on it (minor units) and when it is planned next (UTC)."""

    account_id: str
    open: int
    next_action_at: datetime | None

    def suspicious(self, as_of: datetime) -> bool:
        if self.next_action_at is None:
            return self.open > 0
        return self.next_action_at <= as_of - GRACE


class Census(Protocol):
    """All accounts, from the base table."""

    def page(self, position: Mapping[str, str] | None) -> Page[Planned]:
        """The part of the table that begins at a position (None: its beginning); it may hold no account at all."""


@dataclass(frozen=True, slots=True)
class SweepState:
    """What one sweep leaves to the next: the walk that is not finished yet, and the unknown notices that operations
    has been told of. `position` is None when no walk is under way."""

    position: Mapping[str, str] | None = None
    scanned: int = 0
    missed: int = 0
    reported: tuple[str, ...] = ()


class SweepLog(Protocol):
    """Where the state of the sweep is kept."""

    def read(self) -> SweepState:
        """As it was left; nothing under way when there was none."""

    def keep(self, state: SweepState) -> None:
        """Replace it."""


@dataclass(frozen=True, slots=True)
class Walk:
    """How far a walk came: accounts looked at and missed ones queued, since it began."""

    finished: bool
    scanned: int
    missed: int


class SweepAccounts:
    """Walks through all accounts, as long as time is left."""

    def __init__(
        self,
        census: Census,
        log: SweepLog,
        ledger: AccountReader,
        customers: CustomerReader,
        policies: Policies,
        queue: AccountQueue,
    ) -> None:
        self._census, self._log, self._ledger = census, log, ledger
        self._customers, self._policies, self._queue = customers, policies, queue

    def begin(self, as_of: datetime, time_left: Callable[[], bool]) -> Walk:
        """Walk from the beginning; a walk that never finished is given up for this newer one."""
        return self._walk(replace(self._log.read(), position=None, scanned=0, missed=0), as_of, time_left)

    def go_on(self, as_of: datetime, time_left: Callable[[], bool]) -> Walk | None:
        """Go on with the walk that is under way; None when there is none."""
        state = self._log.read()
        return self._walk(state, as_of, time_left) if state.position is not None else None

    def _walk(self, state: SweepState, as_of: datetime, time_left: Callable[[], bool]) -> Walk:
        while True:
            page = self._census.page(state.position)
            missed = [p.account_id for p in page.items if p.suspicious(as_of) and self._is_due(p, as_of)]
            for first in range(0, len(missed), MOST_AT_ONCE):
                self._queue.put(missed[first : first + MOST_AT_ONCE], as_of)
            state = replace(
                state,
                position=page.position,
                scanned=state.scanned + len(page.items),
                missed=state.missed + len(missed),
            )
            self._log.keep(state)
            if page.position is None or not time_left():
                return Walk(page.position is None, state.scanned, state.missed)

    def _is_due(self, planned: Planned, as_of: datetime) -> bool:
        """What `decide` says; an account that cannot be decided is queued, so that its worker sets it aside, or fails
        on it, visibly. It must not end the walk: nothing behind it would ever be looked at."""
        try:
            return self._has_work(planned, as_of)
        except DependencyFailed:
            raise
        except Exception:  # noqa: BLE001 - whatever is wrong with it
            return True

    def _has_work(self, planned: Planned, as_of: datetime) -> bool:
        working_set = self._ledger.working_set(planned.account_id)
        if working_set is None:
            return False
        customer = self._customers.get(working_set.account.customer_id)
        policy = self._policies.for_customer(customer, local_date(as_of, customer.tz))
        decision = decide(working_set, customer, policy, as_of)
        unplanned = working_set.account.next_action_at is None and decision.next_action_at is not None
        return bool(decision.actions) or unplanned or _upkeep_overdue(working_set, as_of)


def _upkeep_overdue(working_set: WorkingSet, as_of: datetime) -> bool:
    """Its plan said that it be looked at by now, and it has more to it than reminders. What is due of late charges, promises
    and plans only its worker can tell; one that was woken, and not planned since, is not late yet."""
    planned = working_set.account.next_action_at
    if planned is None or planned == AT_ONCE or planned > as_of - GRACE:
        return False
    charged = any(item.conditions.charged for item in working_set.items)
    return bool(charged or working_set.arrangements or working_set.credits)
