from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.calendar import MONDAY_TO_FRIDAY, business_days, next_allowed
from receivables.core.clock import (
    format_instant,
    from_epoch_ms,
    local_date,
    local_instant,
    parse_date,
    parse_instant,
    zone,
)
from receivables.core.errors import InvalidInput

zones = st.sampled_from(
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Asia/Tokyo",
        "Australia/Lord_Howe",
        "Africa/Cairo",
        "America/Sao_Paulo",
        "Pacific/Apia",
        "Asia/Kolkata",
        "America/St_Johns",
        "Africa/Casablanca",
        "Asia/Gaza",
    ]
).map(ZoneInfo)
days = st.dates(date(1990, 1, 1), date(2045, 1, 1))
instants = st.datetimes(
    datetime(1990, 1, 1),  # noqa: DTZ001 - Hypothesis takes naive bounds and adds the zone
    datetime(2060, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)


@given(instants)
def test_an_instant_survives_being_written_and_read(instant: datetime) -> None:
    assert parse_instant(format_instant(instant)) == instant


@given(instants, instants)
def test_written_instants_sort_as_text_like_they_sort_in_time(a: datetime, b: datetime) -> None:
    assert (format_instant(a) < format_instant(b)) == (a < b)


@given(days, st.times(), zones)
def test_a_local_time_is_the_instant_at_which_clocks_show_it_or_the_next_valid_one(
    day: date, at: time, tz: ZoneInfo
) -> None:
    at = at.replace(microsecond=0)
    instant = local_instant(day, at, tz)
    shown = instant.astimezone(tz).replace(tzinfo=None)
    wanted = datetime.combine(day, at)
    if (
        shown != wanted
    ):  # a gap: the first valid instant after it, and one second earlier it was before the gap
        just_before = (instant - timedelta(seconds=1)).astimezone(tz).replace(tzinfo=None)
        assert just_before < wanted < shown


@pytest.mark.parametrize(
    ("day", "at", "name", "expected"),
    [
        (date(2026, 3, 29), time(2, 30), "Europe/Berlin", "2026-03-29T01:00:00.000000Z"),
        (date(2026, 3, 29), time(9, 0), "Europe/Berlin", "2026-03-29T07:00:00.000000Z"),
        (date(2026, 3, 8), time(2, 0), "America/New_York", "2026-03-08T07:00:00.000000Z"),
        (date(2026, 10, 25), time(2, 30), "Europe/Berlin", "2026-10-25T00:30:00.000000Z"),
        (date(2026, 10, 4), time(2, 15), "Australia/Lord_Howe", "2026-10-03T15:30:00.000000Z"),
        (date(2011, 12, 30), time(9, 0), "Pacific/Apia", "2011-12-30T10:00:00.000000Z"),
    ],
)
def test_clock_changes_by_example(day: date, at: time, name: str, expected: str) -> None:
    """Zone data: the IANA database. Apia skipped the whole of 30 December 2011."""
    assert format_instant(local_instant(day, at, ZoneInfo(name))) == expected


def test_a_local_date_is_what_people_there_see() -> None:
    instant = parse_instant("2026-03-01T23:30:00Z")
    assert local_date(instant, ZoneInfo("Asia/Tokyo")) == date(2026, 3, 2)
    assert local_date(instant, ZoneInfo("America/New_York")) == date(2026, 3, 1)


@pytest.mark.parametrize(
    "text", ["2026-03-01", "yesterday", "", "2026-03-01T08:00:00", "0001-01-01T00:00:00+14:00"]
)
def test_an_instant_without_zone_or_sense_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_instant(text, field="effective_at")
    assert refused.value.field == "effective_at"


def test_an_offset_is_brought_to_utc() -> None:
    assert format_instant(parse_instant("2026-03-01T10:00:00+02:00")) == "2026-03-01T08:00:00.000000Z"


def test_a_naive_instant_is_never_written() -> None:
    with pytest.raises(ValueError, match="aware"):
        format_instant(datetime(2026, 1, 1))  # noqa: DTZ001


@pytest.mark.parametrize("text", ["2026-3-1x", "2026-02-30", "03/01/2026", "2026-03-01T00:00:00Z", ""])
def test_a_date_is_a_calendar_date_and_nothing_else(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_date(text, field="due_date")
    assert refused.value.field == "due_date"


@pytest.mark.parametrize("name", ["Mars/Olympus", "", "../etc/passwd", "/etc/localtime", "europe"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(InvalidInput):
        zone(name)


def test_epoch_milliseconds_are_exact() -> None:
    assert format_instant(from_epoch_ms(1_795_360_270_026)) == "2026-11-22T15:11:10.026000Z"


@given(days, st.sets(st.integers(1, 7), min_size=1).map(frozenset))
def test_the_next_allowed_day_is_allowed_and_within_a_week(day: date, weekdays: frozenset[int]) -> None:
    moved = next_allowed(day, weekdays)
    assert moved.isoweekday() in weekdays
    assert 0 <= (moved - day).days < 7
    assert all((day + timedelta(days=n)).isoweekday() not in weekdays for n in range((moved - day).days))


def test_no_weekday_allowed_is_refused() -> None:
    with pytest.raises(ValueError, match="weekday"):
        next_allowed(date(2026, 1, 1), frozenset())


def test_business_days_leave_out_weekends() -> None:
    listed = list(business_days(date(2026, 11, 20), date(2026, 11, 24), MONDAY_TO_FRIDAY))
    assert listed == [date(2026, 11, 20), date(2026, 11, 23), date(2026, 11, 24)]


def test_the_earliest_years_are_written_at_full_width_too() -> None:
    instant = datetime(1, 1, 1, tzinfo=UTC)
    assert format_instant(instant) == "0001-01-01T00:00:00.000000Z"
    assert parse_instant(format_instant(instant)) == instant
