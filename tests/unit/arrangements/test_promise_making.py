"""Which promises can be taken."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from receivables.arrangements import Covered, Part, Promise
from receivables.arrangements.promise_making import MOST_PARTS, Word, make_promise
from receivables.core.errors import InvalidFields
from receivables.core.money import Money
from tests.builders import NOW, day, eur

COVERS = (Covered("INV-1", eur(10_000)), Covered("INV-2", eur(5_000)))


def promised(parts: tuple[Part, ...], covers: tuple[Covered, ...] = COVERS, **changes: Any) -> Promise:
    known: dict[str, Any] = {
        "id": "prm_1",
        "account_id": "C-1.EUR",
        "recorded_by": "finn",
        "made_at": NOW,
        "today": day(0),
        "longest_days": 30,
        "grace_days": 2,
        "resume_at": None,
    }
    return make_promise(Word(covers, parts, "Ada Blum", "phone"), **{**known, **changes})


def fields(error: InvalidFields) -> list[str]:
    return [each.field for each in error.errors]


def test_a_promise_keeps_what_was_said_and_what_the_policy_says() -> None:
    promise = promised((Part(day(3), eur(15_000)),), grace_days=4, resume_at=10)
    assert promise.active
    assert promise.covers == COVERS
    assert (promise.grace_days, promise.resume_at) == (4, 10)
    assert (promise.made_by, promise.channel, promise.recorded_by) == ("Ada Blum", "phone", "finn")


def test_today_and_the_last_day_that_the_policy_takes_can_be_promised() -> None:
    parts = (Part(day(0), eur(1)), Part(day(30), eur(1)))
    assert promised(parts).parts == parts


@pytest.mark.parametrize(
    ("parts", "wrong"),
    [
        ((), ["parts"]),
        (tuple(Part(day(i), eur(1)) for i in range(MOST_PARTS + 1)), ["parts"]),
        ((Part(day(-1), eur(100)),), ["parts.0.on"]),
        ((Part(day(31), eur(100)),), ["parts.0.on"]),
        ((Part(day(5), eur(100)), Part(day(5), eur(100))), ["parts.1.on"]),
        ((Part(day(5), eur(100)), Part(day(4), eur(100))), ["parts.1.on"]),
        ((Part(day(5), eur(0)),), ["parts.0.amount.amount"]),
        ((Part(day(5), eur(-5)),), ["parts.0.amount.amount"]),
        ((Part(day(5), Money(100, "USD")),), ["parts.0.amount.currency"]),
        ((Part(day(5), eur(10_000)), Part(day(6), eur(5_001))), ["parts"]),
        ((Part(day(-1), eur(0)),), ["parts.0.amount.amount", "parts.0.on"]),
        ((Part(date.max, eur(100)),), ["parts.0.on"]),
    ],
    ids=[
        "none",
        "too many",
        "past",
        "too far away",
        "same day twice",
        "out of order",
        "nothing",
        "negative",
        "another currency",
        "more than is open",
        "two faults",
        "the end of time",
    ],
)
def test_what_cannot_be_promised_is_refused_by_its_field(parts: tuple[Part, ...], wrong: list[str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        promised(parts)
    assert fields(caught.value) == wrong


@pytest.mark.parametrize(
    "covers",
    [
        (),
        (COVERS[0], COVERS[0]),
        (COVERS[0], Covered("INV-3", Money(5, "USD"))),
        (Covered("INV-1", eur(0)),),
    ],
    ids=["none", "twice", "two currencies", "nothing open"],
)
def test_what_cannot_be_covered_is_refused(covers: tuple[Covered, ...]) -> None:
    with pytest.raises(InvalidFields) as caught:
        promised((Part(day(1), eur(1)),), covers)
    assert fields(caught.value) == ["receivables"]


def test_days_near_the_end_of_the_calendar_do_not_break_it() -> None:
    with pytest.raises(InvalidFields):
        promised((Part(date.max - timedelta(days=1), eur(1)),), today=date(2199, 12, 1))
