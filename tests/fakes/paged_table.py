"""A DynamoDB client that only reads, from a table in memory, and pages as the service does: by bytes, not by wishes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable
from itertools import groupby
from typing import Any

from tests.benchmarks.units import item_size

MEGABYTE = 1024 * 1024


class PagedTable:
    """Answers `get_item`, `query` and `scan` over items; a page ends where `page_bytes` are read (or `Limit` items).

    `calls` are the operations that were asked for. Items of a partition come together, in the order of their sort keys;
    partitions in an order of their own, as hashes are. Filters are not applied: what is filtered by the service may come.
    """

    def __init__(self, items: Iterable[dict[str, Any]], page_bytes: int = MEGABYTE) -> None:
        self.page_bytes = page_bytes
        self.calls: list[str] = []
        by_partition = groupby(sorted(items, key=_place), key=lambda item: item["pk"]["S"])
        self._partitions = {pk: list(group) for pk, group in by_partition}

    def get_item(self, *, Key: dict[str, Any], **_: Any) -> dict[str, Any]:  # noqa: N803
        self.calls.append("get_item")
        found = [item for item in self._partitions.get(Key["pk"]["S"], ()) if item["sk"] == Key["sk"]]
        return {"Item": found[0]} if found else {}

    def batch_get_item(self, *, RequestItems: dict[str, Any]) -> dict[str, Any]:  # noqa: N803
        self.calls.append("batch_get_item")
        ((table, wanted),) = RequestItems.items()
        found = [
            item
            for key in wanted["Keys"]
            for item in self._partitions.get(key["pk"]["S"], ())
            if item["sk"] == key["sk"]
        ]
        return {"Responses": {table: found}, "UnprocessedKeys": {}}

    def query(self, **request: Any) -> dict[str, Any]:
        self.calls.append("query")
        condition, values = request["KeyConditionExpression"], request["ExpressionAttributeValues"]
        names = re.findall(r":\w+", condition)
        partition = self._partitions.get(values[names[0]]["S"], [])
        wanted = values[names[1]]["S"] if len(names) > 1 else ""
        begin = bisect_left(partition, wanted, key=lambda item: item["sk"]["S"])
        rows = partition[begin:]
        if "begins_with" in condition:
            rows = partition[
                begin : bisect_left(partition, wanted + "\U0010ffff", key=lambda item: item["sk"]["S"])
            ]
        elif ">" in condition:
            rows = [item for item in rows if item["sk"]["S"] > wanted]
        if request.get("ScanIndexForward") is False:
            rows = rows[::-1]
        return self._page(rows, request)

    def scan(self, **request: Any) -> dict[str, Any]:
        self.calls.append("scan")
        return self._page([item for rows in self._partitions.values() for item in rows], request)

    def _page(self, rows: list[dict[str, Any]], request: dict[str, Any]) -> dict[str, Any]:
        start = request.get("ExclusiveStartKey")
        if start is not None:
            key = (start["pk"]["S"], start["sk"]["S"])
            rows = rows[[_place(item) for item in rows].index(key) + 1 :]
        shown, size = list[dict[str, Any]](), 0
        for item in rows:
            if size >= self.page_bytes or len(shown) == request.get("Limit"):
                last = shown[-1]
                return {"Items": shown, "LastEvaluatedKey": {"pk": last["pk"], "sk": last["sk"]}}
            shown.append(item)
            size += item_size(item)
        return {"Items": shown}


def _place(item: dict[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]
