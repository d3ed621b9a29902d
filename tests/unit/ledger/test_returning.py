from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from receivables.core.errors import Conflict, InvalidInput, StaleRevision, TooLarge
from receivables.ledger import Allocated, EntryKind, Invoice, LedgerName, Payment, Posting
from receivables.ledger.adjusting import write_off
from receivables.ledger.freeing import free_some
from receivables.ledger.receiving import to_suspense
from receivables.ledger.returning import (
    chargeback,
    pay_refund,
    refund,
    refund_credit,
    reverse_chargeback,
    transfer,
)
from receivables.ledger.reversing import reverse_entry
from receivables.terms import Conditions, Discount
from tests.builders import day, eur, invoice
from tests.unit.ledger.books import ACCOUNT, BERLIN, START, Books

OFFER = Discount(day(10), day(10), eur(200), eur(32))


def at(number: int) -> datetime:
    return START + timedelta(days=number)


def books(*issued: Invoice, paid: int = 10_000) -> Books:
    """What is issued (INV-1 otherwise), and a payment on day 5 that names all of it."""
    made = Books()
    for each in issued or (invoice(),):
        made.issue(each)
    made.pay(Payment("pay", eur(paid), at(5), at(5), None, "test"), *made.documents)
    return made


def refunded(made: Books, minor: int | None = None, *, key: str = "r", paid: bool = True) -> Posting:
    return refund(
        made.payments["pay"],
        made.holdings(),
        made.credits.values(),
        made.deed(key, at(20)),
        amount=None if minor is None else eur(minor),
        paid=paid,
    )


def charged_back(made: Books, minor: int | None = None) -> Posting:
    return chargeback(
        made.payments["pay"],
        made.holdings(),
        made.credits.values(),
        made.deed("cb", at(20)),
        amount=None if minor is None else eur(minor),
    )


def test_a_refund_opens_what_was_paid_again_from_its_own_day_on() -> None:
    made = books()
    made.post(refunded(made))
    item = made.items["INV-1"]
    assert item.balance == eur(10_000)
    assert [(move.at, move.minor) for move in item.moves] == [(at(5), -10_000), (at(20), 10_000)]
    assert item.rev > 0
    assert made.moved(LedgerName.CASH) == 0
    assert (made.payments["pay"].refunded, made.payments["pay"].allocated) == (10_000, ())
    assert made.differences() == []


def test_a_refund_takes_credit_first_then_the_last_that_was_paid() -> None:
    made = books(invoice("INV-1"), invoice("INV-2"), paid=23_000)
    made.post(refunded(made, 7_000))
    assert made.balances() == {"INV-2": 4_000}
    assert made.credits == {}
    assert made.payments["pay"].allocated == (Allocated("INV-1", 10_000), Allocated("INV-2", 6_000))


def test_a_refund_takes_the_discount_back_with_it() -> None:
    made = books(invoice(tax=eur(1_597), conditions=Conditions(discounts=(OFFER,))), paid=9_800)
    assert made.balances() == {}
    made.post(refunded(made, 4_900))
    assert made.balances() == {"INV-1": 5_000}
    assert made.moved(LedgerName.DISCOUNTS) == 84
    made.post(refunded(made, key="r2"))
    assert made.balances() == {"INV-1": 10_000}
    assert (made.moved(LedgerName.DISCOUNTS), made.moved(LedgerName.TAX)) == (0, -1_597)
    assert made.differences() == []


def test_no_more_goes_back_than_came() -> None:
    made = books()
    made.post(refunded(made, 4_000))
    with pytest.raises(InvalidInput) as refused:
        refunded(made, 6_001, key="r2")
    assert refused.value.field == "amount"
    made.post(refunded(made, key="r3"))
    with pytest.raises(Conflict):
        refunded(made, key="r4")


@pytest.mark.parametrize("minor", [0, -5])
def test_a_refund_of_nothing_is_refused(minor: int) -> None:
    with pytest.raises(InvalidInput):
        refunded(books(), minor)


