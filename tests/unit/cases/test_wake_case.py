"""What in the table's stream wakes a case."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from receivables.usecases.wake_case import WakeCase
from tests.fakes.case_world import ACCOUNT, OPENED, World


def parked() -> tuple[World, WakeCase]:
    world = World()
    world.run()
    return world, WakeCase(world.stores.cases, world.workflow)


def item(world: World, balance: str = "10000", **changes: str) -> dict[str, Any]:
    return {
        "pk": f"A#{ACCOUNT}",
        "sk": "0#open#I-1",
        "kind": "open_item",
        "balance": balance,
        "case_id": world.case_id,
        **changes,
    }


def test_a_part_payment_and_a_full_one_wake_the_case() -> None:
    world, wake = parked()
    assert wake.changed(item(world), item(world, "4000"))
    assert wake.changed(item(world, "4000"), None)
    assert world.case.wake_count == 2
    assert world.workflow.resumed == ["token-1"]


def test_a_pause_of_an_invoice_wakes_the_case_when_it_comes_and_when_it_goes() -> None:
    world, wake = parked()
    held = {**item(world), "hold": {"until": {"S": "2026-06-01T00:00:00.000000Z"}}}
    assert wake.changed(item(world), held)
    assert wake.changed(held, item(world))
    assert wake.changed(item(world), {**item(world), "extension": {"due_date": {"S": "2026-06-01"}}})
    assert not wake.changed(held, {**held, "accrued": []})
    assert world.case.wake_count == 3


def test_an_arrangement_that_comes_changes_or_ends_wakes_the_case_of_its_account() -> None:
    world, wake = parked()
    made = {"pk": f"A#{ACCOUNT}", "sk": "0#arr#prm_1", "kind": "arrangement"}
    assert wake.changed(None, made)
    assert wake.changed(made, {**made, "rev": "1"})
    assert wake.changed(made, None)
    assert world.case.wake_count == 3
    assert not wake.changed(None, {**made, "sk": "7#arr#prm_1"})
    assert not wake.changed(None, {**made, "sk": "9#2026-03-02T08:00:00.000000Z#arrangement#prm_1-00000"})
    assert not wake.changed(None, {**made, "pk": "A#C-2.EUR"})
    assert world.case.wake_count == 3


def test_a_payment_does_not_move_the_cases_clock() -> None:
    world, wake = parked()
    before = world.case.clock
    wake.changed(item(world), None)
    assert world.case.clock == before


def test_a_change_that_is_no_payment_and_an_invoice_in_no_case_wake_nobody() -> None:
    world, wake = parked()
    assert not wake.changed(item(world), item(world, description="corrected"))
    free = {k: v for k, v in item(world).items() if k != "case_id"}
    assert not wake.changed(free, None)
    assert world.case.wake_count == 0


def test_a_decision_wakes_the_case_once_and_is_noted_as_delivered() -> None:
    world, wake = parked()
    world.on(OPENED + timedelta(days=10))
    world.workflow.fail_next = "before"
    decided = world.decide(approve=True)
    image = {"pk": f"V#{decided.id}", "kind": "approval", "decided_at": "2026-05-11T08:00:00.000000Z"}
    assert wake.changed({**image, "decided_at": None}, image)
    assert world.approval.delivered
    assert not wake.changed(image, image)
    world.run()
    assert world.case.suspended


def test_what_happens_to_a_closed_case_wakes_nobody() -> None:
    world, wake = parked()
    world.pay_all()
    world.wake()
    world.run()
    assert not wake.changed(item(world), None)
