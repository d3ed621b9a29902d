"""Money in suspense: it goes back, in parts too, and what is left is placed; what comes back is where it was, or follows the rest."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from receivables.core.errors import Conflict, InvalidInput
from receivables.core.money import CurrencyMismatch, Money
from receivables.ledger import (
    Allocated,
    Entry,
    EntryKind,
    Known,
    LedgerName,
    PaymentRecord,
    PaymentState,
    PaymentStub,
)
from receivables.ledger.allocation import Named
from receivables.ledger.knowing import note, note_stub
from receivables.ledger.receiving import place, to_suspense
from receivables.ledger.returning import refund, return_refund, reverse_chargeback
from receivables.ledger.suspense import return_suspense, unplace
from receivables.terms import Settlement
from tests.builders import eur, invoice
from tests.unit.ledger.books import ACCOUNT, BERLIN, START, Books
from tests.unit.ledger.test_clearing import card, moved

KEY = "stripe/main/pi_1"
LATER = START + timedelta(days=3)


def waiting(minor: int = 10_000) -> Books:
    """INV-1 over 100.00 is open, and money of nobody knows whom is there."""
    made = Books()
    made.issue(invoice())
    made.post(to_suspense(card(minor), made.now))
    return made


def record_of(made: Books) -> PaymentRecord:
    return made.payments[KEY]


def give_back(made: Books, minor: int | None = None, kind: EntryKind = EntryKind.REFUND) -> Entry:
    amount = None if minor is None else eur(minor)
    deed = made.deed(f"back-{len(made.entries)}", LATER)
    posting = return_suspense(record_of(made), deed, amount=amount, kind=kind)
    made.post(posting)
    assert made.differences() == []
    return posting.entries[0]


def place_rest(made: Books, *named: Named) -> None:
    deed = made.deed("placed")
    made.post(
        place(
            record_of(made),
            ACCOUNT,
            made.items.values(),
            deed,
            named=named,
            settlement=Settlement(),
            tz=BERLIN,
        )
    )
    assert made.differences() == []


def refund_returned(made: Books, gone: Entry, **how: Any) -> None:
    deed = made.deed(f"returned-{len(made.entries)}", LATER)
    made.post(return_refund(record_of(made), gone, made.holdings(), deed, tz=BERLIN, **how))
    assert made.differences() == []


def test_all_of_it_goes_back() -> None:
    made = waiting()
    entry = give_back(made)
    assert moved(entry) == {"clearing": -10_000, "suspense": 10_000}
    assert (entry.kind, entry.account_id, entry.effective_at) == (EntryKind.REFUND, "suspense.EUR", LATER)
    record = record_of(made)
    assert (record.state, record.returned, record.waiting) == (PaymentState.RETURNED, 10_000, eur(0))
    with pytest.raises(Conflict, match="returned"):
        give_back(made)
    with pytest.raises(Conflict, match="returned"):
        place_rest(made)


def test_what_is_left_is_placed() -> None:
    made = waiting()
    give_back(made, 2_500)
    assert (record_of(made).state, record_of(made).waiting) == (PaymentState.SUSPENSE, eur(7_500))
    place_rest(made, Named("INV-1"))
    record = record_of(made)
    assert (record.state, record.payment.amount) == (PaymentState.PLACED, eur(10_000))
    assert (record.allocated, record.returned) == ((Allocated("INV-1", 7_500),), 2_500)
    assert made.balances() == {"INV-1": 2_500}
    assert made.moved(LedgerName.SUSPENSE) == 0


def test_what_is_known_stays_known_when_it_is_placed() -> None:
    made = waiting()
    fact = Known("refund_pending", START, "re_1", 500)
    made.post(note(record_of(made), known=(fact,), done=("x",)))
    place_rest(made)
    assert (record_of(made).known, record_of(made).done) == ((fact,), ("x",))


def test_no_more_goes_back_to_the_payer_than_waits_and_a_bank_takes_what_is_there() -> None:
    made = waiting()
    with pytest.raises(InvalidInput, match=r"100\.00"):
        give_back(made, 10_001)
    for minor in (0, -1):
        with pytest.raises(InvalidInput, match="more than zero"):
            give_back(made, minor)
    with pytest.raises(CurrencyMismatch):
        return_suspense(record_of(made), made.deed("x"), amount=Money(1, "USD"))
    assert give_back(made, 10_001, EntryKind.CHARGEBACK).amount == eur(10_000)


def test_it_does_not_go_back_before_it_came() -> None:
    made = waiting()
    posting = return_suspense(record_of(made), made.deed("x", START - timedelta(days=1)))
    assert posting.entries[0].effective_at == START


def test_what_did_not_reach_the_payer_waits_again() -> None:
    made = waiting()
    gone = give_back(made)
    refund_returned(made, gone)
    record = record_of(made)
    assert (record.state, record.waiting, record.returned) == (PaymentState.SUSPENSE, eur(10_000), 0)
    with pytest.raises(Conflict, match="came back already"):
        refund_returned(made, gone)
    place_rest(made, Named("INV-1"))
    assert made.balances() == {}


def test_what_a_bank_gives_back_waits_again() -> None:
    made = waiting()
    taken = give_back(made, 4_000, EntryKind.CHARGEBACK)
    deed = made.deed("won", LATER)
    made.post(reverse_chargeback(record_of(made), taken, {}, deed, tz=BERLIN))
    assert (record_of(made).waiting, made.differences()) == (eur(10_000), [])


@pytest.mark.parametrize("kind", [EntryKind.REFUND, EntryKind.CHARGEBACK])
def test_what_comes_back_after_the_rest_was_placed_follows_as_credit(kind: EntryKind) -> None:
    made = waiting()
    gone = give_back(made, 2_500, kind)
    place_rest(made, Named("INV-1"))
    deed = made.deed("again", LATER)
    how = return_refund if kind is EntryKind.REFUND else reverse_chargeback
    made.post(how(record_of(made), gone, {}, deed, tz=BERLIN))
    assert made.differences() == []
    record = record_of(made)
    assert (record.state, record.credit, record.returned) == (PaymentState.PLACED, 2_500, 0)
    assert made.moved(LedgerName.SUSPENSE) == 0
    made.use_credit()
    assert (made.balances(), made.differences()) == ({}, [])


# What was placed wrongly


def take_off(made: Books) -> None:
    deed = made.deed(f"wrong-{len(made.entries)}")
    made.post(unplace(record_of(made), made.holdings(), made.credits.values(), deed))
    assert made.differences() == []


def test_what_was_placed_wrongly_waits_again_and_is_placed_again() -> None:
    made = waiting(12_000)
    give_back(made, 500)
    place_rest(made, Named("INV-1"))
    assert (made.balances(), made.account.unapplied) == ({}, eur(1_500))
    take_off(made)
    record = record_of(made)
    assert (record.state, record.account_id, record.waiting) == (PaymentState.SUSPENSE, None, eur(11_500))
    assert (record.allocated, record.credit, record.invoice, record.returned) == ((), 0, None, 500)
    assert (made.balances(), made.account.unapplied) == ({"INV-1": 10_000}, eur(0))
    place_rest(made, Named("INV-1"))
    assert (made.balances(), made.account.unapplied) == ({}, eur(1_500))
    assert made.moved(LedgerName.SUSPENSE) == 0


def test_what_was_applied_at_once_waits_too_when_that_was_wrong() -> None:
    made = Books()
    made.issue(invoice())
    made.pay(card(4_000), "INV-1")
    take_off(made)
    assert (record_of(made).waiting, made.balances()) == (eur(4_000), {"INV-1": 10_000})
    assert give_back(made).amount == eur(4_000)


def test_what_went_back_already_is_not_taken_off() -> None:
    made, _ = on_account()
    with pytest.raises(Conflict, match="went elsewhere"):
        take_off(made)
    suspended = waiting()
    with pytest.raises(Conflict, match="not on the account"):
        take_off(suspended)


# Refunds on an account that did not reach the payer


def on_account(*, paid: bool = True) -> tuple[Books, Entry]:
    made = Books()
    made.issue(invoice())
    made.pay(card(12_000), "INV-1")
    posting = refund(
        record_of(made), made.holdings(), made.credits.values(), made.deed("re_1", LATER), paid=paid
    )
    made.post(posting)
    assert made.balances() == {"INV-1": 10_000}
    return made, posting.entries[0]


def test_it_pays_again_what_it_had_paid_and_the_rest_is_credit() -> None:
    made, gone = on_account()
    refund_returned(made, gone)
    record = record_of(made)
    assert (record.refunded, record.credit, record.allocated) == (0, 2_000, (Allocated("INV-1", 10_000),))
    assert made.balances() == {}
    entry = made.entries[-1]
    assert (entry.kind, entry.reverses, entry.moved(LedgerName.CLEARING)) == (
        EntryKind.REFUND_RETURNED,
        gone.id,
        12_000,
    )


def test_a_part_of_it_can_come_back_and_then_another() -> None:
    made, gone = on_account()
    refund_returned(made, gone, amount=eur(3_000))
    assert (made.balances(), record_of(made).refunded) == ({"INV-1": 7_000}, 9_000)
    refund_returned(made, gone, amount=eur(9_000))
    assert (made.balances(), record_of(made).credit) == ({}, 2_000)
    with pytest.raises(Conflict, match="came back already"):
        refund_returned(made, gone, amount=eur(1))
    for amount in (eur(0), eur(12_001), Money(1, "USD")):
        with pytest.raises(InvalidInput, match=r"at most 120\.00"):
            refund_returned(made, gone, amount=amount)


def test_what_was_promised_only_is_not_owed_any_more() -> None:
    made, gone = on_account(paid=False)
    refund_returned(made, gone, paid=False)
    assert made.moved(LedgerName.REFUNDS_PAYABLE) == 0
    assert made.moved(LedgerName.CLEARING) == 12_000


def test_only_a_refund_of_this_payment_comes_back() -> None:
    made, gone = on_account()
    with pytest.raises(Conflict, match="no refund"):
        refund_returned(made, made.entries[1])
    with pytest.raises(Conflict, match="no chargeback"):
        reverse_chargeback(record_of(made), gone, made.holdings(), made.deed("x"), tz=BERLIN)


def test_what_is_noted_moves_nothing() -> None:
    made = waiting()
    fact = Known("payment_pending", START)
    noted = note(record_of(made), known=(fact,))
    assert (noted.entries, noted.own, noted.payment and noted.payment.after.rev) == ((), True, 1)
    stub = note_stub(None, PaymentStub("p", (fact,)))
    assert (stub.entries, stub.own, stub.writes) == ((), True, 3)
