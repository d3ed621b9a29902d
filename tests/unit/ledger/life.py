"""A random life of an account: everything that may happen to it, in any order of dates, drawn from a seed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from typing import TypeVar

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import Money
from receivables.ledger import (
    Entry,
    EntryKind,
    Invoice,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    OpenItem,
    Payment,
    Posting,
)
from receivables.ledger.adjusting import claim_charge, grant_short_payment, waive, write_off
from receivables.ledger.issuing import open_item
from receivables.ledger.returning import (
    chargeback,
    pay_refund,
    refund,
    refund_credit,
    reverse_chargeback,
    transfer,
)
from receivables.ledger.reversing import receivables_of, reverse_entry
from receivables.terms import Conditions, Discount, Instalment
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from tests.unit.ledger.books import BERLIN, START, Books

T = TypeVar("T")


class Life:
    """What happens to one account. `refused` counts what could not be done as things stood: nothing was written then."""

    def __init__(self, seed: int, books: Books | None = None) -> None:
        self.random = Random(seed)
        self.books = books or Books()
        self.done = self.refused = 0
        self.count = 0
        self.undone: set[str] = set()
        self.withdrawn: set[str] = set()

    def live(self, facts: int, check: Callable[[Books], None] | None = None) -> None:
        """So many facts are tried, one after the other."""
        happens = self.happens()
        weights = [weight for weight, _ in happens]
        for _ in range(facts):
            ((_, what),) = self.random.choices(happens, weights)
            before = len(self.books.entries)
            try:
                what()
                self.done += len(self.books.entries) > before
            except (Conflict, InvalidInput):
                self.refused += 1
                assert len(self.books.entries) == before
            if check:
                check(self.books)

    def happens(self) -> list[tuple[int, Callable[[], object]]]:
        """What may happen, and how often."""
        return [
            (20, self.invoice),
            (8, self.charge),
            (30, self.payment),
            (8, self.credit_note),
            (14, self.books.use_credit),
            (6, self.refund),
            (3, self.promised_refund),
            (2, self.refund_credit),
            (4, self.chargeback),
            (3, self.chargeback_reversal),
            (4, self.transfer),
            (3, self.write_off),
            (5, self.waive),
            (2, self.claim),
            (2, self.grant),
            (6, self.reverse),
        ]

    def key(self, prefix: str) -> str:
        self.count += 1
        return f"{prefix}-{self.count}"

    def day(self) -> date:
        return START.date() + timedelta(days=self.random.randrange(-60, 120))

    def instant(self) -> datetime:
        return datetime.combine(self.day(), time(self.random.randrange(24)), UTC)

    def euros(self, most: int = 20_000) -> Money:
        return self.books.money(self.random.randrange(1, most))

    def conditions(self, amount: Money, due: date) -> Conditions:
        """Any: instalments, discounts, charges, tolerance."""
        random = self.random
        parts = amount.allocate([random.randrange(1, 5) for _ in range(random.randrange(2, 5))])
        instalments = tuple(
            Instalment(due - timedelta(days=20 * (len(parts) - place - 1)), part)
            for place, part in enumerate(parts)
        )
        taken = self.books.money(amount.minor * random.randrange(1, 5) // 100)
        tax = self.books.money(taken.minor * 19 // 119)
        until = due - timedelta(days=random.randrange(10, 25))
        offer = Discount(
            until, until + timedelta(days=2), taken, tax, random.choice([0, 5]), random.random() < 0.3
        )
        return Conditions(
            instalments if random.random() < 0.3 else (),
            (offer,) if taken and random.random() < 0.4 else (),
            charged=random.random() < 0.4,
            charges=random.choice(list(ChargesOrder)),
            credit_notes=random.choice(list(CreditNoteOrder)),
            rounding=random.choice([0, 0, 2]),
        )

    # what happens

    def invoice(self) -> None:
        amount, issue = self.euros(), self.day()
        due = issue + timedelta(days=self.random.choice([30, 60, 90]))
        conditions = self.conditions(amount, due)
        if conditions.instalments:
            issue = min(issue, conditions.instalments[0].due_date)
        tax = self.books.money(amount.minor * 19 // 119) if self.random.random() < 0.5 else None
        self.books.issue(
            Invoice(
                self.key("INV"),
                self.books.account_id,
                amount,
                issue,
                due,
                START,
                tax=tax,
                conditions=conditions,
            )
        )

    def charge(self) -> None:
        """A late charge, as `charges` would post it."""
        invoices = [number for number, document in self.books.documents.items() if not document.concerns]
        if not invoices:
            return
        kind = self.random.choice([ItemKind.FEE, ItemKind.INTEREST])
        number, amount, on = self.key("LC"), self.euros(500), self.day()
        concerns = self.random.choice(invoices)
        document = Invoice(
            number, self.books.account_id, amount, on, on, self.books.now, kind=kind, concerns=concerns
        )
        item = open_item(document)
        claimed = self.random.random() < 0.7
        income = LedgerName.FEES if kind is ItemKind.FEE else LedgerName.INTEREST_INCOME
        entry = self.books.deed(number, datetime.combine(on, time(), UTC)).entry(
            self.books.account_id,
            EntryKind(kind.value),
            amount,
            (Leg(LedgerName.RECEIVABLE, amount.minor, number), Leg(income, -amount.minor)),
            invoice=concerns,
        )
        change = ItemChange(number, None, _claimed(item, claimed), document=document)
        self.books.post(Posting(self.books.account_id, (entry,), (change,)))

    def payment(self) -> None:
        named = self.random.sample(sorted(self.books.documents), min(len(self.books.documents), 3))
        named = named[: self.random.choice([0, 1, 1, 1, 2, 3])]
        at = self.instant()
        self.books.pay(self.fresh(self._amount(named), at), *named)

    def fresh(self, amount: Money, at: datetime) -> Payment:
        """A payment, every other one with a processor."""
        key = self.key("pay")
        held_by = "stripe/main" if self.count % 2 else None
        return Payment(key, amount, at, self.books.now, None, "test", held_by=held_by)

    def _amount(self, named: list[str]) -> Money:
        """Often exactly what is open, or that without a discount, or a little beside it."""
        item = self.books.items.get(named[0]) if named else None
        if item is None or not item.balance or self.random.random() < 0.3:
            return self.euros()
        off = [0, 0, 1, -1, 200]
        off += [-offer.amount.minor for offer in item.conditions.discounts] * 3
        return self.books.money(max(1, item.balance.minor + self.random.choice(off)))

    def credit_note(self) -> None:
        number = self._any(sorted(self.books.documents))
        self.books.credit(number, self.key("CN"), self.euros(8_000).minor, self.instant())

    def refund(self) -> None:
        key = self._any(sorted(self.books.payments))
        amount = self.euros(5_000) if self.random.random() < 0.5 else None
        self.books.post(
            refund(
                self.books.payments[key],
                self.books.holdings(),
                self.books.credits.values(),
                self.books.deed(self.key("ref"), self.instant()),
                amount=amount,
                paid=self.random.random() < 0.5,
            )
        )

    def promised_refund(self) -> None:
        promised = [
            e
            for e in self.books.entries
            if e.kind is EntryKind.REFUND
            and e.moved(LedgerName.REFUNDS_PAYABLE)
            and e.id not in self.withdrawn
        ]
        entry = self._any(promised)
        payment = self.books.payments[entry.payment].payment if entry.payment else None
        self.books.post(pay_refund(entry, self.books.deed(self.key("out"), self.instant()), payment))

    def refund_credit(self) -> None:
        credit = self._any(list(self.books.credits.values()))
        self.books.post(refund_credit(self.books.account_id, credit, self.books.deed(self.key("rc"))))

    def chargeback(self) -> None:
        key = self._any(sorted(self.books.payments))
        deed = self.books.deed(self.key("cb"), self.instant())
        record = self.books.payments[key]
        self.books.post(chargeback(record, self.books.holdings(), self.books.credits.values(), deed))

    def chargeback_reversal(self) -> None:
        taken = self._any([e for e in self.books.entries if e.kind is EntryKind.CHARGEBACK])
        record = self.books.payments[taken.payment or ""]
        deed = self.books.deed(self.key("cbr"), self.instant())
        self.books.post(reverse_chargeback(record, taken, self.books.holdings(), deed, tz=BERLIN))

    def transfer(self) -> None:
        record = self._any([record for record in self.books.payments.values() if record.allocated])
        source = self.random.choice(record.allocated).item
        target = self._any([number for number in self.books.balances() if number != source])
        self.books.post(
            transfer(
                record,
                self.books.held(source),
                self.books.held(target),
                self.books.deed(self.key("tr")),
                tz=BERLIN,
            )
        )

    def write_off(self) -> None:
        number = self._any(sorted(self.books.balances()))
        part = self.euros(self.books.balance(number) + 1) if self.random.random() < 0.3 else None
        deed = self.books.deed(self.key("wo"), self.instant())
        self.books.post(write_off(self.books.held(number), deed, amount=part))

    def waive(self) -> None:
        number = self._any([n for n, document in self.books.documents.items() if document.concerns])
        part = self.euros(600) if self.random.random() < 0.4 else None
        deed = self.books.deed(self.key("wv"), self.instant())
        self.books.post(waive(self.books.held(number), deed, amount=part))

    def claim(self) -> None:
        item = self._any([item for item in self.books.items.values() if not item.claimed])
        self.books.post(claim_charge(self.books.account_id, item, self.books.deed(self.key("cl"))))

    def grant(self) -> None:
        item = self._any([item for item in self.books.items.values() if item.short])
        record = self.books.payments[item.short.payment] if item.short else None
        deed = self.books.deed(self.key("gr"))
        self.books.post(grant_short_payment(self.books.held(item.number), deed, record=record))

    def reverse(self) -> None:
        entry: Entry = self._any([e for e in self.books.entries if e.id not in self.undone])
        record = self.books.payments.get(entry.payment or "")
        posting = reverse_entry(
            entry,
            self.books.holdings(sorted(receivables_of(entry, record)) or None),
            self.books.credits.values(),
            self.books.deed(self.key("rev")),
            record=record,
            tz=BERLIN,
        )
        self.undone.add(entry.id)
        self.books.post(posting)

    def _any(self, there: list[T]) -> T:
        if not there:
            raise Conflict("there is none")
        return self.random.choice(there)


def _claimed(item: OpenItem, claimed: bool) -> OpenItem:
    return replace(item, claimed=claimed)
