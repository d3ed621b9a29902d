"""One table through a botocore client: reads, conditional writes and transactions, with outcomes instead of errors.

The client is handed in and never made here. Failing conditions are outcomes: they come back as the items that were
found instead, by the name of the write, so that a store can tell a duplicate from a change. What is in the way only
for a moment (another transaction on the same item, throttling) is tried again a few times.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, Final

from receivables.adapters.dynamodb.values import Item, number
from receivables.adapters.errors import calling
from receivables.core.errors import Throttled

Write = dict[str, Any]
Writes = Mapping[str, Write]
Failed = dict[str, Item]
Position = Mapping[str, str]

ATTEMPTS: Final = 7
MOST_READ: Final = 100
"""What one snapshot takes."""
_FIRST_PAUSE_SECONDS: Final = 0.02
_PASSING: Final = {"TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"}
_random: Final = secrets.SystemRandom()


class Table:
    """A table by name, through a client."""

    def __init__(self, client: Any, name: str, pause: Callable[[float], None] = time.sleep) -> None:
        self.name = name
        self._client = client
        self._pause = pause

    def get(self, key: Item) -> Item | None:
        """The item at a key, strongly consistent."""
        with calling("dynamodb"):
            answer = self._client.get_item(TableName=self.name, Key=key, ConsistentRead=True)
        item: Item | None = answer.get("Item")
        return item

    def snapshot(self, *wanted: Item) -> list[Item | None]:
        """The items at several keys (at most MOST_READ) as they were at one moment. Raises Throttled when writes were in the way."""
        gets = [{"Get": {"TableName": self.name, "Key": key}} for key in wanted]
        for attempt in range(ATTEMPTS):
            self._wait(attempt)
            with calling("dynamodb"):
                try:
                    answer = self._client.transact_get_items(TransactItems=gets)
                except self._client.exceptions.TransactionCanceledException:
                    continue
            return [response.get("Item") for response in answer["Responses"]]
        raise Throttled(f"{self.name}: writes were in the way {ATTEMPTS} times")

    def batch(self, wanted: Iterable[Item]) -> Iterator[Item]:
        """The items at many keys, a hundred a request, in no order, each strongly consistent by itself; what is not there is left
        out. Raises Throttled when the service keeps putting some off."""
        waiting = iter(wanted)
        while keys := list(islice(waiting, MOST_READ)):
            for attempt in range(ATTEMPTS):
                self._wait(attempt)
                with calling("dynamodb"):
                    answer = self._client.batch_get_item(
                        RequestItems={self.name: {"Keys": keys, "ConsistentRead": True}}
                    )
                yield from answer["Responses"].get(self.name, ())
                keys = answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])
                if not keys:
                    break
            else:
                raise Throttled(f"{self.name}: reads were put off {ATTEMPTS} times")

    def query(self, condition: str, values: Item, **options: Any) -> Iterator[Item]:
        """Every item that a key condition selects, page by page as they are taken; strongly consistent unless it
        reads an index."""
        options.setdefault("ConsistentRead", "IndexName" not in options)
        while True:
            with calling("dynamodb"):
                answer = self._client.query(
                    TableName=self.name,
                    KeyConditionExpression=condition,
                    ExpressionAttributeValues=values,
                    **options,
                )
            yield from answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            options["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def first(
        self, limit: int, condition: str, values: Item, position: Position | None, **options: Any
    ) -> tuple[list[Item], bool]:
        """At most `limit` items from a position on, and whether there are more."""
        if position is not None:
            options["ExclusiveStartKey"] = {name: {"S": value} for name, value in position.items()}
        found: list[Item] = []
        for item in self.query(condition, values, Limit=limit + 1, **options):
            found.append(item)
            if len(found) > limit:
                return found[:limit], True
        return found, False

    def page(
        self, condition: str, values: Item, position: Position | None, **options: Any
    ) -> tuple[list[Item], Position | None]:
        """What one request reads - about a megabyte - from a position on, and where the next begins (None: that was all)."""
        if position is not None:
            options["ExclusiveStartKey"] = {name: {"S": value} for name, value in position.items()}
        with calling("dynamodb"):
            answer = self._client.query(
                TableName=self.name,
                KeyConditionExpression=condition,
                ExpressionAttributeValues=values,
                **options,
            )
        last = answer.get("LastEvaluatedKey")
        return list(answer["Items"]), {name: value["S"] for name, value in last.items()} if last else None

    def scan(self, position: Position | None) -> tuple[list[Item], Position | None]:
        """About a megabyte of the whole table, in no order, strongly consistent, and where the next begins (None: that was all)."""
        options: dict[str, Any] = {}
        if position is not None:
            options["ExclusiveStartKey"] = {name: {"S": value} for name, value in position.items()}
        with calling("dynamodb"):
            answer = self._client.scan(TableName=self.name, ConsistentRead=True, **options)
        last = answer.get("LastEvaluatedKey")
        return list(answer["Items"]), {name: value["S"] for name, value in last.items()} if last else None

    def write(self, action: Write) -> Item | None:
        """One conditional write; None when it was made, else the item that stood against it (empty: there is none)."""
        ((operation, arguments),) = action.items()
        call = {
            "Put": self._client.put_item,
            "Update": self._client.update_item,
            "Delete": self._client.delete_item,
        }[operation]
        with calling("dynamodb"):
            try:
                call(**arguments)
            except self._client.exceptions.ConditionalCheckFailedException as refused:
                item: Item = refused.response.get("Item", {})
                return item
        return None

    def change(self, update: Write) -> Item | None:
        """One conditional update; the item as it is now, or None when its condition failed."""
        with calling("dynamodb"):
            try:
                answer = self._client.update_item(**update["Update"], ReturnValues="ALL_NEW")
            except self._client.exceptions.ConditionalCheckFailedException:
                return None
        item: Item = answer["Attributes"]
        return item

    def transact(self, writes: Writes, token: str | None = None) -> Failed:
        """All writes or none. Empty when they were made; else, by name, the items that failed their condition.

        `token` identifies this attempt: within ten minutes DynamoDB makes it once however often it is sent. Raises
        Throttled when something passing stood in the way every time.
        """
        token = token or new_attempt()
        for attempt in range(ATTEMPTS):
            self._wait(attempt)
            with calling("dynamodb"):
                try:
                    self._client.transact_write_items(
                        TransactItems=list(writes.values()), ClientRequestToken=token
                    )
                except self._client.exceptions.TransactionCanceledException as canceled:
                    reasons = canceled.response["CancellationReasons"]
                    if failed := _failed_conditions(writes, reasons):
                        return failed
                    if not any(reason["Code"] in _PASSING for reason in reasons):
                        raise
                except self._client.exceptions.TransactionInProgressException:
                    continue
                else:
                    return {}
        raise Throttled(f"{self.name}: other writes were in the way {ATTEMPTS} times")

    def put(
        self,
        item: Item,
        condition: str | None = "attribute_not_exists(pk)",
        values: Item | None = None,
    ) -> Write:
        """Write an item; unless told otherwise only where there is none."""
        return {"Put": self._conditional({"Item": item}, condition, values)}

    def update(
        self,
        key: Item,
        expression: str,
        values: Item | None = None,
        condition: str | None = None,
        *reserved: str,
    ) -> Write:
        """Change attributes; `reserved` are attribute names that are reserved words: `state` is written #state."""
        arguments = {"Key": key, "UpdateExpression": expression}
        return {"Update": self._conditional(arguments, condition, values, *reserved)}

    def modify(
        self,
        key: Item,
        *,
        sets: Item,
        adds: Mapping[str, int] | None = None,
        removes: Sequence[str] = (),
        condition: str,
        values: Item,
        also: Sequence[str] = (),
    ) -> Write:
        """Set, add to and remove attributes by name; `values` are those that the condition speaks of. Every name, and those
        of `also`, may be written with # in the condition."""
        added = adds or {}
        parts = {
            "SET": [f"#{name} = :{name}" for name in sets],
            "ADD": [f"#{name} :{name}" for name in added],
            "REMOVE": [f"#{name}" for name in removes],
        }
        expression = " ".join(f"{verb} {', '.join(each)}" for verb, each in parts.items() if each)
        changes = {f":{name}": value for name, value in sets.items()}
        changes |= {f":{name}": number(value) for name, value in added.items()}
        return self.update(key, expression, changes | values, condition, *sets, *added, *removes, *also)

    def delete(self, key: Item, condition: str, values: Item, *reserved: str) -> Write:
        return {"Delete": self._conditional({"Key": key}, condition, values, *reserved)}

    def check(self, key: Item, condition: str, values: Item | None = None, *reserved: str) -> Write:
        """Change nothing, but let the transaction fail unless the condition holds."""
        return {"ConditionCheck": self._conditional({"Key": key}, condition, values, *reserved)}

    def _wait(self, attempt: int) -> None:
        if attempt:
            self._pause(_random.uniform(0, _FIRST_PAUSE_SECONDS * 2**attempt))

    def _conditional(
        self, arguments: dict[str, Any], condition: str | None, values: Item | None, *reserved: str
    ) -> dict[str, Any]:
        arguments["TableName"] = self.name
        if condition:
            arguments["ConditionExpression"] = condition
            arguments["ReturnValuesOnConditionCheckFailure"] = "ALL_OLD"
        if values:
            arguments["ExpressionAttributeValues"] = values
        if reserved:
            arguments["ExpressionAttributeNames"] = {f"#{name}": name for name in reserved}
        return arguments


def new_attempt() -> str:
    """A fresh id for one attempt to write: recognised when its answer was lost."""
    return secrets.token_hex(16)


def position_of(item: Item, *attributes: str) -> dict[str, str]:
    """Where a page ends that ends with this item: its key, and the keys of its index."""
    return {name: item[name]["S"] for name in ("pk", "sk", *attributes)}


def _failed_conditions(writes: Writes, reasons: list[dict[str, Any]]) -> Failed:
    return {
        name: reason.get("Item", {})
        for name, reason in zip(writes, reasons, strict=True)
        if reason["Code"] == "ConditionalCheckFailed"
    }
