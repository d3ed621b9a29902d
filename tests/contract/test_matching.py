"""What cash application keeps: proposals, habits, where a run stopped, the names of customers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import pytest

from receivables.adapters.dynamodb.customers import DynamoCustomers
from receivables.adapters.dynamodb.matching import DynamoHabits, DynamoMatchLog, DynamoNames, DynamoProposals
from receivables.core.errors import StaleRevision
from receivables.customers.ports import Customers
from receivables.matching.candidates import Candidate, Fit, Part, Told
from receivables.matching.ports import Habit, HabitStore, Proposal, ProposalStore, Standing
from receivables.usecases.match_payments import MatchLog
from receivables.usecases.matching_facts import Names
from tests.builders import NOW, customer, eur
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.matching import InMemoryHabits, InMemoryMatchLog, InMemoryNames, InMemoryProposals

PAYMENT = "bank/main/2026-03-02/1"
CANDIDATE = Candidate(
    "C-1.EUR",
    (Part("INV-1"), Part("INV 2/a", eur(500))),
    93,
    ("its text names INV-1", "Müller"),
    Fit.EXACT,
    Told.NUMBER,
    (10_000, 500),
    credit=7,
)


@dataclass(frozen=True)
class Kept:
    proposals: ProposalStore
    habits: HabitStore
    log: MatchLog
    names: Names
    customers: Customers


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.engine)])
def kept(request: pytest.FixtureRequest) -> Kept:
    if request.param == "memory":
        customers = InMemoryCustomers()
        return Kept(
            InMemoryProposals(), InMemoryHabits(), InMemoryMatchLog(), InMemoryNames(customers), customers
        )
    client: Any = request.getfixturevalue("dynamodb")
    tables: dict[str, str] = request.getfixturevalue("tables")
    table, directory = tables["RECEIVABLES_TABLE"], tables["CUSTOMERS_TABLE"]
    return Kept(
        DynamoProposals(client, table),
        DynamoHabits(client, table),
        DynamoMatchLog(client, table),
        DynamoNames(client, directory),
        DynamoCustomers(directory, client),
    )


def test_a_proposal_is_read_as_it_was_kept(kept: Kept) -> None:
    proposal = Proposal(PAYMENT, (CANDIDATE, replace(CANDIDATE, parts=(), owed=())), NOW, notes=("in USD",))
    kept.proposals.put(proposal)

    read = kept.proposals.get(PAYMENT)

    assert read == proposal
    assert read.candidates[0].owed == (10_000, 500)


def test_what_was_never_looked_at_has_no_proposal(kept: Kept) -> None:
    assert kept.proposals.get(PAYMENT) is None
    assert kept.proposals.of([PAYMENT]) == {}


def test_proposals_of_many_payments_are_read_together(kept: Kept) -> None:
    for number in range(120):
        kept.proposals.put(Proposal(f"bank/main/{number}", (), NOW))

    found = kept.proposals.of(f"bank/main/{number}" for number in range(60, 180))

    assert sorted(found) == sorted(f"bank/main/{number}" for number in range(60, 120))


def test_a_proposal_gives_way_to_another_and_to_a_decision_but_a_decision_does_not(kept: Kept) -> None:
    kept.proposals.put(Proposal(PAYMENT, (), NOW))
    kept.proposals.put(Proposal(PAYMENT, (CANDIDATE,), NOW))
    kept.proposals.put(Proposal(PAYMENT, (CANDIDATE,), NOW, Standing.CONFIRMED, by="ada"))
    kept.proposals.put(Proposal(PAYMENT, (), NOW))

    read = kept.proposals.get(PAYMENT)

    assert read is not None
    assert (read.standing, read.by) == (Standing.CONFIRMED, "ada")


def test_a_habit_is_kept_at_its_revision(kept: Kept) -> None:
    first = kept.habits.put(Habit("account/DE1", {"C-1.EUR": 2}, frozenset({"C-2.EUR"})))
    second = kept.habits.put(replace(first, accounts={"C-1.EUR": 3}))

    assert kept.habits.of(["account/DE1", "name/nobody"]) == {"account/DE1": second}
    assert second.rev == 2
    with pytest.raises(StaleRevision):
        kept.habits.put(first)
    with pytest.raises(StaleRevision):
        kept.habits.put(Habit("account/DE1"))


def test_a_run_goes_on_where_it_stopped(kept: Kept) -> None:
    assert kept.log.position() is None
    kept.log.keep({"pk": "P#x", "sk": "payment"})
    assert kept.log.position() == {"pk": "P#x", "sk": "payment"}
    kept.log.keep(None)
    assert kept.log.position() is None


def test_names_are_read_by_id(kept: Kept) -> None:
    kept.customers.create(customer("C-1", name="Müller GmbH"))
    kept.customers.create(customer("C-2", name="Ada"))

    assert kept.names.names(["C-1", "C-3"]) == {"C-1": "Müller GmbH"}
