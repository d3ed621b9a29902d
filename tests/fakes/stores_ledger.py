"""The ledger in memory."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

from receivables.adapters.dynamodb.facts import described_fact, hold_fact
from receivables.core.errors import AlreadyExists, Conflict, NotFound, StaleRevision
from receivables.core.ids import new_id, split_account_id
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    MAX_OPEN_ITEMS,
    Account,
    ActiveCase,
    Entry,
    Hold,
    Invoice,
    InvoicePointer,
    InvoiceStatus,
    OpenItem,
    Page,
    PaymentRecord,
    PaymentState,
    Posting,
    PostOutcome,
    WorkingSet,
)
from receivables.payments.inbox import InboxState
from tests.fakes.stores import Shelf, oldest_first, page_of


class MemoryLedger:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def working_set(self, account_id: str) -> WorkingSet | None:
        account = self._shelf.accounts.get(account_id)
        if account is None:
            return None
        case = self._shelf.cases.get(account_id)
        items = tuple(self._items(account_id))
        if case is None:
            return WorkingSet(account, items)
        active = ActiveCase(case.id, case.stage.value, case.invoices, case.wake_at, case.started)
        return WorkingSet(account, items, active)

    def pointer(self, number: str) -> InvoicePointer | None:
        known = self._shelf.invoices.get(number)
        if known is None:
            return None
        return InvoicePointer(
            number, known.account_id, known.amount, known.issue_date, known.due_date, known.description
        )

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        known = self._shelf.invoices.get(number)
        if known is None:
            raise NotFound("invoice", number)
        return known, self.open_item(known.account_id, number)

    def describe(self, number: str, description: str, rev: int, at: datetime, by: str) -> None:
        known, item = self.invoice(number)
        if known.rev != rev:
            raise StaleRevision(f"invoice {number!r} has changed since it was read")
        self._shelf.invoices[number] = replace(known, description=description, rev=rev + 1)
        if item is not None:
            place = (known.account_id, number)
            self._shelf.open_items[place] = replace(self._shelf.open_items[place], description=description)
        self._shelf.record(known.account_id, described_fact(new_id("evt", at), number, description, at, by))

    def open_item(self, account_id: str, number: str) -> OpenItem | None:
        return next((item for item in self._items(account_id) if item.number == number), None)

    def issue(self, invoice: Invoice, item: OpenItem, posting: Posting) -> Invoice:
        _check_currency(posting.entry)
        known = self._shelf.invoices.get(invoice.number)
        if known is not None:
            if _document(known) != _document(invoice):
                raise AlreadyExists("invoice", invoice.number)
            return known
        if len(list(self._items(invoice.account_id))) >= MAX_OPEN_ITEMS:
            raise Conflict(f"account {invoice.account_id!r} has {MAX_OPEN_ITEMS} open invoices already")
        wake = datetime.combine(invoice.issue_date, time(), UTC)
        account = self._shelf.accounts.get(invoice.account_id) or _new_account(invoice)
        self._shelf.accounts[account.id] = account
        self._shelf.changed(
            account.id,
            balance=account.balance + Money(posting.balance, account.currency),
            next_action_at=min(wake, account.next_action_at or wake),
        )
        self._shelf.invoices[invoice.number] = invoice
        self._shelf.open_items[account.id, item.number] = item
        self._shelf.record(account.id, posting.entry)
        return invoice

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        payment = posting.payment
        if payment is None or posting.state is None:
            raise ValueError("post() writes payments")
        inbox = self._shelf.inbox
        if payment.key in self._shelf.payments:
            return PostOutcome.DUPLICATE
        if inbox_id and (inbox_id not in inbox or inbox[inbox_id].state is not InboxState.RECEIVED):
            return PostOutcome.DUPLICATE
        if not self._as_assumed(posting):
            return PostOutcome.STALE
        in_suspense = posting.state is PaymentState.SUSPENSE
        if not in_suspense:
            self._move(posting)
        self._shelf.payments[payment.key] = PaymentRecord(
            payment,
            posting.state,
            None if in_suspense else posting.entry.account_id,
            None if in_suspense else posting.entry.invoice,
        )
        self._shelf.record(posting.entry.account_id, posting.entry)
        if inbox_id:
            inbox[inbox_id] = replace(inbox[inbox_id], state=InboxState.PROCESSED)
        return PostOutcome.POSTED

    def place(self, record: PaymentRecord, release: Entry, posting: Posting) -> PostOutcome:
        stored = self._shelf.payments.get(record.payment.key)
        if stored is None or stored.state is not PaymentState.SUSPENSE or not self._as_assumed(posting):
            return PostOutcome.STALE
        self._move(posting)
        entry = posting.entry
        self._shelf.payments[record.payment.key] = replace(
            stored, state=PaymentState.PLACED, account_id=entry.account_id, invoice=entry.invoice
        )
        self._shelf.record(release.account_id, release)
        self._shelf.record(entry.account_id, entry)
        return PostOutcome.POSTED

    def payment(self, key: str) -> PaymentRecord:
        try:
            return self._shelf.payments[key]
        except KeyError:
            raise NotFound("payment", key) from None

    def suspense(self, limit: int, position: Mapping[str, str] | None = None) -> Page[PaymentRecord]:
        waiting = [
            (record.payment.received_at, key, record)
            for key, record in self._shelf.payments.items()
            if record.state is PaymentState.SUSPENSE
        ]
        return page_of(oldest_first(waiting), limit, position)

    def hold(self, account_id: str, hold: Hold | None, at: datetime, by: str) -> Account:
        if account_id not in self._shelf.accounts:
            raise NotFound("account", account_id)
        self._shelf.record(account_id, hold_fact(new_id("evt", at), hold, at, by))
        return self._shelf.changed(account_id, hold=hold)

    def invoices(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[Invoice, OpenItem | None]]:
        known = sorted(i.number for i in self._shelf.invoices.values() if i.account_id == account_id)
        return page_of([(number, self.invoice(number)) for number in known], limit, position)

    def timeline(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Mapping[str, Any]]:
        return page_of(self._shelf.facts(account_id), limit, position, newest_first=True)

    def accounts_of(self, customer_id: str) -> tuple[Account, ...]:
        mine = (a for a in self._shelf.accounts.values() if a.customer_id == customer_id)
        return tuple(sorted(mine, key=lambda account: account.id))

    def entries(self, account_id: str) -> Iterator[Entry]:
        history = self._shelf.timeline.get(account_id, {})
        return (what for _, what in sorted(history.items()) if isinstance(what, Entry))

    def _items(self, account_id: str) -> Iterator[OpenItem]:
        case = self._shelf.cases.get(account_id)
        for (account, _), item in sorted(self._shelf.open_items.items()):
            if account == account_id:
                yield item if case and case.id == item.case_id else replace(item, case_id=None)

    def _as_assumed(self, posting: Posting) -> bool:
        if posting.state is PaymentState.SUSPENSE:
            return True
        _check_currency(posting.entry)
        if posting.before is not None:
            item = self.open_item(posting.entry.account_id, posting.before.number)
            return item is not None and item.balance == posting.before.balance
        if posting.entry.account_id not in self._shelf.accounts:
            raise NotFound("account", posting.entry.account_id)
        return True

    def _move(self, posting: Posting) -> None:
        account = self._shelf.accounts[posting.entry.account_id]
        if posting.before is not None:
            place = (account.id, posting.before.number)
            if posting.after is None:
                del self._shelf.open_items[place]
                self._close(posting)
            else:
                left = replace(self._shelf.open_items[place], balance=posting.after.balance)
                self._shelf.open_items[place] = left
        self._shelf.changed(
            account.id,
            balance=account.balance + Money(posting.balance, account.currency),
            unapplied=account.unapplied + Money(posting.unapplied, account.currency),
        )

    def _close(self, posting: Posting) -> None:
        assert posting.before is not None
        number = posting.before.number
        document = self._shelf.invoices[number]
        self._shelf.invoices[number] = replace(
            document,
            status=InvoiceStatus.CLOSED,
            closed_at=posting.entry.effective_at,
            rev=document.rev + 1,
        )


def _check_currency(entry: Entry) -> None:
    if split_account_id(entry.account_id)[1] != entry.amount.currency:
        raise CurrencyMismatch(f"{entry.amount.currency} on account {entry.account_id!r}")


def _new_account(invoice: Invoice) -> Account:
    customer_id, currency = split_account_id(invoice.account_id)
    return Account(invoice.account_id, customer_id, Money.zero(currency), Money.zero(currency))


def _document(invoice: Invoice) -> tuple[object, ...]:
    return invoice.account_id, invoice.amount, invoice.issue_date, invoice.due_date
