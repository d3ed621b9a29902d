"""The books of one account in memory: postings are applied as the store would, with all their assumptions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from receivables.core.money import Money
from receivables.ledger import (
    Account,
    Credit,
    CreditChange,
    CreditSource,
    Entry,
    Invoice,
    ItemChange,
    LedgerName,
    OpenItem,
    Payment,
    PaymentRecord,
    Payout,
    Posting,
)
from receivables.ledger.allocation import Named
from receivables.ledger.checks import (
    AccountBooks,
    Difference,
    check_account,
    payments_in,
    payouts_in,
)
from receivables.ledger.crediting import apply_credit, credit_note
from receivables.ledger.deeds import Deed, Held
from receivables.ledger.issuing import issue_invoice
from receivables.ledger.receiving import receive
from receivables.terms import Settlement

BERLIN = ZoneInfo("Europe/Berlin")
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
ACCOUNT = "C-1.EUR"


class Stale(AssertionError):
    """A posting assumed something that is not so."""


class Books:
    """One account. `now` is the time of recording: it moves with everything that is posted."""

    def __init__(self, settlement: Settlement | None = None, currency: str = "EUR") -> None:
        self.settlement = settlement or Settlement()
        self.account_id = f"C-1.{currency}"
        zero = Money.zero(currency)
        self.account = Account(self.account_id, "C-1", zero, zero)
        self.items: dict[str, OpenItem] = {}
        self.documents: dict[str, Invoice] = {}
        self.credits: dict[str, Credit] = {}
        self.payments: dict[str, PaymentRecord] = {}
        self.payouts: dict[str, Payout] = {}
        self.entries: list[Entry] = []
        self.now = START

    # what is done to them

    def post(self, posting: Posting) -> bool:
        """All of it or nothing; False: it was there already."""
        if {entry.id for entry in posting.entries} & {entry.id for entry in self.entries}:
            return False
        for change in posting.items:
            self._assume_item(change)
        for credit in posting.credits:
            known = credit.before or credit.after
            assert known is not None
            _assume(self.credits.get(known.id) == credit.before, f"credit {known.id}")
        if posting.payment:
            before, after = posting.payment.before, posting.payment.after
            _assume(self.payments.get(after.payment.key) == before, f"payment {after.payment.key}")
            self.payments[after.payment.key] = after
        if posting.payout:
            known_before, sent = posting.payout.before, posting.payout.after
            _assume(self.payouts.get(sent.key) == known_before, f"payout {sent.key}")
            self.payouts[sent.key] = sent
        for change in posting.items:
            self._move(change)
        for credit in posting.credits:
            self._move_credit(credit)
        self.account = replace(
            self.account,
            balance=self.account.balance + self.money(posting.balance),
            unapplied=self.account.unapplied + self.money(posting.unapplied),
        )
        self.entries += posting.entries
        self.now += timedelta(minutes=1)
        return True

    def issue(self, invoice: Invoice) -> None:
        self.post(issue_invoice(replace(invoice, issued_at=self.now), "test"))

    def pay(self, payment: Payment, *named: Named | str) -> bool:
        """False: it had been booked before."""
        if payment.key in self.payments:
            return False
        names = tuple(each if isinstance(each, Named) else Named(each) for each in named)
        closed = [
            self.documents[each.number]
            for each in names
            if each.number in self.documents and each.number not in self.items
        ]
        return self.post(
            receive(
                payment,
                self.account_id,
                self.items.values(),
                named=names,
                settlement=self.settlement,
                tz=BERLIN,
                written_off=closed,
                recorded_at=self.now,
            )
        )

    def credit(self, number: str, note: str, minor: int, at: datetime) -> bool:
        return self.post(
            credit_note(self.held(number), self.deed(note, at), amount=self.money(minor), tz=BERLIN)
        )

    def use_credit(self) -> None:
        """What upkeep does: all credit is set against what is open, oldest credit first."""
        while self._use_one():
            pass

    def _use_one(self) -> bool:
        if not any(item.balance and item.claimed for item in self.items.values()):
            return False
        for credit in sorted(self.credits.values(), key=lambda credit: (credit.effective_at, credit.id)):
            posting = apply_credit(
                self.account_id,
                credit,
                self.items.values(),
                self.deed("upkeep", self.now),
                settlement=self.settlement,
                tz=BERLIN,
                record=self.payments[credit.key] if credit.source is CreditSource.PAYMENT else None,
            )
            if posting is not None:
                self.post(posting)
                return True
        return False

    # what is to be known of them

    def held(self, number: str) -> Held:
        return self.documents[number], self.items.get(number)

    def holdings(self, numbers: Sequence[str] | None = None) -> dict[str, Held]:
        return {number: self.held(number) for number in (numbers or self.documents)}

    def deed(self, key: str, at: datetime | None = None, reason: str = "") -> Deed:
        return Deed(key, "test", at or self.now, self.now, reason)

    def money(self, minor: int) -> Money:
        return Money(minor, self.account.currency)

    def balance(self, number: str) -> int:
        return self.items[number].balance.minor if number in self.items else 0

    def balances(self) -> dict[str, int]:
        """Of receivables on which something is owed."""
        return {number: item.balance.minor for number, item in self.items.items() if item.balance}

    def moved(self, ledger: LedgerName) -> int:
        return sum(entry.moved(ledger) for entry in self.entries)

    def books(self) -> AccountBooks:
        entries = tuple(entry for entry in self.entries if entry.account_id == self.account_id)
        named = payments_in(entries)
        return AccountBooks(
            self.account_id,
            self.account,
            tuple(self.items.values()),
            tuple(self.credits.values()),
            tuple(self.documents.values()),
            tuple(
                r for r in self.payments.values() if r.account_id == self.account_id or r.payment.key in named
            ),
            entries,
        )

    def own_books(self) -> list[AccountBooks]:
        """Those of suspense and clearing."""
        found = []
        for account_id in sorted({entry.account_id for entry in self.entries} - {self.account_id}):
            entries = tuple(entry for entry in self.entries if entry.account_id == account_id)
            payments = tuple(self.payments[key] for key in sorted(payments_in(entries)))
            payouts = tuple(self.payouts[key] for key in sorted(payouts_in(entries)))
            found.append(AccountBooks(account_id, None, payments=payments, entries=entries, payouts=payouts))
        return found

    def differences(self) -> list[Difference]:
        return [found for books in (self.books(), *self.own_books()) for found in check_account(books)]

    def _assume_item(self, change: ItemChange) -> None:
        _assume(self.items.get(change.number) == change.before, f"open item {change.number}")
        if change.document is not None:
            known = self.documents.get(change.number)
            _assume((known and known.rev) == change.document_rev, f"document {change.number}")

    def _move_credit(self, change: CreditChange) -> None:
        if change.before:
            del self.credits[change.before.id]
        if change.after:
            self.credits[change.after.id] = change.after

    def _move(self, change: ItemChange) -> None:
        if change.document is not None:
            rev = 0 if change.document_rev is None else change.document_rev + 1
            self.documents[change.number] = replace(change.document, rev=rev)
        if change.before is not None:
            del self.items[change.number]
        if change.after is not None:
            assert change.before is None or change.after.rev > change.before.rev
            self.items[change.number] = change.after
        if closing := change.closing:
            known = self.documents[change.number]
            self.documents[change.number] = replace(
                known,
                status=closing.status,
                closed_at=closing.at,
                moves=closing.moves,
                accrued=closing.accrued,
                schedule=closing.schedule,
                written_off=known.written_off + closing.written_off,
                item_rev=closing.rev,
                rev=known.rev + 1,
            )


def _assume(so: bool, what: str) -> None:
    if not so:
        raise Stale(what)
