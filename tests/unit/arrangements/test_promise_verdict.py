"""What became of a promise: told by what was paid by which day."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.arrangements import Covered, Part, Promise, PromiseState
from receivables.arrangements.promise_verdict import (
    cancelled,
    covers_until,
    ended,
    verdict,
)
from receivables.core.errors import Conflict
from receivables.core.money import Money
from tests.builders import NOW, day, eur


def promise(*parts: tuple[int, int], grace: int = 2) -> Promise:
    """Parts as (day from NOW, minor units)."""
    agreed = tuple(Part(day(on), eur(minor)) for on, minor in parts)
    covers = (Covered("INV-1", eur(sum(minor for _, minor in parts))),)
    return Promise("prm_1", "C-1.EUR", covers, agreed, "Ada", "phone", "finn", NOW, grace_days=grace)


def paid(payments: Mapping[int, int]) -> Callable[[date], Money]:
    """Payments by day from NOW, in minor units, as the ledger would tell them."""
    return lambda until: eur(sum(minor for on, minor in payments.items() if day(on) <= until))


@pytest.mark.parametrize(
    ("payments", "today", "state"),
    [
        ({}, 5, PromiseState.OPEN),
        ({}, 12, PromiseState.OPEN),
        ({}, 13, PromiseState.BROKEN),
        ({3: 10_000}, 3, PromiseState.KEPT),
        ({12: 10_000}, 13, PromiseState.KEPT),
        ({13: 10_000}, 13, PromiseState.BROKEN),
        ({3: 4_000}, 12, PromiseState.OPEN),
        ({3: 4_000}, 13, PromiseState.PARTLY_KEPT),
        ({3: 4_000, 14: 6_000}, 20, PromiseState.PARTLY_KEPT),
        ({3: 12_000}, 4, PromiseState.KEPT),
    ],
    ids=[
        "before its day",
        "on the last day of grace",
        "on the day after it",
        "as soon as all is paid",
        "on the last day of grace, asked later",
        "a day too late",
        "something, and time left",
        "something, and no time left",
        "the rest came too late",
        "more than promised",
    ],
)
def test_a_promise_of_one_part(payments: dict[int, int], today: int, state: PromiseState) -> None:
    assert verdict(promise((10, 10_000)), paid(payments), day(today)).state is state


def test_several_parts_are_broken_at_the_first_that_is_missed() -> None:
    parts = promise((10, 5_000), (20, 5_000), grace=0)
    found = verdict(parts, paid({}), day(11))
    assert (found.state, found.on, found.missed) == (PromiseState.BROKEN, day(10), 0)
    assert verdict(parts, paid({10: 5_000}), day(20)).state is PromiseState.OPEN
    second = verdict(parts, paid({10: 5_000}), day(21))
    assert (second.state, second.on, second.missed) == (PromiseState.PARTLY_KEPT, day(20), 1)
    assert verdict(parts, paid({10: 5_000, 20: 5_000}), day(20)).state is PromiseState.KEPT


def test_money_of_a_later_part_does_not_mend_a_missed_one() -> None:
    found = verdict(promise((10, 5_000), (20, 5_000), grace=0), paid({15: 10_000}), day(30))
    assert found.state is PromiseState.BROKEN


def test_the_verdict_says_why() -> None:
    found = verdict(promise((10, 5_000)), paid({1: 2_000}), day(13))
    assert found.reason == "20.00 EUR of 50.00 EUR was paid by 2026-03-14, the last day with grace"


def test_it_pauses_until_its_last_day_with_grace() -> None:
    assert covers_until(promise((10, 1), (20, 1), grace=3)) == day(23)


def test_an_ended_promise_ends_once() -> None:
    kept = verdict(promise((10, 1)), paid({1: 1}), day(1))
    done = ended(promise((10, 1)), kept, NOW)
    assert (done.state, done.ended_at, done.active) == (PromiseState.KEPT, NOW, False)
    with pytest.raises(Conflict):
        ended(done, kept, NOW)
    with pytest.raises(Conflict):
        cancelled(done, "finn", "slip", NOW)


def test_an_open_promise_is_not_ended_by_its_verdict() -> None:
    still = promise((10, 1))
    with pytest.raises(Conflict):
        ended(still, verdict(still, paid({}), day(1)), NOW)


PAYMENTS = st.lists(st.tuples(st.integers(-5, 60), st.integers(-500, 3_000)), max_size=8)
PARTS = st.lists(st.tuples(st.integers(0, 50), st.integers(1, 3_000)), min_size=1, max_size=4).map(
    lambda parts: sorted(dict(parts).items())
)


@given(PARTS, PAYMENTS, st.randoms(), st.integers(0, 5))
def test_the_order_in_which_money_is_learned_of_makes_no_difference(
    parts: list[tuple[int, int]], payments: list[tuple[int, int]], random: object, grace: int
) -> None:
    shuffled = list(payments)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    told = promise(*parts, grace=grace)

    def by(order: list[tuple[int, int]]) -> Callable[[date], Money]:
        return lambda until: eur(max(0, sum(minor for on, minor in order if day(on) <= until)))

    for today in range(0, 70, 7):
        assert verdict(told, by(payments), day(today)) == verdict(told, by(shuffled), day(today))


@given(PARTS, PAYMENTS, st.integers(0, 5))
def test_once_decided_by_a_deadline_it_stays_decided(
    parts: list[tuple[int, int]], payments: list[tuple[int, int]], grace: int
) -> None:
    """Whenever it is asked after a part was missed, the answer is the same: a late tick judges as one in time."""
    told = promise(*parts, grace=grace)

    def by(until: date) -> Money:
        return eur(max(0, sum(minor for on, minor in payments if day(on) <= until)))

    found = [verdict(told, by, day(today)) for today in range(80)]
    broken = [each for each in found if each.missed is not None]
    assert all(first == second for first, second in pairwise(broken))
    assert [each.missed is not None for each in found] == sorted(each.missed is not None for each in found)
    assert found[-1].state is not PromiseState.OPEN or by(day(79)) < found[-1].promised


@given(PARTS, st.integers(0, 5))
def test_a_promise_that_is_paid_part_by_part_is_never_broken(
    parts: list[tuple[int, int]], grace: int
) -> None:
    told = promise(*parts, grace=grace)
    on_time = paid({on + grace: minor for on, minor in parts})
    states = {verdict(told, on_time, day(today)).state for today in range(60)}
    assert states <= {PromiseState.OPEN, PromiseState.KEPT}
    assert verdict(told, on_time, told.parts[-1].on + timedelta(days=grace)).state is PromiseState.KEPT
