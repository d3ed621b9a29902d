"""Cases in the `receivables` table: the active one in the account's working set, closed ones beside its invoices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.accounts import planned, woken
from receivables.adapters.dynamodb.case_codec import (
    approval_item,
    case_from,
    case_item,
    closed_case_item,
)
from receivables.adapters.dynamodb.case_marks import WITH_THE_CASE, batches, marked, marks, unmarks
from receivables.adapters.dynamodb.case_waits import DynamoWaits
from receivables.adapters.dynamodb.facts import case_fact
from receivables.adapters.dynamodb.table import Write, Writes, position_of
from receivables.adapters.dynamodb.timeline import fact_item
from receivables.adapters.dynamodb.values import (
    Item,
    flag,
    instant,
    number,
    present,
    text,
    text_at,
    texts,
)
from receivables.cases.case import Approval, Case
from receivables.core.errors import AlreadyExists, NotFound, StaleRevision, Throttled
from receivables.ledger import Page

_TRIES: Final = 8


class DynamoCases(DynamoWaits):
    """Implements `cases.ports.CaseStore`."""

    def open(
        self, case: Case, *, rev: int, progress: Mapping[str, int], next_action_at: datetime | None
    ) -> None:
        self._mark_ahead(case, case.invoices[WITH_THE_CASE:])
        failed = self._table.transact(
            {
                "case": self._table.put(case_item(case)),
                "pointer": self._table.put(_pointer_item(case)),
                "event": self._event(case, case.rev, "opened", {}),
                "account": planned(
                    self._table,
                    case.account_id,
                    rev,
                    progress=progress,
                    worked_at=case.opened_at,
                    next_action_at=next_action_at,
                ),
                **marks(self._table, case.account_id, case.id, case.invoices[:WITH_THE_CASE]),
            }
        )
        if not failed or text_at(failed.get("case", {}), "id") == case.id:
            return
        if "case" in failed:
            raise AlreadyExists("case", text_at(failed["case"], "id"))
        raise _changed(case)

    def join(
        self,
        case: Case,
        invoices: Sequence[str],
        *,
        rev: int,
        progress: Mapping[str, int],
        next_action_at: datetime | None,
    ) -> None:
        self._mark_ahead(case, invoices[WITH_THE_CASE:])
        everything, at = sorted({*case.invoices, *invoices}), case.clock or case.opened_at
        failed = self._table.transact(
            {
                "case": self._on_case(case, {"invoices": texts(everything), "acted_at": instant(at)}),
                "event": self._event(case, case.rev + 1, "joined", {"invoices": ", ".join(sorted(invoices))}),
                "account": planned(
                    self._table,
                    case.account_id,
                    rev,
                    progress=progress,
                    worked_at=at,
                    next_action_at=next_action_at,
                ),
                **marks(self._table, case.account_id, case.id, invoices[:WITH_THE_CASE]),
            }
        )
        if failed:
            raise _changed(case)

    def get(self, case_id: str) -> Case:
        pointer = self._table.get(keys.case_pointer_key(case_id))
        if pointer is None:
            raise NotFound("case", case_id)
        account_id = text_at(pointer, "account_id")
        found = self._table.snapshot(keys.case_key(account_id), keys.closed_case_key(account_id, case_id))
        return next(case_from(item) for item in found if item and text_at(item, "id") == case_id)

    def failed(self, case: Case, reason: str) -> None:
        for _ in range(_TRIES):
            stored = self.active(case.account_id)
            if stored is None or stored.id != case.id:
                return
            failed = self._table.transact(
                {
                    "case": self._on_case(stored, {"failure": text(reason)}),
                    "event": self._event(stored, stored.rev + 1, "failed", {"reason": reason}),
                    "account": woken(self._table, case.account_id),
                }
            )
            if not failed:
                return
        raise Throttled(f"case {case.id!r} changed {_TRIES} times meanwhile")

    def advance(
        self,
        case: Case,
        event: str,
        *,
        account_rev: int,
        facts: Mapping[str, str],
        approval: Approval | None = None,
    ) -> Case:
        writes = {
            "case": self._stage(case),
            "event": self._event(case, case.rev + 1, event, facts),
            "account": woken(self._table, case.account_id, rev=account_rev),
        }
        if approval is not None:
            writes["approval"] = self._table.put(approval_item(approval))
        if self._table.transact(writes):
            raise _changed(case)
        return replace(case, token=None, failure="", rev=case.rev + 1)

    def close(self, case: Case, approval: Approval | None, *, facts: Mapping[str, str]) -> None:
        for _ in range(_TRIES):
            invoices = marked(self._table, case.account_id, case.id)
            failed = self._table.transact(self._closing(case, approval, facts, invoices[:WITH_THE_CASE]))
            if "case" in failed:
                raise _changed(case)
            if "approval" in failed:
                approval = None
            if not failed:
                if len(invoices) > WITH_THE_CASE:
                    self._unmark_rest(case)
                return
        raise Throttled(f"account {case.account_id!r} changed {_TRIES} times meanwhile")

    def active_cases(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Case]:
        items, more = self._table.first(
            limit,
            "worklist = :list",
            {":list": text("case")},
            position,
            IndexName=keys.WORKLIST_INDEX,
        )
        end = position_of(items[-1], "worklist", "worklist_at") if more else None
        return Page(tuple(case_from(item) for item in items), end)

    def _mark_ahead(self, case: Case, invoices: Sequence[str]) -> None:
        for batch in batches(invoices):
            if self._table.transact(marks(self._table, case.account_id, case.id, batch)):
                raise _changed(case)

    def _unmark_rest(self, case: Case) -> None:
        for _ in range(_TRIES):
            rest = marked(self._table, case.account_id, case.id)
            if not rest:
                return
            for batch in batches(rest):
                self._table.transact(unmarks(self._table, case.account_id, case.id, batch))

    def _closing(
        self, case: Case, approval: Approval | None, facts: Mapping[str, str], invoices: Sequence[str]
    ) -> Writes:
        writes = {
            "case": self._table.delete(
                keys.case_key(case.account_id),
                "id = :id AND rev = :rev",
                {":id": text(case.id), ":rev": number(case.rev)},
            ),
            "closed": self._table.put(closed_case_item(replace(case, rev=case.rev + 1))),
            "event": self._event(case, case.rev + 1, "closed", facts),
            "account": woken(self._table, case.account_id),
            **unmarks(self._table, case.account_id, case.id, invoices),
        }
        if approval is not None:
            writes["approval"] = self._withdrawn(approval)
        return writes

    def _stage(self, case: Case) -> Write:
        """What a step changes. Wakes, `started` and the run are others' business and stay as they are; so does the
        clock, which wakes move on: that of the step is kept beside it, and the later of the two counts."""
        sets = {
            "stage": text(case.stage),
            "suspended": flag(case.suspended),
            "placed": flag(case.placed),
            "acted_at": instant(case.clock or case.opened_at),
        }
        maybe = present(
            wake_at=instant(case.wake_at) if case.wake_at else None,
            approval_id=text(case.approval_id) if case.approval_id else None,
        )
        absent = {"wake_at", "approval_id"} - maybe.keys()
        return self._on_case(case, {**sets, **maybe}, removes=("token", "failure", *sorted(absent)))

    def _on_case(self, case: Case, sets: Item, removes: Sequence[str] = ()) -> Write:
        """A change of the active case to its next rev."""
        return self._table.modify(
            keys.case_key(case.account_id),
            sets={**sets, "rev": number(case.rev + 1)},
            removes=removes,
            condition="id = :id AND #rev = :seen",
            values={":id": text(case.id), ":seen": number(case.rev)},
        )

    def _event(self, case: Case, rev: int, event: str, facts: Mapping[str, str]) -> Write:
        return self._table.put(fact_item(case.account_id, case_fact(case, rev, event, facts)))


def _pointer_item(case: Case) -> Item:
    return {
        **keys.case_pointer_key(case.id),
        "kind": text("case_pointer"),
        "account_id": text(case.account_id),
    }


def _changed(case: Case) -> StaleRevision:
    return StaleRevision(f"case {case.id!r} or its account has changed since it was read")
