"""Accounts as callers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import Field

from chalicelib.case_forms import CaseReply
from chalicelib.fields import Amount, Facts, Form, Instant, Note, Reply, When, money_shown
from chalicelib.path_ids import to_path
from receivables.ledger import Account, Hold, OpenItem
from receivables.usecases.account_statement import Statement


class HoldForm(Form):
    """Collection pauses until an instant that must be said."""

    reason: Note
    until: When


class HoldReply(Reply):
    """Collection is paused: why, by whom, since when, until when."""

    reason: str
    by: str
    placed_at: Instant
    until: Instant

    @classmethod
    def of(cls, hold: Hold) -> HoldReply:
        return cls(reason=hold.reason, by=hold.by, placed_at=hold.placed_at, until=hold.until)


class AccountReply(Reply):
    """An account: a customer in one currency. `next_action_at` is when it is looked at next, `at once` at the next tick."""

    id: str
    customer_id: str
    balance: Amount = Field(description="Sum of what is open")
    unapplied: Amount = Field(description="Credit that is not set against an invoice")
    hold: HoldReply | None
    worked_at: Instant | None
    next_action_at: Instant | None
    rev: int

    @classmethod
    def of(cls, account: Account) -> AccountReply:
        return cls(**_account(account))


class OpenItemReply(Reply):
    """What is still to be paid of one invoice. `reminded_to` is the highest step that it has had: the day of
    that step relative to the due date (none: it has had no step)."""

    number: str
    invoice: str = Field(description="Path of the invoice")
    amount: Amount
    balance: Amount
    issue_date: date
    due_date: date
    days_overdue: int
    description: str
    reminded_to: int | None
    case_id: str | None

    @classmethod
    def of(cls, item: OpenItem, account: Account, today: date) -> OpenItemReply:
        return cls(
            number=item.number,
            invoice=f"/invoices/{to_path(item.number)}",
            amount=Amount.of(item.amount),
            balance=Amount.of(item.balance),
            issue_date=item.issue_date,
            due_date=item.due_date,
            days_overdue=max(0, (today - item.due_date).days),
            description=item.description,
            reminded_to=account.progress.get(item.number),
            case_id=item.case_id,
        )


class StatementReply(AccountReply):
    """The statement: today (the customer's day), what is open by age, the case, and what happened last: the newest
    facts of the timeline, and out of these the ledger's entries and the notices."""

    on: date
    customer_name: str
    ageing: dict[str, Amount]
    overdue: Amount
    open_invoices: list[OpenItemReply]
    case: CaseReply | None
    entries: list[Facts]
    notices: list[Facts]
    timeline: list[Facts]

    @classmethod
    def of(cls, statement: Statement) -> StatementReply:  # type: ignore[override]
        account = statement.working_set.account
        zero = {"amount": account.balance - account.balance}
        facts = [money_shown(dict(fact)) for fact in statement.timeline.items]
        ageing = statement.ageing
        items = sorted(statement.working_set.open_items, key=lambda item: (item.due_date, item.number))
        return cls(
            **_account(account),
            on=statement.on,
            customer_name=statement.customer.name,
            ageing={b.value: Amount.of(m) for b, m in ageing.buckets.items()} if ageing else {},
            overdue=Amount.of(ageing.overdue if ageing else zero["amount"]),
            open_invoices=[OpenItemReply.of(item, account, statement.on) for item in items],
            case=CaseReply.of(statement.case) if statement.case else None,
            entries=[fact for fact in facts if fact["kind"] == "entry"],
            notices=[fact for fact in facts if fact["kind"] == "notice"],
            timeline=facts,
        )


class TimelineReply(Reply):
    """One page of a timeline, newest first; each fact has `kind`, `id` and `at`."""

    items: list[Facts]
    next: str | None

    @classmethod
    def of(cls, facts: Sequence[Mapping[str, Any]], following: str | None) -> TimelineReply:
        return cls(items=[money_shown(dict(fact)) for fact in facts], next=following)


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "customer_id": account.customer_id,
        "balance": Amount.of(account.balance),
        "unapplied": Amount.of(account.unapplied),
        "hold": HoldReply.of(account.hold) if account.hold else None,
        "worked_at": account.worked_at,
        "next_action_at": account.next_action_at,
        "rev": account.rev,
    }
