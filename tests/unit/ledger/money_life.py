"""A life of an account in which money also comes of nobody knows whom, goes back out of suspense, comes back, and is paid out by its
processor."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from receivables.core.errors import InvalidInput
from receivables.core.ids import derived_id
from receivables.ledger import EntryKind, LedgerName, PaymentRecord, Payout, PayoutState
from receivables.ledger.allocation import Named
from receivables.ledger.payouts import arrive, pay_out, pay_out_failed
from receivables.ledger.receiving import place, to_suspense
from receivables.ledger.returning import return_refund, take_back
from receivables.ledger.suspense import return_suspense, unplace
from tests.unit.ledger.books import BERLIN
from tests.unit.ledger.life import Life


class MoneyLife(Life):
    """A life with suspense and clearing."""

    def happens(self) -> list[tuple[int, Callable[[], object]]]:
        return [
            *super().happens(),
            (12, self.suspended),
            (8, self.placed),
            (6, self.given_back),
            (5, self.unplaced),
            (6, self.refund_returned),
            (4, self.taken_back),
            (5, self.paid_out),
            (2, self.not_paid_out),
            (4, self.arrived),
        ]

    def suspended(self) -> None:
        self.books.post(to_suspense(self.fresh(self.euros(), self.instant()), self.books.now))

    def placed(self) -> None:
        record = self._any(self._waiting())
        documents = sorted(self.books.documents)
        named = [Named(number) for number in self.random.sample(documents, min(len(documents), 2))]
        closed = [self.books.documents[n.number] for n in named if n.number not in self.books.items]
        self.books.post(
            place(
                record,
                self.books.account_id,
                self.books.items.values(),
                self.books.deed(self.key("place")),
                named=named,
                settlement=self.books.settlement,
                tz=BERLIN,
                written_off=closed,
            )
        )

    def given_back(self) -> None:
        record = self._any(self._waiting())
        kind = self.random.choice([EntryKind.REFUND, EntryKind.CHARGEBACK])
        amount = self.euros(record.waiting.minor + 1) if self.random.random() < 0.7 else None
        deed = self.books.deed(self.key("back"), self.instant())
        self.books.post(return_suspense(record, deed, amount=amount, kind=kind))

    def unplaced(self) -> None:
        """Everything that happens of it later is another placement: the credits of the first are gone."""
        on_account = [r for r in self.books.payments.values() if r.account_id == self.books.account_id]
        deed = self.books.deed(self.key("un"))
        record = self._any(on_account)
        self.books.post(unplace(record, self.books.holdings(), self.books.credits.values(), deed))

    def refund_returned(self) -> None:
        gone = self._any([e for e in self.books.entries if e.kind is EntryKind.REFUND and e.payment])
        if any(e.reverses == gone.id for e in self.books.entries):
            raise InvalidInput("gone", "came back before: the key of the deed is taken")
        sent = derived_id("ent", EntryKind.REFUND_PAID.value, gone.id)
        promised = gone.moved(LedgerName.REFUNDS_PAYABLE) and sent not in {e.id for e in self.books.entries}
        posting = return_refund(
            self.books.payments[gone.payment or ""],
            gone,
            self.books.holdings(),
            self.books.deed(self.key("rr"), self.instant()),
            tz=BERLIN,
            paid=not promised,
        )
        self.books.post(posting)
        self.withdrawn.add(gone.id)

    def taken_back(self) -> None:
        on_account = [r for r in self.books.payments.values() if r.account_id == self.books.account_id]
        deed = self.books.deed(self.key("late"), self.instant())
        self.books.post(
            take_back(self._any(on_account), self.books.holdings(), self.books.credits.values(), deed)
        )

    def paid_out(self) -> None:
        key = f"stripe/main/{self.key('po')}"
        at = self.instant()
        fee = self.books.money(self.random.choice([0, 35]))
        payout = Payout(key, "stripe/main", self.euros(), fee, at, at.date() + timedelta(days=2))
        self.books.post(pay_out(payout, self.books.deed(key, at)))

    def not_paid_out(self) -> None:
        payout = self._any([p for p in self.books.payouts.values() if p.state is PayoutState.SENT])
        self.books.post(pay_out_failed(payout, self.books.deed(self.key("pf"), self.instant())))

    def arrived(self) -> None:
        """As the bank's line says, which came as a payment of nobody knows whom."""
        payout = self._any([p for p in self.books.payouts.values() if p.state is PayoutState.SENT])
        line = replace(self.fresh(payout.amount, self.instant()), held_by=None)
        self.books.post(to_suspense(line, self.books.now))
        self.books.post(arrive(payout, self.books.payments[line.key], self.books.deed(self.key("arr"))))

    def _waiting(self) -> list[PaymentRecord]:
        return [record for record in self.books.payments.values() if record.waiting]
