"""Counts what botocore's clients really call, and the request units of it, by looking at the items themselves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from tests.benchmarks.units import (
    TRANSACTION,
    Index,
    Item,
    index_write_units,
    item_size,
    read_units,
    write_units,
)

_KEY: Final = "receivables-meter"
_HIDING: Final = ("FilterExpression", "ProjectionExpression", "Select", "ExpressionAttributeNames")
Images = list[Item | None]


@dataclass
class Call:
    """One request: which, and what it costs in request units."""

    service: str
    operation: str
    read: float = 0.0
    written: float = 0.0
    indexed: float = 0.0
    """The part of `written` that was written to indexes."""


@dataclass
class Count:
    """The requests of one piece of work."""

    calls: list[Call] = field(default_factory=list)

    def requests(self, service: str, *operations: str) -> int:
        """Requests to a service; of some operations only, if they are named."""
        return len(
            [c for c in self.calls if c.service == service and c.operation in (operations or (c.operation,))]
        )

    @property
    def read(self) -> float:
        return sum(call.read for call in self.calls)

    @property
    def written(self) -> float:
        return sum(call.written for call in self.calls)


class Meter:
    """Watches clients. `lens` is an unwatched DynamoDB client through which it sees items before and after."""

    def __init__(self, lens: Any) -> None:
        self._lens = lens
        self._tables: dict[str, tuple[tuple[str, ...], list[Index]]] = {}
        self._count: Count | None = None

    def watch(self, client: Any) -> None:
        """Meter a client from now on, while a `counting` is open."""
        service = client.meta.service_model.service_name
        client.meta.events.register_last(f"before-parameter-build.{service}", partial(self._before, service))
        client.meta.events.register_last(f"after-call.{service}", self._after)

    @contextmanager
    def counting(self) -> Iterator[Count]:
        """Everything that is called inside."""
        self._count = Count()
        try:
            yield self._count
        finally:
            self._count = None

    def _before(
        self, service: str, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any
    ) -> None:
        if self._count is None:
            return
        call = Call(service, model.name)
        self._count.calls.append(call)
        images = (
            [self._look(*place) for place in _places(model.name, params)] if service == "dynamodb" else []
        )
        context[_KEY] = (call, params, images)

    def _after(self, context: dict[str, Any], parsed: Mapping[str, Any], **_: Any) -> None:
        call, params, before = context.pop(_KEY, (None, None, None))
        if call is None or call.service != "dynamodb":
            return
        if call.operation in ("Query", "Scan"):
            call.read = self._pages(call.operation, params, parsed)
        elif call.operation in ("GetItem", "BatchGetItem", "TransactGetItems"):
            call.read = _gets(call.operation, params, before)
        else:
            self._writes(call, params, before)

    def _pages(self, operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> float:
        """By all that was read, which filters and projections hide."""
        items = parsed.get("Items", ())
        if "FilterExpression" in params or "ProjectionExpression" in params or "Items" not in parsed:
            items = self._unfiltered(operation, params, parsed)
        return read_units(sum(map(item_size, items)), consistent=bool(params.get("ConsistentRead")))

    def _unfiltered(self, operation: str, params: Mapping[str, Any], parsed: Mapping[str, Any]) -> list[Item]:
        plain = {name: value for name, value in params.items() if name not in _HIDING}
        if operation == "Query":
            used = ("ExpressionAttributeNames",) if "#" in params["KeyConditionExpression"] else ()
            plain |= {name: params[name] for name in used}
            named = params["KeyConditionExpression"]
            values = params["ExpressionAttributeValues"].items()
            plain["ExpressionAttributeValues"] = {name: value for name, value in values if name in named}
        else:
            plain.pop("ExpressionAttributeValues", None)
        if parsed.get("ScannedCount"):
            plain["Limit"] = parsed["ScannedCount"]
        answer = self._lens.query(**plain) if operation == "Query" else self._lens.scan(**plain)
        return list(answer["Items"])

    def _writes(self, call: Call, params: Mapping[str, Any], before: Images) -> None:
        factor = TRANSACTION if call.operation == "TransactWriteItems" else 1
        for (table, key), was in zip(_places(call.operation, params), before, strict=True):
            now = self._look(table, key)
            indexed = index_write_units(self._table(table)[1], was, now)
            call.indexed += indexed
            # The check of a condition in a transaction is charged as the write it could have been: the rules leave
            # it open, and this is the dearer reading.
            call.written += factor * write_units(was, now) + indexed

    def _look(self, table: str, key: Item) -> Item | None:
        names = self._table(table)[0]
        place = {name: key[name] for name in names}
        found: Item | None = self._lens.get_item(TableName=table, Key=place, ConsistentRead=True).get("Item")
        return found

    def _table(self, name: str) -> tuple[tuple[str, ...], list[Index]]:
        if name not in self._tables:
            described = self._lens.describe_table(TableName=name)["Table"]
            key = tuple(part["AttributeName"] for part in described["KeySchema"])
            indexes = [Index(index, key) for index in described.get("GlobalSecondaryIndexes", ())]
            self._tables[name] = (key, indexes)
        return self._tables[name]


def _gets(operation: str, params: Mapping[str, Any], items: Images) -> float:
    if operation == "BatchGetItem":
        consistent = any(asked.get("ConsistentRead") for asked in params["RequestItems"].values())
    else:
        consistent = operation == "TransactGetItems" or bool(params.get("ConsistentRead"))
    factor = TRANSACTION if operation == "TransactGetItems" else 1
    return factor * sum(read_units(item_size(item or {}), consistent=consistent) for item in items)


def _places(operation: str, params: Mapping[str, Any]) -> list[tuple[str, Item]]:
    """Table and key (or the item that holds the key) of each item that a request names."""
    match operation:
        case "GetItem" | "UpdateItem" | "DeleteItem":
            return [(params["TableName"], params["Key"])]
        case "PutItem":
            return [(params["TableName"], params["Item"])]
        case "TransactWriteItems" | "TransactGetItems":
            actions = [action for item in params["TransactItems"] for action in item.values()]
            return [(action["TableName"], action.get("Item") or action["Key"]) for action in actions]
        case "BatchGetItem":
            return [(t, key) for t, asked in params["RequestItems"].items() for key in asked["Keys"]]
        case "BatchWriteItem":
            wanted = [(t, write) for t, writes in params["RequestItems"].items() for write in writes]
            return [
                (t, write["PutRequest"]["Item"] if "PutRequest" in write else write["DeleteRequest"]["Key"])
                for t, write in wanted
            ]
        case _:
            return []
