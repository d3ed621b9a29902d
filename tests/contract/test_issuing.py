"""What issuing an invoice writes, and what reading finds of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from receivables.core.errors import AlreadyExists, NotFound, StaleRevision
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import InvoicePointer, InvoiceStatus, LedgerName
from receivables.ledger.issuing import issue_invoice
from tests.builders import NOW, day, eur, invoice, issued, payment
from tests.contract.conftest import Stores
from tests.contract.steps import pay


def test_an_account_that_nobody_has_invoiced_does_not_exist(stores: Stores) -> None:
    assert stores.ledger.working_set("C-1.EUR") is None


def test_an_issued_invoice_is_an_open_item_of_its_account(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-2", minor=2_500), invoice("INV-1", minor=10_000))
    working_set = stores.ledger.working_set("C-1.EUR")
    assert working_set is not None
    assert [item.number for item in working_set.open_items] == ["INV-1", "INV-2"]
    assert working_set.open_items[0].balance == working_set.open_items[0].amount == eur(10_000)
    assert working_set.account.balance == working_set.open_balance == eur(12_500)
    assert working_set.account.unapplied == eur(0)
    assert working_set.account.customer_id == "C-1"
    assert working_set.account.rev == 2
    assert working_set.case is None


def test_an_account_is_woken_at_the_start_of_the_issue_date(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1", issue_date=day(5), due_date=day(35)))
    midnight = datetime.combine(day(5), datetime.min.time(), UTC)
    assert next_action(stores) == midnight
    assert list(stores.agenda.due(midnight)) == ["C-1.EUR"]
    assert list(stores.agenda.due(midnight - timedelta(microseconds=1))) == []


def test_a_later_invoice_does_not_postpone_what_is_planned(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1", issue_date=day(1), due_date=day(31)))
    issued(stores.ledger, invoice("INV-2", issue_date=day(9), due_date=day(39)))
    assert next_action(stores) == datetime.combine(day(1), datetime.min.time(), UTC)


def test_an_earlier_invoice_brings_the_next_action_forward(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1", issue_date=day(9), due_date=day(39)))
    issued(stores.ledger, invoice("INV-2", issue_date=day(1), due_date=day(31)))
    assert next_action(stores) == datetime.combine(day(1), datetime.min.time(), UTC)


def test_an_account_with_nothing_planned_is_woken_by_a_new_invoice(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.agenda.replan("C-1.EUR", 1, progress={}, worked_at=NOW, next_action_at=None)
    issued(stores.ledger, invoice("INV-2", issue_date=day(3), due_date=day(33)))
    assert next_action(stores) == datetime.combine(day(3), datetime.min.time(), UTC)


def test_a_number_finds_the_facts_that_never_change(stores: Stores) -> None:
    issued(stores.ledger, invoice("RE/2026 7"))
    assert stores.ledger.pointer("RE/2026 7") == InvoicePointer(
        "RE/2026 7", "C-1.EUR", eur(10_000), day(0), day(30), "Services"
    )
    assert stores.ledger.pointer("RE/2026 8") is None


def test_the_document_is_kept_as_issued_with_its_terms(stores: Stores) -> None:
    document = invoice("INV-1", terms_id="net-30", terms_version=2)
    issued(stores.ledger, document)
    stored, item = stores.ledger.invoice("INV-1")
    assert stored == document
    assert item is not None
    assert item == stores.ledger.open_item("C-1.EUR", "INV-1")
    assert item.case_id is None


def test_an_unknown_invoice_is_not_found(stores: Stores) -> None:
    with pytest.raises(NotFound):
        stores.ledger.invoice("INV-1")
    assert stores.ledger.open_item("C-1.EUR", "INV-1") is None


def test_issuing_the_same_invoice_again_changes_nothing(stores: Stores) -> None:
    document = invoice("INV-1")
    issued(stores.ledger, document, document)
    later = replace(document, issued_at=NOW + timedelta(days=2))
    again = stores.ledger.issue(issue_invoice(later, "import"))
    assert again == document
    working_set = stores.ledger.working_set("C-1.EUR")
    assert working_set is not None
    assert (working_set.account.rev, working_set.account.balance) == (1, eur(10_000))
    assert len(list(stores.ledger.entries("C-1.EUR"))) == 1


def test_the_same_invoice_again_is_returned_closed_when_it_was_paid(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    pay(stores, payment())
    again = stores.ledger.issue(issue_invoice(invoice("INV-1"), "import"))
    assert again.status is InvoiceStatus.CLOSED
    assert stores.ledger.open_item("C-1.EUR", "INV-1") is None


@pytest.mark.parametrize(
    "other",
    [
        invoice("INV-1", "C-2.EUR"),
        invoice("INV-1", minor=10_001),
        invoice("INV-1", due_date=day(31)),
        invoice("INV-1", issue_date=day(-1)),
        invoice("INV-1", "C-1.USD"),
    ],
)
def test_a_number_belongs_to_one_invoice_for_ever(stores: Stores, other: object) -> None:
    issued(stores.ledger, invoice("INV-1"))
    with pytest.raises(AlreadyExists):
        issued(stores.ledger, other)  # type: ignore[arg-type]
    assert stores.ledger.working_set("C-2.EUR") is None
    assert stores.ledger.working_set("C-1.USD") is None
    assert len(list(stores.ledger.entries("C-1.EUR"))) == 1


def test_an_invoice_in_another_currency_than_its_account_is_refused(stores: Stores) -> None:
    with pytest.raises(CurrencyMismatch):
        issued(stores.ledger, invoice("INV-1", amount=Money(100, "USD")))
    assert stores.ledger.pointer("INV-1") is None


def test_the_entry_of_an_invoice_debits_the_receivable(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    (entry,) = stores.ledger.entries("C-1.EUR")
    assert entry.moved(LedgerName.RECEIVABLE) == 10_000
    assert (entry.invoice, entry.source, entry.recorded_at) == ("INV-1", "test", NOW)


def test_the_accounts_of_a_customer_are_found_by_currency(stores: Stores) -> None:
    issued(
        stores.ledger, invoice("INV-1", "C-1.USD"), invoice("INV-2", "C-1.EUR"), invoice("INV-3", "C-10.EUR")
    )
    assert [account.id for account in stores.ledger.accounts_of("C-1")] == ["C-1.EUR", "C-1.USD"]
    assert stores.ledger.accounts_of("C-2") == ()


def test_a_description_changes_on_the_document_and_on_what_is_open(stores: Stores) -> None:
    issued(stores.ledger, invoice("INV-1"))
    stores.ledger.describe("INV-1", "Consulting", 0, NOW, "ada")
    document, item = stores.ledger.invoice("INV-1")
    assert item is not None
    assert (document.description, document.rev, item.description) == ("Consulting", 1, "Consulting")
    with pytest.raises(StaleRevision):
        stores.ledger.describe("INV-1", "Other", 0, NOW, "ada")
    with pytest.raises(NotFound):
        stores.ledger.describe("INV-2", "Other", 0, NOW, "ada")


def test_invoices_are_listed_by_number_open_and_closed(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(f"INV-{number}") for number in (3, 1, 2, 4)), invoice("INV-9", "C-2.EUR"))
    pay(stores, payment("INV-2"))
    first = stores.ledger.invoices("C-1.EUR", 2)
    assert [(document.number, item is not None) for document, item in first.items] == [
        ("INV-1", True),
        ("INV-2", False),
    ]
    assert first.items[1][0].status is InvoiceStatus.CLOSED
    second = stores.ledger.invoices("C-1.EUR", 2, first.position)
    assert [document.number for document, _ in second.items] == ["INV-3", "INV-4"]
    assert second.position is None


def next_action(stores: Stores) -> datetime | None:
    working_set = stores.ledger.working_set("C-1.EUR")
    assert working_set is not None
    return working_set.account.next_action_at


def test_documents_are_read_by_number_open_and_closed(stores: Stores) -> None:
    issued(stores.ledger, *(invoice(number) for number in ("INV-1", "INV-2", "INV-3")))
    pay(stores, payment(minor=10_000, reference="INV-2"))
    found = stores.ledger.documents("C-1.EUR", ["INV-2", "INV-1", "INV-2"])
    assert found == {number: stores.ledger.invoice(number)[0] for number in ("INV-1", "INV-2")}
    assert found["INV-2"].status is InvoiceStatus.CLOSED
    assert stores.ledger.documents("C-1.EUR", []) == {}


@pytest.mark.parametrize(("account_id", "number"), [("C-1.EUR", "INV-9"), ("C-2.EUR", "INV-1")])
def test_a_document_that_is_not_the_accounts_is_not_found(
    stores: Stores, account_id: str, number: str
) -> None:
    issued(stores.ledger, invoice("INV-1"))
    with pytest.raises(NotFound) as error:
        stores.ledger.documents(account_id, ["INV-1", number])
    assert number in str(error.value)
