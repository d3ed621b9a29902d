from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import CreditSource, EntryKind, Invoice, InvoiceStatus, ItemKind, LedgerName, Payment
from receivables.ledger.adjusting import write_off
from receivables.ledger.crediting import apply_credit, credit_note
from receivables.ledger.returning import refund
from receivables.ledger.reversing import receivables_of, reverse_entry
from receivables.terms import Conditions, Discount, Instalment, Settlement
from tests.builders import day, eur, invoice, open_item
from tests.unit.ledger.books import ACCOUNT, BERLIN, START, Books


def at(number: int) -> datetime:
    return START + timedelta(days=number)


def paid(minor: int, number: int = 1, key: str = "pay") -> Payment:
    return Payment(key, eur(minor), at(number), at(number), None, "test")


def books(*issued: Invoice) -> Books:
    made = Books()
    for each in issued or (invoice(),):
        made.issue(each)
    return made


def test_a_credit_note_reduces_the_invoice_its_sales_and_its_tax() -> None:
    made = books(invoice(minor=11_900, tax=eur(1_900)))
    made.credit("INV-1", "CN-1", 1_190, at(3))
    assert made.balances() == {"INV-1": 10_710}
    assert (made.moved(LedgerName.SALES), made.moved(LedgerName.TAX)) == (-9_000, -1_710)
    assert made.entries[-1].effective_at == at(3)


def test_the_tax_in_a_credit_note_can_be_told() -> None:
    made = books(invoice(minor=11_900, tax=eur(1_900)))
    made.post(credit_note(made.held("INV-1"), made.deed("CN"), amount=eur(1_000), tax=eur(0)))
    assert made.moved(LedgerName.TAX) == -1_900


def test_a_credit_note_reduces_the_last_instalment_first() -> None:
    parts = (Instalment(day(10), eur(6_000)), Instalment(day(30), eur(4_000)))
    made = books(invoice(conditions=Conditions(parts)))
    made.credit("INV-1", "CN-1", 4_500, at(1))
    assert [part.amount for part in made.items["INV-1"].schedule] == [eur(5_500), eur(0)]
    assert made.differences() == []


def test_what_goes_beyond_the_balance_is_credit_of_the_credit_note() -> None:
    made = books()
    made.pay(paid(8_000), "INV-1")
    made.credit("INV-1", "CN-1", 3_000, at(5))
    (credit,) = made.credits.values()
    assert (credit.balance, credit.source, credit.key) == (eur(1_000), CreditSource.CREDIT_NOTE, "CN-1")
    assert made.balances() == {}


def test_a_credit_note_on_a_paid_invoice_is_all_credit() -> None:
    made = books()
    made.pay(paid(10_000), "INV-1")
    made.credit("INV-1", "CN-1", 3_000, at(5))
    assert made.account.unapplied == eur(3_000)
    assert made.differences() == []


def test_of_a_paid_invoice_no_more_is_credited_than_was_invoiced() -> None:
    made = books()
    made.pay(paid(10_000), "INV-1")
    made.credit("INV-1", "CN-1", 6_000, at(2))
    with pytest.raises(InvalidInput, match=r"more than the 40\.00 EUR"):
        made.credit("INV-1", "CN-2", 4_001, at(3))
    made.credit("INV-1", "CN-2", 4_000, at(3))
    assert (made.account.unapplied, made.account.balance) == (eur(10_000), eur(0))
    assert made.differences() == []


def test_instalments_of_a_paid_invoice_are_reduced_by_a_credit_note_too() -> None:
    parts = (Instalment(day(10), eur(6_000)), Instalment(day(30), eur(4_000)))
    made = books(invoice(conditions=Conditions(parts)))
    made.pay(paid(10_000), "INV-1")
    made.credit("INV-1", "CN-1", 4_500, at(2))
    assert [part.amount for part in made.documents["INV-1"].schedule] == [eur(5_500), eur(0)]


@pytest.mark.parametrize("noted", [1, 5, 9])
def test_a_credit_note_on_what_was_given_up_gives_up_less_and_nothing_to_the_customer(noted: int) -> None:
    """4,000 were paid on the third day and 6,000 written off on the fifth; 7,000 are credited, before or after."""
    made = books()
    made.pay(paid(4_000, 3), "INV-1")
    made.post(write_off(made.held("INV-1"), made.deed("w", at(5))))
    made.credit("INV-1", "CN-1", 7_000, at(noted))
    assert (made.account.unapplied, made.documents["INV-1"].written_off) == (eur(1_000), 0)
    assert made.moved(LedgerName.BAD_DEBT) == 0
    assert made.documents["INV-1"].status is InvoiceStatus.CLOSED
    assert made.differences() == []


def test_reversing_a_credit_note_takes_the_credit_that_it_became_later() -> None:
    """It counted at first, and gave way to a payment of the next day; that was refunded, so that the invoice is open."""
    made = books()
    made.pay(paid(10_000, 5), "INV-1")
    made.credit("INV-1", "CN-1", 4_000, at(1))
    note = next(entry for entry in made.entries if entry.kind is EntryKind.CREDIT_NOTE)
    made.post(refund(made.payments["pay"], made.holdings(), made.credits.values(), made.deed("r", at(9))))
    assert (made.balances(), made.account.unapplied) == ({"INV-1": 10_000}, eur(4_000))
    made.post(reverse_entry(note, made.holdings(), made.credits.values(), made.deed("undo")))
    assert (made.balances(), made.account.unapplied) == ({"INV-1": 10_000}, eur(0))
    assert made.differences() == []


