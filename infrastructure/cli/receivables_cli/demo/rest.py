"""Has everything come to rest? Told from what can be observed: queues, inbox, cases. Never by waiting a while."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from receivables_cli.errors import CommandError

_PATIENCE_SECONDS: Final = 60.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.01, 0.1


class Restless(CommandError):
    """Something did not come to rest within a minute: it is stuck, or failing and being retried."""


def wait_until(settled: Callable[[], bool], what: str, usual: float = 0.0) -> None:
    """Ask again and again until it is so, for the first time after the `usual` seconds: asking costs the engine time
    as well. Raises Restless naming `what`."""
    until = time.monotonic() + _PATIENCE_SECONDS
    time.sleep(usual)
    pause = _FIRST_PAUSE
    while not settled():
        if time.monotonic() > until:
            raise Restless(f"{what} did not come to rest; the engine's log may say why")
        time.sleep(pause)
        pause = min(pause * 1.5, _LONGEST_PAUSE)


@dataclass(frozen=True, slots=True)
class CaseView:
    """As much of an active case as tells whether it rests."""

    id: str
    account_id: str
    stage: str
    invoices: tuple[str, ...]
    wakes: int
    rests: bool


class Watch:
    """Looks at a stack from outside, with the rights of whoever owns it."""

    def __init__(self, client: Callable[[str], Any], outputs: Mapping[str, str]) -> None:
        self._dynamodb, self._sqs = client("dynamodb"), client("sqs")
        self._outputs = outputs

    def inbox_is_empty(self) -> bool:
        """Whether every stored webhook has been interpreted."""
        answer = self._dynamodb.query(
            TableName=self._outputs["InboxTableName"],
            IndexName="unprocessed",
            KeyConditionExpression="state_pending = :received",
            ExpressionAttributeValues={":received": {"S": "received"}},
            Select="COUNT",
        )
        return bool(answer["Count"] == 0)

    def queue_is_empty(self) -> bool:
        """Whether every nominated account has been worked."""
        counts = ("", "NotVisible", "Delayed")
        answer = self._sqs.get_queue_attributes(
            QueueUrl=self._outputs["AccountsQueueUrl"],
            AttributeNames=[f"ApproximateNumberOfMessages{count}" for count in counts],
        )
        return all(int(number) == 0 for number in answer["Attributes"].values())

    def cases(self) -> dict[str, CaseView]:
        """The active cases by account."""
        return {view.account_id: view for view in map(_case_view, self._worklist("case"))}

    def cases_rest(self) -> bool:
        """Whether every active case waits: its workflow is parked on what it knew when it was last woken."""
        return all(view.rests for view in self.cases().values())

    def pending_approvals(self) -> int:
        """How many requests wait for a person."""
        return sum(1 for _ in self._worklist("approval"))

    def is_delivered(self, approval_id: str) -> bool:
        """Whether the case has been woken by the decision on what it asked for."""
        answer = self._dynamodb.get_item(
            TableName=self._outputs["ReceivablesTableName"],
            Key={"pk": {"S": f"V#{approval_id}"}, "sk": {"S": "approval"}},
            ConsistentRead=True,
        )
        return bool(answer.get("Item", {}).get("delivered", {}).get("BOOL", False))

    def _worklist(self, name: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._outputs["ReceivablesTableName"],
            IndexName="worklist",
            KeyConditionExpression="worklist = :name",
            ExpressionAttributeValues={":name": {"S": name}},
        )
        for page in pages:
            yield from page["Items"]


def _case_view(item: Mapping[str, Any]) -> CaseView:
    wakes = int(item.get("wake_count", {}).get("N", "0"))
    seen = item.get("parked_seen", {}).get("N")
    return CaseView(
        id=item["id"]["S"],
        account_id=item["pk"]["S"].removeprefix("A#"),
        stage=item["stage"]["S"],
        invoices=tuple(number["S"] for number in item["invoices"]["L"]),
        wakes=wakes,
        rests="token" in item and seen is not None and int(seen) == wakes,
    )
