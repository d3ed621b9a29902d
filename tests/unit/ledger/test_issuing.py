from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import Entry, EntryKind, InvoicePointer, InvoiceStatus, LedgerName, Leg
from receivables.ledger.allocation import Named, Share, allocate
from receivables.ledger.entries import Unbalanced
from receivables.ledger.instalments import outstanding, reduced
from receivables.ledger.issuing import issue_invoice, untouched
from receivables.terms import Conditions, Discount, Instalment, Settlement
from receivables.terms.conditions import ChargesOrder, CreditNoteOrder
from receivables.terms.settlement import Order
from tests.builders import day, eur, invoice, open_item


def parts(*minors: int) -> tuple[Instalment, ...]:
    return tuple(Instalment(day(10 * (place + 1)), eur(minor)) for place, minor in enumerate(minors))


def test_an_invoice_is_owed_sold_and_taxed() -> None:
    posting = issue_invoice(invoice(minor=11_900, tax=eur(1_900)), "api/alice")
    (entry,) = posting.entries
    assert entry.moved(LedgerName.RECEIVABLE) == posting.balance == 11_900
    assert (entry.moved(LedgerName.SALES), entry.moved(LedgerName.TAX)) == (-10_000, -1_900)
    assert entry.due_date == invoice().due_date
    (change,) = posting.items
    assert change.opens
    assert change.after is not None
    assert change.after.balance == eur(11_900)


def test_an_invoice_is_owed_from_its_date_on_and_known_from_when_it_was_issued() -> None:
    issued_at = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    (entry,) = issue_invoice(
        invoice(issue_date=date(2026, 1, 2), due_date=date(2026, 2, 1), issued_at=issued_at), "import"
    ).entries
    assert entry.effective_at == datetime(2026, 1, 2, tzinfo=UTC)
    assert entry.recorded_at == issued_at


def test_the_open_item_of_an_untouched_invoice_can_be_told_from_its_pointer() -> None:
    issued = invoice(conditions=Conditions(parts(6_000, 4_000), charged=True), terms_id="x", terms_version=2)
    pointer = InvoicePointer(
        issued.number,
        issued.account_id,
        issued.amount,
        issued.issue_date,
        issued.due_date,
        issued.description,
        terms=issued.terms,
        conditions=issued.conditions,
    )
    assert untouched(pointer) == issue_invoice(issued, "test").items[0].after


OFFER = Discount(day(10), day(10), eur(200), eur(32))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("amount", {"amount": eur(0)}),
        ("amount", {"amount": eur(-1)}),
        ("tax", {"tax": eur(10_001)}),
        ("tax", {"tax": eur(-1)}),
        ("issue_date", {"issue_date": date(1, 1, 1)}),
        ("due_date", {"due_date": date(9999, 12, 31)}),
        ("due_date", {"due_date": date(2026, 3, 1)}),
        ("instalments", {"conditions": Conditions(parts(6_000, 4_001))}),
        ("instalments", {"conditions": Conditions(parts(10_001, -1))}),
        ("discounts", {"conditions": Conditions(discounts=(replace(OFFER, amount=eur(10_000)),))}),
        ("discounts", {"conditions": Conditions(discounts=(replace(OFFER, tax=eur(201)),))}),
    ],
)
def test_what_cannot_be_an_invoice_is_refused_with_the_field_named(
    field: str, changes: dict[str, Any]
) -> None:
    with pytest.raises(InvalidInput) as refused:
        issue_invoice(invoice(**changes), "test")
    assert refused.value.field == field


def test_an_invoice_that_is_closed_is_not_issued() -> None:
    with pytest.raises(Conflict):
        issue_invoice(invoice(status=InvoiceStatus.CLOSED), "test")


def test_an_entry_that_does_not_balance_cannot_exist() -> None:
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with pytest.raises(Unbalanced):
        Entry("e", "C-1.EUR", EntryKind.PAYMENT, eur(1), at, at, (Leg(LedgerName.CASH, 1),), "test")


@pytest.mark.parametrize(
    ("order", "left"),
    [
        (CreditNoteOrder.LAST_FIRST, (5_000, 2_000, 0)),
        (CreditNoteOrder.FIRST_FIRST, (1_000, 3_000, 3_000 - 0)),
        (CreditNoteOrder.PROPORTIONAL, (3_182, 1_909, 1_909)),
    ],
)
def test_credit_notes_reduce_the_instalments_that_the_rule_names(
    order: CreditNoteOrder, left: tuple[int, ...]
) -> None:
    assert [part.amount.minor for part in reduced(parts(5_000, 3_000, 3_000), 4_000, order)] == list(left)


@given(
    st.lists(st.integers(1, 10**6), min_size=1, max_size=12),
    st.data(),
    st.sampled_from(CreditNoteOrder),
)
def test_what_is_left_of_instalments_adds_up_and_each_keeps_its_place(
    minors: list[int], data: st.DataObject, order: CreditNoteOrder
) -> None:
    credited = data.draw(st.integers(0, sum(minors)))
    left = reduced(parts(*minors), credited, order)
    assert sum(part.amount.minor for part in left) == sum(minors) - credited
    assert [part.due_date for part in left] == [part.due_date for part in parts(*minors)]
    assert all(0 <= after.amount.minor <= before for after, before in zip(left, minors, strict=True))


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12), st.data())
def test_what_is_paid_fills_the_oldest_instalments(minors: list[int], data: st.DataObject) -> None:
    balance = data.draw(st.integers(0, sum(minors)))
    item = open_item(minor=sum(minors), balance=balance, schedule=parts(*minors))
    left = [part.amount.minor for part in outstanding(item)]
    assert sum(left) == balance
    touched = [place for place, minor in enumerate(left) if minor]
    assert all(left[place] == minors[place] for place in touched[1:])


