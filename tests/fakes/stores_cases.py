"""Cases in memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from receivables.adapters.dynamodb.facts import case_fact, decision_fact
from receivables.cases.case import Approval, ApprovalState, Case
from receivables.core.errors import AlreadyExists, Conflict, NotFound, StaleRevision
from receivables.ledger import Page
from tests.fakes.stores import Shelf, oldest_first, page_of


class MemoryCases:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self.parked_seen: dict[str, int] = {}

    def open(
        self, case: Case, *, rev: int, progress: Mapping[str, int], next_action_at: datetime | None
    ) -> None:
        there = self._shelf.cases.get(case.account_id)
        if there is not None:
            if there.id != case.id:
                raise AlreadyExists("case", there.id)
            return
        self._shelf.at_rev(case.account_id, rev)
        self._mark(case, case.invoices)
        self._shelf.cases[case.account_id] = case
        self._shelf.changed(
            case.account_id,
            progress=dict(progress),
            worked_at=case.opened_at,
            next_action_at=next_action_at,
        )
        self._record(case, "opened", {})

    def join(
        self,
        case: Case,
        invoices: Sequence[str],
        *,
        rev: int,
        progress: Mapping[str, int],
        next_action_at: datetime | None,
    ) -> None:
        self._shelf.at_rev(case.account_id, rev)
        stored = self._stored(case)
        self._mark(case, invoices)
        joined = replace(
            stored,
            invoices=tuple(sorted({*stored.invoices, *invoices})),
            clock=case.clock,
            rev=case.rev + 1,
        )
        self._shelf.cases[case.account_id] = joined
        self._shelf.changed(
            case.account_id, progress=dict(progress), worked_at=case.clock, next_action_at=next_action_at
        )
        self._record(joined, "joined", {"invoices": ", ".join(sorted(invoices))})

    def active(self, account_id: str) -> Case | None:
        return self._shelf.cases.get(account_id)

    def get(self, case_id: str) -> Case:
        active = next((case for case in self._shelf.cases.values() if case.id == case_id), None)
        found = active or self._shelf.closed_cases.get(case_id)
        if found is None:
            raise NotFound("case", case_id)
        return found

    def started(self, case: Case) -> None:
        stored = self._shelf.cases.get(case.account_id)
        if stored and stored.id == case.id and stored.run == case.run:
            self._shelf.cases[case.account_id] = replace(stored, started=True)

    def rerun(self, case: Case) -> Case:
        stored = self._shelf.cases.get(case.account_id)
        if stored is None or stored.id != case.id:
            raise StaleRevision(f"case {case.id!r} is closed")
        if stored.run == case.run:
            stored = replace(stored, run=case.run + 1, token=None, started=False)
            self._shelf.cases[case.account_id] = stored
        return stored

    def failed(self, case: Case, reason: str) -> None:
        stored = self._shelf.cases.get(case.account_id)
        if stored is None or stored.id != case.id:
            return
        self._shelf.cases[case.account_id] = replace(stored, failure=reason, rev=stored.rev + 1)
        self._shelf.changed(case.account_id)
        self._record(self._shelf.cases[case.account_id], "failed", {"reason": reason})

    def wake(self, account_id: str, case_id: str, at: datetime | None) -> str | None:
        stored = self._shelf.cases.get(account_id)
        if stored is None or stored.id != case_id:
            return None
        clock = max((t for t in (stored.clock, at) if t is not None), default=None)
        self._shelf.cases[account_id] = replace(stored, wake_count=stored.wake_count + 1, clock=clock)
        return stored.token

    def park(self, case: Case, token: str, seen: int) -> bool:
        stored = self._shelf.cases.get(case.account_id)
        if stored is None or stored.id != case.id:
            return False
        if stored.wake_count != seen:
            return stored.token == token
        self._shelf.cases[case.account_id] = replace(stored, token=token)
        self.parked_seen[case.id] = seen
        return True

    def advance(
        self,
        case: Case,
        event: str,
        *,
        account_rev: int,
        facts: Mapping[str, str],
        approval: Approval | None = None,
    ) -> Case:
        stored = self._stored(case)
        self._shelf.at_rev(case.account_id, account_rev)
        moved = replace(
            case,
            clock=max((at for at in (stored.clock, case.clock) if at is not None), default=None),
            wake_count=stored.wake_count,
            started=stored.started,
            run=stored.run,
            token=None,
            failure="",
            rev=case.rev + 1,
        )
        self._shelf.cases[case.account_id] = moved
        self._shelf.changed(case.account_id)
        if approval is not None:
            self._shelf.approvals[approval.id] = approval
        self._record(moved, event, facts)
        return moved

    def close(self, case: Case, approval: Approval | None, *, facts: Mapping[str, str]) -> None:
        self._stored(case)
        closed = replace(case, rev=case.rev + 1)
        del self._shelf.cases[case.account_id]
        self._shelf.closed_cases[case.id] = closed
        for place, item in self._shelf.open_items.items():
            if item.case_id == case.id:
                self._shelf.open_items[place] = replace(item, case_id=None)
        if approval is not None:
            pending = self.approval(approval.id)
            if pending.state is ApprovalState.PENDING:
                self._shelf.approvals[approval.id] = replace(pending, state=ApprovalState.WITHDRAWN)
        self._shelf.changed(case.account_id)
        self._record(closed, "closed", facts)

    def approval(self, approval_id: str) -> Approval:
        try:
            return self._shelf.approvals[approval_id]
        except KeyError:
            raise NotFound("approval", approval_id) from None

    def decide(
        self, approval: Approval, state: ApprovalState, by: str, reason: str, at: datetime
    ) -> Approval:
        stored = self.approval(approval.id)
        if stored.state is not ApprovalState.PENDING:
            raise Conflict(f"approval {approval.id!r} is {stored.state} already")
        decided = replace(stored, state=state, decided_by=by, decided_at=at, reason=reason)
        self._shelf.approvals[approval.id] = decided
        self._shelf.record(approval.account_id, decision_fact(decided))
        self._shelf.changed(approval.account_id)
        return decided

    def delivered(self, approval: Approval) -> None:
        stored = self.approval(approval.id)
        if stored.state in (ApprovalState.APPROVED, ApprovalState.REJECTED):
            self._shelf.approvals[approval.id] = replace(stored, delivered=True)

    def undelivered_approvals(self, limit: int) -> Sequence[Approval]:
        waiting = [
            (a.decided_at, a.id, a)
            for a in self._shelf.approvals.values()
            if a.decided_at is not None and not a.delivered
        ]
        return page_of(oldest_first(waiting), limit, None).items

    def pending_approvals(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Approval]:
        pending = [
            (a.requested_at, a.id, a)
            for a in self._shelf.approvals.values()
            if a.state is ApprovalState.PENDING
        ]
        return page_of(oldest_first(pending), limit, position)

    def active_cases(self, limit: int, position: Mapping[str, str] | None = None) -> Page[Case]:
        rows = [(case.opened_at, case.account_id, case) for case in self._shelf.cases.values()]
        return page_of(oldest_first(rows), limit, position)

    def _stored(self, case: Case) -> Case:
        stored = self._shelf.cases.get(case.account_id)
        if stored is None or stored.id != case.id or stored.rev != case.rev:
            raise StaleRevision(f"case {case.id!r} has changed since it was read")
        return stored

    def _mark(self, case: Case, invoices: Sequence[str]) -> None:
        places = [(case.account_id, number) for number in invoices]
        if any(place not in self._shelf.open_items for place in places):
            raise StaleRevision(f"an invoice of case {case.id!r} is not open any more")
        for place in places:
            self._shelf.open_items[place] = replace(self._shelf.open_items[place], case_id=case.id)

    def _record(self, case: Case, event: str, facts: Mapping[str, str]) -> None:
        self._shelf.record(case.account_id, case_fact(case, case.rev, event, facts))
