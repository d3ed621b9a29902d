"""Issuing invoices: which terms, what they make of it, what is refused."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from receivables.core.configuration import Company
from receivables.core.errors import AlreadyExists, InvalidFields
from receivables.core.money import Money
from receivables.ledger import Invoice
from receivables.terms import Adjustment, CalendarRule, DiscountRules, DiscountTier, InstalmentRule, Terms
from receivables.terms.due import NetDays, OnReceipt
from receivables.terms.instalments import PercentOfTotal, Remainder
from receivables.usecases.applicable import applicable_terms
from receivables.usecases.issue_invoice import InvoiceOrder, IssueInvoice
from tests.builders import NOW, customer, eur
from tests.fakes.calendars import FakeHolidays
from tests.fakes.directory import InMemoryCompany, InMemoryCustomers, InMemoryVersions
from tests.fakes.stores import MemoryStores

FIRST = date(2026, 1, 1)
HALVES = Terms(
    "halves",
    1,
    "Half now, half later",
    FIRST,
    instalments=(
        InstalmentRule(PercentOfTotal(Decimal(50)), OnReceipt()),
        InstalmentRule(Remainder(), NetDays(30)),
    ),
)
EARLY = Terms(
    "early", 1, "2/10 net 30", FIRST, discount=DiscountRules((DiscountTier(NetDays(10), percent=Decimal(2)),))
)
WORKDAYS = Terms("workdays", 1, "Net 5", FIRST, NetDays(5), calendar=CalendarRule(Adjustment.FOLLOWING))
ORDER = InvoiceOrder("INV-1", "C-1", eur(10_001), date(2026, 3, 2))


class Office:
    """Issues invoices over fakes."""

    def __init__(self, own: str | None = None, company: Company | None = None) -> None:
        customers = InMemoryCustomers(customer("C-1", terms_id=own))
        self.terms = InMemoryVersions(HALVES, EARLY, WORKDAYS)
        self.ledger = MemoryStores(customers=customers).ledger
        applicable = applicable_terms(self.terms, InMemoryCompany(company))
        self.issuing = IssueInvoice(self.ledger, customers, applicable, FakeHolidays())

    def issue(self, order: InvoiceOrder = ORDER) -> Invoice:
        return self.issuing.issue(order, "test", NOW)[0]


def refused(office: Office, order: InvoiceOrder) -> list[str]:
    with pytest.raises(InvalidFields) as error:
        office.issue(order)
    assert office.ledger.pointer(order.number) is None
    return [each.field for each in error.value.errors]


def test_an_invoice_keeps_the_terms_version_and_what_it_made_of_it() -> None:
    office = Office(own="halves")
    invoice = office.issue()
    assert invoice.terms == "halves/1"
    assert [(each.due_date, each.amount) for each in invoice.conditions.instalments] == [
        (date(2026, 3, 2), eur(5_000)),
        (date(2026, 4, 1), eur(5_001)),
    ]
    item = office.ledger.open_item("C-1.EUR", "INV-1")
    assert item is not None
    assert (item.schedule, item.terms) == (invoice.conditions.instalments, "halves/1")
    assert invoice.due_date == item.due_date == date(2026, 4, 1)


def test_terms_named_for_the_invoice_come_before_the_customers_own() -> None:
    invoice = Office(own="halves").issue(replace(ORDER, terms_id="early"))
    assert invoice.terms == "early/1"
    (discount,) = invoice.conditions.discounts
    assert (discount.until, discount.amount) == (date(2026, 3, 12), eur(200))


def test_a_due_date_replaces_the_dates_and_nothing_else() -> None:
    halves = Office(own="halves").issue(replace(ORDER, due_date=date(2026, 5, 1)))
    assert (halves.due_date, halves.conditions.instalments, halves.terms) == (
        date(2026, 5, 1),
        (),
        "halves/1",
    )
    early = Office(own="early").issue(replace(ORDER, due_date=date(2026, 5, 1)))
    assert len(early.conditions.discounts) == 1


def test_the_companys_closed_days_move_a_due_date() -> None:
    # The 7th is a Saturday, Monday is a day on which the company is closed.
    closed = Company(closed_days={date(2026, 3, 9): "stocktaking"})
    assert Office("workdays", closed).issue().due_date == date(2026, 3, 10)
    assert Office("workdays").issue().due_date == date(2026, 3, 9)


def test_tax_is_kept() -> None:
    assert Office().issue(replace(ORDER, tax=eur(1_597))).tax == eur(1_597)


def test_the_same_order_again_is_harmless_also_when_the_terms_have_changed_since() -> None:
    office = Office(own="early")
    first = office.issue()
    office.terms.add(replace(EARLY, version=2, due=NetDays(20)), "ada", NOW)
    again, new = office.issuing.issue(ORDER, "test", NOW)
    assert (again, new) == (first, False)


@pytest.mark.parametrize(
    "change",
    [
        {"amount": eur(10_002)},
        {"customer_id": "C-2"},
        {"issue_date": date(2026, 3, 3)},
        {"due_date": date(2026, 5, 1)},
        {"tax": eur(1)},
        {"terms_id": "halves"},
    ],
)
def test_a_number_is_taken_by_one_invoice(change: dict[str, Any]) -> None:
    office = Office(own="early")
    office.issue()
    with pytest.raises(AlreadyExists):
        office.issue(replace(ORDER, **change))


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"customer_id": "C-9"}, "customer_id"),
        ({"terms_id": "nowhere"}, "terms_id"),
        ({"terms_id": "early", "issue_date": date(2025, 12, 31)}, "terms_id"),
        ({"amount": eur(0)}, "amount"),
        ({"amount": eur(-100)}, "amount"),
        ({"tax": eur(10_002)}, "tax"),
        ({"tax": Money(1, "USD")}, "tax"),
        ({"issue_date": date.max}, "issue_date"),
        ({"due_date": date(2026, 3, 1)}, "due_date"),
    ],
)
def test_an_order_that_is_wrong_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    assert refused(Office(), replace(ORDER, **change)) == [field]


def test_what_is_owed_to_the_customer_is_no_invoice() -> None:
    with pytest.raises(InvalidFields, match="credit note"):
        Office().issue(replace(ORDER, amount=eur(-100)))
