from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from receivables.core.errors import Conflict
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    EntryKind,
    Invoice,
    InvoiceStatus,
    LedgerName,
    Payment,
    PaymentState,
    ShortPaymentReason,
)
from receivables.ledger.adjusting import write_off
from receivables.ledger.allocation import Named
from receivables.ledger.posting import MOST_WRITES
from receivables.ledger.receiving import place, receive, to_suspense
from receivables.ledger.returning import refund
from receivables.terms import Conditions, Discount, Settlement
from receivables.terms.conditions import ChargesOrder
from tests.builders import day, eur, invoice, open_item
from tests.unit.ledger.books import ACCOUNT, BERLIN, START, Books


def at(number: int) -> datetime:
    return START + timedelta(days=number)


def paid(minor: int, number: int = 1, key: str = "pay") -> Payment:
    return Payment(key, eur(minor), at(number), at(number), None, "test")


def books(*issued: Invoice, settlement: Settlement | None = None) -> Books:
    made = Books(settlement)
    for each in issued or (invoice(),):
        made.issue(each)
    return made


TWO_PERCENT = Discount(day(10), day(12), eur(200), eur(32), tolerance=3)
ONE_PERCENT = Discount(day(20), day(20), eur(100), eur(16))


def offering(*offers: Discount, number: str = "INV-1", rounding: int = 0) -> Invoice:
    return invoice(number, tax=eur(1_597), conditions=Conditions(discounts=offers, rounding=rounding))


def kinds(made: Books) -> list[EntryKind]:
    return [entry.kind for entry in made.entries if entry.kind is not EntryKind.INVOICE]


def test_a_payment_of_the_whole_closes_the_invoice() -> None:
    made = books()
    made.pay(paid(10_000), "INV-1")
    record = made.payments["pay"]
    assert (record.state, record.invoice, made.items) == (PaymentState.APPLIED, "INV-1", {})
    assert made.documents["INV-1"].status is InvoiceStatus.CLOSED
    assert made.documents["INV-1"].closed_at == at(1)


def test_what_is_paid_too_much_is_credit_from_the_day_of_the_payment() -> None:
    made = books()
    made.pay(paid(13_000, 4), "INV-1")
    (credit,) = made.credits.values()
    assert (credit.balance, credit.effective_at, credit.key) == (eur(3_000), at(4), "pay")
    assert made.payments["pay"].state is PaymentState.OVERPAID


def test_what_is_named_is_paid_and_nothing_else() -> None:
    made = books(invoice("INV-1"), invoice("INV-2"))
    made.pay(paid(13_000), "INV-2")
    assert made.balances() == {"INV-1": 10_000}
    assert made.account.unapplied == eur(3_000)


def test_without_a_name_the_configured_order_holds() -> None:
    made = books(invoice("INV-1", due_date=day(9)), invoice("INV-2", due_date=day(5)))
    made.pay(paid(13_000))
    assert made.balances() == {"INV-1": 7_000}
    assert made.payments["pay"].invoice is None


def test_a_payment_of_what_is_closed_is_credit() -> None:
    made = books()
    made.pay(paid(10_000), "INV-1")
    made.pay(paid(10_000, key="again"), "INV-1")
    assert made.payments["again"].state is PaymentState.UNAPPLIED
    assert made.payments["again"].invoice == "INV-1"
    assert made.account.unapplied == eur(10_000)


def test_a_payment_in_another_currency_is_not_mixed_with_it() -> None:
    with pytest.raises(CurrencyMismatch):
        receive(
            replace(paid(5), amount=Money(5, "USD")),
            ACCOUNT,
            [open_item()],
            named=[Named("INV-1")],
            settlement=Settlement(),
            tz=BERLIN,
        )


def test_a_discount_in_time_posts_its_own_entry_with_the_tax_in_it() -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(9_800, 10), "INV-1")
    assert kinds(made) == [EntryKind.PAYMENT, EntryKind.DISCOUNT]
    assert (made.moved(LedgerName.DISCOUNTS), made.moved(LedgerName.TAX)) == (168, 32 - 1_597)
    assert made.balances() == {}
    (allocated,) = made.payments["pay"].allocated
    assert (allocated.minor, allocated.discount) == (9_800, 200)


@pytest.mark.parametrize(
    ("minor", "number", "discount"),
    [
        (9_800, 12, 200),  # days that are overlooked
        (9_797, 10, 203),  # minor units that are
        (9_900, 10, 100),  # less kept back than was offered
        (9_900, 20, 100),  # the second tier
        (10_000, 5, 0),  # nothing kept back, nothing granted
    ],
)
def test_a_discount_is_what_was_kept_back_within_the_offer(minor: int, number: int, discount: int) -> None:
    made = books(offering(TWO_PERCENT, ONE_PERCENT))
    made.pay(paid(minor, number), "INV-1")
    assert made.balances() == {}
    assert made.moved(LedgerName.DISCOUNTS) + made.moved(LedgerName.TAX) == discount - 1_597
    assert made.account.unapplied == eur(0)


