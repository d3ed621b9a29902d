"""What can be agreed as a payment plan."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.arrangements import Consequence, Covered, LateInterest, Part, Plan
from receivables.arrangements.plan_making import LONGEST_DAYS, Understanding, make_plan
from receivables.core.errors import InvalidFields
from tests.builders import NOW, day, eur

COVERS = (Covered("INV-1", eur(10_000)), Covered("LC-1", eur(500)))
PARTS = (Part(day(1), eur(5_500)), Part(day(31), eur(5_000)))


def agreed(parts: tuple[Part, ...] = PARTS, covers: tuple[Covered, ...] = COVERS, **changes: Any) -> Plan:
    understanding = Understanding("Ada", "e-mail", **changes)
    return make_plan(
        understanding,
        covers,
        parts,
        id="pln_1",
        account_id="C-1.EUR",
        recorded_by="finn",
        agreed_at=NOW,
        today=day(0),
    )


def test_a_plan_keeps_all_that_was_agreed() -> None:
    plan = agreed(
        grace_days=3,
        missed_limit=2,
        consequence=Consequence.WHOLE_BALANCE_DUE,
        late_interest=LateInterest.SUSPENDED,
        waive_if_kept=True,
        ages=True,
        note="as told",
    )
    assert (plan.grace_days, plan.missed_limit, plan.waive_if_kept, plan.ages) == (3, 2, True, True)
    assert (plan.consequence, plan.late_interest) == (Consequence.WHOLE_BALANCE_DUE, LateInterest.SUSPENDED)
    assert (plan.covers, plan.parts, plan.note) == (COVERS, PARTS, "as told")


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"parts": (Part(day(1), eur(10_499)),)}, ["parts"]),
        ({"parts": (Part(day(1), eur(10_501)),)}, ["parts"]),
        ({"parts": (Part(day(-1), eur(10_500)),)}, ["parts.0.on"]),
        ({"parts": (Part(day(LONGEST_DAYS + 1), eur(10_500)),)}, ["parts.0.on"]),
        ({"parts": tuple(reversed(PARTS))}, ["parts.1.on"]),
        ({"covers": ()}, ["receivables"]),
        ({"grace_days": -1}, ["grace_days"]),
        ({"grace_days": 61}, ["grace_days"]),
        ({"missed_limit": 0}, ["missed_limit"]),
        ({"missed_limit": 3}, ["missed_limit"]),
        ({"grace_days": -1, "missed_limit": 0}, ["grace_days", "missed_limit"]),
    ],
    ids=[
        "a cent short",
        "a cent too much",
        "past",
        "for ever",
        "out of order",
        "nothing covered",
        "negative grace",
        "endless grace",
        "no part may be missed at all",
        "more than there are parts",
        "two faults",
    ],
)
def test_what_cannot_be_agreed_is_refused_by_its_field(changes: dict[str, Any], wrong: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        agreed(**changes)
    assert [each.field for each in caught.value.errors] == wrong
