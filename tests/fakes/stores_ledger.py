"""The ledger in memory."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any

from receivables.adapters.dynamodb.arrangement_codec import last_day
from receivables.adapters.dynamodb.facts import described_fact
from receivables.adapters.dynamodb.payout_codec import payout_place
from receivables.adapters.dynamodb.posting import check
from receivables.arrangements import Arrangement, ArrangementKind
from receivables.core.errors import AlreadyExists, Conflict, NotFound, StaleRevision
from receivables.core.ids import new_id, split_account_id
from receivables.core.money import Money
from receivables.ledger import (
    MAX_OPEN_ITEMS,
    Account,
    ActiveCase,
    Entry,
    Invoice,
    InvoicePointer,
    ItemKind,
    OpenItem,
    OpenReceivable,
    Page,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
    PayoutState,
    Posting,
    PostOutcome,
    WorkingSet,
)
from receivables.ledger.asked_for import open_receivable
from tests.fakes.stores import Shelf, oldest_first, page_of
from tests.fakes.stores_posting import MemoryPoster

OPEN_PAGE = 1_000
"""How much a page of open receivables holds here; the table's are as large as they come."""


class MemoryLedger:
    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    def working_set(self, account_id: str) -> WorkingSet | None:
        account = self._shelf.accounts.get(account_id)
        if account is None:
            return None
        case = self._shelf.cases.get(account_id)
        return WorkingSet(
            account,
            tuple(self._items(account_id)),
            ActiveCase(case.id, case.stage.value, case.invoices, case.wake_at, case.started)
            if case
            else None,
            tuple(
                credit for (owner, _), credit in sorted(self._shelf.credits.items()) if owner == account_id
            ),
            tuple(each for each in self._arrangements(account_id) if each.active),
        )

    def pointer(self, number: str) -> InvoicePointer | None:
        known = self._shelf.invoices.get(number)
        if known is None:
            return None
        return InvoicePointer(
            number,
            known.account_id,
            known.amount,
            known.issue_date,
            known.due_date,
            known.description,
            known.kind,
            known.concerns,
            known.terms,
            known.conditions,
        )

    def invoice(self, number: str) -> tuple[Invoice, OpenItem | None]:
        known = self._shelf.invoices.get(number)
        if known is None:
            raise NotFound("invoice", number)
        return known, self.open_item(known.account_id, number)

    def documents(self, account_id: str, numbers: Iterable[str]) -> dict[str, Invoice]:
        found = {number: self.invoice(number)[0] for number in sorted(set(numbers))}
        for number, document in found.items():
            if document.account_id != account_id:
                raise NotFound("invoice", number)
        return found

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
        stored = self._shelf.open_items.get((account_id, number))
        return self._marked(account_id, stored) if stored else None

    def issue(self, posting: Posting) -> Invoice:
        check(posting)
        (change,) = posting.items
        invoice, item = change.document, change.after
        assert invoice is not None
        assert item is not None
        known = self._shelf.invoices.get(invoice.number)
        if known is not None:
            if _document(known) != _document(invoice):
                raise AlreadyExists("invoice", invoice.number)
            return known
        if sum(1 for owner, _ in self._shelf.open_items if owner == invoice.account_id) >= MAX_OPEN_ITEMS:
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
        for entry in posting.entries:
            self._shelf.record(account.id, entry)
        for fact in posting.facts:
            self._shelf.record(account.id, fact)
        return invoice

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        return MemoryPoster(self._shelf, posting, inbox_id).post()

    def payment(self, key: str) -> PaymentRecord:
        try:
            return self._shelf.payments[key]
        except KeyError:
            raise NotFound("payment", key) from None

    def known_payment(self, key: str) -> PaymentRecord | PaymentStub | None:
        return self._shelf.payments.get(key) or self._shelf.stubs.get(key)

    def held(self, held_by: str, on: date, position: Mapping[str, str] | None = None) -> Page[str]:
        rows = [
            (key, key)
            for key, record in sorted(self._shelf.payments.items())
            if record.payment.held_by == held_by and record.payment.effective_at.date() == on
        ]
        return page_of(rows, OPEN_PAGE, position)

    def orphans(
        self, before: datetime, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[PaymentStub]:
        waiting = [
            (stub.orphan_since, key, stub)
            for key, stub in self._shelf.stubs.items()
            if stub.orphan_since is not None and stub.orphan_since < before
        ]
        return page_of(oldest_first(waiting), limit, position)

    def open_receivables(self, position: Mapping[str, str] | None = None) -> Page[OpenReceivable]:
        rows = [
            (f"{item.number}#{owner}", open_receivable(owner, item))
            for (owner, _), item in self._shelf.open_items.items()
            if item.balance and item.claimed
        ]
        return page_of(sorted(rows, key=lambda row: row[0]), OPEN_PAGE, position)

    def payout(self, key: str) -> Payout:
        try:
            return self._shelf.payouts[key]
        except KeyError:
            raise NotFound("payout", key) from None

    def payouts(
        self, state: PayoutState, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Payout]:
        rows = [
            (f"{payout_place(each)}#{each.key}", each)
            for each in self._shelf.payouts.values()
            if each.state is state
        ]
        return page_of(sorted(rows, key=lambda row: row[0]), limit, position)

    def payouts_of(self, amount: Money) -> tuple[Payout, ...]:
        same = [
            each
            for each in self._shelf.payouts.values()
            if each.state is PayoutState.SENT and each.amount == amount
        ]
        return tuple(sorted(same, key=lambda each: (each.sent_at, each.key)))

    def suspense(self, limit: int, position: Mapping[str, str] | None = None) -> Page[PaymentRecord]:
        waiting = [
            (record.payment.received_at, key, record)
            for key, record in self._shelf.payments.items()
            if record.state is PaymentState.SUSPENSE
        ]
        return page_of(oldest_first(waiting), limit, position)

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

    def entry(self, account_id: str, entry_id: str, recorded_at: datetime) -> Entry:
        for entry in self.entries(account_id):
            if (entry.id, entry.recorded_at) == (entry_id, recorded_at):
                return entry
        raise NotFound("entry", entry_id)

    def keyed(self, key: str) -> Entry | None:
        return self._shelf.keyed.get(key)

    def entries(self, account_id: str) -> Iterator[Entry]:
        history = self._shelf.timeline.get(account_id, {})
        return (what for _, what in sorted(history.items()) if isinstance(what, Entry))

    def arrangement(self, arrangement_id: str) -> Arrangement:
        try:
            return self._shelf.arrangements[arrangement_id]
        except KeyError:
            raise NotFound("arrangement", arrangement_id) from None

    def arrangements(
        self, account_id: str, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Arrangement]:
        return page_of([(each.id, each) for each in self._arrangements(account_id)], limit, position)

    def ended_arrangements(self, account_id: str) -> Iterator[Arrangement]:
        return iter([each for each in self._arrangements(account_id) if not each.active])

    def wake(self, account_id: str) -> None:
        if account_id in self._shelf.accounts:
            self._shelf.changed(account_id)

    def undecided(
        self, kind: ArrangementKind, before: date, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[Arrangement]:
        late = [
            (f"{last_day(each)}#{each.id}", each)
            for each in self._shelf.arrangements.values()
            if each.kind is kind and each.active and last_day(each) < before
        ]
        return page_of(sorted(late, key=lambda row: row[0]), limit, position)

    def short_payments(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]:
        return self._listed([(i.moves[-1].at, a, i) for a, i in self._owned() if i.short], limit, position)

    def unclaimed_charges(
        self, limit: int, position: Mapping[str, str] | None = None
    ) -> Page[tuple[str, OpenItem]]:
        waiting = [
            (datetime.combine(item.issue_date, time(), UTC), account_id, item)
            for account_id, item in self._owned()
            if item.kind is not ItemKind.INVOICE and not item.claimed
        ]
        return self._listed(waiting, limit, position)

    def _listed(
        self,
        rows: list[tuple[datetime, str, OpenItem]],
        limit: int,
        position: Mapping[str, str] | None,
    ) -> Page[tuple[str, OpenItem]]:
        ordered = oldest_first([(at, f"{owner}#{i.number}", (owner, i)) for at, owner, i in rows])
        return page_of(ordered, limit, position)

    def _owned(self) -> list[tuple[str, OpenItem]]:
        """Open items and their accounts, as an index shows them: it does not know which case is active."""
        return [(owner, replace(item, case_id=None)) for (owner, _), item in self._shelf.open_items.items()]

    def _arrangements(self, account_id: str) -> list[Arrangement]:
        mine = (each for each in self._shelf.arrangements.values() if each.account_id == account_id)
        return sorted(mine, key=lambda each: each.id)

    def _items(self, account_id: str) -> Iterator[OpenItem]:
        mine = ((place[1], item) for place, item in self._shelf.open_items.items() if place[0] == account_id)
        return (self._marked(account_id, item) for _, item in sorted(mine, key=lambda row: row[0]))

    def _marked(self, account_id: str, item: OpenItem) -> OpenItem:
        case = self._shelf.cases.get(account_id)
        return item if case and case.id == item.case_id else replace(item, case_id=None)


def _new_account(invoice: Invoice) -> Account:
    customer_id, currency = split_account_id(invoice.account_id)
    zero = Money.zero(currency)
    return Account(invoice.account_id, customer_id, zero, zero)


def _document(invoice: Invoice) -> tuple[object, ...]:
    return invoice.account_id, invoice.amount, invoice.issue_date, invoice.due_date
