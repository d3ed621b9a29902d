"""Which of several amounts add up to what came, without trying all of them for ever."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from math import gcd
from typing import Final

MOST_AMOUNTS: Final = 24
"""Of how many amounts subsets are looked for."""
MOST_SUMS: Final = 20_000
"""How many different sums are kept while looking; beyond, it is given up."""


@dataclass(frozen=True, slots=True)
class Subset:
    """Places of the amounts that add up. `only`: no others do. `accident` is how many subsets would add up if the amounts had
    nothing to do with it: the number of subsets over the number of sums that are possible. With many amounts some subset
    adds up to almost anything."""

    places: tuple[int, ...]
    only: bool
    accident: Fraction


def adding_up(amounts: Sequence[int], total: int) -> Subset | None:
    """Amounts (positive minor units) that add up to the total; None: none do, or there are too many to tell."""
    if not 0 < len(amounts) <= MOST_AMOUNTS:
        return None
    sums: dict[int, tuple[int, int]] = {0: (1, 0)}
    for place, amount in enumerate(amounts):
        for old, (ways, mask) in list(sums.items()):
            new = old + amount
            if new <= total:
                known, first = sums.get(new, (0, mask | 1 << place))
                sums[new] = (known + ways, first)
        if len(sums) > MOST_SUMS:
            return None
    ways, mask = sums.get(total, (0, 0))
    if not ways:
        return None
    places = tuple(place for place in range(len(amounts)) if mask >> place & 1)
    return Subset(places, ways == 1, _accident(amounts, total))


def _accident(amounts: Sequence[int], total: int) -> Fraction:
    grain = reduce(gcd, amounts, total)
    return Fraction((2 ** len(amounts) - 1) * grain, total)
