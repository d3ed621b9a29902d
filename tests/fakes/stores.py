"""The in-memory stores: the same rules as the tables, checked by the same contract suite."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Protocol, TypeVar

from receivables.adapters.dynamodb.facts import Fact, notice_fact
from receivables.arrangements import Arrangement
from receivables.cases.case import Approval, Case
from receivables.core.errors import StaleRevision
from receivables.customers import Customer
from receivables.ledger import (
    AT_ONCE,
    Account,
    Credit,
    Entry,
    Invoice,
    OpenItem,
    Page,
    PaymentRecord,
    PaymentStub,
    Payout,
)
from receivables.ledger.facts import entry_fact
from receivables.notices.notice import Notice
from receivables.payments.inbox import InboxMessage

T = TypeVar("T")


class Directory(Protocol):
    """As much of the customers as a claim needs."""

    def get(self, customer_id: str) -> Customer: ...


@dataclass
class Shelf:
    """What all in-memory stores share, as one table does."""

    accounts: dict[str, Account] = field(default_factory=dict)
    open_items: dict[tuple[str, str], OpenItem] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    credits: dict[tuple[str, str], Credit] = field(default_factory=dict)
    payments: dict[str, PaymentRecord] = field(default_factory=dict)
    stubs: dict[str, PaymentStub] = field(default_factory=dict)
    payouts: dict[str, Payout] = field(default_factory=dict)
    arrangements: dict[str, Arrangement] = field(default_factory=dict)
    keyed: dict[str, Entry | None] = field(default_factory=dict)
    timeline: dict[str, dict[str, Fact | Entry | Notice]] = field(default_factory=dict)
    notices: dict[str, Notice] = field(default_factory=dict)
    cases: dict[str, Case] = field(default_factory=dict)
    closed_cases: dict[str, Case] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    inbox: dict[str, InboxMessage] = field(default_factory=dict)

    def changed(self, account_id: str, **changes: Any) -> Account:
        """The account with its next rev; woken AT_ONCE unless the change brings a plan."""
        account = self.accounts[account_id]
        changes.setdefault("next_action_at", AT_ONCE)
        self.accounts[account_id] = replace(account, rev=account.rev + 1, **changes)
        return self.accounts[account_id]

    def at_rev(self, account_id: str, rev: int) -> Account:
        account = self.accounts.get(account_id)
        if account is None or account.rev != rev:
            raise StaleRevision(f"account {account_id!r} has changed since it was read")
        return account

    def record(self, account_id: str, fact: Mapping[str, Any] | Entry) -> None:
        stored = fact if isinstance(fact, Entry) else {k: v for k, v in fact.items() if v is not None}
        self.timeline.setdefault(account_id, {})[place_of(fact)] = stored

    def record_notice(self, notice: Notice) -> None:
        fact = notice_fact(notice)
        self.notices[notice.id] = notice
        self.timeline.setdefault(notice.account_id, {})[f"{fact['at']}#notice#{notice.id}"] = notice

    def facts(self, account_id: str) -> list[tuple[str, Fact]]:
        """Place and fact, newest first."""
        return [
            (place, _plain(what))
            for place, what in sorted(self.timeline.get(account_id, {}).items(), reverse=True)
        ]


def place_of(fact: Mapping[str, Any] | Entry) -> str:
    """Where a fact is in its timeline."""
    plain = entry_fact(fact) if isinstance(fact, Entry) else fact
    return f"{plain['at']}#{plain['kind']}#{plain['id']}"


def page_of(
    rows: Sequence[tuple[str, T]],
    limit: int,
    position: Mapping[str, str] | None,
    *,
    newest_first: bool = False,
) -> Page[T]:
    """A page of rows that are sorted by their key."""
    if position is not None:
        after: Callable[[str], bool] = (
            (lambda key: key < position["sk"]) if newest_first else (lambda key: key > position["sk"])
        )
        rows = [row for row in rows if after(row[0])]
    shown = tuple(row for _, row in rows[:limit])
    more = len(rows) > limit
    return Page(shown, {"sk": rows[limit - 1][0]} if more else None)


def oldest_first(rows: Sequence[tuple[datetime, str, T]]) -> list[tuple[str, T]]:
    """Rows of a worklist with their sort key."""
    return sorted(((f"{at.isoformat()}#{key}", row) for at, key, row in rows), key=lambda row: row[0])


def _plain(what: Fact | Entry | Notice) -> Fact:
    if isinstance(what, Entry):
        return entry_fact(what)
    return notice_fact(what) if isinstance(what, Notice) else what


class MemoryStores:
    """All stores over one shelf."""

    def __init__(self, customers: Directory | None = None) -> None:
        from tests.fakes.stores_cases import MemoryCases
        from tests.fakes.stores_inbox import MemoryInbox
        from tests.fakes.stores_ledger import MemoryLedger
        from tests.fakes.stores_notices import MemoryAgenda, MemoryNotices

        self.shelf = Shelf()
        self.customers = customers
        self.ledger = MemoryLedger(self.shelf)
        self.agenda = MemoryAgenda(self.shelf)
        self.notices = MemoryNotices(self.shelf, customers)
        self.cases = MemoryCases(self.shelf)
        self.inbox = MemoryInbox(self.shelf)