def test_the_last_day_of_a_discount_is_the_customers() -> None:
    """23:30 UTC is 0:30 of the next day in Berlin."""
    made = books(offering(ONE_PERCENT))
    late = at(20).replace(hour=23, minute=30)
    made.pay(replace(paid(9_900), effective_at=late), "INV-1")
    assert made.balances() == {"INV-1": 100}


def test_two_payments_in_time_earn_a_discount_together() -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(5_000, 3, "a"), "INV-1")
    assert made.balances() == {"INV-1": 5_000}
    made.pay(paid(4_800, 9, "b"), "INV-1")
    assert made.balances() == {}


def test_a_part_that_came_late_earns_nothing_for_the_other() -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(5_000, 25, "a"), "INV-1")
    made.pay(paid(4_800, 9, "b"), "INV-1")
    assert made.balances() == {"INV-1": 200}


def test_a_part_earns_its_share_where_the_terms_say_so() -> None:
    made = books(offering(replace(TWO_PERCENT, shares=True)))
    made.pay(paid(4_900, 3, "a"), "INV-1")
    assert made.balances() == {"INV-1": 5_000}
    made.pay(paid(4_900, 30, "b"), "INV-1")
    assert made.balances() == {"INV-1": 100}


def test_several_invoices_paid_but_for_their_discounts_each_get_their_own() -> None:
    made = books(offering(TWO_PERCENT), offering(TWO_PERCENT, number="INV-2"))
    made.pay(paid(19_600, 5), "INV-1", "INV-2")
    assert made.balances() == {}
    assert kinds(made).count(EntryKind.DISCOUNT) == 2


def test_a_discount_taken_too_late_is_seen_with_a_proposal() -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(9_800, 14), "INV-1")
    short = made.items["INV-1"].short
    assert short is not None
    assert (short.reason, short.missing, short.payment) == (
        ShortPaymentReason.DISCOUNT_TOO_LATE,
        eur(200),
        "pay",
    )
    assert short.proposal == (
        "2.00 EUR was kept back as the discount for payment by 2026-03-12; the money came on 2026-03-16, 4 days after. "
        "Proposed: claim 2.00 EUR."
    )


def test_a_discount_taken_too_high_is_seen_with_a_proposal() -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(9_700, 9), "INV-1")
    short = made.items["INV-1"].short
    assert short is not None
    assert short.reason is ShortPaymentReason.DISCOUNT_TOO_HIGH
    assert short.proposal.endswith("Proposed: grant 2.00 EUR and claim 1.00 EUR.")


@pytest.mark.parametrize(("minor", "number"), [(5_000, 9), (9_500, 14)])
def test_a_part_payment_is_no_discount_taken_wrongly(minor: int, number: int) -> None:
    made = books(offering(TWO_PERCENT))
    made.pay(paid(minor, number), "INV-1")
    assert made.items["INV-1"].short is None


@pytest.mark.parametrize(("minor", "rounding"), [(9_998, 2), (10_002, -2)])
def test_a_difference_within_the_tolerance_goes_to_its_own_account(minor: int, rounding: int) -> None:
    made = books(invoice(conditions=Conditions(rounding=2)))
    made.pay(paid(minor), "INV-1")
    assert kinds(made) == [EntryKind.PAYMENT, EntryKind.ROUNDING]
    assert made.moved(LedgerName.ROUNDING) == rounding
    assert (made.balances(), made.credits) == ({}, {})
    assert made.payments["pay"].state is PaymentState.APPLIED


@pytest.mark.parametrize(("minor", "balances", "credit"), [(9_997, {"INV-1": 3}, 0), (10_003, {}, 3)])
def test_a_difference_beyond_the_tolerance_stays(minor: int, balances: dict[str, int], credit: int) -> None:
    made = books(invoice(conditions=Conditions(rounding=2)))
    made.pay(paid(minor), "INV-1")
    assert (made.balances(), made.account.unapplied) == (balances, eur(credit))


def test_money_for_what_was_written_off_recovers_it_and_no_more() -> None:
    made = books()
    made.post(write_off(made.held("INV-1"), made.deed("w")))
    made.pay(paid(4_000, key="a"), "INV-1")
    assert kinds(made)[-1] is EntryKind.RECOVERY
    recovery = made.entries[-1]
    assert (recovery.moved(LedgerName.CASH), recovery.moved(LedgerName.BAD_DEBT)) == (4_000, -4_000)
    assert made.documents["INV-1"].written_off == 6_000
    made.pay(paid(7_500, key="b"), "INV-1")
    assert made.documents["INV-1"].written_off == 0
    assert (made.moved(LedgerName.BAD_DEBT), made.account.unapplied) == (0, eur(1_500))
    assert made.payments["b"].recovered == 6_000
    assert made.differences() == []


