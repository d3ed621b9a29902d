"""The rules by which request units are worked out, on the examples that DynamoDB's documentation gives or implies."""

from __future__ import annotations

import pytest

from tests.benchmarks.units import Index, index_write_units, item_size, read_units, write_units

DUE = Index(
    {
        "IndexName": "due",
        "KeySchema": [{"AttributeName": "shard"}, {"AttributeName": "at"}],
        "Projection": {"ProjectionType": "KEYS_ONLY"},
    },
    ["pk"],
)


def item(**values: str) -> dict[str, dict[str, str]]:
    return {name: {"S": value} for name, value in {"pk": "a", **values}.items()}


def test_an_item_is_as_large_as_its_names_and_values() -> None:
    assert item_size({"pk": {"S": "zürich"}}) == 2 + 7
    assert item_size({"n": {"N": "-123.45"}}) == 1 + 3 + 1 + 1
    assert item_size({"n": {"N": "100000"}}) == 1 + 1 + 1
    assert item_size({"b": {"BOOL": True}, "x": {"NULL": True}}) == 4
    assert item_size({"m": {"M": {"k": {"S": "vv"}}}}) == 1 + 3 + (1 + 1 + 2)
    assert item_size({"l": {"L": [{"S": "vv"}, {"BOOL": True}]}}) == 1 + 3 + (1 + 2) + (1 + 1)
    assert item_size({"s": {"SS": ["a", "bb"]}}) == 1 + 3


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [(0, True, 1), (0, False, 0.5), (3_500, True, 1), (4_097, True, 2), (10_000, False, 1.5)],
)
def test_a_read_is_charged_by_four_kilobytes_and_half_if_it_may_be_late(
    size: int, consistent: bool, units: float
) -> None:
    assert read_units(size, consistent=consistent) == units


def test_a_write_is_charged_by_the_larger_image() -> None:
    small, large = item(text="x"), item(text="x" * 1_500)
    assert write_units(None, small) == 1
    assert write_units(large, small) == 2
    assert write_units(large, None) == 2


@pytest.mark.parametrize(
    ("before", "after", "units"),
    [
        pytest.param(None, item(text="x"), 0, id="without the index's key"),
        pytest.param(None, item(shard="1", at="2"), 1, id="entering"),
        pytest.param(item(shard="1", at="2"), item(shard="1", at="2", text="y"), 0, id="nothing projected"),
        pytest.param(item(shard="1", at="2"), item(shard="1", at="3"), 2, id="another place"),
        pytest.param(item(shard="1", at="2"), item(), 1, id="leaving"),
    ],
)
def test_an_index_is_charged_only_for_what_changes_in_it(
    before: dict[str, dict[str, str]] | None, after: dict[str, dict[str, str]], units: int
) -> None:
    assert index_write_units([DUE], before, after) == units
