"""Whose turn it is: what the index nominates, and plans that nobody overtook."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.core.errors import StaleRevision
from tests.builders import NOW, invoice, issued, payment
from tests.contract.conftest import Stores
from tests.contract.steps import account, pay


def test_the_due_accounts_are_exactly_those_whose_time_has_come(stores: Stores) -> None:
    for number in range(20):
        issued(stores.ledger, invoice(f"INV-{number}", f"C-{number}.EUR"))
        at = NOW + timedelta(hours=number - 10)
        stores.agenda.replan(f"C-{number}.EUR", 1, progress={}, worked_at=NOW, next_action_at=at)
    assert sorted(stores.agenda.due(NOW)) == sorted(f"C-{number}.EUR" for number in range(11))


def test_an_account_with_nothing_to_come_leaves_the_index(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan("C-1.EUR", 1, progress={"INV-1": 6}, worked_at=NOW, next_action_at=None)
    assert list(stores.agenda.due(NOW + timedelta(days=4000))) == []
    assert account(stores).next_action_at is None


def test_a_plan_is_kept(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    later = NOW + timedelta(days=3)
    stores.agenda.replan("C-1.EUR", 1, progress={"INV-1": 2}, worked_at=NOW, next_action_at=later)
    planned = account(stores)
    assert (planned.progress, planned.worked_at, planned.next_action_at, planned.rev) == (
        {"INV-1": 2},
        NOW,
        later,
        2,
    )


def test_a_plan_made_from_old_facts_is_refused(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    read = account(stores)
    pay(stores, payment(minor=1))
    with pytest.raises(StaleRevision):
        stores.agenda.replan("C-1.EUR", read.rev, progress={}, worked_at=NOW, next_action_at=None)
    assert list(stores.agenda.due(NOW)) == ["C-1.EUR"]


def test_of_two_workers_with_different_plans_one_is_refused(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    later = NOW + timedelta(days=3)
    stores.agenda.replan("C-1.EUR", 1, progress={}, worked_at=NOW, next_action_at=later)
    with pytest.raises(StaleRevision):
        stores.agenda.replan("C-1.EUR", 1, progress={"INV-1": 1}, worked_at=NOW, next_action_at=later)


def test_an_unknown_account_cannot_be_planned(stores: Stores) -> None:
    with pytest.raises(StaleRevision):
        stores.agenda.replan("C-9.EUR", 1, progress={}, worked_at=NOW, next_action_at=None)
