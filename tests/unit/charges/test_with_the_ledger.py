"""Late charges in the life of an account: whatever happens to it, upkeep charges, corrects and ends, and the books agree."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from receivables.charges import RuleBook, charges_due, charges_to_read, post_charges
from receivables.core.amounts import Amounts
from receivables.ledger import Invoice, WorkingSet
from receivables.terms import LateCharges, Terms
from receivables.terms.late_charges import (
    Accrual,
    Claiming,
    Compounding,
    FeeRule,
    FixedRate,
    Inclusion,
    InterestRule,
    Per,
    Rate,
    ReferenceRate,
)
from tests.unit.charges.scenes import TABLES, eur
from tests.unit.ledger.books import BERLIN, START, Books
from tests.unit.ledger.life import Life


class ChargedLife(Life):
    """A life in which every invoice bears charges, and upkeep works them out now and then."""

    def __init__(self, seed: int) -> None:
        super().__init__(seed)
        terms = Terms("t", 1, "t", date(1970, 1, 1), late_charges=self.rules())
        self.book = RuleBook({"t/1": terms}, TABLES, BERLIN)

    def rules(self) -> LateCharges:
        random = self.random
        fees = random.choice(
            [
                (),
                (FeeRule("fee", flat=Amounts.of(eur(400))),),
                (FeeRule("fee", percent=Decimal(2), per=Per.ACCOUNT),),
                (FeeRule("fee", percent=Decimal(3), minimum=Amounts.of(eur(50))),),
            ]
        )
        rates: tuple[Rate, ...] = (FixedRate(Decimal(12)), ReferenceRate("ecb-mro", Decimal(8)))
        interest = InterestRule(
            "interest",
            random.choice(rates),
            compounding=random.choice(list(Compounding)),
            inclusion=random.choice(list(Inclusion)),
            accrual=random.choice([Accrual.MONTHLY, Accrual.AT_PAYMENT]),
            minimum=random.choice([Amounts(), Amounts.of(eur(100))]),
            cap_per_invoice=random.choice([Amounts(), Amounts.of(eur(500))]),
        )
        claiming = random.choice(list(Claiming))
        return LateCharges(fees, interest, grace_days=random.choice([0, 5]), claiming=claiming)

    def invoice(self) -> None:
        amount, issue = self.euros(), self.day()
        due = issue + timedelta(days=self.random.choice([10, 30]))
        conditions = replace(self.conditions(amount, due), charged=True)
        if conditions.instalments:
            issue = min(issue, conditions.instalments[0].due_date)
        number, account_id = self.key("INV"), self.books.account_id
        document = Invoice(number, account_id, amount, issue, due, START, conditions=conditions)
        self.books.issue(replace(document, terms_id="t", terms_version=1))

    def charge(self) -> None:
        """Upkeep, days later."""
        books = self.books
        books.now += timedelta(days=self.random.randrange(25))
        for _ in range(60):
            working_set = WorkingSet(books.account, tuple(books.items.values()))
            read = {number: books.documents[number] for number in charges_to_read(working_set, self.book)}
            due = charges_due(working_set, self.book, books.now, frozenset(), read)
            if not due:
                return
            for posting in post_charges(working_set, due, books.documents, books.now):
                books.post(posting)
        raise AssertionError("charges never end")


@pytest.mark.parametrize("seed", range(12))
def test_charges_and_all_else_leave_books_in_which_everything_agrees(seed: int) -> None:
    def check(books: Books) -> None:
        assert books.differences() == []

    ChargedLife(seed).live(100, check)
