"""The sweep finds what was begun and not finished."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.arrangements import Covered, Dispute, DisputeReason, Part, Promise
from receivables.core.configuration import Switch
from receivables.core.errors import OutcomeUnknown, Throttled
from receivables.ledger import AT_ONCE, ArrangementChange, Posting
from receivables.payments.inbox import InboxState
from receivables.usecases.applicable import applicable_policies
from receivables.usecases.overdue_decisions import OverdueDecisions, TellOverdue
from receivables.usecases.sweep import Sweep
from receivables.usecases.sweep_accounts import SweepAccounts
from tests.builders import customer, day, eur, invoice, issued, message
from tests.fakes.case_world import ACCOUNT, OPENED, World
from tests.fakes.cases_gateways import InMemoryTopic
from tests.fakes.directory import InMemoryVersions
from tests.fakes.gateways import InMemoryAccountQueue
from tests.fakes.sweeping import InMemoryCensus, InMemorySweepLog

LATER = OPENED + timedelta(hours=3)


class Broom:
    def __init__(self, world: World) -> None:
        stores = world.stores
        self.log, self.queue, self.operations = InMemorySweepLog(), InMemoryAccountQueue(), InMemoryTopic()
        policies = applicable_policies(InMemoryVersions(), world.company)
        accounts = SweepAccounts(
            InMemoryCensus(stores.shelf), self.log, stores.ledger, world.customers, policies, self.queue
        )
        self.sweep = Sweep(
            notices=stores.notices,
            cases=stores.cases,
            inbox=stores.inbox,
            workflow=world.workflow,
            operations=self.operations,
            log=self.log,
            switch=world.switch,
            accounts=accounts,
            decisions=TellOverdue(OverdueDecisions(stores.ledger), world.finance),
        )

    def outstanding(self) -> dict[str, int]:
        return self.sweep.outstanding(LATER, lambda: True)

    def full(self, pages: int = 1_000) -> dict[str, int]:
        left = iter([True] * (pages - 1))
        return self.sweep.full(LATER, lambda: next(left, False))


def many(world: World, number: int) -> None:
    """Accounts with an invoice that has long been due, which no index knows of."""
    for n in range(number):
        world.customers.records[f"D-{n}"] = customer(f"D-{n}")
        account = f"D-{n}.EUR"
        issued(world.stores.ledger, invoice(f"J-{n}", account, due_date=day(5)))
        world.stores.shelf.accounts[account] = replace(
            world.stores.shelf.accounts[account], next_action_at=None
        )


def rest(world: World) -> None:
    """The world's own account is planned in the future and its workflow runs."""
    world.run()
    world.workflow.start(world.case.execution, world.case_id, ACCOUNT, OPENED)
    world.stores.cases.started(world.case)
    world.stores.shelf.changed(ACCOUNT, next_action_at=LATER + timedelta(days=9))


def test_an_unknown_notice_is_told_to_operations_once_and_without_names() -> None:
    world = World()
    world.mail.lost.append(OutcomeUnknown("timeout"))
    world.run()
    broom = Broom(world)
    assert broom.outstanding()["unknown"] == 1
    assert broom.outstanding()["unknown"] == 1
    [alert] = broom.operations.messages
    [notice] = world.stores.shelf.notices.values()
    assert notice.id in alert.text
    assert "ada@example.com" not in alert.text


def test_a_fresh_claim_is_not_unknown_yet() -> None:
    world = World()
    world.mail.lost.append(OutcomeUnknown("timeout"))
    world.run()
    broom = Broom(world)
    assert broom.sweep.outstanding(OPENED + timedelta(minutes=10), lambda: True)["unknown"] == 0


def test_a_decision_that_was_not_delivered_wakes_its_case() -> None:
    world = World()
    world.run()
    world.after(10)
    world.workflow.fail_next = "before"
    world.decide(approve=True)
    broom = Broom(world)
    assert broom.outstanding()["delivered"] == 1
    assert world.run() == "parked"
    assert world.case.suspended
    assert broom.outstanding()["delivered"] == 0


def test_a_webhook_that_was_never_processed_is_handed_out_again() -> None:
    world = World()
    world.stores.inbox.store(message(received_at=LATER - timedelta(minutes=6)))
    world.stores.inbox.store(message("evt_2", received_at=LATER - timedelta(minutes=4)))
    assert Broom(world).outstanding()["redriven"] == 1
    old = world.stores.inbox.get("stripe#main#evt_1")
    assert (old.state, old.attempts) == (InboxState.RECEIVED, 1)


def test_a_case_whose_workflow_is_not_known_to_run_is_started() -> None:
    world = World()
    broom = Broom(world)
    assert broom.outstanding()["started"] == 1
    assert world.workflow.executions.keys() == {world.case_id}
    assert broom.outstanding()["started"] == 0


def test_an_execution_that_ended_before_its_case_is_followed_by_another_once_a_day() -> None:
    world = World()
    broom = Broom(world)
    rest(world)
    world.workflow.ended.add(world.case_id)
    world.advance.fail(world.case_id, ACCOUNT, "Lambda.Unknown")
    assert broom.outstanding()["started"] == 0
    assert broom.full()["restarted"] == 1
    assert world.workflow.executions.keys() == {world.case_id, f"{world.case_id}-2"}
    assert world.case.run == 2
    assert world.case.started
    assert broom.full()["restarted"] == 0