def test_money_in_suspense_is_placed_before_it_goes_back() -> None:
    waiting = to_suspense(Payment("s", eur(5), at(1), at(1), None, "test")).payment
    assert waiting is not None
    with pytest.raises(Conflict, match="suspense"):
        refund(waiting.after, {}, (), books().deed("r"))


def test_a_refund_of_credit_that_was_used_meanwhile_is_worked_out_again() -> None:
    made = books(paid=13_000)
    with pytest.raises(StaleRevision):
        refund(made.payments["pay"], made.holdings(), (), made.deed("r"))


def test_a_promised_refund_is_paid_once() -> None:
    made = books()
    made.post(refunded(made, paid=False))
    assert made.moved(LedgerName.REFUNDS_PAYABLE) == -10_000
    promised = made.entries[-1]
    assert made.post(pay_refund(promised, made.deed("out", at(21)), made.payments["pay"].payment))
    assert not made.post(pay_refund(promised, made.deed("again", at(22)), made.payments["pay"].payment))
    assert (made.moved(LedgerName.REFUNDS_PAYABLE), made.moved(LedgerName.CASH)) == (0, 0)
    with pytest.raises(Conflict):
        pay_refund(made.entries[0], made.deed("no"))


def test_credit_of_a_credit_note_is_paid_out_and_that_of_a_payment_is_not() -> None:
    made = books(paid=13_000)
    (of_payment,) = made.credits.values()
    with pytest.raises(Conflict):
        refund_credit(ACCOUNT, of_payment, made.deed("x"))
    made.credit("INV-1", "CN-1", 2_000, at(7))
    credit = next(each for each in made.credits.values() if each.key == "CN-1")
    with pytest.raises(InvalidInput):
        refund_credit(ACCOUNT, credit, made.deed("x"), amount=eur(2_001))
    made.post(refund_credit(ACCOUNT, credit, made.deed("x"), amount=eur(1_500)))
    assert made.credits[credit.id].balance == eur(500)
    assert made.differences() == []


def test_a_chargeback_does_not_take_what_went_back_already() -> None:
    made = books()
    made.post(refunded(made, 3_000))
    made.post(charged_back(made, 10_000))
    assert made.payments["pay"].charged_back == 7_000
    assert (made.balances(), made.moved(LedgerName.CASH)) == ({"INV-1": 10_000}, 0)
    with pytest.raises(Conflict):
        charged_back(made)


def test_the_reversal_of_a_chargeback_pays_again_what_it_had_paid_with_the_discount() -> None:
    made = books(invoice(conditions=Conditions(discounts=(OFFER,))), paid=9_800)
    made.post(charged_back(made))
    assert made.balances() == {"INV-1": 10_000}
    taken = next(entry for entry in made.entries if entry.kind is EntryKind.CHARGEBACK)

    def back(key: str) -> Posting:
        deed = made.deed(key, at(40))
        return reverse_chargeback(made.payments["pay"], taken, made.holdings(), deed, tz=BERLIN)

    made.post(back("a"))
    assert (made.balances(), made.payments["pay"].charged_back) == ({}, 0)
    assert made.payments["pay"].allocated == (Allocated("INV-1", 9_800, 200),)
    assert made.differences() == []
    with pytest.raises(Conflict):
        back("b")


def test_what_is_paid_by_others_meanwhile_makes_the_reversal_credit() -> None:
    made = books()
    made.post(charged_back(made))
    made.pay(Payment("other", eur(10_000), at(25), at(25), None, "test"), "INV-1")
    taken = made.entries[-2]
    made.post(
        reverse_chargeback(made.payments["pay"], taken, made.holdings(), made.deed("x", at(40)), tz=BERLIN)
    )
    assert made.account.unapplied == eur(10_000)
    assert made.differences() == []


def test_what_had_been_recovered_is_given_up_again() -> None:
    made = Books()
    made.issue(invoice())
    made.post(write_off(made.held("INV-1"), made.deed("w")))
    made.pay(Payment("pay", eur(4_000), at(5), at(5), None, "test"), "INV-1")
    made.post(charged_back(made))
    assert made.documents["INV-1"].written_off == 10_000
    assert (made.moved(LedgerName.BAD_DEBT), made.payments["pay"].recovered) == (10_000, 0)
    assert made.differences() == []


