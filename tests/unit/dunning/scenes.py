"""Accounts at a moment, for tests of the decision."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from receivables.arrangements import Hold
from receivables.core.money import Money
from receivables.customers import Customer
from receivables.dunning import DEFAULT_POLICY, Decision, SendNotice
from receivables.dunning.decide import decide
from receivables.ledger import Account, ActiveCase, OpenItem, WorkingSet

CUSTOMER = Customer("C-1", "Ada & Sons", email="ada@example.com")
DUE = date(2026, 3, 2)
"""A Monday."""


def at(day: str, clock: str = "12:00") -> datetime:
    """An instant in UTC."""
    return datetime.fromisoformat(f"{day}T{clock}").replace(tzinfo=UTC)


def item(
    number: str = "R-1", due: date = DUE, *, issued: date | None = None, minor: int = 10_000
) -> OpenItem:
    amount = Money(minor, "EUR")
    return OpenItem(number, amount, amount, issued or due - timedelta(days=30), due)


def scene(
    *items: OpenItem,
    progress: Mapping[str, int] | None = None,
    worked_at: datetime | None = None,
    next_action_at: datetime | None = None,
    hold: Hold | None = None,
    case: ActiveCase | None = None,
) -> WorkingSet:
    account = Account(
        id="C-1.EUR",
        customer_id="C-1",
        balance=Money(sum(i.balance.minor for i in items), "EUR"),
        unapplied=Money.zero("EUR"),
        progress=progress or {},
        worked_at=worked_at,
        next_action_at=next_action_at,
        hold=hold,
    )
    return WorkingSet(account, items, case)


def after(working_set: WorkingSet, decision: Decision, as_of: datetime) -> WorkingSet:
    """The account once the decision's actions are done and its plan is stored."""
    account = replace(
        working_set.account,
        progress=decision.progress,
        worked_at=as_of,
        next_action_at=decision.next_action_at,
    )
    return replace(working_set, account=account)


def choose(working_set: WorkingSet, as_of: datetime) -> Decision:
    return decide(working_set, CUSTOMER, DEFAULT_POLICY, as_of)


def notice(decision: Decision) -> SendNotice:
    [found] = [action for action in decision.actions if isinstance(action, SendNotice)]
    return found
