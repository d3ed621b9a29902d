"""A long random life of an account: thousands of facts, all checks at the end."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.ledger import LedgerName
from receivables.ledger.trial_balance import trial_balance
from receivables.ledger.views import view
from tests.unit.ledger.books import Books
from tests.unit.ledger.life import Life

FACTS = 4_000


def test_a_long_life_leaves_books_in_which_everything_agrees() -> None:
    life = Life(seed=5)
    life.live(FACTS)
    assert life.done >= 2_900
    books = life.books
    assert books.differences() == []
    assert trial_balance(books.entries).differences == {}
    now = view(books.account_id, books.entries)
    assert (now.balance, now.unapplied) == (books.account.balance, books.account.unapplied)
    assert {each.number: each.balance.minor for each in now.receivables} == books.balances()


@settings(max_examples=8, deadline=None)
@given(st.integers(0, 10**6))
def test_everything_agrees_after_each_fact_of_any_life(seed: int) -> None:
    def check(books: Books) -> None:
        assert books.differences() == []

    Life(seed).live(60, check)


@settings(max_examples=10, deadline=None)
@given(st.integers(0, 10**6))
def test_cash_is_what_came_in_less_what_went_back(seed: int) -> None:
    life = Life(seed)
    life.live(120)
    books = life.books
    came = sum(record.payment.amount.minor for record in books.payments.values())
    gone = sum(r.refunded + r.charged_back + r.reversed for r in books.payments.values())
    credits_out = sum(e.amount.minor for e in books.entries if e.kind.value == "refund" and e.payment is None)
    here = (LedgerName.CASH, LedgerName.CLEARING, LedgerName.REFUNDS_PAYABLE)
    in_books = sum(map(books.moved, here))
    assert in_books == came - gone - credits_out


@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_life_makes_the_same_books(seed: int) -> None:
    first, second = Life(seed), Life(seed)
    first.live(150)
    second.live(150)
    assert first.books.entries == second.books.entries
