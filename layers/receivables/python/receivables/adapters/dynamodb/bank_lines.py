"""What is remembered of the lines of statements, and those in front of a person: see `banking` for where they are."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from receivables.adapters.dynamodb.table import ATTEMPTS, Table
from receivables.adapters.dynamodb.values import Item, Value, text, text_at
from receivables.adapters.errors import calling
from receivables.banking.attention import Attention, Decision
from receivables.banking.identity import Known, booked_on
from receivables.core import trees
from receivables.core.errors import InvalidInput, NotFound, Throttled

_BATCH: Final = 25
"""Items that one request writes."""


class DynamoRegister:
    """Implements `banking.ports.Register`."""

    def __init__(self, client: Any, table: str, pause: Callable[[float], None] = time.sleep) -> None:
        self._client, self._table = client, Table(client, table)
        self._name, self._pause = table, pause

    def of_day(self, account_id: str, day: date) -> Sequence[Known]:
        pk = text(f"DAY#{account_id}#{day}")
        return [_known(item) for item in self._table.query("pk = :pk", {":pk": pk})]

    def get(self, account_id: str, line_id: str) -> Known:
        try:
            item = self._table.get(_key(f"DAY#{account_id}#{booked_on(line_id)}", line_id))
        except InvalidInput:
            item = None
        if item is None:
            raise NotFound("line", line_id)
        return _known(item)

    def add(self, account_id: str, movements: Sequence[Known]) -> None:
        items = [item for each in movements for item in _items_of(account_id, each)]
        for first in range(0, len(items), _BATCH):
            self._write(items[first : first + _BATCH])

    def by_reference(self, account_id: str, reference: str) -> Sequence[Known]:
        pk = text(f"REF#{account_id}#{reference}")
        return [_known(item) for item in self._table.query("pk = :pk", {":pk": pk})]

    def _write(self, items: list[Item]) -> None:
        waiting = {self._name: [{"PutRequest": {"Item": item}} for item in items]}
        for attempt in range(ATTEMPTS):
            if attempt:
                self._pause(0.05 * 2**attempt)
            with calling("dynamodb"):
                answer = self._client.batch_write_item(RequestItems=waiting)
            waiting = answer.get("UnprocessedItems") or {}
            if not waiting:
                return
        raise Throttled(f"{self._name}: writes were put off {ATTEMPTS} times")


class DynamoAttentions:
    """Implements `banking.ports.Attentions`."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def raise_(self, attention: Attention) -> None:
        self._table.write(self._table.put(_attention_item(attention)))

    def get(self, account_id: str, line_id: str) -> Attention:
        item = self._table.get(_key(f"BANK#{account_id}", f"att#{line_id}"))
        if item is None:
            raise NotFound("line", line_id)
        return _attention(item)

    def decide(self, decided: Attention) -> Attention:
        waiting = {":waiting": text(Decision.WAITING)}
        put = self._table.put(_attention_item(decided), "decision = :waiting", waiting)
        found = self._table.write(put)
        if found is None:
            return decided
        return self.get(decided.line.account, decided.line.id)

    def waiting(self, account_id: str) -> Sequence[Attention]:
        values = {":pk": text(f"BANK#{account_id}"), ":att": text("att#")}
        found = self._table.query("pk = :pk AND begins_with(sk, :att)", values)
        each = (_attention(item) for item in found if text_at(item, "decision") == Decision.WAITING)
        return sorted(each, key=lambda attention: (attention.raised_at, attention.line.id))


def _key(pk: str, sk: str) -> Item:
    return {"pk": text(pk), "sk": text(sk)}


def _attention_item(attention: Attention) -> Item:
    return {
        **_key(f"BANK#{attention.line.account}", f"att#{attention.line.id}"),
        "kind": text("attention"),
        "decision": text(attention.decision),
        "attention": text(trees.dumps(Attention, attention)),
    }


def _attention(item: Mapping[str, Value]) -> Attention:
    return trees.loads(Attention, text_at(item, "attention"))


def _items_of(account_id: str, known: Known) -> Iterable[Item]:
    """The movement by its day and, when it came in, by its references: what is taken back later names one of them."""
    content = {"kind": text("movement"), "known": text(trees.dumps(Known, known))}
    yield {**_key(f"DAY#{account_id}#{known.day}", known.id), **content}
    if known.minor > 0 and not known.reversal:
        for reference in {known.reference, known.end_to_end} - {""}:
            yield {**_key(f"REF#{account_id}#{reference}", known.id), **content}


def _known(item: Mapping[str, Value]) -> Known:
    return trees.loads(Known, text_at(item, "known"))