@pytest.mark.parametrize(("number", "stays"), [(30, False), (31, True)])
def test_a_late_invoice_that_bears_charges_stays_until_they_are_worked_out(number: int, stays: bool) -> None:
    made = books(invoice(conditions=Conditions(charged=True)))
    made.pay(paid(10_000, number), "INV-1")
    assert ("INV-1" in made.items) is stays
    assert made.balances() == {}
    if stays:
        assert made.items["INV-1"].settling


def test_charges_come_before_the_invoice_where_its_conditions_say_so() -> None:
    big = open_item("INV-1", conditions=Conditions(charges=ChargesOrder.BEFORE_PRINCIPAL))
    fee = open_item("LC-1", 4_000, kind="fee", concerns="INV-1")
    posting = receive(
        paid(5_000), ACCOUNT, [big, fee], named=[Named("INV-1")], settlement=Settlement(), tz=BERLIN
    )
    assert posting.payment is not None
    assert [(each.item, each.minor) for each in posting.payment.after.allocated] == [
        ("LC-1", 4_000),
        ("INV-1", 1_000),
    ]


@pytest.mark.parametrize("conditions", [Conditions(), Conditions(discounts=(TWO_PERCENT,), rounding=5)])
def test_what_does_not_fit_into_one_transaction_is_credit_at_first(conditions: Conditions) -> None:
    made = books(*(invoice(f"INV-{n}", conditions=conditions) for n in range(150)))
    posting = receive(
        paid(1_470_000),
        ACCOUNT,
        made.items.values(),
        settlement=Settlement(),
        tz=BERLIN,
        recorded_at=made.now,
    )
    assert posting.writes <= MOST_WRITES
    made.post(posting)
    assert len(made.items) > 100
    made.use_credit()
    assert made.account.unapplied == eur(0)
    assert made.differences() == []


def test_a_payment_of_nobody_waits_in_suspense_and_is_placed_once() -> None:
    waiting = to_suspense(paid(10_000))
    assert waiting.account_id == "suspense.EUR"
    assert waiting.payment is not None
    made = books()
    posting = place(
        waiting.payment.after,
        ACCOUNT,
        made.items.values(),
        made.deed("p"),
        named=[Named("INV-1")],
        settlement=Settlement(),
        tz=BERLIN,
    )
    entry, release = posting.entries
    assert {entry.kind, release.kind} == {EntryKind.PLACEMENT}
    assert release.account_id == "suspense.EUR"
    assert waiting.entries[0].moved(LedgerName.SUSPENSE) + release.moved(LedgerName.SUSPENSE) == 0
    assert entry.moved(LedgerName.CASH) + release.moved(LedgerName.CASH) == 0
    assert entry.effective_at == at(1)
    assert posting.payment is not None
    placed = posting.payment.after
    assert (placed.state, placed.invoice) == (PaymentState.PLACED, "INV-1")
    with pytest.raises(Conflict):
        place(placed, ACCOUNT, (), made.deed("p"), settlement=Settlement(), tz=BERLIN)


@pytest.mark.parametrize(("late", "early", "open_items"), [(40, 35, ["INV-1"]), (20, 5, [])])
def test_money_that_came_first_counts_first_whenever_that_is_learned(
    late: int, early: int, open_items: list[str]
) -> None:
    """Also of an invoice that was paid already: interest is on what was owed each day."""
    made = books(invoice(conditions=Conditions(charged=True)))
    made.pay(paid(10_000, late, "late"), "INV-1")
    made.pay(paid(10_000, early, "early"), "INV-1")
    assert list(made.items) == open_items
    moves = made.items["INV-1"].moves if open_items else made.documents["INV-1"].moves
    assert [(move.at, move.minor) for move in moves if move.at < at(late)] == [(at(early), -10_000)]
    assert sum(move.minor for move in moves) == -10_000
    (credit,) = made.credits.values()
    assert (credit.balance, credit.effective_at) == (eur(10_000), at(late))
    assert made.differences() == []


def test_money_that_is_too_early_for_a_debt_waits_as_credit_until_it_is_owed_again() -> None:
    made = books()
    made.pay(paid(10_000, 5, "a"), "INV-1")
    deed = made.deed("r", at(20))
    made.post(refund(made.payments["a"], made.holdings(), (), deed))
    made.pay(paid(10_000, 8, "b"), "INV-1")
    payment, allocation = made.entries[-2:]
    assert (payment.effective_at, payment.moved(LedgerName.UNAPPLIED)) == (at(8), -10_000)
    assert (allocation.kind, allocation.effective_at) == (EntryKind.ALLOCATION, at(20))
    assert (made.balances(), made.account.unapplied) == ({}, eur(0))
