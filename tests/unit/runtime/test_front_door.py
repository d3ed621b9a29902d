from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from receivables.core.errors import InvalidInput
from receivables.runtime.front_door import received_at, recording_time, request_time, tick_time

RECEIVED = datetime(2026, 3, 1, 8, 0, 0, 123_000, tzinfo=UTC)


def request(**headers: str) -> dict[str, Any]:
    return {
        "headers": {name.replace("_", "-"): value for name, value in headers.items()},
        "requestContext": {"requestTimeEpoch": int(RECEIVED.timestamp() * 1000)},
    }


def test_a_tick_carries_its_own_time() -> None:
    assert tick_time({"time": "2026-03-01T08:00:00Z"}) == datetime(2026, 3, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize("event", [{}, {"time": None}, {"time": 5}, {"time": "soon"}])
def test_a_tick_without_time_is_refused_rather_than_dated_by_the_wall_clock(event: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        tick_time(event)
    assert refused.value.field == "time"


def test_a_request_is_dated_by_its_arrival() -> None:
    assert request_time(request()) == received_at(request()) == RECEIVED


def test_the_newer_payload_format_is_understood() -> None:
    event = {"headers": None, "requestContext": {"timeEpoch": int(RECEIVED.timestamp() * 1000)}}
    assert request_time(event) == RECEIVED


@pytest.mark.parametrize("setting", [None, "denied", "", "yes"])
def test_time_travel_is_refused_unless_the_stack_allows_it(
    setting: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("TIME_TRAVEL", raising=False)
    if setting is not None:
        monkeypatch.setenv("TIME_TRAVEL", setting)
    with pytest.raises(InvalidInput) as refused:
        request_time(request(X_As_Of="2020-01-01T00:00:00Z"))
    assert refused.value.field == "X-As-Of"


def test_time_travel_changes_the_as_of_but_never_the_clock_of_signatures(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIME_TRAVEL", "allowed")
    event = request(x_as_of="2020-01-01T00:00:00Z")
    assert request_time(event) == datetime(2020, 1, 1, tzinfo=UTC)
    assert received_at(event) == RECEIVED


def test_time_travel_to_nowhere_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TIME_TRAVEL", "allowed")
    with pytest.raises(InvalidInput):
        request_time(request(X_As_Of="tomorrow"))


def test_something_is_recorded_when_it_is_dealt_with_and_never_before_it_was_heard_of() -> None:
    later, earlier = RECEIVED + timedelta(hours=2), RECEIVED - timedelta(hours=2)
    assert recording_time(RECEIVED, lambda: later) == later
    assert recording_time(RECEIVED, lambda: earlier) == RECEIVED
    assert recording_time(RECEIVED) > RECEIVED


def test_where_time_travel_is_allowed_it_is_recorded_at_the_time_that_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("TIME_TRAVEL", "allowed")
    assert recording_time(RECEIVED) == RECEIVED
