from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from receivables.arrangements import Extension, Hold, InterestFrom
from receivables.core.errors import Conflict, InvalidInput
from receivables.ledger import (
    CreditSource,
    Entry,
    EntryKind,
    Invoice,
    InvoiceStatus,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    Payment,
    Posting,
)
from receivables.ledger.adjusting import (
    claim_charge,
    claim_short_payment,
    extend,
    grant_short_payment,
    hold_item,
    waive,
    write_off,
)
from receivables.ledger.facts import account_event
from receivables.ledger.issuing import open_item
from receivables.ledger.returning import refund, transfer
from receivables.ledger.reversing import receivables_of, reverse_entry
from receivables.ledger.sheet import Sheet
from receivables.terms import Conditions, Discount, Instalment
from tests.builders import day, eur, invoice
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


def charged(minor: int = 4_000, **changes: Any) -> Books:
    """A fee, LC-1, for an invoice."""
    made = books()
    document = invoice("LC-1", minor=minor, kind=ItemKind.FEE, concerns="INV-1")
    legs = (Leg(LedgerName.RECEIVABLE, minor, "LC-1"), Leg(LedgerName.FEES, -minor))
    entry = made.deed("LC-1").entry(ACCOUNT, EntryKind.FEE, eur(minor), legs, invoice="INV-1")
    change = ItemChange("LC-1", None, replace(open_item(document), **changes), document=document)
    made.post(Posting(ACCOUNT, (entry,), (change,)))
    return made


def last(made: Books, kind: EntryKind) -> Entry:
    return next(entry for entry in reversed(made.entries) if entry.kind is kind)


def undo(made: Books, kind: EntryKind) -> Posting:
    entry = last(made, kind)
    record = made.payments.get(entry.payment or "")
    holdings = made.holdings(sorted(receivables_of(entry, record)) or None)
    return reverse_entry(entry, holdings, made.credits.values(), made.deed("undo"), record=record, tz=BERLIN)


def state(made: Books) -> tuple[object, ...]:
    sums = {name: made.moved(name) for name in LedgerName}
    unapplied = sorted((each.balance.minor, each.effective_at) for each in made.credits.values())
    return made.balances(), unapplied, sums, made.documents["INV-1"].written_off


# write-offs and waivers


def test_a_write_off_closes_the_invoice_as_written_off() -> None:
    made = books()
    made.pay(paid(3_000), "INV-1")
    made.post(write_off(made.held("INV-1"), made.deed("w")))
    document = made.documents["INV-1"]
    assert (document.status, document.written_off) == (InvoiceStatus.WRITTEN_OFF, 7_000)
    assert made.moved(LedgerName.BAD_DEBT) == 7_000
    with pytest.raises(Conflict):
        write_off(made.held("INV-1"), made.deed("again"))


def test_a_part_can_be_written_off_and_the_rest_is_owed() -> None:
    made = books()
    made.post(write_off(made.held("INV-1"), made.deed("w"), amount=eur(4_000)))
    assert made.balances() == {"INV-1": 6_000}
    assert made.documents["INV-1"].written_off == 4_000
    made.post(write_off(made.held("INV-1"), made.deed("w2")))
    assert made.documents["INV-1"].written_off == 10_000
    assert made.differences() == []
    with pytest.raises(InvalidInput):
        write_off(books().held("INV-1"), made.deed("w"), amount=eur(10_001))


def test_a_charge_that_is_not_claimed_is_waived_not_written_off() -> None:
    made = charged(claimed=False)
    with pytest.raises(Conflict, match="waive"):
        write_off(made.held("LC-1"), made.deed("w"))
    made.post(waive(made.held("LC-1"), made.deed("w")))
    assert "LC-1" not in made.items
    assert made.moved(LedgerName.FEES) == 0


def test_a_charge_is_waived_in_part_and_no_more_than_it_was() -> None:
    made = charged()
    made.post(waive(made.held("LC-1"), made.deed("a"), amount=eur(1_500)))
    assert made.balance("LC-1") == 2_500
    with pytest.raises(InvalidInput):
        waive(made.held("LC-1"), made.deed("b"), amount=eur(2_501))


