"""What cash application needs, in memory: the same rules as the tables, checked by the same contract suite."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from receivables.core.errors import StaleRevision
from receivables.matching.ports import Habit, Proposal, Standing
from tests.fakes.directory import InMemoryCustomers


@dataclass
class InMemoryProposals:
    kept: dict[str, Proposal] = field(default_factory=dict)

    def get(self, payment: str) -> Proposal | None:
        return self.kept.get(payment)

    def of(self, payments: Iterable[str]) -> Mapping[str, Proposal]:
        return {payment: self.kept[payment] for payment in payments if payment in self.kept}

    def put(self, proposal: Proposal) -> None:
        known = self.kept.get(proposal.payment)
        if proposal.standing is Standing.PROPOSED and known and known.standing is not Standing.PROPOSED:
            return
        self.kept[proposal.payment] = proposal


@dataclass
class InMemoryHabits:
    kept: dict[str, Habit] = field(default_factory=dict)

    def of(self, payers: Iterable[str]) -> Mapping[str, Habit]:
        return {payer: self.kept[payer] for payer in payers if payer in self.kept}

    def put(self, habit: Habit) -> Habit:
        known = self.kept.get(habit.payer)
        if (known.rev if known else 0) != habit.rev:
            raise StaleRevision("the habit has changed since it was read")
        self.kept[habit.payer] = replace(habit, rev=habit.rev + 1)
        return self.kept[habit.payer]


@dataclass
class InMemoryMatchLog:
    kept: Mapping[str, str] | None = None

    def position(self) -> Mapping[str, str] | None:
        return self.kept

    def keep(self, position: Mapping[str, str] | None) -> None:
        self.kept = position


@dataclass
class InMemoryNames:
    customers: InMemoryCustomers

    def names(self, customers: Iterable[str]) -> Mapping[str, str]:
        records = self.customers.records
        return {each: records[each].name for each in customers if each in records}
