"""The facts of a timeline in their plain form, ready for JSON: text, whole numbers (minor units), lists and maps."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from receivables import arrangements
from receivables.adapters.dynamodb.arrangement_codec import last_day
from receivables.core.clock import format_instant
from receivables.core.money import Money, total

if TYPE_CHECKING:
    from receivables.arrangements import Arrangement
    from receivables.cases.case import Approval, Case
    from receivables.ledger import ArrangementChange
    from receivables.notices.notice import Notice

Fact = dict[str, Any]

_BEGINNINGS: Final = {"promise": "made", "plan": "agreed", "dispute": "raised", "in_flight": "awaited"}


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


def arrangement_fact(change: ArrangementChange, otherwise: datetime | None = None) -> Fact:
    """A promise, plan, dispute or payment in flight that was made, changed or ended. Its rev by that change keeps the events of one instant in
    order; `otherwise` is when it changed if it does not tell itself. `until` is the last day that it sets."""
    before, after = change.before, change.after
    rev = 0 if before is None else before.rev + 1
    amount = _amount(after)
    return {
        "kind": "arrangement",
        "id": f"{after.id}-{rev:05d}",
        "at": format_instant(_changed_at(change) or otherwise or begun_at(after)),
        "arrangement_kind": after.kind.value,
        "arrangement_id": after.id,
        "event": _event(change),
        "state": after.state.value,
        "by": _by(after),
        "amount": amount.minor,
        "currency": amount.currency,
        "invoices": [after.invoice]
        if isinstance(after, arrangements.Dispute)
        else [each.number for each in after.covers],
        "until": last_day(after).isoformat(),
        **_details(after),
    }


def begun_at(arrangement: Arrangement) -> datetime:
    """When it was made, agreed or raised, or money set out (UTC)."""
    if isinstance(arrangement, arrangements.Dispute):
        return arrangement.raised_at
    if isinstance(arrangement, arrangements.InFlight):
        return arrangement.since
    return arrangement.made_at if isinstance(arrangement, arrangements.Promise) else arrangement.agreed_at


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


def _event(change: ArrangementChange) -> str:
    if change.before is None:
        return _BEGINNINGS[change.after.kind]
    return change.after.state.value if change.before.state is not change.after.state else "changed"


def _changed_at(change: ArrangementChange) -> datetime | None:
    if change.before is None:
        return begun_at(change.after)
    if change.before.ended_at != change.after.ended_at:
        return change.after.ended_at
    if isinstance(change.after, arrangements.Dispute) and change.before != change.after:
        return max((file.added_at for file in change.after.evidence), default=None)
    return None


def _amount(arrangement: Arrangement) -> Money:
    if isinstance(arrangement, arrangements.Dispute | arrangements.InFlight):
        return arrangement.amount
    amounts = [part.amount for part in arrangement.parts]
    return total(amounts, amounts[0].currency)


def _by(arrangement: Arrangement) -> str:
    """Who ended it or wrote it down; money comes and goes by itself."""
    if isinstance(arrangement, arrangements.InFlight):
        return arrangement.payment
    return arrangement.ended_by or arrangement.recorded_by


def _details(arrangement: Arrangement) -> Fact:
    if isinstance(arrangement, arrangements.InFlight):
        return {"cause": arrangement.cause.value}
    if not isinstance(arrangement, arrangements.Dispute):
        return {}
    reason: Fact = {"reason": arrangement.reason.value}
    return reason | {"credited": arrangement.credited.minor} if arrangement.credited else reason
