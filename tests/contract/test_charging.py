"""Late charges on every implementation of the stores: posted, paid, corrected, waived; and the books are right throughout."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import permutations
from zoneinfo import ZoneInfo

from receivables.charges import RuleBook, charges_due, charges_to_read, post_charges
from receivables.core.amounts import Amounts
from receivables.ledger import Invoice, InvoiceStatus, LedgerStore, Payment, Posting, PostOutcome, WorkingSet
from receivables.ledger.adjusting import waive
from receivables.ledger.checks import AccountBooks, check_account
from receivables.ledger.deeds import Deed
from receivables.ledger.receiving import receive
from receivables.terms import PLAIN, LateCharges, Settlement, Terms
from receivables.terms.late_charges import Accrual, FeeRule, FixedRate, InterestRule
from tests.builders import customer, eur, invoice, issued
from tests.contract.conftest import Stores, in_memory

ACCOUNT = "C-1.EUR"
BERLIN = ZoneInfo("Europe/Berlin")
RULES = LateCharges(
    fees=(FeeRule("fee", flat=Amounts.of(eur(4_000))),),
    interest=InterestRule("interest", FixedRate(Decimal("3.65")), accrual=Accrual.MONTHLY),
)
TERMS = Terms("net-30", 1, "Net 30", date(1970, 1, 1), late_charges=RULES)
BOOK = RuleBook({"net-30/1": TERMS}, {}, BERLIN)


def at(day: str) -> datetime:
    return datetime.fromisoformat(f"{day}T12:00:00").replace(tzinfo=UTC)


def owing(stores: Stores) -> None:
    """10,000.00 since the end of January: a day costs 1.00."""
    stores.customers.create(customer(rev=0))
    issued(
        stores.ledger,
        invoice(
            minor=1_000_000,
            issue_date=date(2025, 1, 1),
            due_date=date(2025, 1, 31),
            issued_at=at("2025-01-01"),
            terms_id="net-30",
            terms_version=1,
            conditions=replace(PLAIN, charged=True),
        ),
    )


def books(ledger: LedgerStore) -> WorkingSet:
    found = ledger.working_set(ACCOUNT)
    assert found is not None
    return found


def work(ledger: LedgerStore, day: str) -> list[Posting]:
    """As upkeep does: until nothing is due."""
    posted: list[Posting] = []
    for _ in range(10):
        working_set = books(ledger)
        read = {number: ledger.invoice(number)[0] for number in charges_to_read(working_set, BOOK)}
        due = charges_due(working_set, BOOK, at(day), charges=read)
        documents = {number: ledger.invoice(number)[0] for number in due.documents}
        postings = post_charges(working_set, due, documents, at(day))
        if not postings:
            return posted
        for posting in postings:
            assert ledger.post(posting) is PostOutcome.POSTED
        posted += postings
    raise AssertionError("charges never end")


def pay(ledger: LedgerStore, minor: int, day: str, known: str, number: str | None = None) -> None:
    """Money of a day that becomes known on another, for what is open or for one receivable."""
    paid = Payment(f"bank/{day}/{minor}", eur(minor), at(day), at(known), number, "bank")
    items = [item for item in books(ledger).items if number in (None, item.number)]
    posting = receive(paid, ACCOUNT, items, settlement=Settlement(), tz=BERLIN)
    assert ledger.post(posting) is PostOutcome.POSTED


def charges(ledger: LedgerStore) -> list[Invoice]:
    documents = (document for document, _ in ledger.invoices(ACCOUNT, 100).items)
    return sorted((each for each in documents if each.charge is not None), key=lambda each: each.issued_at)


def books_are_right(ledger: LedgerStore) -> bool:
    known = books(ledger)
    documents = tuple(document for document, _ in ledger.invoices(ACCOUNT, 100).items)
    entries = tuple(ledger.entries(ACCOUNT))
    return not check_account(
        AccountBooks(ACCOUNT, known.account, known.items, known.credits, documents, None, entries)
    )


def income(ledger: LedgerStore) -> int:
    legs = (leg for entry in ledger.entries(ACCOUNT) for leg in entry.legs)
    return -sum(leg.minor for leg in legs if leg.ledger in {"fees", "interest_income"})


def test_a_fee_and_a_month_of_interest_become_receivables_with_their_working(stores: Stores) -> None:
    owing(stores)
    work(stores.ledger, "2025-03-01")
    fee, interest = sorted(charges(stores.ledger), key=lambda each: each.kind)
    assert (fee.amount, interest.amount) == (eur(4_000), eur(2_800))
    assert interest.charge is not None
    assert [(row.days, row.balance, row.amount) for row in interest.charge.rows] == [
        (28, eur(1_000_000), "2800")
    ]
    assert books(stores.ledger).account.balance == eur(1_006_800)
    assert books_are_right(stores.ledger)


def test_posting_the_same_charges_twice_is_not_possible(stores: Stores) -> None:
    owing(stores)
    (posting,) = work(stores.ledger, "2025-03-01")
    assert stores.ledger.post(posting) is not PostOutcome.POSTED
    assert income(stores.ledger) == 6_800


def test_a_paid_invoice_stays_until_its_last_interest_is_charged_and_then_goes(stores: Stores) -> None:
    owing(stores)
    pay(stores.ledger, 1_000_000, "2025-02-10", "2025-02-10", "INV-1")
    assert [item.number for item in books(stores.ledger).items] == ["INV-1"]
    work(stores.ledger, "2025-02-11")
    assert all(item.is_charge for item in books(stores.ledger).items)
    document, item = stores.ledger.invoice("INV-1")
    assert (document.status, item) == (InvoiceStatus.CLOSED, None)
    assert document.closed_at == at("2025-02-10")
    assert sum(period.minor for period in document.accrued) == income(stores.ledger) == 5_000
    assert books_are_right(stores.ledger)


def test_a_payment_that_comes_late_is_corrected_on_the_charge(stores: Stores) -> None:
    owing(stores)
    work(stores.ledger, "2025-03-01")
    pay(stores.ledger, 500_000, "2025-02-10", "2025-03-05", "INV-1")
    work(stores.ledger, "2025-03-05")
    interest = next(each for each in charges(stores.ledger) if each.kind == "interest")
    item = stores.ledger.open_item(ACCOUNT, interest.number)
    assert item is not None
    assert (item.balance, income(stores.ledger)) == (eur(1_900), 5_900)
    assert interest.charge is not None
    assert [row.days for row in interest.charge.rows] == [10, 18]
    assert work(stores.ledger, "2025-03-05") == []
    assert books_are_right(stores.ledger)


def test_what_was_paid_of_a_charge_that_was_too_much_is_credit(stores: Stores) -> None:
    owing(stores)
    work(stores.ledger, "2025-03-01")
    for charge in charges(stores.ledger):
        pay(stores.ledger, charge.amount.minor, "2025-03-02", "2025-03-02", charge.number)
    pay(stores.ledger, 1_000_000, "2025-01-31", "2025-03-05", "INV-1")
    work(stores.ledger, "2025-03-05")
    known = books(stores.ledger)
    assert (known.items, known.account.unapplied, income(stores.ledger)) == ((), eur(6_800), 0)
    assert books_are_right(stores.ledger)


def test_a_charge_that_was_waived_by_a_person_and_proves_wrong_needs_nothing_more(stores: Stores) -> None:
    owing(stores)
    work(stores.ledger, "2025-03-01")
    for charge in charges(stores.ledger):
        held = stores.ledger.invoice(charge.number)
        deed = Deed(f"w/{charge.number}", "api/alice", at("2025-03-02"), at("2025-03-02"), "a friend")
        assert stores.ledger.post(waive(held, deed)) is PostOutcome.POSTED
    pay(stores.ledger, 1_000_000, "2025-01-31", "2025-03-05", "INV-1")
    work(stores.ledger, "2025-03-05")
    assert (books(stores.ledger).items, books(stores.ledger).account.unapplied) == ((), eur(0))
    assert books_are_right(stores.ledger)


def test_payments_in_any_order_of_arrival_cost_the_same_interest() -> None:
    """Through the real ledger, in memory: three payments, known at once or weeks later, charged meanwhile."""
    payments = [(300_000, "2025-02-10"), (300_000, "2025-02-20"), (400_000, "2025-03-10")]
    found = set()
    for order in permutations(payments):
        stores = in_memory()
        owing(stores)
        for known, (minor, day) in zip(("2025-03-15", "2025-03-20", "2025-03-25"), order, strict=True):
            work(stores.ledger, known)
            pay(stores.ledger, minor, day, known, "INV-1")
            work(stores.ledger, known)
        assert books_are_right(stores.ledger)
        assert stores.ledger.open_item(ACCOUNT, "INV-1") is None
        found.add(income(stores.ledger))
    assert found == {4_000 + 1_000 + 700 + 720}
