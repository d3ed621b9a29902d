"""When a step comes round."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time

import pytest

from receivables.core.clock import zone
from receivables.dunning import DEFAULT_POLICY, Step
from receivables.dunning.dues import Due, dues
from receivables.dunning.schedule import earned_step, next_instant, step_instant
from tests.unit.dunning.scenes import CUSTOMER, at, item, scene

UTC_ZONE = zone("UTC")
LONG_AGO = date(2025, 1, 1)


def only() -> Due:
    [due] = dues(scene(item()), CUSTOMER, at("2026-03-02"))
    return due


def test_a_step_comes_at_the_policys_time_on_clocks_of_the_customer() -> None:
    step = Step("reminder", 3)
    berlin, tokyo = zone("Europe/Berlin"), zone("Asia/Tokyo")
    assert step_instant(DEFAULT_POLICY, step, LONG_AGO, date(2026, 3, 2), berlin) == at("2026-03-05", "08:00")
    assert step_instant(DEFAULT_POLICY, step, LONG_AGO, date(2026, 3, 2), tokyo) == at("2026-03-05", "00:00")


@pytest.mark.parametrize(
    ("due", "expected"), [(date(2026, 3, 7), "2026-03-09"), (date(2026, 3, 8), "2026-03-09")]
)
def test_a_step_that_falls_on_a_weekend_moves_to_monday(due: date, expected: str) -> None:
    assert step_instant(DEFAULT_POLICY, Step("due", 0), LONG_AGO, due, UTC_ZONE) == at(expected, "09:00")


def test_a_policy_may_send_on_other_days() -> None:
    gulf = replace(DEFAULT_POLICY, send_on=frozenset({7, 1, 2, 3, 4}))
    friday = date(2026, 3, 6)
    assert step_instant(gulf, Step("due", 0), LONG_AGO, friday, UTC_ZONE) == at("2026-03-08", "09:00")


def test_a_time_in_the_gap_of_a_clock_change_is_the_change_itself() -> None:
    early = replace(DEFAULT_POLICY, send_at=time(2, 30), send_on=frozenset({7}))
    sunday = date(2026, 3, 29)
    assert step_instant(early, Step("due", 0), LONG_AGO, sunday, zone("Europe/Berlin")) == at(
        "2026-03-29", "01:00"
    )


def test_a_time_that_comes_twice_is_its_first() -> None:
    early = replace(DEFAULT_POLICY, send_at=time(2, 30), send_on=frozenset({7}))
    sunday = date(2026, 10, 25)
    assert step_instant(early, Step("due", 0), LONG_AGO, sunday, zone("Europe/Berlin")) == at(
        "2026-10-25", "00:30"
    )


def test_no_step_comes_before_the_invoice_was_issued() -> None:
    issued = date(2026, 3, 3)
    before_due = Step("friendly", -7)
    assert step_instant(DEFAULT_POLICY, before_due, issued, date(2026, 3, 6), UTC_ZONE) == at(
        "2026-03-03", "09:00"
    )


def test_a_step_is_earned_at_its_very_instant_and_not_before() -> None:
    due = only()
    assert earned_step(DEFAULT_POLICY, due, UTC_ZONE, at("2026-03-02", "08:59")) == DEFAULT_POLICY.steps[0]
    assert earned_step(DEFAULT_POLICY, due, UTC_ZONE, at("2026-03-02", "09:00")) == DEFAULT_POLICY.steps[1]


def test_nothing_comes_after_the_last_step() -> None:
    assert next_instant(DEFAULT_POLICY, only(), DEFAULT_POLICY.steps[-1].offset_days, UTC_ZONE) is None
    assert next_instant(DEFAULT_POLICY, only(), 99, UTC_ZONE) is None