def test_a_case_whose_date_has_passed_unnoticed_is_woken() -> None:
    world = World()
    broom = Broom(world)
    rest(world)
    late = OPENED + timedelta(days=11)
    assert broom.sweep.full(late, lambda: True)["woken"] == 1
    assert world.workflow.resumed == ["token-1"]


def test_the_daily_walk_queues_what_the_index_missed_and_only_that() -> None:
    world = World()
    rest(world)
    many(world, 5)
    broom = Broom(world)
    found = broom.full()
    assert (found["scanned"], found["missed"], found["unfinished"]) == (6, 5, 0)
    assert sorted(i for i, _ in broom.queue.messages) == [f"D-{n}.EUR" for n in range(5)]


def test_an_account_planned_in_the_past_that_nobody_worked_counts_as_missed() -> None:
    world = World()
    rest(world)
    many(world, 1)
    shelf = world.stores.shelf
    shelf.accounts["D-0.EUR"] = replace(shelf.accounts["D-0.EUR"], next_action_at=LATER - timedelta(hours=2))
    broom = Broom(world)
    assert broom.full()["missed"] == 1
    shelf.accounts["D-0.EUR"] = replace(
        shelf.accounts["D-0.EUR"], next_action_at=LATER - timedelta(minutes=10)
    )
    assert broom.full()["missed"] == 0


def test_an_account_whose_promise_nobody_judged_in_time_counts_as_missed() -> None:
    world = World()
    rest(world)
    many(world, 1)
    shelf = world.stores.shelf
    covers, parts = (Covered("J-0", eur(10_000)),), (Part(day(55), eur(10_000)),)
    word = Promise("prm_1", "D-0.EUR", covers, parts, "Ada", "phone", "fay", OPENED)
    world.stores.ledger.post(Posting("D-0.EUR", arrangements=(ArrangementChange(None, word),)))
    missed = []
    for planned in (AT_ONCE, LATER - timedelta(hours=2)):
        shelf.accounts["D-0.EUR"] = replace(shelf.accounts["D-0.EUR"], next_action_at=planned)
        missed.append(Broom(world).full()["missed"])
    assert missed == [0, 1]


def test_a_walk_that_runs_out_of_time_goes_on_where_it_stopped() -> None:
    world = World()
    rest(world)
    many(world, 9)
    broom = Broom(world)
    assert broom.full(pages=2)["unfinished"] == 1
    assert broom.log.state.position is not None
    found = broom.outstanding()
    assert (found["scanned"], found["missed"], found["unfinished"]) == (10, 9, 0)
    assert len(broom.queue.messages) == 9
    assert broom.outstanding()["scanned"] == 0


def test_while_the_kill_switch_is_engaged_nothing_is_queued() -> None:
    world = World()
    rest(world)
    many(world, 3)
    world.switch.move(Switch(engaged=True))
    broom = Broom(world)
    assert broom.full()["halted"] == 1
    assert broom.queue.messages == []


def test_a_part_that_fails_does_not_stop_the_others_and_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    broom = Broom(world)

    def broken(*_: object) -> None:
        raise Throttled("later")

    monkeypatch.setattr(world.stores.cases, "undelivered_approvals", broken)
    with pytest.raises(Throttled):
        broom.outstanding()
    assert world.workflow.executions.keys() == {world.case_id}


def test_a_decision_that_cannot_be_delivered_stops_none_of_those_after_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    world.run()
    world.after(10)
    world.workflow.fail_next = "before"
    decided = world.decide(approve=True)
    stuck = replace(decided, id="apr_stuck", account_id="C-0.EUR")
    monkeypatch.setattr(world.stores.cases, "undelivered_approvals", lambda _limit: [stuck, decided])
    wake = world.stores.cases.wake

    def wake_but_one(account_id: str, *others: object) -> str | None:
        if account_id == stuck.account_id:
            raise Throttled("later")
        return wake(account_id, *others)  # type: ignore[arg-type]

    monkeypatch.setattr(world.stores.cases, "wake", wake_but_one)
    with pytest.raises(Throttled):
        Broom(world).outstanding()
    assert world.stores.cases.approval(decided.id).delivered


def test_an_account_that_cannot_be_decided_stops_no_walk_and_is_queued(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    world = World()
    rest(world)
    many(world, 3)
    broom = Broom(world)
    read = world.stores.ledger.working_set

    def read_but_one(account_id: str) -> object:
        if account_id == "D-0.EUR":
            raise OverflowError("date value out of range")
        return read(account_id)

    monkeypatch.setattr(world.stores.ledger, "working_set", read_but_one)
    assert broom.full()["missed"] == 3
    assert sorted(account for account, _ in broom.queue.messages) == ["D-0.EUR", "D-1.EUR", "D-2.EUR"]


def test_finance_is_told_once_a_day_of_decisions_that_are_overdue() -> None:
    world = World()
    rest(world)
    dispute = Dispute(
        id="dsp_1",
        account_id=ACCOUNT,
        invoice="INV-1",
        amount=eur(1_000),
        reason=DisputeReason.PRICE,
        raised_by="Ada",
        channel="phone",
        recorded_by="finn",
        raised_at=OPENED,
        owner="olga",
        deadline=LATER.date() - timedelta(days=1),
    )
    world.stores.ledger.post(Posting(ACCOUNT, arrangements=(ArrangementChange(None, dispute),)))
    broom = Broom(world)
    assert broom.full()["overdue"] == 1
    assert "overdue" not in broom.outstanding()
    [told] = [m for m in world.finance.messages if m.attributes["event"] == "overdue_decisions"]
    assert "dispute dsp_1" in told.text
    assert "Ada" not in told.text
