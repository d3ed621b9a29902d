"""Holds and extensions are bounded: whatever pauses collection ends by itself."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from receivables.arrangements import InterestFrom
from receivables.arrangements.pausing import LONGEST, make_extension, make_hold
from receivables.core.errors import InvalidInput
from tests.builders import NOW, day

SECOND = timedelta(seconds=1)


def test_a_hold_is_owned_by_who_places_it_unless_another_owner_is_named() -> None:
    until = NOW + timedelta(days=3)
    assert make_hold("flood", by="finn", owner=None, placed_at=NOW, until=until).owner == "finn"
    held = make_hold("flood", by="finn", owner="olga", placed_at=NOW, until=until)
    assert (held.by, held.owner) == ("finn", "olga")
    assert held.active(NOW)
    assert not held.active(until)


@pytest.mark.parametrize(
    "until", [NOW, NOW - SECOND, NOW + LONGEST + SECOND], ids=["now", "past", "for ever"]
)
def test_a_hold_ends_in_the_future_and_within_bounds(until: datetime) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_hold("flood", by="finn", owner=None, placed_at=NOW, until=until)
    assert caught.value.field == "until"


@pytest.mark.parametrize(
    ("due", "today"),
    [
        (day(30), day(0)),
        (day(29), day(0)),
        (day(40), day(41)),
        (day(0) + LONGEST + timedelta(days=1), day(0)),
    ],
    ids=["the date it has", "earlier", "past", "for ever"],
)
def test_more_time_is_later_not_past_and_bounded(due: date, today: date) -> None:
    with pytest.raises(InvalidInput) as caught:
        make_extension(
            due, InterestFrom.NEW_DUE_DATE, "asked", by="finn", granted_at=NOW, today=today, agreed=day(30)
        )
    assert caught.value.field == "due_date"


def test_an_extension_says_from_when_interest_counts() -> None:
    found = make_extension(
        day(31),
        InterestFrom.ORIGINAL_DUE_DATE,
        "asked",
        by="finn",
        granted_at=NOW,
        today=day(0),
        agreed=day(30),
    )
    assert (found.due_date, found.interest, found.by) == (day(31), InterestFrom.ORIGINAL_DUE_DATE, "finn")