def test_what_was_paid_of_a_waived_charge_is_credit() -> None:
    made = charged()
    made.pay(paid(1_000), "LC-1")
    made.post(waive(made.held("LC-1"), made.deed("a"), amount=eur(4_000)))
    (credit,) = made.credits.values()
    assert (credit.balance, credit.source) == (eur(1_000), CreditSource.RELEASE)
    assert made.moved(LedgerName.FEES) == 0
    with pytest.raises(Conflict, match="already"):
        waive(made.held("LC-1"), made.deed("b"))
    assert made.differences() == []


def test_a_paid_charge_is_waived_in_full_unless_told_otherwise_and_an_invoice_is_not() -> None:
    made = charged()
    made.pay(paid(4_000), "LC-1")
    made.post(waive(made.held("LC-1"), made.deed("a")))
    assert made.account.unapplied == eur(4_000)
    with pytest.raises(Conflict):
        waive(made.held("INV-1"), made.deed("a"))


# claims, grants, time


def test_what_was_given_up_of_a_charge_does_not_become_credit_when_it_is_waived() -> None:
    made = charged()
    made.post(write_off(made.held("LC-1"), made.deed("w"), amount=eur(1_000)))
    with pytest.raises(InvalidInput, match=r"more than the 30\.00 EUR"):
        waive(made.held("LC-1"), made.deed("v"), amount=eur(3_001))
    made.pay(paid(2_500), "LC-1")
    made.post(waive(made.held("LC-1"), made.deed("v"), amount=eur(3_000)))
    assert (made.balance("LC-1"), made.account.unapplied) == (0, eur(2_500))
    assert made.differences() == []


def test_of_a_charge_that_was_raised_all_can_be_waived() -> None:
    made = charged()
    legs = (Leg(LedgerName.RECEIVABLE, 500, "LC-1"), Leg(LedgerName.FEES, -500, "LC-1"))
    entry = made.deed("more").entry(ACCOUNT, EntryKind.FEE, eur(500), legs, invoice="INV-1")
    sheet = Sheet()
    sheet.put_held(made.held("LC-1"))
    sheet.move("LC-1", made.now, 500, EntryKind.FEE)
    made.post(Posting(ACCOUNT, (entry,), sheet.changes()))
    made.post(waive(made.held("LC-1"), made.deed("v"), amount=eur(4_500)))
    assert (made.balance("LC-1"), made.account.unapplied) == (0, eur(0))


def test_a_charge_is_claimed_once_and_by_whom_is_on_record() -> None:
    made = charged(claimed=False)
    posting = claim_charge(ACCOUNT, made.items["LC-1"], made.deed("c", reason="contract"))
    (fact,) = posting.facts
    assert (fact["event"], fact["invoice"], fact["by"], fact["reason"]) == (
        "charge_claimed",
        "LC-1",
        "test",
        "contract",
    )
    made.post(posting)
    assert made.items["LC-1"].claimed
    for number in ("LC-1", "INV-1"):
        with pytest.raises(Conflict):
            claim_charge(ACCOUNT, made.items[number], made.deed("c"))


def short() -> Books:
    offer = Discount(day(10), day(10), eur(200), eur(0))
    made = books(invoice(conditions=Conditions(discounts=(offer,))))
    made.pay(paid(9_800, 15), "INV-1")
    return made


def test_what_was_kept_back_can_be_granted_and_goes_back_with_the_payment() -> None:
    made = short()
    made.post(grant_short_payment(made.held("INV-1"), made.deed("g"), record=made.payments["pay"]))
    assert (made.balances(), made.moved(LedgerName.DISCOUNTS)) == ({}, 200)
    assert made.payments["pay"].allocated[0].discount == 200
    made.post(refund(made.payments["pay"], made.holdings(), (), made.deed("r")))
    assert (made.balances(), made.moved(LedgerName.DISCOUNTS)) == ({"INV-1": 10_000}, 0)
    assert made.differences() == []


def test_a_part_is_granted_the_rest_is_claimed() -> None:
    made = short()
    with pytest.raises(InvalidInput):
        grant_short_payment(made.held("INV-1"), made.deed("g"), amount=eur(201))
    made.post(grant_short_payment(made.held("INV-1"), made.deed("g"), amount=eur(50)))
    assert made.balances() == {"INV-1": 150}
    assert made.items["INV-1"].short is None
    with pytest.raises(Conflict):
        claim_short_payment(ACCOUNT, made.items["INV-1"], made.deed("g"))


