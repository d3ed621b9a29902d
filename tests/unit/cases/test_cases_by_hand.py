"""Finance opens a case before the policy would."""

from __future__ import annotations

from datetime import timedelta

import pytest

from receivables.cases.case import Stage
from receivables.core.errors import Conflict, Forbidden, InvalidInput, NotFound
from receivables.dunning.policy import DEFAULT_POLICY
from receivables.usecases.applicable import applicable_policies
from receivables.usecases.cases import OpenCase
from tests.builders import NOW, customer, day, invoice, issued
from tests.fakes.case_world import ACCOUNT, OPENED, World
from tests.fakes.cases_gateways import InMemoryWorkflow
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryVersions
from tests.fakes.stores import MemoryStores


class Desk:
    """An account with one overdue invoice and one that is not due yet."""

    def __init__(self) -> None:
        self.customers = InMemoryCustomers(customer())
        self.stores, self.workflow = MemoryStores(customers=self.customers), InMemoryWorkflow()
        issued(self.stores.ledger, invoice("I-LATE", ACCOUNT, due_date=day(0)), invoice("I-SOON", ACCOUNT))
        self.at = NOW + timedelta(days=5)
        self.open = OpenCase(
            self.stores.cases,
            self.stores.ledger,
            self.customers,
            applicable_policies(InMemoryVersions(), InMemoryCompany()),
            self.workflow,
        ).open_by_hand


def test_it_collects_what_is_overdue_and_starts_at_once() -> None:
    desk = Desk()
    case = desk.open(ACCOUNT, "ann", desk.at)
    assert case.invoices == ("I-LATE",)
    assert case.opened_by == "ann"
    assert desk.workflow.executions == {case.id: (case.id, ACCOUNT, desk.at)}
    assert desk.stores.cases.get(case.id).started


def test_its_invoices_get_no_more_reminders() -> None:
    desk = Desk()
    desk.open(ACCOUNT, "ann", desk.at)
    assert desk.stores.shelf.accounts[ACCOUNT].progress == {"I-LATE": DEFAULT_POLICY.steps[-1].offset_days}


def test_a_named_invoice_must_be_open_and_overdue() -> None:
    desk = Desk()
    with pytest.raises(InvalidInput, match="I-SOON"):
        desk.open(ACCOUNT, "ann", desk.at, ["I-SOON"])
    assert desk.stores.shelf.cases == {}


def test_an_account_has_one_case_at_a_time() -> None:
    desk = Desk()
    desk.open(ACCOUNT, "ann", desk.at)
    with pytest.raises(Conflict):
        desk.open(ACCOUNT, "bob", desk.at)


def test_without_anything_overdue_there_is_nothing_to_open() -> None:
    desk = Desk()
    with pytest.raises(Conflict):
        desk.open(ACCOUNT, "ann", NOW)
    with pytest.raises(NotFound):
        desk.open("C-2.EUR", "ann", NOW)


def test_a_workflow_that_does_not_start_is_started_by_the_accounts_next_tick() -> None:
    desk = Desk()
    desk.workflow.fail_next = "before"
    case = desk.open(ACCOUNT, "ann", desk.at)
    assert not desk.stores.cases.get(case.id).started
    planned = desk.stores.shelf.accounts[ACCOUNT].next_action_at
    assert planned is not None
    assert planned <= desk.at


def test_who_opened_it_cannot_give_its_approvals() -> None:
    world = World(opened_by="ann")
    world.run()
    world.on(OPENED + timedelta(days=10))
    assert world.case.stage is Stage.AWAITING_SUSPENSION
    with pytest.raises(Forbidden):
        world.decide(approve=True, by="ann")
    world.decide(approve=True, by="bob")
