"""Works one account: read, keep up, decide, claim, send, plan again.

Whatever is in the way - a payment, a hold, another worker - shows as a changed rev, and everything is read and decided
again. Every change of state is one transaction, and the account stays due until its last is done; so a crash anywhere
costs a repetition of harmless work, and never a second message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

from receivables.core.clock import local_date
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.dunning import Decision, OpenCase, SendNotice, StartCase, WakeCase
from receivables.dunning.decide import decide
from receivables.ledger import Account, WorkingSet
from receivables.notices.ports import Claim
from receivables.usecases.compose_notice import Addressing, compose
from receivables.usecases.courier import Courier, Parcel, Tally
from receivables.usecases.keep_up import KeepUp, Upkeep

if TYPE_CHECKING:
    from receivables.customers import Customer
    from receivables.dunning import Policy
    from receivables.dunning.ports import Agenda, Policies
    from receivables.ledger import Posting
    from receivables.notices.ports import NoticeStore
    from receivables.usecases.work_case import CaseWork

MOST_READINGS: Final = 5
"""Times an account is read again because it changed, before its message goes back to the queue."""
MOST_STEPS: Final = 200
"""Steps that are done for one message. Each is progress that is kept; an account with more to do than that, is due again
at once."""
ASIDE: Final = timedelta(days=1)
"""When an account that cannot be decided (its customer or policy is missing) is looked at again."""


class Accounts(Protocol):
    """As much of the ledger as working an account needs."""

    def working_set(self, account_id: str) -> WorkingSet | None: ...


class CustomerReader(Protocol):
    """As much of the customers as working an account needs."""

    def get(self, customer_id: str) -> Customer: ...


class Outcome(StrEnum):
    """What became of a message."""

    NOTIFIED = "notified"
    """A notice was claimed; the tally says what became of it."""
    PLANNED = "planned"
    """Nothing to send; at most cases were moved and the plan was stored."""
    UNKNOWN = "unknown_account"
    UNFINISHED = "unfinished"
    """There was more to keep up than one message may take; the account is due again at once."""
    SET_ASIDE = "set_aside"
    """Its customer or policy is missing; it is looked at again in a day."""


Done = tuple[Outcome, Sequence[Parcel]]
"""What became of a message, and what was claimed and is to be sent."""


@dataclass(frozen=True, slots=True)
class WorkAccount:
    """The use case. Raises StaleRevision when the account keeps changing, Throttled when the provider has no time for
    it now: either way the message is to come again."""

    accounts: Accounts
    customers: CustomerReader
    policies: Policies
    agenda: Agenda
    notices: NoticeStore
    courier: Courier
    cases: Callable[[], CaseWork]
    upkeep: KeepUp
    addressing: Callable[[], Addressing]

    def __call__(self, account_id: str, as_of: datetime, tally: Tally) -> Outcome:
        """Do what is due for the account at `as_of` (UTC). Counts what it does in `tally`."""
        woken: set[str] = set()
        # A claim fails when the customer has changed since; then it is read again, with everything else.
        known: dict[str, Customer] = {}
        left = MOST_READINGS
        for _ in range(MOST_STEPS):
            working_set = self.accounts.working_set(account_id)
            if working_set is None:
                return Outcome.UNKNOWN
            try:
                done = self._work(working_set, as_of, tally, woken, known)
            except (StaleRevision, AlreadyExists):
                tally["Reread"] += 1
                left -= 1
                known.clear()
                if not left:
                    raise StaleRevision(f"account {account_id!r} keeps changing") from None
                continue
            if done is not None:
                outcome, parcels = done
                self.courier.deliver(parcels, as_of, tally)
                return outcome
        return Outcome.UNFINISHED

    def _work(
        self,
        working_set: WorkingSet,
        as_of: datetime,
        tally: Tally,
        woken: set[str],
        known: dict[str, Customer],
    ) -> Done | None:
        """What one reading leads to; None: something was done that asks for another."""
        account = working_set.account
        try:
            customer = known.get(account.customer_id) or self.customers.get(account.customer_id)
            known[customer.id] = customer
            policy = self.policies.for_customer(customer, local_date(as_of, customer.tz))
            upkeep = self.upkeep.turn(working_set, customer, policy, as_of)
            postings = upkeep.due()
        except NotFound:
            return self._set_aside(account, as_of, tally), ()
        if postings:
            self._keep_up(postings, as_of, tally)
            return None
        return self._decide(working_set, customer, policy, upkeep, as_of, tally, woken)

    def _decide(
        self,
        working_set: WorkingSet,
        customer: Customer,
        policy: Policy,
        upkeep: Upkeep,
        as_of: datetime,
        tally: Tally,
        woken: set[str],
    ) -> Done | None:
        """What is to be done for an account that is kept up."""
        account = working_set.account
        decision = decide(working_set, customer, policy, as_of)
        decision = replace(decision, next_action_at=_earlier(decision.next_action_at, upkeep.next_at()))
        for action in decision.actions:
            match action:
                case StartCase():
                    self.cases().start(account.id, as_of)
                case WakeCase(case_id) if case_id not in woken:
                    woken.add(case_id)
                    self.cases().wake(account.id, case_id, as_of)
                case OpenCase():
                    self.cases().open(working_set, action, policy, as_of, tally)
                    return None
                case SendNotice():
                    if charges := upkeep.before(action):
                        self._keep_up(charges, as_of, tally)
                        return None
                    claimed = self._claim(account, customer, policy, decision, action, as_of)
                    return Outcome.NOTIFIED, _counted(claimed, tally)
        self._plan(account, decision, as_of)
        return Outcome.PLANNED, ()

    def _keep_up(self, postings: Sequence[Posting], as_of: datetime, tally: Tally) -> None:
        """Post them; the account is to be read again then. Raises StaleRevision when not even the first could be posted."""
        written = self.upkeep.post(postings, as_of)
        tally["KeptUp"] += written
        if not written:
            raise StaleRevision("the account has changed since it was read")

    def _claim(
        self,
        account: Account,
        customer: Customer,
        policy: Policy,
        decision: Decision,
        action: SendNotice,
        as_of: datetime,
    ) -> Sequence[Parcel]:
        workings = self.upkeep.workings(account.id, action)
        parcels = compose(
            action, account, customer, policy, decision.reasons, self.addressing(), as_of, workings
        )
        self.notices.claim(
            Claim(
                account_id=account.id,
                rev=account.rev,
                customer=customer,
                notices=[parcel.notice for parcel in parcels],
                progress=decision.progress,
                worked_at=as_of,
                next_action_at=decision.next_action_at,
            )
        )
        return parcels

    def _plan(self, account: Account, decision: Decision, as_of: datetime) -> None:
        if decision.next_action_at == account.next_action_at and decision.progress == account.progress:
            return
        self.agenda.replan(
            account.id,
            account.rev,
            progress=decision.progress,
            worked_at=as_of,
            next_action_at=decision.next_action_at,
        )

    def _set_aside(self, account: Account, as_of: datetime, tally: Tally) -> Outcome:
        if account.worked_at is None or account.worked_at <= as_of:
            self._plan(account, Decision((), account.progress, as_of + ASIDE, ()), as_of)
        tally["Parked"] += 1
        return Outcome.SET_ASIDE


def _earlier(one: datetime | None, other: datetime | None) -> datetime | None:
    return min((moment for moment in (one, other) if moment is not None), default=None)


def _counted(parcels: Sequence[Parcel], tally: Tally) -> Sequence[Parcel]:
    tally["Claimed"] += sum(parcel.message is not None for parcel in parcels)
    tally["Unreachable"] += sum(parcel.message is None for parcel in parcels)
    return parcels
