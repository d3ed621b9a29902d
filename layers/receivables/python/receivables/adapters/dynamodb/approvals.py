"""Approvals in the `receivables` table: asked once, decided once, delivered until it is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.case_codec import DECIDED, approval_from
from receivables.adapters.dynamodb.facts import decision_fact
from receivables.adapters.dynamodb.table import Table, Write, position_of
from receivables.adapters.dynamodb.timeline import fact_item
from receivables.adapters.dynamodb.values import flag, instant, text
from receivables.cases.case import Approval, ApprovalState
from receivables.core.errors import Conflict, NotFound
from receivables.ledger import Page


class DynamoApprovals:
    """The approvals' part of the store of cases."""

    def __init__(self, client: Any, table: str) -> None:
        self._table = Table(client, table)

    def approval(self, approval_id: str) -> Approval:
        item = self._table.get(keys.approval_key(approval_id))
        if item is None:
            raise NotFound("approval", approval_id)
        return approval_from(item)

    def decide(
        self, approval: Approval, state: ApprovalState, by: str, reason: str, at: datetime
    ) -> Approval:
        decided = replace(approval, state=state, decided_by=by, decided_at=at, reason=reason, delivered=False)
        writes = {
            "approval": self._table.update(
                keys.approval_key(approval.id),
                "SET #state = :decided, decision = :decision, decided_by = :by, decided_at = :at, reason = :reason,"
                " delivered = :no, worklist = :list, worklist_at = :at",
                {
                    ":decided": text(DECIDED),
                    ":decision": text(state),
                    ":by": text(by),
                    ":at": instant(at),
                    ":reason": text(reason),
                    ":no": flag(value=False),
                    ":list": text("decided"),
                    ":pending": text(ApprovalState.PENDING),
                },
                "#state = :pending",
                "state",
            ),
            "fact": self._table.put(fact_item(approval.account_id, decision_fact(decided))),
        }
        if failed := self._table.transact(writes):
            if not failed.get("approval"):
                raise NotFound("approval", approval.id)
            stands = approval_from(failed["approval"])
            raise Conflict(f"approval {approval.id!r} is {stands.state} already")
        return decided

    def delivered(self, approval: Approval) -> None:
        self._table.write(
            self._table.update(
                keys.approval_key(approval.id),
                "SET delivered = :yes REMOVE worklist, worklist_at",
                {":yes": flag(value=True), ":decided": text(DECIDED)},
                "#state = :decided",
                "state",
            )
        )

    def undelivered_approvals(self, limit: int) -> Sequence[Approval]:
        items, _ = self._table.first(
            limit,
            "worklist = :list",
            {":list": text("decided")},
            None,
            IndexName=keys.WORKLIST_INDEX,
        )
        return [approval_from(item) for item in items]

    def pending_approvals(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Approval]:
        items, more = self._table.first(
            limit,
            "worklist = :list",
            {":list": text("approval")},
            position,
            IndexName=keys.WORKLIST_INDEX,
        )
        end = position_of(items[-1], "worklist", "worklist_at") if more else None
        return Page(tuple(approval_from(item) for item in items), end)

    def _withdrawn(self, approval: Approval) -> Write:
        return self._table.update(
            keys.approval_key(approval.id),
            "SET #state = :withdrawn REMOVE worklist, worklist_at",
            {":withdrawn": text(ApprovalState.WITHDRAWN), ":pending": text(ApprovalState.PENDING)},
            "#state = :pending",
            "state",
        )
