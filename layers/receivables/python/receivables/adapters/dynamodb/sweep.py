"""What the sweep needs of the `receivables` table: every account, page by page, and where it left off."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    number,
    number_at,
    optional_instant,
    text,
    text_map,
    text_map_at,
    texts,
    texts_at,
)
from receivables.adapters.errors import calling
from receivables.ledger import Page
from receivables.usecases.sweep_accounts import Planned, SweepState

_STATE: Final[Item] = {"pk": text("S#sweep"), "sk": text("state")}


class DynamoCensus:
    """Implements `usecases.sweep_accounts.Census`.

    A scan reads the history too, which is why it is walked once a day and not more often. It need not be strongly
    consistent: whatever looks suspicious is read again before anything is done about it.
    """

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def page(self, position: Mapping[str, str] | None) -> Page[Planned]:
        request: dict[str, Any] = {
            "TableName": self._table,
            "FilterExpression": "sk = :account",
            "ProjectionExpression": "pk, balance, next_action_at",
            "ExpressionAttributeValues": {":account": text(keys.ACCOUNT)},
        }
        if position is not None:
            request["ExclusiveStartKey"] = {name: text(value) for name, value in position.items()}
        with calling("dynamodb"):
            answer = self._client.scan(**request)
        last = answer.get("LastEvaluatedKey")
        following = {name: value["S"] for name, value in last.items()} if last else None
        return Page(tuple(_planned(item) for item in answer["Items"]), following)


class DynamoSweepLog:
    """Implements `usecases.sweep_accounts.SweepLog`: one item."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def read(self) -> SweepState:
        with calling("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=_STATE, ConsistentRead=True)
        item: Item = answer.get("Item", {})
        if not item:
            return SweepState()
        return SweepState(
            position=text_map_at(item, "position") or None,
            scanned=number_at(item, "scanned"),
            missed=number_at(item, "missed"),
            reported=texts_at(item, "reported"),
        )

    def keep(self, state: SweepState) -> None:
        item = {
            **_STATE,
            "kind": text("sweep"),
            "position": text_map(state.position or {}),
            "scanned": number(state.scanned),
            "missed": number(state.missed),
            "reported": texts(state.reported),
        }
        with calling("dynamodb"):
            self._client.put_item(TableName=self._table, Item=item)


def _planned(item: Item) -> Planned:
    return Planned(
        account_id=keys.account_id_of(item["pk"]["S"]),
        open=number_at(item, "balance"),
        next_action_at=optional_instant(item, "next_action_at"),
    )