def test_without_instalments_there_is_one_of_the_balance() -> None:
    item = open_item(balance=40)
    assert outstanding(item) == (Instalment(item.due_date, eur(40)),)


OLD = open_item("INV-OLD", 5_000, due_date=day(1))
BIG = open_item("INV-BIG", 9_000, due_date=day(5))
SMALL = open_item("INV-SMALL", 1_000, due_date=day(9))
FEE = open_item("LC-1", 40, due_date=day(20), concerns="INV-BIG", kind="fee")
SPLIT = open_item("INV-SPLIT", 8_000, due_date=day(30), schedule=parts(3_000, 5_000))


@pytest.mark.parametrize(
    ("settlement", "numbers"),
    [
        (Settlement(), ["INV-OLD", "INV-BIG", "INV-SMALL", "LC-1"]),
        (Settlement(Order.SMALLEST), ["INV-SMALL", "INV-OLD", "INV-BIG", "LC-1"]),
        (Settlement(Order.LARGEST), ["INV-BIG", "INV-OLD", "INV-SMALL", "LC-1"]),
        (
            Settlement(charges=ChargesOrder.BEFORE_PRINCIPAL),
            ["LC-1", "INV-OLD", "INV-BIG", "INV-SMALL"],
        ),
    ],
)
def test_money_follows_the_configured_order(settlement: Settlement, numbers: list[str]) -> None:
    shares = allocate(eur(99_999), [FEE, SMALL, BIG, OLD], (), settlement)
    assert [share.number for share in shares] == numbers


def test_the_oldest_due_are_instalments() -> None:
    """30.00 of INV-SPLIT are due before INV-LATE, 50.00 after it."""
    late = open_item("INV-LATE", 2_000, due_date=day(15))
    assert allocate(eur(4_500), [late, SPLIT], (), Settlement()) == (
        Share("INV-SPLIT", 3_000),
        Share("INV-LATE", 1_500),
    )


@pytest.mark.parametrize(
    ("charges", "numbers"),
    [
        (ChargesOrder.AFTER_PRINCIPAL, ["INV-BIG", "LC-1"]),
        (ChargesOrder.BEFORE_PRINCIPAL, ["LC-1", "INV-BIG"]),
    ],
)
def test_a_named_invoice_is_paid_with_its_charges_in_the_order_of_its_conditions(
    charges: ChargesOrder, numbers: list[str]
) -> None:
    big = replace(BIG, conditions=Conditions(charges=charges))
    shares = allocate(eur(99_999), [OLD, FEE, big], [Named("INV-BIG")], Settlement())
    assert [share.number for share in shares] == numbers


def test_an_amount_that_is_named_is_for_that_receivable_alone() -> None:
    shares = allocate(eur(9_100), [BIG, FEE], [Named("INV-BIG", eur(500))], Settlement())
    assert shares == (Share("INV-BIG", 500),)


def test_charges_that_are_not_claimed_and_paid_invoices_are_passed_over() -> None:
    paid = open_item("INV-PAID", balance=0)
    assert allocate(eur(50), [replace(FEE, claimed=False), paid], (), Settlement()) == ()


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ((Named("INV-OLD"), Named("INV-OLD")), "named.1.number"),
        ((Named("INV-OLD", eur(0)),), "named.0.amount"),
        ((Named("INV-OLD"), Named("INV-BIG", Money(5, "USD"))), "named.1.amount"),
    ],
)
def test_names_that_make_no_sense_are_refused(named: tuple[Named, ...], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        allocate(eur(1), [OLD, BIG], named, Settlement())
    assert refused.value.field == field


def test_money_of_another_currency_is_not_allocated() -> None:
    with pytest.raises(CurrencyMismatch):
        allocate(Money(5, "USD"), [OLD], (), Settlement())


def test_what_may_be_kept_back_of_each_leaves_each_its_own() -> None:
    shares = allocate(
        eur(13_800),
        [OLD, BIG],
        [Named("INV-OLD"), Named("INV-BIG")],
        Settlement(),
        {"INV-OLD": 100, "INV-BIG": 180},
    )
    assert shares == (Share("INV-OLD", 4_980), Share("INV-BIG", 8_820))


@given(
    st.integers(1, 30_000),
    st.dictionaries(st.sampled_from(["INV-OLD", "INV-BIG", "INV-SMALL"]), st.integers(0, 900)),
    st.sampled_from(Order),
    st.sampled_from(ChargesOrder),
)
def test_shares_never_come_to_more_than_the_money_or_a_balance(
    money: int, offers: dict[str, int], order: Order, charges: ChargesOrder
) -> None:
    items = [OLD, BIG, SMALL, FEE, SPLIT]
    shares = allocate(eur(money), items, (), Settlement(order, charges), offers)
    balances = {item.number: item.balance.minor for item in items}
    assert all(0 < share.minor <= balances[share.number] for share in shares)
    assert len({share.number for share in shares}) == len(shares)
    owed = sum(balances.values())
    assert sum(share.minor for share in shares) == min(money, owed)
