"""The tick."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.core.errors import DependencyFailed
from receivables.usecases.nominate import Nominate, Nominated
from tests.builders import NOW, customer, invoice, issued
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.gateways import InMemoryAccountQueue, InMemoryKillSwitch
from tests.fakes.stores import MemoryStores

LATER = NOW + timedelta(days=1)


def stores(accounts: int) -> MemoryStores:
    made = MemoryStores(InMemoryCustomers(*(customer(f"C-{n}") for n in range(accounts))))
    issued(made.ledger, *(invoice(f"INV-{n}", f"C-{n}.EUR") for n in range(accounts)))
    return made


def test_every_account_whose_turn_it_is_is_queued_once_in_tens() -> None:
    queue = InMemoryAccountQueue()
    done = Nominate(stores(23).agenda, queue, InMemoryKillSwitch())(LATER)
    assert done == Nominated(23, LATER)
    assert [len(batch) for batch in queue.batches] == [10, 10, 3]
    assert {account_id for account_id, _ in queue.messages} == {f"C-{n}.EUR" for n in range(23)}
    assert {as_of for _, as_of in queue.messages} == {LATER}


def test_an_account_that_is_planned_for_later_is_left_alone() -> None:
    made = stores(2)
    account = made.shelf.accounts["C-0.EUR"]
    made.agenda.replan(
        account.id, account.rev, progress={}, worked_at=NOW, next_action_at=LATER + timedelta(seconds=1)
    )
    queue = InMemoryAccountQueue()
    assert Nominate(made.agenda, queue, InMemoryKillSwitch())(LATER).count == 1
    assert queue.messages == [("C-1.EUR", LATER)]


def test_with_the_kill_switch_engaged_nothing_is_nominated() -> None:
    queue = InMemoryAccountQueue()
    done = Nominate(stores(3).agenda, queue, InMemoryKillSwitch(on=True))(LATER)
    assert done == Nominated(0, LATER, halted=True)
    assert queue.batches == []


def test_a_kill_switch_that_cannot_be_read_fails_the_tick() -> None:
    queue = InMemoryAccountQueue()
    with pytest.raises(DependencyFailed):
        Nominate(stores(3).agenda, queue, InMemoryKillSwitch(broken=True))(LATER)
    assert queue.batches == []


def test_nothing_due_queues_nothing() -> None:
    queue = InMemoryAccountQueue()
    assert Nominate(stores(0).agenda, queue, InMemoryKillSwitch())(LATER).count == 0
    assert queue.batches == []
