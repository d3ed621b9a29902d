"""Runs of reconciliation and what they found, in the `receivables` table.

S#reconciliations          <run>                        every run
S#reconciled#<account>     under_way | last             which run it is
S#seen#<run>               <page>                       what the processor has, while the run lasts
S#difference#<difference>  difference                   both sides, and what became of it
S#differences              <account>#<kind>#<difference>  those that wait
S#run#<run>                <difference>                 those that a run has found
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from receivables.adapters.dynamodb.table import Position, Table, Write
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    number,
    number_at,
    text,
    text_at,
    texts,
    texts_at,
)
from receivables.core.errors import NotFound, StaleRevision, Throttled
from receivables.core.trees import dumps, loads
from receivables.ledger import Page
from receivables.payments.reconciliations import Difference, DifferenceState, Run

_RUNS: Final = "S#reconciliations"
_WAITING: Final = "S#differences"
_TRIES: Final = 3


class DynamoReconciliations:
    """Implements `payments.reconciliations.Reconciliations`."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def under_way(self, account: str) -> Run | None:
        return self._current(account, "under_way")

    def last(self, account: str) -> Run | None:
        return self._current(account, "last")

    def keep(self, run: Run) -> None:
        place = f"S#reconciled#{run.account}"
        which = {"kind": text("reconciled"), "run": text(run.id)}
        writes: dict[str, Write] = {"run": self._table.put(_run_item(run), None)}
        if run.finished_at is None:
            writes["current"] = self._table.put({**_key(place, "under_way"), **which}, None)
        else:
            writes["last"] = self._table.put({**_key(place, "last"), **which}, None)
            if self._named(run.account, "under_way") in {run.id, None}:
                writes["current"] = {
                    "Delete": {"TableName": self._table.name, "Key": _key(place, "under_way")}
                }
        self._table.transact(writes)

    def forget(self, run: Run) -> None:
        for item in self._table.query("pk = :pk", {":pk": text(f"S#seen#{run.id}")}):
            self._table.write(
                {"Delete": {"TableName": self._table.name, "Key": {"pk": item["pk"], "sk": item["sk"]}}}
            )

    def run(self, run_id: str) -> Run:
        item = self._table.get(_key(_RUNS, run_id))
        if item is None:
            raise NotFound("reconciliation", run_id)
        return loads(Run, text_at(item, "document"))

    def runs(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Run]:
        items, more = self._table.first(
            limit, "pk = :pk", {":pk": text(_RUNS)}, position, ScanIndexForward=False
        )
        return Page(tuple(loads(Run, text_at(item, "document")) for item in items), _following(items, more))

    def see(self, run: Run, page: int, keys: Iterable[str]) -> None:
        item = {**_key(f"S#seen#{run.id}", f"{page:06d}"), "kind": text("seen"), "keys": texts(keys)}
        self._table.write(self._table.put(item, None))

    def seen(self, run: Run) -> frozenset[str]:
        found = self._table.query("pk = :pk", {":pk": text(f"S#seen#{run.id}")})
        return frozenset(key for item in found for key in texts_at(item, "keys"))

    def find(self, difference: Difference) -> Difference:
        for _ in range(_TRIES):
            before = self._read(difference.id)
            kept = _found(before, difference)
            writes = self._writes(before, kept) if kept != before else {}
            writes["run"] = self._table.put(
                {**_key(f"S#run#{difference.run}", difference.id), "kind": text("found")}, None
            )
            if not self._table.transact(writes):
                return kept
        raise Throttled("others keep changing the difference; nothing was written")

    def change(self, difference: Difference) -> Difference:
        before = self._read(difference.id)
        if before is None:
            raise NotFound("difference", difference.id)
        after = replace(difference, rev=difference.rev + 1)
        if self._table.transact(self._writes(difference, after)):
            raise StaleRevision(f"difference {difference.id!r} has changed since it was read")
        return after

    def difference(self, difference_id: str) -> Difference:
        found = self._read(difference_id)
        if found is None:
            raise NotFound("difference", difference_id)
        return found

    def waiting(
        self, account: str | None, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Difference]:
        condition, values = "pk = :pk", {":pk": text(_WAITING)}
        if account is not None:
            condition, values = (
                f"{condition} AND begins_with(sk, :of)",
                {**values, ":of": text(f"{account}#")},
            )
        return self._listed(condition, values, limit, position)

    def of_run(self, run_id: str, limit: int, position: Mapping[str, str] | None = None) -> Page[Difference]:
        return self._listed("pk = :pk", {":pk": text(f"S#run#{run_id}")}, limit, position)

    def _listed(
        self, condition: str, values: Mapping[str, Value], limit: int, position: Position | None
    ) -> Page[Difference]:
        items, more = self._table.first(limit, condition, dict(values), position)
        ids = [text_at(item, "sk").rpartition("#")[2] for item in items]
        read = self._table.batch(_place(each) for each in ids)
        found = {each.id: each for each in map(_difference, read)}
        return Page(tuple(found[each] for each in ids if each in found), _following(items, more))

    def _writes(self, before: Difference | None, after: Difference) -> dict[str, Write]:
        """The difference at its place, and whether it waits."""
        condition, values = (
            ("attribute_not_exists(pk)", None)
            if before is None
            else ("rev = :rev", {":rev": number(before.rev)})
        )
        waits = _key(_WAITING, f"{after.account}#{after.kind.value}#{after.id}")
        return {
            "difference": self._table.put(_item(after), condition, values),
            "waiting": self._table.put({**waits, "kind": text("waiting")}, None)
            if after.waits
            else {"Delete": {"TableName": self._table.name, "Key": waits}},
        }

    def _read(self, difference_id: str) -> Difference | None:
        item = self._table.get(_place(difference_id))
        return None if item is None else _difference(item)

    def _current(self, account: str, which: str) -> Run | None:
        run_id = self._named(account, which)
        return None if run_id is None else self.run(run_id)

    def _named(self, account: str, which: str) -> str | None:
        item = self._table.get(_key(f"S#reconciled#{account}", which))
        return None if item is None else text_at(item, "run")


def _found(before: Difference | None, found: Difference) -> Difference:
    """A difference as it is to be kept when a run has found it."""
    if before is None:
        return replace(found, rev=0)
    if before.state is DifferenceState.SETTLED:
        return replace(found, rev=before.rev + 1)
    return before


def _run_item(run: Run) -> Item:
    return {**_key(_RUNS, run.id), "kind": text("reconciliation"), "document": text(dumps(Run, run))}


def _item(difference: Difference) -> Item:
    return {
        **_place(difference.id),
        "kind": text("difference"),
        "rev": number(difference.rev),
        "document": text(dumps(Difference, difference)),
    }


def _difference(item: Mapping[str, Value]) -> Difference:
    return replace(loads(Difference, text_at(item, "document")), rev=number_at(item, "rev"))


def _place(difference_id: str) -> Item:
    return _key(f"S#difference#{difference_id}", "difference")


def _following(items: list[Item], more: bool) -> Position | None:
    return {"pk": text_at(items[-1], "pk"), "sk": text_at(items[-1], "sk")} if more else None


def _key(pk: str, sk: str) -> Item:
    return {"pk": text(pk), "sk": text(sk)}
