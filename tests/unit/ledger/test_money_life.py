"""Whatever happens to money, in any order: what is kept agrees with the entries, and the trial balance is zero."""

from __future__ import annotations

from collections import Counter

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.ledger import EntryKind, LedgerName, PayoutState
from receivables.ledger.trial_balance import trial_balance
from tests.unit.ledger.books import Books
from tests.unit.ledger.money_life import MoneyLife

HAPPENED = {
    EntryKind.SUSPENSE,
    EntryKind.PLACEMENT,
    EntryKind.REFUND,
    EntryKind.REFUND_PAID,
    EntryKind.REFUND_RETURNED,
    EntryKind.CHARGEBACK,
    EntryKind.CHARGEBACK_REVERSAL,
    EntryKind.PAYOUT,
    EntryKind.PAYOUT_FAILED,
    EntryKind.PAYOUT_ARRIVED,
}


def agrees(books: Books) -> None:
    assert books.differences() == []
    assert trial_balance(books.entries).differences == {}


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_everything_agrees_after_each_fact_of_any_life(seed: int) -> None:
    MoneyLife(seed).live(70, agrees)


def test_a_long_life_in_which_everything_happens_leaves_books_in_which_everything_agrees() -> None:
    life = MoneyLife(seed=7)
    life.live(1_500)
    agrees(life.books)
    kinds = Counter(entry.kind for entry in life.books.entries)
    assert {kind for kind in HAPPENED if kinds[kind] >= 5} == HAPPENED


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_clearing_is_what_processors_hold_and_transit_what_is_under_way(seed: int) -> None:
    life = MoneyLife(seed)
    life.live(150)
    books = life.books
    payouts = books.payouts.values()
    held = sum(
        record.payment.amount.minor - record.gone
        for record in books.payments.values()
        if record.payment.held_by
    )
    promised = -sum(
        entry.moved(LedgerName.REFUNDS_PAYABLE)
        for entry in books.entries
        if entry.payment and books.payments[entry.payment].payment.held_by
    )
    left = sum(p.amount.minor for p in payouts if p.state is not PayoutState.FAILED)
    fees = sum(payout.fee.minor for payout in payouts)
    assert books.moved(LedgerName.CLEARING) == held + promised - left - fees
    under_way = sum(p.amount.minor for p in payouts if p.state is PayoutState.SENT)
    assert books.moved(LedgerName.IN_TRANSIT) == under_way
    assert books.moved(LedgerName.PROCESSOR_FEES) == fees
    assert -books.moved(LedgerName.SUSPENSE) == sum(r.waiting.minor for r in books.payments.values())
