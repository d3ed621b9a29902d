"""The queue of accounts that wait to be worked."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from receivables.adapters.errors import calling
from receivables.core.clock import format_instant
from receivables.core.errors import DependencyFailed

_ATTEMPTS: Final = 3


class SqsAccounts:
    """Implements `dunning.ports.AccountQueue`."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client, self._queue_url = client, queue_url

    def put(self, account_ids: Sequence[str], as_of: datetime) -> None:
        waiting = {
            str(n): json.dumps({"account_id": account_id, "as_of": format_instant(as_of)})
            for n, account_id in enumerate(account_ids)
        }
        for _ in range(_ATTEMPTS):
            if not waiting:
                return
            # A request can succeed and still not take every entry.
            waiting = {entry: waiting[entry] for entry in self._refused(waiting)}
        if waiting:
            raise DependencyFailed(f"sqs: {len(waiting)} accounts were not queued")

    def _refused(self, waiting: dict[str, str]) -> list[str]:
        entries = [{"Id": entry, "MessageBody": body} for entry, body in waiting.items()]
        with calling("sqs"):
            answer = self._client.send_message_batch(QueueUrl=self._queue_url, Entries=entries)
        return [failure["Id"] for failure in answer.get("Failed", [])]
