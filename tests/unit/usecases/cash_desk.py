"""Cash application over in-memory stores: customers with invoices, money in suspense, and those who deal with it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from receivables.core.configuration import CashRules, Company
from receivables.core.money import Money
from receivables.ledger import OpenItem, Payment, PaymentRecord, Posting, PostOutcome
from receivables.ledger.checks import check_account
from receivables.ledger.payments import Remittance
from receivables.ledger.receiving import to_suspense
from receivables.matching.ports import Proposal
from receivables.usecases.applicable import applicable_terms
from receivables.usecases.match_payments import Matched, MatchPayments
from receivables.usecases.payouts import BookPayout
from receivables.usecases.place_match import PlaceMatch
from receivables.usecases.proposals import Proposals
from receivables.usecases.record_payment import PlacePayment
from receivables.usecases.settling import Settling
from tests.builders import NOW, customer, invoice, issued
from tests.fakes.checking import InMemoryBooks
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryVersions
from tests.fakes.matching import InMemoryHabits, InMemoryMatchLog, InMemoryNames, InMemoryProposals
from tests.fakes.stores import MemoryStores
from tests.fakes.stores_ledger import MemoryLedger

IBAN = "DE89370400440532013000"
OTHER_IBAN = "DE02120300000000202051"


class BusyLedger(MemoryLedger):
    """Somebody else may do something between the reading and the next writing."""

    _meanwhile: Callable[[], object] | None = None

    def meanwhile(self, do: Callable[[], object]) -> None:
        self._meanwhile = do

    def post(self, posting: Posting, *, inbox_id: str | None = None) -> PostOutcome:
        do, self._meanwhile = self._meanwhile, None
        if do is not None:
            do()
        return super().post(posting, inbox_id=inbox_id)


class CashDesk:
    """C-1 (Müller Logistik GmbH) owes INV-2026-0001 of 100.00 and INV-2026-0002 of 50.00, C-2 (Bauer Optik AG) INV-2026-0003 of 80.00."""

    def __init__(self, auto_apply: int = 90) -> None:
        self.customers = InMemoryCustomers(
            customer("C-1", name="Müller Logistik GmbH"), customer("C-2", name="Bauer Optik AG")
        )
        self.stores = MemoryStores(self.customers)
        self.ledger = BusyLedger(self.stores.shelf)
        issued(
            self.ledger,
            invoice("INV-2026-0001", minor=10_000),
            invoice("INV-2026-0002", minor=5_000),
            invoice("INV-2026-0003", "C-2.EUR", 8_000),
        )
        company = InMemoryCompany(Company(cash=CashRules(auto_apply)))
        settling = Settling(self.customers, applicable_terms(InMemoryVersions(), company, lambda: 0.0))
        self.proposals, self.habits = InMemoryProposals(), InMemoryHabits()
        self.log = InMemoryMatchLog()
        placing = PlaceMatch(self.ledger, settling)
        self.matching = MatchPayments(
            self.ledger,
            placing,
            self.proposals,
            self.habits,
            InMemoryNames(self.customers),
            company,
            self.ledger,
            BookPayout(self.ledger),
            self.log,
        )
        self.person = Proposals(
            self.ledger, placing, PlacePayment(self.ledger, settling), self.proposals, self.habits
        )

    def comes(
        self,
        minor: int,
        *texts: str,
        key: str = "bank/main/1",
        name: str | None = None,
        iban: str | None = IBAN,
        structured: str | None = None,
        charges: int = 0,
        currency: str = "EUR",
        at: datetime = NOW,
    ) -> str:
        """A line of the bank, in suspense. Its key."""
        told = Remittance(texts, structured, name=name, account=iban, charges=charges)
        money = Payment(key, Money(minor, currency), at, at, None, key, name, remittance=told)
        assert self.ledger.post(to_suspense(money)) is PostOutcome.POSTED
        return key

    def run(self) -> Matched:
        return self.matching.run(NOW)

    def payment(self, key: str = "bank/main/1") -> PaymentRecord:
        return self.ledger.payment(key)

    def proposal(self, key: str = "bank/main/1") -> Proposal:
        found = self.proposals.get(key)
        assert found is not None
        return found

    def item(self, number: str) -> OpenItem | None:
        return self.ledger.invoice(number)[1]

    def check(self) -> None:
        """Every balance is the sum of its entries."""
        books = InMemoryBooks(self.stores.shelf)
        accounts = {*self.stores.shelf.accounts, *self.stores.shelf.timeline}
        assert [each for account in accounts for each in check_account(books.books(account))] == []
