from __future__ import annotations

from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.core.money import Money
from receivables.ledger import Entry, EntryKind, ItemKind, LedgerName, Payment
from receivables.ledger.trial_balance import TrialBalance, trial_balance
from receivables.ledger.views import running, statement, view
from tests.builders import eur, invoice
from tests.unit.ledger.books import ACCOUNT, START, Books
from tests.unit.ledger.life import Life


def day(number: int) -> datetime:
    return START + timedelta(days=number)


def paid(key: str, minor: int, number: int) -> Payment:
    return Payment(key, eur(minor), day(number), day(number), "INV-1", "test")


def books() -> Books:
    """100.00 invoiced on day 0; 30.00 paid on day 5, of which is learned on day 20; 80.00 on day 10, at once."""
    made = Books()
    made.issue(invoice("INV-1", ACCOUNT))
    made.now = day(10)
    made.pay(paid("b", 8_000, 10), "INV-1")
    made.now = day(20)
    made.pay(paid("a", 3_000, 5), "INV-1")
    return made


def test_a_view_tells_what_was_owed_then_as_it_is_known_now() -> None:
    then = view(ACCOUNT, books().entries, effective_by=day(7))
    assert (then.balance, then.unapplied) == (eur(7_000), eur(0))
    (owed,) = then.receivables
    assert (owed.number, owed.kind, owed.amount, owed.balance) == (
        "INV-1",
        ItemKind.INVOICE,
        eur(10_000),
        eur(7_000),
    )
    assert owed.due_date == invoice().due_date


def test_a_view_tells_what_was_owed_then_as_it_was_known_then() -> None:
    then = view(ACCOUNT, books().entries, effective_by=day(7), known_by=day(15))
    assert then.balance == eur(10_000)


def test_what_was_paid_before_the_other_is_known_to_have_come_first() -> None:
    """The later money gives way: 20.00 of it were paid, 10.00 are credit from its own day on."""
    entries = books().entries
    assert view(ACCOUNT, entries, effective_by=day(9)).balance == eur(7_000)
    end = view(ACCOUNT, entries)
    assert (end.balance, end.unapplied) == (eur(0), eur(1_000))
    assert end.receivables == ()
    assert end.totals[LedgerName.CASH] == eur(11_000)


def test_money_for_what_was_not_invoiced_yet_is_unapplied_credit() -> None:
    made = Books()
    made.issue(invoice("INV-1", ACCOUNT))
    made.pay(paid("a", 4_000, -3), "INV-1")
    before = view(ACCOUNT, made.entries, effective_by=day(-2))
    assert (before.balance, before.unapplied, before.receivables) == (eur(0), eur(4_000), ())
    after = view(ACCOUNT, made.entries)
    assert (after.balance, after.unapplied) == (eur(6_000), eur(0))


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(-60, 120))
def test_views_of_the_past_never_change(seed: int, effective: int) -> None:
    life = Life(seed)
    life.live(60)
    known_by, effective_by = life.books.now - timedelta(seconds=1), day(effective)
    before = view(ACCOUNT, life.books.entries, effective_by=effective_by, known_by=known_by)
    lines = statement(life.books.entries, last=effective_by, known_by=known_by)
    life.live(60)
    assert view(ACCOUNT, life.books.entries, effective_by=effective_by, known_by=known_by) == before
    assert statement(life.books.entries, last=effective_by, known_by=known_by) == lines


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(-60, 60), st.integers(0, 60))
def test_statements_of_one_period_after_the_other_are_one_statement(
    seed: int, first: int, length: int
) -> None:
    life = Life(seed)
    life.live(80)
    entries, between = life.books.entries, day(first)
    early = statement(entries, last=between)
    late = statement(entries, first=between + timedelta(microseconds=1), last=day(first + length))
    assert (late.opening, late.opening_unapplied) == (early.closing, early.closing_unapplied)
    whole = statement(entries, last=day(first + length))
    assert (*early.lines, *late.lines) == whole.lines
    assert statement(entries).closing == life.books.account.balance.minor


def test_a_running_balance_goes_on_from_what_there_was() -> None:
    entries = books().entries
    (first, *rest) = running(entries)
    assert [line.balance for line in running(entries[1:], first.balance, first.unapplied)] == [
        line.balance for line in rest
    ]
    assert [line.change for line in running(entries)][:2] == [10_000, -8_000]


def test_a_trial_balance_adds_up_to_nothing_and_is_additive() -> None:
    euros, yen = Life(1), Life(2, Books(currency="JPY"))
    euros.live(60)
    yen.live(60)
    both = trial_balance([*euros.books.entries, *yen.books.entries])
    assert trial_balance(euros.books.entries) + trial_balance(yen.books.entries) == both
    assert set(both.sums) == {"EUR", "JPY"}
    assert both.differences == {}
    assert both.sums["EUR"][LedgerName.RECEIVABLE] == euros.books.account.balance.minor


def test_a_trial_balance_that_does_not_add_up_says_in_which_currency() -> None:
    wrong = TrialBalance({"EUR": {LedgerName.CASH: 5, LedgerName.SALES: -3}, "USD": {}})
    assert wrong.differences == {"EUR": 2}


def test_entries_of_an_account_without_any_are_a_view_of_nothing() -> None:
    nothing: list[Entry] = []
    assert view(ACCOUNT, nothing).balance == Money.zero("EUR")
    assert statement(nothing).lines == ()
    assert EntryKind.INVOICE in {entry.kind for entry in books().entries}
