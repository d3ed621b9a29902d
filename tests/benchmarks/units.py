"""What DynamoDB charges, by its published rules: the size of an item, and the request units that sizes make.

Worked out here because the embedded engine's own ConsumedCapacity is not that of AWS.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any, Final

Item = Mapping[str, Mapping[str, Any]]

READ_BYTES: Final = 4096
WRITE_BYTES: Final = 1024
TRANSACTION: Final = 2
"""A transaction prepares and commits: twice the units of the same writes on the table, once on its indexes."""


def item_size(item: Item) -> int:
    """Bytes of an item as DynamoDB counts them: names and values."""
    return sum(len(name.encode()) + value_size(value) for name, value in item.items())


def value_size(value: Mapping[str, Any]) -> int:
    """Bytes of one attribute's value."""
    ((kind, content),) = value.items()
    match kind:
        case "S":
            return len(content.encode())
        case "N":
            return _number_size(content)
        case "B":
            return len(content)
        case "BOOL" | "NULL":
            return 1
        case "L":
            return 3 + sum(1 + value_size(each) for each in content)
        case "M":
            return 3 + sum(1 + len(name.encode()) + value_size(each) for name, each in content.items())
        case _:
            return sum(value_size({kind[0]: each}) for each in content)


def _number_size(digits: str) -> int:
    significant = digits.lstrip("-").replace(".", "").strip("0")
    return ceil(len(significant) / 2) + 1 + digits.startswith("-")


def read_units(size: int, *, consistent: bool) -> float:
    """Read request units of so many bytes read together; looking in vain costs as much as the smallest item."""
    return max(1, ceil(size / READ_BYTES)) * (1 if consistent else 0.5)


def write_units(before: Item | None, after: Item | None) -> int:
    """Write request units on the table itself: by the larger image."""
    size = max(item_size(before or {}), item_size(after or {}))
    return max(1, ceil(size / WRITE_BYTES))


def index_write_units(indexes: Iterable[Index], before: Item | None, after: Item | None) -> int:
    """Write request units on the indexes: none where the entry stays as it is, two where its key changes."""
    return sum(_entry_units(index, index.entry(before), index.entry(after)) for index in indexes)


class Index:
    """A secondary index as `describe_table` tells of it."""

    def __init__(self, description: Mapping[str, Any], table_key: Iterable[str]) -> None:
        self.name: str = description["IndexName"]
        self.key = tuple(part["AttributeName"] for part in description["KeySchema"])
        projection = description["Projection"]
        everything = projection["ProjectionType"] == "ALL"
        included = projection.get("NonKeyAttributes", ())
        self._projected = None if everything else {*self.key, *table_key, *included}

    def entry(self, item: Item | None) -> Item | None:
        """What the index holds of an item; None when it lacks the index's key: the index is sparse."""
        if item is None or any(part not in item for part in self.key):
            return None
        if self._projected is None:
            return item
        return {name: value for name, value in item.items() if name in self._projected}


def _entry_units(index: Index, before: Item | None, after: Item | None) -> int:
    if before == after:
        return 0
    if before and after and any(before[part] != after[part] for part in index.key):
        return write_units(before, None) + write_units(None, after)
    return write_units(before, after)
