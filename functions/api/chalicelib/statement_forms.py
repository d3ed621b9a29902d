"""Statements of accounts as callers see them."""

from __future__ import annotations

from datetime import date
from typing import Any

from pydantic import Field

from chalicelib.account_forms import ArrangementReply, OpenItemReply
from chalicelib.credit_forms import CreditReply
from chalicelib.fields import Amount, Facts, Instant, Reply, money_shown
from chalicelib.path_ids import to_path
from receivables.core.ids import split_account_id
from receivables.ledger import WorkingSet
from receivables.ledger.views import AccountView, ReceivableView
from receivables.usecases.account_statement import Line, Statement


class ReceivableThenReply(Reply):
    """A receivable as it was then."""

    number: str
    invoice: str = Field(description="Path of the invoice")
    kind: str
    due_date: date | None
    effective_at: Instant
    amount: Amount
    balance: Amount

    @classmethod
    def of(cls, receivable: ReceivableView) -> ReceivableThenReply:
        return cls(
            number=receivable.number,
            invoice=f"/invoices/{to_path(receivable.number)}",
            kind=receivable.kind.value,
            due_date=receivable.due_date,
            effective_at=receivable.effective_at,
            amount=Amount.of(receivable.amount),
            balance=Amount.of(receivable.balance),
        )


class LineReply(Reply):
    """An entry, what it changed of what is owed, and what was owed after it."""

    entry: Facts
    change: Amount
    balance: Amount

    @classmethod
    def of(cls, line: Line, currency: str) -> LineReply:
        return cls(
            entry=money_shown(dict(line.fact)),
            change=Amount.minor(line.change, currency),
            balance=Amount.minor(line.balance, currency),
        )


class StatementReply(Reply):
    """The statement of an account on a day, the customer's.

    Now: what is open - of each instalment - by age, credits, arrangements, and the newest entries; `next` leads to older ones.
    With `as_of` or `known_at`: what was owed then, as it was known then, worked out from the entries, and these in the order
    in which they took effect, the last first.
    """

    account_id: str
    on: date
    known_at: Instant | None
    balance: Amount
    unapplied: Amount
    ageing: dict[str, Amount] | None = Field(description="Now only")
    overdue: Amount | None = Field(description="Now only")
    open_items: list[OpenItemReply]
    receivables: list[ReceivableThenReply] = Field(description="What was owed then")
    credits: list[CreditReply]
    arrangements: list[ArrangementReply]
    totals: dict[str, Amount] = Field(description="Then: the sums of all entries by named ledger account")
    lines: list[LineReply]
    next: str | None

    @classmethod
    def of(cls, statement: Statement, following: str | None) -> StatementReply:
        _, currency = split_account_id(statement.account_id)
        shown: dict[str, Any] = {
            "open_items": [],
            "receivables": [],
            "credits": [],
            "arrangements": [],
            "totals": {},
        }
        if statement.working_set is not None:
            shown |= _now(statement, statement.working_set)
        if statement.view is not None:
            shown |= _then(statement.view)
        return cls(
            account_id=statement.account_id,
            on=statement.on,
            known_at=statement.moment.known_at,
            lines=[LineReply.of(line, currency) for line in statement.lines],
            next=following,
            **shown,
        )


def _now(statement: Statement, working_set: WorkingSet) -> dict[str, Any]:
    account, ageing = working_set.account, statement.ageing
    items = sorted((i for i in working_set.items if i.balance), key=lambda i: (i.due_date, i.number))
    return {
        "balance": Amount.of(account.balance),
        "unapplied": Amount.of(account.unapplied),
        "ageing": {bucket.value: Amount.of(sum_) for bucket, sum_ in ageing.buckets.items()}
        if ageing
        else {},
        "overdue": Amount.of(ageing.overdue if ageing else account.balance - account.balance),
        "open_items": [OpenItemReply.of(item, account, statement.on) for item in items],
        "credits": [CreditReply.of(credit) for credit in working_set.credits],
        "arrangements": [ArrangementReply.of(each) for each in working_set.arrangements],
    }


def _then(view: AccountView) -> dict[str, Any]:
    return {
        "balance": Amount.of(view.balance),
        "unapplied": Amount.of(view.unapplied),
        "ageing": None,
        "overdue": None,
        "receivables": [ReceivableThenReply.of(each) for each in view.receivables],
        "totals": {name.value: Amount.of(sum_) for name, sum_ in view.totals.items()},
    }
