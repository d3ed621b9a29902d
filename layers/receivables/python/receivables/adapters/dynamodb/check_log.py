"""Where the nightly check of the ledger keeps its place, and what it found last."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    instant,
    instant_at,
    number,
    number_at,
    number_map,
    number_map_at,
    optional_instant,
    present,
    text,
    text_map,
    text_map_at,
)
from receivables.adapters.errors import calling
from receivables.ledger import LedgerName
from receivables.ledger.trial_balance import TrialBalance
from receivables.usecases.check_books import CheckState, Finding

PARTITION: Final = "S#check"
_UNDER_WAY: Final[Item] = {"pk": text(PARTITION), "sk": text("under_way")}
_LAST: Final[Item] = {"pk": text(PARTITION), "sk": text("last")}


class DynamoCheckLog:
    """Implements `usecases.check_books.CheckLog`: two items. One run at a time writes them."""

    def __init__(self, client: Any, table: str) -> None:
        self._client, self._table = client, table

    def under_way(self) -> CheckState | None:
        state = self._read(_UNDER_WAY)
        return state if state and state.finished_at is None else None

    def last(self) -> CheckState | None:
        return self._read(_LAST)

    def keep(self, state: CheckState) -> None:
        self._write({**_UNDER_WAY, **_item(state)})

    def conclude(self, state: CheckState) -> None:
        # The result first: a run that dies in between checks its last page again, and concludes the same.
        self._write({**_LAST, **_item(state)})
        self._write({**_UNDER_WAY, **_item(state)})

    def _read(self, key: Item) -> CheckState | None:
        with calling("dynamodb"):
            answer = self._client.get_item(TableName=self._table, Key=key, ConsistentRead=True)
        return _state(answer["Item"]) if "Item" in answer else None

    def _write(self, item: Item) -> None:
        with calling("dynamodb"):
            self._client.put_item(TableName=self._table, Item=item)


def _item(state: CheckState) -> Item:
    findings = [text_map({"account": each.account_id, "text": each.difference}) for each in state.findings]
    return present(
        kind=text("check"),
        began_at=instant(state.began_at),
        finished_at=instant(state.finished_at) if state.finished_at else None,
        position=text_map(state.position) if state.position else None,
        checked=number(state.checked),
        differing=number(state.differing),
        findings={"L": findings},
        sums={"M": {currency: _named(sums) for currency, sums in state.balance.sums.items()}},
        entries=number(state.balance.entries),
    )


def _state(item: Item) -> CheckState:
    findings = (text_map_at({"at": each}, "at") for each in item["findings"]["L"])
    sums: Item = item["sums"]["M"]
    balance = TrialBalance({currency: _sums(sums, currency) for currency in sums}, number_at(item, "entries"))
    return CheckState(
        began_at=instant_at(item, "began_at"),
        position=text_map_at(item, "position") or None,
        checked=number_at(item, "checked"),
        differing=number_at(item, "differing"),
        findings=tuple(Finding(each["account"], each["text"]) for each in findings),
        balance=balance,
        finished_at=optional_instant(item, "finished_at"),
    )


def _named(sums: Mapping[LedgerName, int]) -> Value:
    return number_map({name.value: minor for name, minor in sums.items()})


def _sums(item: Item, currency: str) -> dict[LedgerName, int]:
    return {LedgerName(name): minor for name, minor in number_map_at(item, currency).items()}
