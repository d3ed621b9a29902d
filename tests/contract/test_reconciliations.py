"""Runs of reconciliation and differences: the same contract for the fake and for the table."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from receivables.adapters.dynamodb.reconciliations import DynamoReconciliations
from receivables.core.errors import NotFound, StaleRevision
from receivables.core.ids import dated_id
from receivables.core.money import Money
from receivables.ledger import Page
from receivables.payments.events import EventType, MoneyEvent, References
from receivables.payments.reconciliations import (
    Difference,
    DifferenceState,
    Phase,
    Reconciliations,
    Run,
    difference_of,
)
from receivables.payments.reconciling import DifferenceKind, Finding, Side
from tests.builders import NOW
from tests.fakes.reconciling import InMemoryReconciliations


def run(account: str = "stripe/main", hours: int = 0) -> Run:
    at = NOW + timedelta(hours=hours)
    return Run(dated_id("rec", at, account), account, at - timedelta(days=3), at, at, "schedule")


EVENT = MoneyEvent(
    EventType.PAYMENT_SUCCEEDED,
    "charge.succeeded",
    "ch_1/succeeded",
    NOW,
    payment_id="pi_1",
    amount=Money(10_000, "EUR"),
    references=References(invoice="INV-1", texts=("INV-1",)),
)


def difference(key: str = "stripe/main/pi_1", by: Run | None = None, **changes: object) -> Difference:
    sides = Side("pending"), Side("payment_succeeded", Money(10_000, "EUR"), NOW)
    finding = Finding(DifferenceKind.MISSING, key, *sides, (EVENT,))
    return replace(difference_of(finding, by or run(), NOW), **changes)  # type: ignore[arg-type]


@pytest.fixture(params=["memory", pytest.param("dynamodb", marks=pytest.mark.engine)])
def log(request: pytest.FixtureRequest) -> Reconciliations:
    if request.param == "memory":
        return InMemoryReconciliations()
    table = request.getfixturevalue("tables")["RECEIVABLES_TABLE"]
    return DynamoReconciliations(request.getfixturevalue("dynamodb"), table)


def all_of(read: Callable[..., Page[Any]]) -> list[Any]:
    """Everything, two at a time."""
    page = read(2, None)
    found = [*page.items]
    while page.position is not None:
        page = read(2, page.position)
        found += page.items
    return found


def test_a_run_is_under_way_until_it_has_finished_and_then_the_last(log: Reconciliations) -> None:
    assert (log.under_way("stripe/main"), log.last("stripe/main")) == (None, None)
    first = replace(
        run(),
        phase=Phase.OURS,
        cursor="pi_9",
        pages=3,
        day=date(2026, 3, 1),
        position={"pk": "P#x", "sk": "payment"},
        counts={"payments": 7, "missing": 1},
        failure="Throttled: later",
    )
    log.keep(first)
    assert (log.under_way("stripe/main"), log.run(first.id)) == (first, first)
    assert log.under_way("stripe/other") is None
    done = replace(first, phase=Phase.DONE, finished_at=NOW)
    log.keep(done)
    assert (log.under_way("stripe/main"), log.last("stripe/main")) == (None, done)
    second = run(hours=24)
    log.keep(second)
    assert (log.under_way("stripe/main"), log.last("stripe/main")) == (second, done)


def test_a_run_that_was_replaced_does_not_end_the_one_that_replaced_it(log: Reconciliations) -> None:
    first, second = run(), run(hours=24)
    log.keep(first)
    log.keep(second)
    log.keep(replace(first, phase=Phase.DONE, finished_at=NOW))
    assert log.under_way("stripe/main") == second


def test_runs_are_listed_the_latest_first(log: Reconciliations) -> None:
    runs = [
        run(hours=hours, account=account) for hours in (0, 1, 2) for account in ("adyen/eu", "stripe/main")
    ]
    for each in runs:
        log.keep(each)
    listed = all_of(log.runs)
    assert {each.id for each in listed} == {each.id for each in runs}
    assert [each.began_at for each in listed] == sorted((r.began_at for r in runs), reverse=True)
    with pytest.raises(NotFound):
        log.run("rec_unknown")


def test_what_a_run_has_seen_is_remembered_until_it_is_forgotten(log: Reconciliations) -> None:
    first, second = run(), run(hours=24)
    log.see(first, 0, ["a", "b"])
    log.see(first, 1, ["c"])
    log.see(first, 1, ["c", "d"])
    log.see(second, 0, ["z"])
    log.see(second, 1, [])
    assert log.seen(first) == {"a", "b", "c", "d"}
    log.forget(first)
    assert not log.seen(first)
    assert log.seen(second) == {"z"}


def test_a_difference_comes_back_as_it_was_found_with_both_sides(log: Reconciliations) -> None:
    found = log.find(difference(message="stripe#main#missing_1", state=DifferenceState.REPAIRED))
    assert log.difference(found.id) == found
    assert found.events == (EVENT,)
    with pytest.raises(NotFound):
        log.difference("dif_unknown")


def test_a_difference_that_is_found_again_stays_as_it_is_and_is_of_both_runs(log: Reconciliations) -> None:
    first = log.find(difference())
    told = log.change(replace(first, reason="the repair is parked"))
    later = run(hours=24)
    assert log.find(difference(by=later)) == told
    assert log.of_run(run().id, 10).items == log.of_run(later.id, 10).items == (told,)


def test_one_that_had_settled_is_open_again_and_one_that_was_acknowledged_is_not(
    log: Reconciliations,
) -> None:
    later = run(hours=24)
    settled = log.find(difference())
    log.change(replace(settled, state=DifferenceState.SETTLED, ended_at=NOW))
    assert log.waiting(None, 10).items == ()
    again = log.find(difference(by=later))
    assert (again.state, again.run) == (DifferenceState.OPEN, later.id)
    assert log.waiting(None, 10).items == (again,)
    known = log.change(replace(again, state=DifferenceState.ACKNOWLEDGED, reason="a test", by="fay"))
    assert log.find(difference(by=later)) == known
    assert log.waiting(None, 10).items == ()


def test_a_change_of_what_has_changed_is_refused(log: Reconciliations) -> None:
    found = log.find(difference())
    log.change(replace(found, state=DifferenceState.ACKNOWLEDGED))
    with pytest.raises(StaleRevision):
        log.change(replace(found, state=DifferenceState.SETTLED))
    assert log.difference(found.id).state is DifferenceState.ACKNOWLEDGED
    with pytest.raises(NotFound):
        log.change(difference("stripe/main/pi_9"))


def test_those_that_wait_are_listed_by_account_page_by_page(log: Reconciliations) -> None:
    for account in ("stripe/main", "stripe/main2", "adyen/eu"):
        for number in range(3):
            log.find(difference(f"{account}/{number}", by=run(account)))
    assert len(all_of(lambda limit, at: log.waiting(None, limit, at))) == 9
    keys = [each.key for each in all_of(lambda limit, at: log.waiting("stripe/main", limit, at))]
    assert sorted(keys) == ["stripe/main/0", "stripe/main/1", "stripe/main/2"]
