"""Promises to pay: taken down by a person, decided by the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from receivables.arrangements import Part, Promise
from receivables.arrangements.promise_making import Word, make_promise
from receivables.core.clock import local_date
from receivables.core.errors import Conflict
from receivables.core.ids import new_id
from receivables.dunning.policy import Policy
from receivables.dunning.ports import Policies
from receivables.ledger import ArrangementChange, LedgerStore, Posting, WorkingSet
from receivables.usecases.booking import post_again, working_set_of
from receivables.usecases.covering import covers_of
from receivables.usecases.readers import CustomerReader


@dataclass(frozen=True, slots=True)
class PromiseOrder:
    """What was said, and for which receivables (none named: for all that is open)."""

    parts: tuple[Part, ...]
    made_by: str
    channel: str
    receivables: tuple[str, ...] = ()
    note: str = ""


class TakePromise:
    """Takes down promises, as far as the policy lets them be taken."""

    def __init__(self, ledger: LedgerStore, customers: CustomerReader, policies: Policies) -> None:
        self._ledger, self._customers, self._policies = ledger, customers, policies

    def take(self, account_id: str, order: PromiseOrder, by: str, at: datetime) -> Promise:
        """The promise as recorded; the account is woken and pauses what it covers.

        Raises NotFound, InvalidFields (`receivables.0`, `parts.0.on`...) and Conflict: the policy takes no more promises.
        """
        promise_id, taken = new_id("prm", at), []

        def build() -> Posting:
            working_set = working_set_of(self._ledger, account_id)
            promise = self._promise(working_set, order, promise_id, by, at)
            taken.append(promise)
            change = ArrangementChange(None, promise)
            return Posting(account_id, arrangements=(change,), account_rev=working_set.account.rev)

        post_again(self._ledger, build)
        return taken[-1]

    def _promise(
        self, working_set: WorkingSet, order: PromiseOrder, promise_id: str, by: str, at: datetime
    ) -> Promise:
        customer = self._customers.get(working_set.account.customer_id)
        today = local_date(at, customer.tz)
        policy = self._policies.for_customer(customer, today)
        check_limits(working_set, policy)
        covers = covers_of(working_set, order.receivables)
        return make_promise(
            Word(covers, order.parts, order.made_by, order.channel, order.note),
            id=promise_id,
            account_id=working_set.account.id,
            recorded_by=by,
            made_at=at,
            today=today,
            longest_days=policy.promises.longest_days,
            grace_days=policy.promises.grace_days,
            resume_at=policy.resume_at,
        )


def check_limits(working_set: WorkingSet, policy: Policy) -> None:
    """Raises Conflict when the policy takes no (more) promises from this account."""
    rules, broken = policy.promises, working_set.account.promises.broken
    if rules.most_broken is not None and broken > rules.most_broken:
        raise Conflict(f"{broken} promises were broken; the policy takes none after {rules.most_broken}")
    unfinished = sum(isinstance(each, Promise) and each.active for each in working_set.arrangements)
    if unfinished >= rules.most_open:
        raise Conflict(f"{unfinished} promises are open; the policy takes {rules.most_open} at a time")