def moved(made: Books, minor: int | None = None, to: str = "INV-2") -> Posting:
    return transfer(
        made.payments["pay"],
        made.held("INV-1"),
        made.held(to),
        made.deed("t", at(30)),
        amount=None if minor is None else eur(minor),
        tz=BERLIN,
    )


def two() -> Books:
    made = books()
    made.issue(invoice("INV-2", minor=7_000))
    return made


def test_a_transfer_counts_from_the_day_of_the_payment() -> None:
    made = two()
    made.post(moved(made))
    assert made.balances() == {"INV-1": 7_000}
    entry = made.entries[-1]
    assert (entry.kind, entry.effective_at) == (EntryKind.TRANSFER, at(5))
    assert {(leg.item, leg.minor) for leg in entry.legs} == {("INV-1", 7_000), ("INV-2", -7_000)}
    assert made.payments["pay"].allocated == (Allocated("INV-1", 3_000), Allocated("INV-2", 7_000))
    assert made.differences() == []


@pytest.mark.parametrize("minor", [0, -1, 7_001])
def test_no_more_is_transferred_than_is_open(minor: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        moved(two(), minor)
    assert refused.value.field == "amount"


def test_a_transfer_needs_another_receivable_that_is_open_and_money_on_the_first() -> None:
    made = two()
    with pytest.raises(InvalidInput) as refused:
        moved(made, to="INV-1")
    assert refused.value.field == "to"
    made.post(moved(made))
    with pytest.raises(InvalidInput):
        moved(made)
    made = books(paid=1)
    made.issue(invoice("INV-2"))
    made.post(refunded(made))
    with pytest.raises(Conflict):
        moved(made)


def many(count: int = 100) -> Books:
    """One payment that has paid more receivables, in several postings, than one transaction could open again."""
    made = Books()
    for number in range(count):
        made.issue(invoice(f"INV-{number}", minor=100))
    made.pay(Payment("pay", eur(100 * count), at(5), at(5), None, "test"))
    made.use_credit()
    assert len(made.payments["pay"].allocated) == count
    return made


@pytest.mark.parametrize("how", [refund, chargeback])
def test_money_that_paid_more_than_one_transaction_can_open_again_is_credit_first(how: Any) -> None:
    made = many()

    def back() -> Posting:
        posting: Posting = how(
            made.payments["pay"], made.holdings(), made.credits.values(), made.deed("back", at(20))
        )
        return posting

    kind = EntryKind.REFUND if how is refund else EntryKind.CHARGEBACK
    with pytest.raises(TooLarge):
        back()
    for _ in range(3):
        made.post(
            free_some(
                made.payments["pay"], made.holdings(), made.credits.values(), made.deed("back", at(20)), kind
            )
        )
        assert made.differences() == []
    made.post(back())
    assert made.balances() == {f"INV-{number}": 100 for number in range(100)}
    assert (made.account.unapplied, made.moved(LedgerName.CASH)) == (eur(0), 0)
    assert {move.at for item in made.items.values() for move in item.moves if move.minor > 0} == {at(20)}
    assert made.differences() == []


def test_a_large_payment_that_was_a_mistake_is_undone_from_its_own_day_on() -> None:
    made = many()
    entry = next(entry for entry in made.entries if entry.kind is EntryKind.PAYMENT)

    def undo() -> Posting:
        record, deed = made.payments["pay"], made.deed("undo")
        return reverse_entry(entry, made.holdings(), made.credits.values(), deed, record=record)

    with pytest.raises(TooLarge):
        undo()
    for _ in range(3):
        record = made.payments["pay"]
        made.post(
            free_some(record, made.holdings(), made.credits.values(), made.deed("undo"), EntryKind.REVERSAL)
        )
    made.post(undo())
    assert len(made.balances()) == 100
    assert {move.at for item in made.items.values() for move in item.moves} == {at(5)}
    assert made.differences() == []