def test_a_credit_note_whose_credit_was_used_meanwhile_is_not_reversed() -> None:
    made = books(invoice("INV-1"), invoice("INV-2"))
    made.pay(paid(10_000, 5), "INV-1")
    made.credit("INV-1", "CN-1", 4_000, at(1))
    note = next(entry for entry in made.entries if entry.kind is EntryKind.CREDIT_NOTE)
    made.use_credit()
    assert made.balances() == {"INV-2": 6_000}
    with pytest.raises(Conflict, match="was used"):
        reverse_entry(note, made.holdings(), made.credits.values(), made.deed("undo"))


@pytest.mark.parametrize("pays", [0, 4_000, 10_000])
def test_a_credit_note_that_is_reversed_leaves_no_trace_but_entries(pays: int) -> None:
    made = books()
    if pays:
        made.pay(paid(pays), "INV-1")
    if pays == 4_000:
        made.post(write_off(made.held("INV-1"), made.deed("w", at(2))))
    before = (made.balances(), made.account.unapplied, made.documents["INV-1"].written_off)
    made.credit("INV-1", "CN-1", 7_000, at(4))
    entry = made.entries[-1]
    assert receivables_of(entry) == {"INV-1"}
    made.post(reverse_entry(entry, made.holdings(), made.credits.values(), made.deed("undo")))
    assert (made.balances(), made.account.unapplied, made.documents["INV-1"].written_off) == before
    assert made.differences() == []
    made.credit("INV-1", "CN-2", 10_000, at(4))


@pytest.mark.parametrize(
    ("field", "amount", "tax"),
    [("amount", 0, None), ("amount", 7_001, None), ("tax", 100, 101), ("tax", 100, -1)],
)
def test_a_credit_note_that_makes_no_sense_is_refused(field: str, amount: int, tax: int | None) -> None:
    made = books()
    made.credit("INV-1", "CN-1", 3_000, at(1))
    with pytest.raises(InvalidInput) as refused:
        credit_note(
            made.held("INV-1"),
            made.deed("CN-2"),
            amount=eur(amount),
            tax=None if tax is None else eur(tax),
        )
    assert refused.value.field == field


def test_a_late_charge_is_not_credited_and_currencies_are_not_mixed() -> None:
    made = books()
    document, item = made.held("INV-1")
    with pytest.raises(Conflict):
        credit_note((replace(document, kind=ItemKind.FEE), item), made.deed("CN"), amount=eur(1))
    with pytest.raises(CurrencyMismatch):
        credit_note((document, item), made.deed("CN"), amount=Money(1, "USD"))


def test_credit_counts_from_the_day_on_which_it_came() -> None:
    made = books()
    made.pay(paid(4_000, 3), "INV-404")
    made.now = at(50)
    made.use_credit()
    entry = made.entries[-1]
    assert (entry.kind, entry.effective_at, entry.payment) == (EntryKind.ALLOCATION, at(3), "pay")
    assert entry.recorded_at >= at(50)
    assert made.balances() == {"INV-1": 6_000}
    assert (made.credits, made.payments["pay"].credit) == ({}, 0)
    assert [(a.item, a.minor) for a in made.payments["pay"].allocated] == [("INV-1", 4_000)]


def test_credit_that_came_in_time_earns_the_discount() -> None:
    offer = Discount(day(10), day(10), eur(200), eur(0))
    made = books(invoice(conditions=Conditions(discounts=(offer,))))
    made.pay(paid(9_800, 3), "INV-404")
    made.now = at(50)
    made.use_credit()
    assert made.balances() == {}
    assert made.payments["pay"].allocated[0].discount == 200


def test_what_is_left_of_a_credit_stays() -> None:
    made = books()
    made.pay(paid(13_000), "INV-404")
    made.use_credit()
    (credit,) = made.credits.values()
    assert (credit.balance, credit.rev) == (eur(3_000), 1)
    assert made.differences() == []


def test_credit_pays_what_is_not_claimed_never_and_nothing_is_nothing() -> None:
    made = books()
    made.pay(paid(5_000), "INV-404")
    (credit,) = made.credits.values()
    unclaimed = open_item("LC-1", kind="fee", claimed=False)
    for items in ([], [unclaimed]):
        posting = apply_credit(
            ACCOUNT,
            credit,
            items,
            made.deed("x"),
            settlement=Settlement(),
            tz=BERLIN,
            record=made.payments["pay"],
        )
        assert posting is None


def test_the_credit_of_a_payment_needs_its_record() -> None:
    made = books()
    made.pay(paid(5_000), "INV-404")
    (credit,) = made.credits.values()
    with pytest.raises(InvalidInput) as refused:
        apply_credit(ACCOUNT, credit, made.items.values(), made.deed("x"), settlement=Settlement(), tz=BERLIN)
    assert refused.value.field == "record"
