"""The facts of a timeline in their plain form, ready for JSON: text, whole numbers (minor units), lists and maps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from receivables.cases.case import Approval, Case
from receivables.core.clock import format_instant
from receivables.ledger import Entry, Hold
from receivables.notices.notice import Notice

Fact = dict[str, Any]


def entry_fact(entry: Entry) -> Fact:
    """A ledger entry; `at` is when it was recorded."""
    return {
        "kind": "entry",
        "id": entry.id,
        "at": format_instant(entry.recorded_at),
        "entry_kind": entry.kind.value,
        "amount": entry.amount.minor,
        "currency": entry.amount.currency,
        "effective_at": format_instant(entry.effective_at),
        "invoice": entry.invoice,
        "source": entry.source,
    }


def notice_fact(notice: Notice) -> Fact:
    """A notice as it stands now; `at` is when it was claimed."""
    return {
        "kind": "notice",
        "id": notice.id,
        "at": format_instant(notice.claimed_at),
        "notice_kind": notice.kind,
        "channel": notice.channel.value,
        "address": notice.address,
        "step_key": notice.step_key,
        "policy": notice.policy,
        "state": notice.state.value,
        "state_reason": notice.state_reason,
        "message_id": notice.message_id,
        "settled_at": notice.settled_at and format_instant(notice.settled_at),
        "amount": notice.total.minor,
        "currency": notice.total.currency,
        "items": [
            {"number": i.number, "balance": i.balance, "step_offset": i.step_offset, "reached": i.reached}
            for i in notice.items
        ],
        "reasons": list(notice.reasons),
    }


def case_fact(case: Case, rev: int, event: str, facts: Mapping[str, str]) -> Fact:
    """A change of a case. `rev` is the case's rev by that change: it keeps events of one instant in order."""
    return {
        "kind": "case_event",
        "id": f"{case.id}-{rev:05d}",
        "at": format_instant(case.clock or case.opened_at),
        "case_id": case.id,
        "customer_id": case.customer_id,
        "event": event,
        "stage": case.stage.value,
        "facts": dict(facts),
    }


def decision_fact(approval: Approval) -> Fact:
    """A person's decision on what a case asked for."""
    return {
        "kind": "decision",
        "id": approval.id,
        "at": format_instant(approval.decided_at or approval.requested_at),
        "case_id": approval.case_id,
        "action": approval.action.value,
        "decision": approval.state.value,
        "by": approval.decided_by,
        "reason": approval.reason,
    }


def hold_fact(event_id: str, hold: Hold | None, at: datetime, by: str) -> Fact:
    """A hold placed, with its reason and end, or lifted (None)."""
    fact = {
        "kind": "account_event",
        "id": event_id,
        "at": format_instant(at),
        "event": "hold_placed" if hold else "hold_lifted",
        "by": by,
    }
    return fact | {"reason": hold.reason, "until": format_instant(hold.until)} if hold else fact


def described_fact(event_id: str, number: str, description: str, at: datetime, by: str) -> Fact:
    """An invoice was given another description."""
    return {
        "kind": "account_event",
        "id": event_id,
        "at": format_instant(at),
        "event": "invoice_described",
        "by": by,
        "invoice": number,
        "description": description,
    }