def test_what_was_kept_back_can_be_claimed() -> None:
    made = short()
    posting = claim_short_payment(ACCOUNT, made.items["INV-1"], made.deed("g"))
    made.post(posting)
    assert (posting.facts[0]["event"], posting.facts[0]["amount"]) == ("short_payment_claimed", 200)
    assert made.items["INV-1"].short is None


def extension(due: int) -> Extension:
    return Extension(day(due), InterestFrom.NEW_DUE_DATE, "asked", "alice", START)


def test_more_time_forgets_the_progress_of_the_receivable_and_its_instalments() -> None:
    parts = (Instalment(day(10), eur(6_000)), Instalment(day(30), eur(4_000)))
    made = books(invoice(conditions=Conditions(parts)))
    posting = extend(ACCOUNT, made.items["INV-1"], extension(45), made.deed("e"))
    assert posting.account.forget == ("INV-1", "INV-1#1", "INV-1#2")
    made.post(posting)
    with pytest.raises(InvalidInput) as refused:
        extend(ACCOUNT, made.items["INV-1"], extension(45), made.deed("e"))
    assert refused.value.field == "due_date"
    made.post(extend(ACCOUNT, made.items["INV-1"], None, made.deed("x")))
    assert made.items["INV-1"].extension is None
    with pytest.raises(Conflict):
        extend(ACCOUNT, made.items["INV-1"], None, made.deed("x"))


def test_a_receivable_is_put_on_hold_and_released() -> None:
    made = books()
    hold = Hold("asked", "alice", at(1), at(9))
    made.post(hold_item(ACCOUNT, made.items["INV-1"], hold, made.deed("h")))
    assert made.items["INV-1"].hold == hold
    made.post(hold_item(ACCOUNT, made.items["INV-1"], None, made.deed("i")))
    with pytest.raises(Conflict):
        hold_item(ACCOUNT, made.items["INV-1"], None, made.deed("i"))
    with pytest.raises(InvalidInput) as refused:
        hold_item(ACCOUNT, made.items["INV-1"], replace(hold, until=at(1)), made.deed("h"))
    assert refused.value.field == "until"


def test_a_fact_keeps_its_own_names() -> None:
    with pytest.raises(ValueError, match="kind"):
        account_event("x", "evt_1", START, "alice", kind="other")
    assert "nothing" not in account_event("x", "evt_1", START, "alice", nothing=None)


# reversals: everything is as it was before


def discounted() -> Books:
    offer = Discount(day(10), day(10), eur(200), eur(30))
    return books(invoice(tax=eur(1_500), conditions=Conditions(discounts=(offer,))))


def fact_write_off(made: Books) -> None:
    made.post(write_off(made.held("INV-1"), made.deed("w", at(3))))


def fact_credit_note(made: Books) -> None:
    made.credit("INV-1", "CN-1", 3_000, at(3))


def fact_payment(made: Books) -> None:
    made.pay(paid(12_000, 3), "INV-1")


def fact_discounted_payment(made: Books) -> None:
    made.pay(paid(9_800, 3), "INV-1")


def fact_waiver(made: Books) -> None:
    made.post(waive(made.held("LC-1"), made.deed("w", at(3))))


@pytest.mark.parametrize(
    ("start", "what", "kind"),
    [
        (books, fact_write_off, EntryKind.WRITE_OFF),
        (books, fact_credit_note, EntryKind.CREDIT_NOTE),
        (books, fact_payment, EntryKind.PAYMENT),
        (discounted, fact_discounted_payment, EntryKind.PAYMENT),
        (charged, fact_waiver, EntryKind.WAIVER),
    ],
)
def test_what_is_reversed_might_never_have_been(start: Any, what: Any, kind: EntryKind) -> None:
    made: Books = start()
    before = state(made)
    what(made)
    assert state(made) != before
    made.post(undo(made, kind))
    assert state(made) == before
    reversal = last(made, EntryKind.REVERSAL)
    assert reversal.effective_at == last(made, kind).effective_at
    assert reversal.reverses == last(made, kind).id
    assert made.differences() == []


def test_a_charge_that_nobody_paid_is_reversed() -> None:
    made = charged()
    made.post(undo(made, EntryKind.FEE))
    assert made.balances() == {"INV-1": 10_000}
    assert made.moved(LedgerName.FEES) == 0
    made = charged()
    made.pay(paid(1), "LC-1")
    with pytest.raises(Conflict, match="waive"):
        undo(made, EntryKind.FEE)


