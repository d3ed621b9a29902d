"""Where a plan stands: money fills its parts in order; missed parts end it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import Covered, Part, Plan, PlanState
from receivables.arrangements.plan_standing import PartState, cancelled, deadline, ended, standing
from receivables.core.errors import Conflict
from receivables.core.money import total
from tests.builders import NOW, day, eur


def plan(**changes: Any) -> Plan:
    """Three parts of 100.00, 10, 20 and 30 days from NOW, with two days of grace."""
    known: dict[str, Any] = {
        "id": "pln_1",
        "account_id": "C-1.EUR",
        "covers": (Covered("INV-1", eur(30_000)),),
        "parts": tuple(Part(day(on), eur(10_000)) for on in (10, 20, 30)),
        "agreed_by": "Ada",
        "channel": "phone",
        "recorded_by": "finn",
        "agreed_at": NOW,
        "grace_days": 2,
    }
    return Plan(**{**known, **changes})


PAID, OPEN, MISSED = PartState.PAID, PartState.OPEN, PartState.MISSED


@pytest.mark.parametrize(
    ("paid", "today", "states"),
    [
        (0, 12, [OPEN, OPEN, OPEN]),
        (0, 13, [MISSED, OPEN, OPEN]),
        (10_000, 22, [PAID, OPEN, OPEN]),
        (9_999, 13, [MISSED, OPEN, OPEN]),
        (15_000, 23, [PAID, MISSED, OPEN]),
        (30_000, 5, [PAID, PAID, PAID]),
        (40_000, 5, [PAID, PAID, PAID]),
        (0, 33, [MISSED, MISSED, MISSED]),
    ],
    ids=[
        "in grace",
        "after grace",
        "paid",
        "a cent short",
        "half a part",
        "all at once",
        "too much",
        "nothing",
    ],
)
def test_parts_are_paid_open_or_missed(paid: int, today: int, states: list[PartState]) -> None:
    assert [each.state for each in standing(plan(), eur(paid), day(today)).parts] == states


def test_a_part_of_a_part_shows_what_is_still_open_of_it() -> None:
    found = standing(plan(), eur(14_000), day(1))
    assert [each.open.minor for each in found.parts] == [0, 6_000, 10_000]
    assert found.next is not None
    assert found.next.index == 1


def test_a_plan_is_completed_when_all_is_paid_however_late() -> None:
    found = standing(plan(), eur(30_000), day(99))
    assert (found.completed, found.defaulted, found.state) == (True, False, PlanState.COMPLETED)


@pytest.mark.parametrize(("limit", "defaulted"), [(1, True), (2, True), (3, False)])
def test_a_plan_defaults_when_as_many_parts_were_missed_as_agreed(limit: int, defaulted: bool) -> None:
    assert standing(plan(missed_limit=limit), eur(5_000), day(23)).defaulted is defaulted


def test_a_missed_part_that_was_paid_after_all_is_not_missed() -> None:
    assert not standing(plan(), eur(10_000), day(15)).defaulted


def test_the_standing_says_which_parts_were_missed() -> None:
    assert standing(plan(), eur(0), day(23)).reason == "missed: part 1 (2026-03-12), 2 (2026-03-22)"


def test_a_part_has_its_day_and_the_days_of_grace() -> None:
    assert deadline(plan(), plan().parts[1]) == day(22)


def test_a_plan_ends_once_and_only_for_a_reason() -> None:
    done = ended(plan(), standing(plan(), eur(30_000), day(1)), NOW)
    assert (done.state, done.active, done.ending) == (PlanState.COMPLETED, False, "all parts are paid")
    with pytest.raises(Conflict):
        ended(done, standing(done, eur(30_000), day(1)), NOW)
    with pytest.raises(Conflict):
        ended(plan(), standing(plan(), eur(0), day(1)), NOW)
    with pytest.raises(Conflict):
        cancelled(done, "finn", "slip", NOW)


@given(st.integers(0, 50_000), st.integers(0, 60))
def test_what_is_open_of_the_parts_is_what_is_not_paid(paid: int, today: int) -> None:
    found = standing(plan(), eur(paid), day(today))
    assert total((each.open for each in found.parts), "EUR").minor == max(0, 30_000 - paid)


@given(st.integers(0, 30_000), st.integers(0, 30_000), st.integers(0, 60))
def test_more_money_never_misses_more_parts(paid: int, more: int, today: int) -> None:
    before = standing(plan(), eur(paid), day(today))
    after = standing(plan(), eur(paid + more), day(today))
    assert len(after.missed) <= len(before.missed)
