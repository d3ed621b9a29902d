"""Whatever ids a source gives to refunds and disputes: each counts once, and all of them count."""

from __future__ import annotations

import pytest

from tests.unit.payments.lives import came, disputed, refunded, won
from tests.unit.payments.test_effects import hear, owed
from tests.unit.payments.world import World

AWKWARD = ["R+1", "R+2", "R", "R^2", "R~2", "R=5", "a/b", "R%2B1", "all@x"]


def test_refunds_of_any_ids_count_each_once() -> None:
    world = World()
    hear(world, came(0, invoice="INV-1"))
    for _ in range(2):
        for day, id_ in enumerate(AWKWARD, start=1):
            hear(world, refunded(day, 100, id_))
    assert owed(world) == 100 * len(AWKWARD)
    world.check()


@pytest.mark.parametrize("id_", AWKWARD)
def test_a_dispute_of_any_id_takes_and_gives_back(id_: str) -> None:
    world = World()
    hear(world, came(0, invoice="INV-1"), disputed(1, 10_000, id_))
    assert owed(world) == 10_000
    hear(world, won(2, None, id_))
    assert owed(world) == 0
    hear(world, disputed(3, 10_000, id_))
    assert owed(world) == 10_000
    world.check()
