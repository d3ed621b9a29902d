"""A long random life of an account, lived in memory and in the tables: both say the same of everything, always."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, TypeVar, cast
from zoneinfo import ZoneInfo

import pytest

from receivables.adapters.dynamodb.books import DynamoBooks
from receivables.arrangements import Extension, Hold, InterestFrom, Promise, PromiseState
from receivables.core.errors import NotFound, ReceivablesError
from receivables.ledger import (
    EntryKind,
    Known,
    LedgerStore,
    OpenItem,
    OpenReceivable,
    Payment,
    PaymentRecord,
    PaymentState,
    PaymentStub,
    Payout,
    PayoutState,
    PayoutStore,
    Posting,
    PostOutcome,
)
from receivables.ledger.adjusting import extend, hold_item, waive, write_off
from receivables.ledger.allocation import Named
from receivables.ledger.checks import check_account
from receivables.ledger.crediting import apply_credit, credit_note
from receivables.ledger.deeds import Deed, Holdings
from receivables.ledger.issuing import issue_invoice
from receivables.ledger.knowing import note, note_stub
from receivables.ledger.payouts import arrive, pay_out, pay_out_failed
from receivables.ledger.receiving import place, receive, to_suspense
from receivables.ledger.returning import chargeback, refund
from receivables.ledger.reversing import receivables_of, reverse_entry
from receivables.ledger.suspense import return_suspense
from receivables.terms import Conditions, Instalment, Settlement
from tests.builders import NOW, day, eur, invoice
from tests.contract.conftest import Stores, in_memory, in_tables
from tests.contract.postings import ACCOUNT, arranging, charging, promise

pytestmark = pytest.mark.engine

T = TypeVar("T")

STEPS: Final = 120
BERLIN: Final = ZoneInfo("Europe/Berlin")


class Life:
    """What may happen next, by chance; what it is worked out from is read from one of the stores."""

    def __init__(self, seed: int, ledger: LedgerStore) -> None:
        self.random, self.ledger = Random(seed), ledger
        self.now = NOW
        self.count = 0
        self.payments: list[str] = []
        self.numbers: list[str] = []
        self.said: list[str] = []
        self.stubs: list[str] = []

    def next(self) -> Posting | None:
        """The next posting; None: what chance wanted is not possible."""
        self.count += 1
        self.now += timedelta(hours=self.random.randrange(1, 30))
        acts: list[Callable[[], Posting | None]] = [
            self.pay, self.pay, self.pay, self.suspend, self.credit, self.apply, self.back, self.back,
            self.write_off, self.waive, self.charge, self.pause, self.extend, self.promise, self.reverse,
            self.hear, self.hear, self.give_back, self.pay_out, self.tie,
        ]  # fmt: skip
        try:
            return self.random.choice(acts)()
        except ReceivablesError:
            return None

    def one_of(self, these: Sequence[T]) -> T:
        if not these:
            raise NotFound("choice", "there is none")
        return self.random.choice(these)

    def issue(self) -> Posting:
        number, minor = f"INV-{len(self.numbers):03}", self.random.randrange(1_000, 90_000)
        half = minor // 2
        parts = (Instalment(day(30), eur(half)), Instalment(day(60), eur(minor - half)))
        conditions = Conditions(
            parts if self.random.random() < 0.3 else (), rounding=self.random.choice([0, 5])
        )
        self.numbers.append(number)
        known = {"issued_at": self.now, "terms_id": "net-30", "terms_version": 1, "conditions": conditions}
        due = {"due_date": day(60)} if conditions.instalments else {}
        return issue_invoice(invoice(number, ACCOUNT, minor, **known, **due), "test")

    def deed(self, what: str) -> Deed:
        late = timedelta(days=self.random.randrange(5))
        return Deed(f"{what}-{self.count}", "test", self.now - late, self.now, "by chance")

    def payment(self) -> Payment:
        key = f"stripe/main/pi_{self.count}"
        self.payments.append(key)
        minor, at = self.random.randrange(1, 60_000), self.now - timedelta(days=self.random.randrange(9))
        held_by = "stripe/main" if self.count % 3 else None
        return Payment(key, eur(minor), at, self.now, None, key, held_by=held_by)

    def items(self) -> tuple[OpenItem, ...]:
        found = self.ledger.working_set(ACCOUNT)
        return found.items if found else ()

    def held(self, *numbers: str) -> Holdings:
        return {number: self.ledger.invoice(number) for number in numbers}

    def pay(self) -> Posting:
        named = (Named(self.one_of(self.items()).number),) if self.items() and self.count % 2 else ()
        return receive(self.payment(), ACCOUNT, self.items(), named=named, settlement=Settlement(), tz=BERLIN)

    def suspend(self) -> Posting:
        waiting = [p for p in self.payments if self.known(p) is PaymentState.SUSPENSE]
        if not waiting:
            return to_suspense(self.payment())
        record = self.ledger.payment(waiting[0])
        return place(record, ACCOUNT, self.items(), self.deed("placed"), settlement=Settlement(), tz=BERLIN)

    def known(self, key: str) -> PaymentState | None:
        try:
            return self.ledger.payment(key).state
        except ReceivablesError:
            return None

    def hear(self) -> Posting:
        """More of a payment that has come, or of one that never will."""
        heard = Known(self.random.choice(["refund_failed", "payment_failed"]), self.now, f"re_{self.count}")
        key = self.one_of([*self.payments, *self.stubs, f"stripe/main/no_{self.count}"])
        known = self.ledger.known_payment(key)
        if isinstance(known, PaymentRecord):
            return note(known, known=(*known.known, heard))
        if known is None:
            self.stubs.append(key)
            return note_stub(None, PaymentStub(key, (heard,)))
        return note_stub(known, replace(known, known=(*known.known, heard)))

    def give_back(self) -> Posting:
        waiting = [p for p in self.payments if self.known(p) is PaymentState.SUSPENSE]
        record = self.ledger.payment(self.one_of(waiting))
        part = eur(self.random.randrange(1, record.waiting.minor + 1))
        return return_suspense(record, self.deed("given"), amount=part)

    def pay_out(self) -> Posting:
        sent = Payout(f"stripe/main/po_{self.count}", "stripe/main", eur(500), eur(7), self.now)
        return pay_out(sent, self.deed("sent"))

    def tie(self) -> Posting:
        store = cast("PayoutStore", self.ledger)
        there = self.one_of(store.payouts_of(eur(500)))
        if self.random.random() < 0.3:
            return pay_out_failed(there, self.deed("failed"))
        line = [r for r in self.ledger.suspense(99).items if r.waiting == eur(500) and not r.returned]
        if line:
            return arrive(there, line[0], self.deed("tied"))
        self.payments.append(f"bank/main/{self.count}")
        return to_suspense(Payment(self.payments[-1], eur(500), self.now, self.now, None, "bank/main"))

    def credit(self) -> Posting:
        number = self.one_of(self.numbers)
        deed = self.deed("CN")
        note = credit_note(self.held(number)[number], deed, amount=eur(self.random.randrange(1, 9_000)))
        return replace(note, key=f"credit_note/{deed.key}")

    def apply(self) -> Posting | None:
        found = self.ledger.working_set(ACCOUNT)
        if found is None or not found.credits:
            return None
        credit = self.one_of(found.credits)
        record = self.ledger.payment(credit.key) if credit.source == "payment" else None
        return apply_credit(
            ACCOUNT,
            credit,
            found.items,
            self.deed("apply"),
            settlement=Settlement(),
            tz=BERLIN,
            record=record,
        )

    def back(self) -> Posting:
        record = self.ledger.payment(self.one_of(self.payments))
        holdings = self.held(*(part.item for part in record.allocated), *self.recovered(record.payment.key))
        found = self.ledger.working_set(ACCOUNT)
        credits_ = found.credits if found else ()
        take = self.random.choice([refund, chargeback])
        return take(record, holdings, credits_, self.deed("back"))

    def recovered(self, key: str) -> set[str]:
        entries = (entry for entry in self.ledger.entries(ACCOUNT) if entry.payment == key)
        return {leg.item for entry in entries for leg in entry.legs if leg.item in self.numbers}

    def write_off(self) -> Posting:
        number = self.one_of(self.numbers)
        return write_off(self.held(number)[number], self.deed("bad"))

    def waive(self) -> Posting:
        charges = [item.number for item in self.items() if item.is_charge]
        number = self.random.choice(charges or self.numbers)
        return waive(self.held(number)[number], self.deed("waive"))

    def charge(self) -> Posting:
        number = f"LC-{self.count}"
        posting = charging(number, self.one_of(self.numbers), claimed=self.random.random() < 0.5)
        booked = replace(posting.entries[0], recorded_at=self.now)
        return replace(posting, entries=(booked,))

    def pause(self) -> Posting:
        item = self.one_of(self.items())
        hold = None if item.hold else Hold("rest", "ada", self.now, self.now + timedelta(days=9))
        return hold_item(ACCOUNT, item, hold, self.deed("hold"))

    def extend(self) -> Posting:
        item = self.one_of(self.items())
        more = Extension(day(400), InterestFrom.NEW_DUE_DATE, "flood", "ada", self.now)
        return extend(ACCOUNT, item, None if item.extension else more, self.deed("extend"))

    def promise(self) -> Posting:
        active = [each for each in self.said if self.ledger.arrangement(each).active]
        if active:
            before = self.ledger.arrangement(active[0])
            assert isinstance(before, Promise)
            return arranging(
                replace(before, state=PromiseState.BROKEN, ended_at=self.now), before=before, broken=1
            )
        self.said.append(f"prm_{self.count:04}")
        return arranging(promise(self.said[-1], made_at=self.now))

    def reverse(self) -> Posting:
        entries = [entry for entry in self.ledger.entries(ACCOUNT) if entry.kind is not EntryKind.INVOICE]
        entry = self.one_of(entries[-20:])
        record = self.ledger.payment(entry.payment) if entry.payment else None
        found = self.ledger.working_set(ACCOUNT)
        holdings = self.held(*receivables_of(entry, record))
        undone = reverse_entry(
            entry, holdings, found.credits if found else (), self.deed("undo"), record=record, tz=BERLIN
        )
        return replace(undone, key=f"reversal/{entry.id}")


def what_comes(life: Life) -> Iterator[Posting]:
    """Invoices, and what happens to them. From time to time something comes again, or so late that the working it
    was worked out from is no longer as it was."""
    past, late = list[Posting](), list[Posting]()
    for step in range(STEPS):
        if step % 4 == 0:
            yield life.issue()
        posting = life.next()
        if posting is not None and step % 5 == 0:
            late.append(posting)
        elif posting is not None:
            past.append(posting)
            yield posting
        if step % 10 == 9:
            yield from late
            late = []
            yield life.random.choice(past)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_memory_and_tables_tell_the_same_life(dynamodb: Any, tables: dict[str, str], seed: int) -> None:
    memory, stored = in_memory(), in_tables(dynamodb, tables)
    life, outcomes = Life(seed, memory.ledger), list[PostOutcome]()
    for posting in what_comes(life):
        if posting.entries and posting.entries[0].kind is EntryKind.INVOICE:
            assert memory.ledger.issue(posting) == stored.ledger.issue(posting)
            continue
        outcomes.append(memory.ledger.post(posting))
        assert stored.ledger.post(posting) is outcomes[-1], posting
    assert outcomes.count(PostOutcome.POSTED) > STEPS / 3
    assert set(outcomes) == set(PostOutcome)
    assert told(stored, life) == told(memory, life)
    books = DynamoBooks(dynamodb, tables["RECEIVABLES_TABLE"]).read(ACCOUNT)
    assert books is not None
    records = tuple(life.ledger.payment(key) for key in life.payments if life.known(key))
    mine = tuple(record for record in records if record.account_id == ACCOUNT)
    assert check_account(replace(books, payments=mine)) == []
    for own in ("suspense.EUR", "clearing.EUR"):
        kept = DynamoBooks(dynamodb, tables["RECEIVABLES_TABLE"]).read(own)
        assert kept is not None
        assert check_account(kept) == []


def everything_open(ledger: LedgerStore) -> list[OpenReceivable]:
    page = ledger.open_receivables()
    found = list(page.items)
    while page.position is not None:
        page = ledger.open_receivables(page.position)
        found += page.items
    return found


def told(stores: Stores, life: Life) -> list[object]:
    """Everything that a store tells of the life."""
    ledger = stores.ledger
    return [
        ledger.working_set(ACCOUNT),
        [ledger.invoice(number) for number in life.numbers],
        [ledger.pointer(number) for number in life.numbers],
        list(ledger.entries(ACCOUNT)),
        list(ledger.entries("suspense.EUR")),
        list(ledger.entries("clearing.EUR")),
        [ledger.known_payment(key) for key in life.stubs],
        ledger.suspense(5_000).items,
        ledger.orphans(life.now, 5_000).items,
        [cast("PayoutStore", ledger).payouts(state, 5_000).items for state in PayoutState],
        sorted(everything_open(ledger), key=lambda each: each.number),
        ledger.timeline(ACCOUNT, 5_000).items,
        ledger.invoices(ACCOUNT, 5_000).items,
        ledger.arrangements(ACCOUNT, 5_000).items,
        [ledger.payment(key) for key in life.payments if life.known(key)],
        sorted(item.number for _, item in ledger.unclaimed_charges(5_000).items),
        list(stores.agenda.due(datetime(2030, 1, 1, tzinfo=UTC))),
    ]
