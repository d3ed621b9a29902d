"""A DynamoDB client whose first answer to every write is lost, so that the call is made again as botocore's retries do."""

from __future__ import annotations

from typing import Any

_WRITES = {"put_item", "update_item", "transact_write_items"}


class LosesAnswers:
    """Makes every write twice and shows the second answer. `remembers` False: the service has forgotten the token of
    the first (as after ten minutes), so that only what was stored can tell that it was made."""

    def __init__(self, client: Any, *, remembers: bool = True) -> None:
        self._client, self._remembers = client, remembers

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in _WRITES:
            return found

        def twice(**arguments: Any) -> Any:
            found(**arguments)
            if not self._remembers and "ClientRequestToken" in arguments:
                arguments["ClientRequestToken"] = arguments["ClientRequestToken"][::-1]
            return found(**arguments)

        return twice


class Contended:
    """A client whose transactions are canceled, a number of times, because of another transaction on the same item."""

    def __init__(self, client: Any, times: int, code: str = "TransactionConflict") -> None:
        self._client, self._code, self.left = client, code, times

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name not in ("transact_write_items", "transact_get_items"):
            return found

        def canceled_at_first(**arguments: Any) -> Any:
            if self.left == 0:
                return found(**arguments)
            self.left -= 1
            reasons = [{"Code": "None"} for _ in arguments["TransactItems"]]
            reasons[-1] = {"Code": self._code}
            answer = {"Error": {"Code": "TransactionCanceledException"}, "CancellationReasons": reasons}
            raise self._client.exceptions.TransactionCanceledException(answer, name)

        return canceled_at_first
