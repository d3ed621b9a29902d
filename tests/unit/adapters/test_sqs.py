"""The queue of accounts."""

from __future__ import annotations

import json
from typing import Any

import pytest

from receivables.adapters.sqs import SqsAccounts
from receivables.core.errors import DependencyFailed
from tests.builders import NOW


class Queue:
    """Refuses each entry the number of times it is told to."""

    def __init__(self, refusals: dict[str, int] | None = None) -> None:
        self.refusals = dict(refusals or {})
        self.requests: list[list[str]] = []
        self.taken: list[dict[str, Any]] = []

    def send_message_batch(self, *, QueueUrl: str, Entries: list[dict[str, str]]) -> dict[str, Any]:  # noqa: N803
        self.requests.append([entry["Id"] for entry in Entries])
        failed = []
        for entry in Entries:
            if self.refusals.get(entry["Id"], 0):
                self.refusals[entry["Id"]] -= 1
                failed.append({"Id": entry["Id"], "Code": "InternalError"})
            else:
                self.taken.append(json.loads(entry["MessageBody"]))
        return {"Failed": failed} if failed else {}


def test_one_message_an_account_with_the_time_of_the_tick() -> None:
    queue = Queue()
    SqsAccounts(queue, "url").put(["C-1.EUR", "C-2.EUR"], NOW)
    assert queue.taken == [
        {"account_id": "C-1.EUR", "as_of": "2026-03-02T08:00:00.000000Z"},
        {"account_id": "C-2.EUR", "as_of": "2026-03-02T08:00:00.000000Z"},
    ]
    assert len(queue.requests) == 1


def test_entries_that_were_not_taken_are_put_again_and_only_they() -> None:
    queue = Queue({"1": 2})
    SqsAccounts(queue, "url").put(["C-1.EUR", "C-2.EUR", "C-3.EUR"], NOW)
    assert queue.requests == [["0", "1", "2"], ["1"], ["1"]]
    assert [message["account_id"] for message in queue.taken] == ["C-1.EUR", "C-3.EUR", "C-2.EUR"]


def test_entries_that_are_never_taken_fail_the_tick_after_a_few_attempts() -> None:
    queue = Queue({"0": 99})
    with pytest.raises(DependencyFailed, match="1 accounts"):
        SqsAccounts(queue, "url").put(["C-1.EUR"], NOW)
    assert len(queue.requests) == 3
