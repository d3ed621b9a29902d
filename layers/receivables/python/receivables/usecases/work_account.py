"""Works one account: read, decide, claim, send, keep, plan again.

Whatever is in the way - a payment, a hold, another worker - shows as a changed rev, and everything is read and decided
again. Every change of state is one transaction, and the account stays due until its last is done; so a crash anywhere
costs a repetition of harmless work, and never a second message.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, Protocol

from receivables.core.clock import local_date
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.customers import Customer
from receivables.dunning import Decision, OpenCase, Policy, SendNotice, StartCase, WakeCase, decide
from receivables.dunning.ports import Agenda, Policies
from receivables.ledger import Account, WorkingSet
from receivables.notices.ports import Claim, NoticeStore
from receivables.usecases.compose_notice import Addressing, compose
from receivables.usecases.courier import Courier, Parcel, Tally
from receivables.usecases.work_case import CaseWork

MOST_READINGS: Final = 5
"""Times an account is read again because it changed, before its message goes back to the queue."""
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
    cases: CaseWork
    addressing: Callable[[], Addressing]

    def __call__(self, account_id: str, as_of: datetime, tally: Tally) -> Outcome:
        woken: set[str] = set()
        for _ in range(MOST_READINGS):
            working_set = self.accounts.working_set(account_id)
            if working_set is None:
                return Outcome.UNKNOWN
            try:
                done = self._work(working_set, as_of, tally, woken)
            except (StaleRevision, AlreadyExists):
                tally["Reread"] += 1
                continue
            if done is not None:
                outcome, parcels = done
                self.courier.deliver(parcels, as_of, tally)
                return outcome
        raise StaleRevision(f"account {account_id!r} keeps changing")

    def _work(self, working_set: WorkingSet, as_of: datetime, tally: Tally, woken: set[str]) -> Done | None:
        """What one reading leads to; None: something was done that asks for another."""
        account = working_set.account
        try:
            customer = self.customers.get(account.customer_id)
            policy = self.policies.for_customer(customer, local_date(as_of, customer.tz))
        except NotFound:
            return self._set_aside(account, as_of, tally), ()
        decision = decide(working_set, customer, policy, as_of)
        for action in decision.actions:
            match action:
                case StartCase():
                    self.cases.start(account.id, as_of)
                case WakeCase(case_id) if case_id not in woken:
                    woken.add(case_id)
                    self.cases.wake(account.id, case_id, as_of)
                case OpenCase():
                    self.cases.open(working_set, action, policy, as_of, tally)
                    return None
                case SendNotice():
                    parcels = self._claim(account, customer, policy, decision, action, as_of)
                    tally["Claimed"] += sum(parcel.message is not None for parcel in parcels)
                    tally["Unreachable"] += sum(parcel.message is None for parcel in parcels)
                    return Outcome.NOTIFIED, parcels
        self._plan(account, decision, as_of)
        return Outcome.PLANNED, ()

    def _claim(
        self,
        account: Account,
        customer: Customer,
        policy: Policy,
        decision: Decision,
        action: SendNotice,
        as_of: datetime,
    ) -> Sequence[Parcel]:
        parcels = compose(action, account, customer, policy, decision.reasons, self.addressing(), as_of)
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
