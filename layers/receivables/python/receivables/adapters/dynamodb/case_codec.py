"""Cases and approvals to items and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Final

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    flag,
    flag_at,
    instant,
    instant_at,
    number,
    number_at,
    number_map,
    number_map_at,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    texts,
    texts_at,
    worklist,
)
from receivables.cases.case import Approval, ApprovalAction, ApprovalState, Case, Outcome, Stage
from receivables.dunning.policy import Playbook

DECIDED: Final = "DECIDED"
"""How both decisions are stored as `state`: the stream's filter looks for one word; `decision` tells which."""


def case_item(case: Case) -> Item:
    """The active case, at its place in the working set and on the worklist."""
    return {
        **keys.case_key(case.account_id),
        **_case_attributes(case),
        **worklist("case", case.opened_at),
    }


def closed_case_item(case: Case) -> Item:
    return {**keys.closed_case_key(case.account_id, case.id), **_case_attributes(case)}


def _case_attributes(case: Case) -> Item:
    return present(
        kind=text("case"),
        id=text(case.id),
        customer_id=text(case.customer_id),
        invoices=texts(case.invoices),
        opened_by=text(case.opened_by),
        opened_at=instant(case.opened_at),
        playbook=number_map(asdict(case.playbook)),
        policy=text(case.policy),
        stage=text(case.stage),
        clock=instant(case.clock) if case.clock else None,
        wake_at=instant(case.wake_at) if case.wake_at else None,
        approval_id=text(case.approval_id) if case.approval_id else None,
        wake_count=number(case.wake_count),
        token=text(case.token) if case.token else None,
        started=flag(case.started),
        suspended=flag(case.suspended),
        placed=flag(case.placed),
        outcome=text(case.outcome) if case.outcome else None,
        closed_at=instant(case.closed_at) if case.closed_at else None,
        run=number(case.run),
        failure=text(case.failure) if case.failure else None,
        rev=number(case.rev),
    )


def case_from(item: Mapping[str, Value]) -> Case:
    outcome = optional_text(item, "outcome")
    return Case(
        id=text_at(item, "id"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        customer_id=text_at(item, "customer_id"),
        invoices=texts_at(item, "invoices"),
        opened_by=text_at(item, "opened_by"),
        opened_at=instant_at(item, "opened_at"),
        playbook=Playbook(**number_map_at(item, "playbook")),
        policy=text_at(item, "policy"),
        stage=Stage(text_at(item, "stage")),
        clock=_later(optional_instant(item, "clock"), optional_instant(item, "acted_at")),
        wake_at=optional_instant(item, "wake_at"),
        approval_id=optional_text(item, "approval_id"),
        wake_count=number_at(item, "wake_count"),
        token=optional_text(item, "token"),
        started=flag_at(item, "started"),
        suspended=flag_at(item, "suspended"),
        placed=flag_at(item, "placed"),
        outcome=Outcome(outcome) if outcome else None,
        closed_at=optional_instant(item, "closed_at"),
        run=number_at(item, "run", 1),
        failure=text_at(item, "failure"),
        rev=number_at(item, "rev"),
    )


def _later(one: datetime | None, other: datetime | None) -> datetime | None:
    return max((at for at in (one, other) if at is not None), default=None)


def approval_item(approval: Approval) -> Item:
    """A request that waits for a person, on the worklist."""
    return {
        **keys.approval_key(approval.id),
        "kind": text("approval"),
        "id": text(approval.id),
        "case_id": text(approval.case_id),
        "account_id": text(approval.account_id),
        "action": text(approval.action),
        "requested_by": text(approval.requested_by),
        "requested_at": instant(approval.requested_at),
        "state": text(approval.state),
        **worklist("approval", approval.requested_at),
    }


def approval_from(item: Mapping[str, Value]) -> Approval:
    state = text_at(item, "state")
    return Approval(
        id=text_at(item, "id"),
        case_id=text_at(item, "case_id"),
        account_id=text_at(item, "account_id"),
        action=ApprovalAction(text_at(item, "action")),
        requested_by=text_at(item, "requested_by"),
        requested_at=instant_at(item, "requested_at"),
        state=ApprovalState(text_at(item, "decision") if state == DECIDED else state),
        decided_by=optional_text(item, "decided_by"),
        decided_at=optional_instant(item, "decided_at"),
        reason=text_at(item, "reason"),
        delivered=flag_at(item, "delivered"),
    )
