"""Webhooks in, ledger out, all in memory: what the tests of payments share."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from receivables.core.money import Money
from receivables.ledger import Entry, LedgerName, OpenItem
from receivables.payments.events import MoneyEvent
from receivables.payments.inbox import Form, InboxMessage, InboxState
from receivables.payments.stored import dump_events
from receivables.usecases.apply_payment import Outcome
from tests.builders import customer, invoice, issued
from tests.fakes.applying import Asked, EndedMandates, applying
from tests.fakes.crash import Fuse
from tests.fakes.directory import InMemoryCustomers
from tests.fakes.stores import MemoryStores
from tests.fakes.webhooks import NOW, neutral_payment, stripe_event

ACCOUNT = "C-1.EUR"
SUSPENSE = "suspense.EUR"
HELD = (LedgerName.CASH, LedgerName.CLEARING, LedgerName.IN_TRANSIT, LedgerName.PROCESSOR_FEES)


@dataclass(frozen=True)
class Summary:
    """What has to come out the same, whatever the order and however often things came."""

    accounts: dict[str, tuple[Money, Money]]
    open_balances: dict[str, Money]
    suspense: int
    totals: dict[LedgerName, int]
    payments: dict[str, Money]
    open_messages: int


class World:
    """Three invoices of one customer: INV-1 over 100.00 EUR, INV-2 over 50.00 EUR, and INV-9 over 20.00 USD."""

    def __init__(self, fuse: Fuse | None = None) -> None:
        self.stores = MemoryStores()
        issued(
            self.stores.ledger,
            invoice("INV-1", ACCOUNT, 10_000),
            invoice("INV-2", ACCOUNT, 5_000),
            invoice("INV-9", "C-1.USD", 2_000),
        )
        fuse = fuse or Fuse()
        ledger, inbox = fuse.wrap(self.stores.ledger), fuse.wrap(self.stores.inbox)
        self.customers = InMemoryCustomers()
        self.customers.create(customer("C-1"))
        self.clock = NOW
        self.asked, self.mandates = Asked(), EndedMandates()
        self.apply = applying(
            ledger,
            inbox,
            fuse.wrap(self.customers),
            lambda heard_of: max(heard_of, self.clock),
            lambda _processor, _endpoint: fuse.wrap(self.asked),
            lambda *ended: fuse.through("mandates", lambda: self.mandates(*ended)),
        )

    def receive(self, message: InboxMessage) -> InboxMessage:
        """Keep a message and give it as the stream would: as it was when it was kept."""
        self.stores.inbox.store(message)
        return message

    def deliver(self, message: InboxMessage) -> Outcome:
        return self.apply(self.receive(message))

    def message(self, message_id: str) -> InboxMessage:
        return self.stores.inbox.get(message_id)

    def open_item(self, number: str, account_id: str = ACCOUNT) -> OpenItem | None:
        return self.stores.ledger.open_item(account_id, number)

    def unapplied(self, account_id: str = ACCOUNT) -> int:
        return self.stores.shelf.accounts[account_id].unapplied.minor

    def entries(self) -> list[Entry]:
        accounts = [*self.stores.shelf.accounts, SUSPENSE, "suspense.USD", "clearing.EUR"]
        return [entry for account in accounts for entry in self.stores.ledger.entries(account)]

    def summary(self) -> Summary:
        shelf = self.stores.shelf
        totals: Counter[LedgerName] = Counter()
        for entry in self.entries():
            for leg in entry.legs:
                totals[leg.ledger] += leg.minor
        return Summary(
            accounts={a.id: (a.balance, a.unapplied) for a in shelf.accounts.values()},
            open_balances={item.number: item.balance for item in shelf.open_items.values()},
            suspense=sum(record.waiting.minor for record in shelf.payments.values()),
            totals={name: minor for name, minor in totals.items() if minor},
            payments={key: record.payment.amount for key, record in shelf.payments.items()},
            open_messages=sum(m.state is InboxState.RECEIVED for m in shelf.inbox.values()),
        )

    def check(self) -> None:
        """What holds at any moment: the books balance, and cached balances are the sum of what they cache."""
        summary = self.summary()
        assert sum(summary.totals.values()) == 0
        assert summary.totals.get(LedgerName.SUSPENSE, 0) == -summary.suspense
        records = self.stores.shelf.payments.values()
        came = sum(record.payment.amount.minor - record.gone for record in records)
        assert sum(summary.totals.get(name, 0) for name in HELD) == came
        for record in records:
            told = (
                sum(part.minor for part in record.allocated)
                + record.credit
                + record.recovered
                + record.rounded
                + record.gone
                + record.waiting.minor
            )
            assert told == record.payment.amount.minor
        for account in self.stores.shelf.accounts.values():
            working = self.stores.ledger.working_set(account.id)
            assert working is not None
            assert sum(item.balance.minor for item in working.items) == account.balance.minor
            moved = list(self.stores.ledger.entries(account.id))
            assert sum(e.moved(LedgerName.RECEIVABLE) for e in moved) == account.balance.minor
            assert -sum(e.moved(LedgerName.UNAPPLIED) for e in moved) == account.unapplied.minor


def stripe_message(
    kind: str, subject: dict[str, Any], event_id: str = "evt_1", **members: Any
) -> InboxMessage:
    """A verified Stripe event, as the receiver keeps it."""
    return received("stripe", event_id, stripe_event(kind, subject, event_id=event_id, **members))


def neutral_message(payment_id: str = "bank-1", event_id: str | None = None, **data: Any) -> InboxMessage:
    """A verified payment in the neutral format."""
    return received("standardwebhooks", event_id or f"msg_{payment_id}", neutral_payment(payment_id, **data))


def received(scheme: str, event_id: str, body: bytes, at: datetime = NOW) -> InboxMessage:
    return InboxMessage(f"{scheme}#main#{event_id}", scheme, "main", event_id, body, at, {})


def told(
    *events: MoneyEvent,
    processor: str = "stripe",
    message_id: str | None = None,
    at: datetime = NOW,
) -> InboxMessage:
    """Events that are normalised already."""
    name = message_id or events[0].event_id
    return InboxMessage(
        f"{processor}#main#{name}",
        processor,
        "main",
        name,
        dump_events(events),
        at,
        {},
        form=Form.EVENTS,
    )


def rehearsed(message: InboxMessage) -> InboxMessage:
    """The same, at an endpoint for rehearsals."""
    return replace(message, livemode=False)
