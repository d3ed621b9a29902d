"""Accounts as callers see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from pydantic import Field

from chalicelib.case_forms import CaseReply
from chalicelib.credit_forms import CreditReply
from chalicelib.fields import Amount, Facts, Instant, Reply, money_shown
from chalicelib.path_ids import to_path
from receivables.arrangements import Arrangement, Dispute, Extension, Hold, InFlight
from receivables.core.money import Money, total
from receivables.ledger import Account, OpenItem, PromiseRecord
from receivables.ledger.instalments import outstanding
from receivables.usecases.account_statement import Overview


class HoldReply(Reply):
    """Collection is paused: why, by whom, since when, until when. `owner` answers for it."""

    reason: str
    by: str
    owner: str
    placed_at: Instant
    until: Instant

    @classmethod
    def of(cls, hold: Hold) -> HoldReply:
        return cls(
            reason=hold.reason,
            by=hold.by,
            owner=hold.owner or hold.by,
            placed_at=hold.placed_at,
            until=hold.until,
        )


class ExtensionReply(Reply):
    """More time was granted: the due date for reminders, and from when late interest counts."""

    due_date: date
    interest: str
    reason: str
    by: str
    granted_at: Instant

    @classmethod
    def of(cls, extension: Extension) -> ExtensionReply:
        return cls(
            due_date=extension.due_date,
            interest=extension.interest.value,
            reason=extension.reason,
            by=extension.by,
            granted_at=extension.granted_at,
        )


class PromisesReply(Reply):
    """How often the customer kept its word on this account."""

    kept: int
    partly_kept: int
    broken: int

    @classmethod
    def of(cls, record: PromiseRecord) -> PromisesReply:
        return cls(kept=record.kept, partly_kept=record.partly_kept, broken=record.broken)


class ArrangementReply(Reply):
    """A promise, plan or dispute that is in force; `self` is its path."""

    id: str
    self_: str = Field(serialization_alias="self")
    kind: str
    state: str
    invoices: list[str]
    amount: Amount
    until: date = Field(
        description="The last date agreed, the day by which a dispute is to be answered, or until which a payment is waited for"
    )

    @classmethod
    def of(cls, arrangement: Arrangement) -> ArrangementReply:
        if isinstance(arrangement, Dispute):
            invoices, amount, until = [arrangement.invoice], arrangement.amount, arrangement.deadline
        elif isinstance(arrangement, InFlight):
            invoices = [covered.number for covered in arrangement.covers]
            amount, until = arrangement.amount, arrangement.until.date()
        else:
            invoices = [covered.number for covered in arrangement.covers]
            amounts = [part.amount for part in arrangement.parts]
            amount, until = total(amounts, amounts[0].currency), max(part.on for part in arrangement.parts)
        return cls(
            id=arrangement.id,
            self_=f"/arrangements/{arrangement.id}",
            kind=arrangement.kind.value,
            state=arrangement.state.value,
            invoices=invoices,
            amount=Amount.of(amount),
            until=until,
        )


class AccountReply(Reply):
    """An account: a customer in one currency. `next_action_at` is when it is looked at next, `at once` at the next tick."""

    id: str
    customer_id: str
    balance: Amount = Field(description="Sum of what is open")
    unapplied: Amount = Field(description="Credit that is not set against an invoice")
    hold: HoldReply | None
    promises: PromisesReply
    over_limit: bool = Field(description="The credit limit is known to be exceeded")
    worked_at: Instant | None
    next_action_at: Instant | None
    rev: int

    @classmethod
    def of(cls, account: Account) -> AccountReply:
        return cls(**_account(account))


class InstalmentReply(Reply):
    """What is still to be paid of one instalment."""

    due_date: date
    balance: Amount
    days_overdue: int


class OpenItemReply(Reply):
    """What is still to be paid of one receivable: an invoice, or a late charge for one, which it then `concerns`.
    `reminded_to` is the highest step that it has had: the day of that step relative to the due date (none: no step)."""

    number: str
    invoice: str = Field(description="Path of the invoice")
    kind: str
    concerns: str | None
    claimed: bool = Field(description="A charge that is not claimed is not asked for yet")
    amount: Amount
    balance: Amount
    issue_date: date
    due_date: date
    days_overdue: int
    description: str
    instalments: list[InstalmentReply]
    hold: HoldReply | None
    extension: ExtensionReply | None
    short_payment: str | None = Field(
        description="It was paid short, and somebody has to decide: what is proposed"
    )
    reminded_to: int | None
    case_id: str | None

    @classmethod
    def of(cls, item: OpenItem, account: Account, today: date) -> OpenItemReply:
        parts = [
            InstalmentReply(
                due_date=part.due_date,
                balance=Amount.of(part.amount),
                days_overdue=max(0, (today - part.due_date).days) if part.amount else 0,
            )
            for part in outstanding(item)
        ]
        return cls(
            number=item.number,
            invoice=f"/invoices/{to_path(item.number)}",
            kind=item.kind.value,
            concerns=item.concerns,
            claimed=item.claimed,
            amount=Amount.of(item.amount),
            balance=Amount.of(item.balance),
            issue_date=item.issue_date,
            due_date=item.due_date,
            days_overdue=max((part.days_overdue for part in parts), default=0),
            description=item.description,
            instalments=parts if item.schedule else [],
            hold=HoldReply.of(item.hold) if item.hold else None,
            extension=ExtensionReply.of(item.extension) if item.extension else None,
            short_payment=item.short.proposal if item.short else None,
            reminded_to=_reminded_to(account, item.number),
            case_id=item.case_id,
        )


class OverviewReply(AccountReply):
    """An account at a glance: today (the customer's day), what is open by age, what was arranged, the case, and what happened
    last: the newest facts of the timeline, and out of these the ledger's entries and the notices."""

    on: date
    customer_name: str
    ageing: dict[str, Amount]
    overdue: Amount
    open_invoices: list[OpenItemReply]
    credits: list[CreditReply]
    arrangements: list[ArrangementReply]
    case: CaseReply | None
    entries: list[Facts]
    notices: list[Facts]
    timeline: list[Facts]

    @classmethod
    def of(cls, statement: Overview) -> OverviewReply:  # type: ignore[override]
        working_set, account = statement.working_set, statement.working_set.account
        facts = [money_shown(dict(fact)) for fact in statement.timeline.items]
        ageing = statement.ageing
        items = sorted((i for i in working_set.items if i.balance), key=lambda i: (i.due_date, i.number))
        return cls(
            **_account(account),
            on=statement.on,
            customer_name=statement.customer.name,
            ageing={b.value: Amount.of(m) for b, m in ageing.buckets.items()} if ageing else {},
            overdue=Amount.of(ageing.overdue if ageing else Money.zero(account.currency)),
            open_invoices=[OpenItemReply.of(item, account, statement.on) for item in items],
            credits=[CreditReply.of(credit) for credit in working_set.credits],
            arrangements=[ArrangementReply.of(each) for each in working_set.arrangements],
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


def _reminded_to(account: Account, number: str) -> int | None:
    """Of an invoice in instalments: the highest step that one of them has had."""
    steps = [step for key, step in account.progress.items() if key.partition("#")[0] == number]
    return max(steps, default=None)


def _account(account: Account) -> dict[str, Any]:
    return {
        "id": account.id,
        "customer_id": account.customer_id,
        "balance": Amount.of(account.balance),
        "unapplied": Amount.of(account.unapplied),
        "hold": HoldReply.of(account.hold) if account.hold else None,
        "promises": PromisesReply.of(account.promises),
        "over_limit": account.over_limit,
        "worked_at": account.worked_at,
        "next_action_at": account.next_action_at,
        "rev": account.rev,
    }
