"""Finance's desk over in-memory stores: one customer, some open invoices, and the use cases of arrangements."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from receivables.arrangements import Part
from receivables.core.configuration import Company
from receivables.dunning.policy import DEFAULT_POLICY, Policy
from receivables.ledger import Account, OpenItem, Posting, PostOutcome, WorkingSet
from receivables.ledger.receiving import receive
from receivables.terms.settlement import Settlement
from receivables.usecases.applicable import applicable_policies
from receivables.usecases.cancel_arrangement import CancelArrangement
from receivables.usecases.credit_limit import CreditLimits
from receivables.usecases.disputes import Disputes
from receivables.usecases.extensions import Extensions
from receivables.usecases.holds import Holds
from receivables.usecases.plans import AgreePlan
from receivables.usecases.promises import TakePromise
from tests.builders import NOW, customer, day, eur, invoice, issued, payment
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryVersions
from tests.fakes.evidence import InMemoryEvidence
from tests.fakes.stores import MemoryStores
from tests.fakes.stores_ledger import MemoryLedger

ACCOUNT = "C-1.EUR"
BERLIN = ZoneInfo("Europe/Berlin")


class ForgetfulLedger(MemoryLedger):
    """Writes, and once says that it did not: its first answer was lost, and the repeat finds everything changed."""

    _loses = False
    _meanwhile: Callable[[], object] | None = None

    def lose_next_answer(self) -> None:
        self._loses = True

    def meanwhile(self, do: Callable[[], object]) -> None:
        """Somebody else does something between the reading and the next writing."""
        self._meanwhile = do

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        do, self._meanwhile = self._meanwhile, None
        if do is not None:
            do()
        outcome = super().post(posting, inbox_id=inbox_id)
        lost, self._loses = self._loses, False
        return PostOutcome.STALE if lost else outcome


class Desk:
    """INV-1 of 100.00 and INV-2 of 50.00 are open on C-1.EUR, due 10 and 20 days after NOW."""

    def __init__(self, policy: Policy = DEFAULT_POLICY) -> None:
        policy = replace(policy, id="house")
        self.customers = InMemoryCustomers(customer("C-1"))
        self.stores = MemoryStores(self.customers)
        self.ledger = ForgetfulLedger(self.stores.shelf)
        issued(
            self.ledger,
            invoice("INV-1", minor=10_000, due_date=day(10)),
            invoice("INV-2", minor=5_000, due_date=day(20)),
        )
        policies = applicable_policies(
            InMemoryVersions(policy), InMemoryCompany(Company(policy_id=policy.id))
        )
        self.promises = TakePromise(self.ledger, self.customers, policies)
        self.plans = AgreePlan(self.ledger, self.customers)
        self.disputes = Disputes(self.ledger, self.customers, InMemoryEvidence)
        self.cancel = CancelArrangement(self.ledger)
        self.holds = Holds(self.ledger, self.customers)
        self.extensions = Extensions(self.ledger, self.customers)
        self.credit = CreditLimits(self.ledger, self.customers)

    @property
    def working_set(self) -> WorkingSet:
        found = self.ledger.working_set(ACCOUNT)
        assert found is not None
        return found

    @property
    def account(self) -> Account:
        return self.working_set.account

    def item(self, number: str) -> OpenItem:
        found = self.ledger.open_item(ACCOUNT, number)
        assert found is not None
        return found

    def facts(self, kind: str) -> list[Mapping[str, Any]]:
        """The timeline's facts of a kind, newest first."""
        return [fact for fact in self.ledger.timeline(ACCOUNT, 100).items if fact["kind"] == kind]

    def pay(self, minor: int, at: datetime = NOW) -> None:
        """Money comes in, and is set against the oldest due first."""
        money = payment(None, minor, effective_at=at, received_at=at)
        posting = receive(money, ACCOUNT, self.working_set.items, settlement=Settlement(), tz=BERLIN)
        assert self.ledger.post(posting) is PostOutcome.POSTED

    def settle(self) -> None:
        """The account has been worked: it sleeps until somebody wakes it."""
        self.stores.shelf.changed(ACCOUNT, next_action_at=NOW + timedelta(days=9))


def part(on: date, minor: int) -> Part:
    return Part(on, eur(minor))