def test_a_waiver_of_what_had_been_given_up_is_reversed() -> None:
    """As a correction makes one: of a charge that was written off."""
    made = charged()
    made.post(write_off(made.held("LC-1"), made.deed("w")))
    legs = (Leg(LedgerName.FEES, 1_500, "LC-1"), Leg(LedgerName.BAD_DEBT, -1_500, "LC-1"))
    entry = made.deed("less").entry(ACCOUNT, EntryKind.WAIVER, eur(1_500), legs, invoice="INV-1")
    sheet = Sheet()
    sheet.put_held(made.held("LC-1"))
    sheet.give_up("LC-1", -1_500)
    sheet.move("LC-1", made.now, 1_500, EntryKind.WRITE_OFF)
    sheet.move("LC-1", made.now, -1_500, EntryKind.WAIVER)
    made.post(Posting(ACCOUNT, (entry,), sheet.changes()))
    made.post(undo(made, EntryKind.WAIVER))
    assert made.documents["LC-1"].written_off == 4_000
    assert made.differences() == []


def test_a_discount_is_reversed_alone_once() -> None:
    made = discounted()
    made.pay(paid(9_800, 3), "INV-1")
    made.post(undo(made, EntryKind.DISCOUNT))
    assert made.balances() == {"INV-1": 200}
    assert made.payments["pay"].allocated[0].discount == 0
    assert made.moved(LedgerName.TAX) == -1_500
    with pytest.raises(Conflict):
        undo(made, EntryKind.DISCOUNT)


@pytest.mark.parametrize(("minor", "balance", "credit"), [(9_999, {"INV-1": 1}, 0), (10_001, {}, 1)])
def test_a_rounding_difference_is_reversed(minor: int, balance: dict[str, int], credit: int) -> None:
    made = books(invoice(conditions=Conditions(rounding=2)))
    made.pay(paid(minor), "INV-1")
    made.post(undo(made, EntryKind.ROUNDING))
    assert (made.balances(), made.account.unapplied) == (balance, eur(credit))
    assert made.differences() == []


def test_an_allocation_of_credit_is_reversed() -> None:
    made = books()
    made.pay(paid(4_000), "INV-404")
    made.use_credit()
    made.post(undo(made, EntryKind.ALLOCATION))
    assert (made.balances(), made.account.unapplied) == ({"INV-1": 10_000}, eur(4_000))
    assert made.payments["pay"].credit == 4_000
    assert made.differences() == []


def test_a_transfer_is_reversed_by_one_the_other_way() -> None:
    made = books(invoice("INV-1"), invoice("INV-2"))
    made.pay(paid(4_000), "INV-1")
    made.post(
        transfer(made.payments["pay"], made.held("INV-1"), made.held("INV-2"), made.deed("t"), tz=BERLIN)
    )
    made.post(undo(made, EntryKind.TRANSFER))
    assert made.balances() == {"INV-1": 6_000, "INV-2": 10_000}
    assert made.differences() == []


def test_what_followed_stands_in_the_way_of_a_reversal() -> None:
    made = books(invoice("INV-1"), invoice("INV-2"))
    made.pay(paid(10_000), "INV-1")
    made.credit("INV-1", "CN-1", 500, at(2))
    made.use_credit()
    with pytest.raises(Conflict, match="credit that came of it was used"):
        undo(made, EntryKind.CREDIT_NOTE)
    made.post(refund(made.payments["pay"], made.holdings(), (), made.deed("r"), amount=eur(1)))
    with pytest.raises(Conflict, match="went back"):
        undo(made, EntryKind.PAYMENT)
    made.post(write_off(made.held("INV-2"), made.deed("w")))
    made.pay(paid(100, key="late"), "INV-2")
    with pytest.raises(Conflict, match="recovered"):
        undo(made, EntryKind.WRITE_OFF)


@pytest.mark.parametrize("kind", [EntryKind.INVOICE, EntryKind.REFUND])
def test_what_has_a_way_of_its_own_is_not_reversed(kind: EntryKind) -> None:
    made = books()
    made.pay(paid(10_000), "INV-1")
    made.post(refund(made.payments["pay"], made.holdings(), (), made.deed("r")))
    with pytest.raises(Conflict, match="is not reversed"):
        undo(made, kind)
