"""Small builders of domain objects: a test names only what it is about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

from receivables.cases.case import Approval, ApprovalAction, Case
from receivables.core.ids import derived_id, new_id
from receivables.core.money import Money
from receivables.customers import Channel, Customer
from receivables.dunning.policy import Playbook
from receivables.ledger import Invoice, LedgerStore, OpenItem, Payment
from receivables.ledger.issuing import issue_invoice
from receivables.notices.notice import Notice, NoticeItem
from receivables.payments.inbox import InboxMessage

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
"""A Monday morning."""

_numbers = count(1)


def eur(minor: int) -> Money:
    """So many euro cents."""
    return Money(minor, "EUR")


def customer(customer_id: str = "C-1", **changes: Any) -> Customer:
    """Somebody who can be reached by e-mail; rev 1, as a directory stores it."""
    known = {"name": "Ada Blum", "email": "ada@example.com", "timezone": "Europe/Berlin", "rev": 1}
    return Customer(customer_id, **{**known, **changes})


def invoice(
    number: str = "INV-1", account_id: str = "C-1.EUR", minor: int = 10_000, **changes: Any
) -> Invoice:
    """An open invoice of 100.00, issued on the day of NOW and due 30 days later."""
    currency = account_id.rpartition(".")[2]
    known = {
        "amount": Money(minor, currency),
        "issue_date": NOW.date(),
        "due_date": NOW.date() + timedelta(days=30),
        "issued_at": NOW,
        "description": "Services",
    }
    return Invoice(number, account_id, **{**known, **changes})


def open_item(
    number: str = "INV-1", minor: int = 10_000, balance: int | None = None, **changes: Any
) -> OpenItem:
    """An open item of 100.00 in euro, due 30 days after NOW."""
    known = {"issue_date": NOW.date(), "due_date": NOW.date() + timedelta(days=30)}
    return OpenItem(number, eur(minor), eur(minor if balance is None else balance), **{**known, **changes})


def issued(ledger: LedgerStore, *invoices: Invoice) -> None:
    """Write invoices to a ledger."""
    for each in invoices:
        ledger.issue(issue_invoice(each, "test"))


def payment(
    reference: str | None = "INV-1", minor: int = 10_000, key: str | None = None, **changes: Any
) -> Payment:
    """A payment of 100.00 by card that names its invoice, made and received at NOW; its key is fresh."""
    known = {"amount": eur(minor), "effective_at": NOW, "received_at": NOW, "source": "stripe/main"}
    return Payment(key=key or f"stripe/main/pi_{next(_numbers)}", reference=reference, **{**known, **changes})


def notice(
    account_id: str = "C-1.EUR", items: Iterable[NoticeItem] | None = None, at: datetime = NOW, **changes: Any
) -> Notice:
    """A claimed e-mail that reminds of INV-1, which now reaches step 1."""
    listed = tuple(items or (NoticeItem("INV-1", 10_000, 1, reached=True),))
    known = {
        "id": new_id("ntc", at),
        "customer_id": account_id.rpartition(".")[0],
        "channel": Channel.EMAIL,
        "address": "ada@example.com",
        "step_key": "friendly",
        "total": Money(sum(i.balance for i in listed), account_id.rpartition(".")[2]),
        "attempt": f"attempt-{next(_numbers)}",
        "policy": "standard/1",
        "previous": {},
    }
    return Notice(account_id=account_id, items=listed, claimed_at=at, **{**known, **changes})


def case(account_id: str = "C-1.EUR", *invoices: str, **changes: Any) -> Case:
    """A case that the system opened at NOW, for INV-1 unless told otherwise."""
    known = {
        "id": derived_id("case", account_id, "1"),
        "customer_id": account_id.rpartition(".")[0],
        "opened_by": "system",
        "opened_at": NOW,
        "playbook": Playbook(),
        "policy": "standard/1",
        "clock": NOW,
    }
    return Case(account_id=account_id, invoices=invoices or ("INV-1",), **{**known, **changes})


def approval(of: Case, **changes: Any) -> Approval:
    """The case's request to suspend the service."""
    known = {
        "id": derived_id("apr", of.id, "suspend_service"),
        "action": ApprovalAction.SUSPEND_SERVICE,
        "requested_by": of.opened_by,
        "requested_at": NOW,
    }
    return Approval(case_id=of.id, account_id=of.account_id, **{**known, **changes})


def message(event_id: str = "evt_1", body: bytes = b'{"id": "evt_1"}', **changes: Any) -> InboxMessage:
    """A webhook received at NOW."""
    known = {
        "processor": "stripe",
        "endpoint": "main",
        "received_at": NOW,
        "headers": {"stripe-signature": "t=1"},
    }
    return InboxMessage(id=f"stripe#main#{event_id}", event_id=event_id, body=body, **{**known, **changes})


def day(number: int) -> date:
    """The day so many days after that of NOW."""
    return NOW.date() + timedelta(days=number)
