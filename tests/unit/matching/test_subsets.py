"""Which amounts add up."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from receivables.matching.subsets import MOST_AMOUNTS, adding_up


@given(st.lists(st.integers(1, 60), max_size=9), st.integers(1, 200))
def test_it_finds_what_trying_all_finds(amounts: list[int], total: int) -> None:
    tried = [
        places
        for size in range(1, len(amounts) + 1)
        for places in combinations(range(len(amounts)), size)
        if sum(amounts[place] for place in places) == total
    ]
    found = adding_up(amounts, total)
    assert (found is None) == (not tried)
    if found:
        assert sum(amounts[place] for place in found.places) == total
        assert found.only == (len(tried) == 1)
        assert found.places in tried


def test_of_too_many_amounts_nothing_is_said() -> None:
    assert adding_up([1] * (MOST_AMOUNTS + 1), 3) is None
    assert adding_up([2**place for place in range(MOST_AMOUNTS)], 2**MOST_AMOUNTS - 1) is None


def test_round_sums_add_up_by_accident_more_often() -> None:
    odd, even = adding_up([10_001, 20_007, 30_003], 30_008), adding_up([10_000, 20_000, 40_000], 30_000)
    assert odd is not None
    assert even is not None
    assert even.accident > 1000 * odd.accident
