"""The nightly check: what is kept is worked out again, and what differs is told to operations by account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from receivables.core.errors import NotFound, Throttled
from receivables.ledger import LedgerName
from receivables.ledger.checks import AccountBooks
from receivables.usecases.check_books import MOST_NAMED, CheckBooks, Walk
from receivables.usecases.trial_balance import TryBalance
from tests.builders import NOW, eur, invoice, issued, payment
from tests.fakes.cases_gateways import InMemoryTopic, Lost
from tests.fakes.checking import InMemoryBooks, InMemoryCheckLog
from tests.fakes.stores import MemoryStores
from tests.unit.usecases.money import received, to_suspense

LATER = NOW + timedelta(minutes=15)


class Night:
    """Five accounts, one of which was paid in part, money that nobody knows, and the check of all of that."""

    def __init__(self) -> None:
        self.stores = MemoryStores()
        for number in range(5):
            issued(self.stores.ledger, invoice(f"INV-{number}", f"C-{number}.EUR"))
        received(self.stores.ledger, payment("INV-1", 4_000))
        to_suspense(self.stores.ledger, payment(None, 700))
        self.books, self.log = InMemoryBooks(self.stores.shelf), InMemoryCheckLog()
        self.operations = InMemoryTopic()
        self.check = CheckBooks(self.books, self.log, self.operations)

    def run(self, pages: int = 1_000) -> Walk:
        return self.check.begin(NOW, self.time_for(pages))

    def go_on(self, pages: int = 1_000) -> Walk:
        return self.check.go_on(LATER, self.time_for(pages))

    def time_for(self, pages: int) -> Callable[[], bool]:
        left = iter([True] * (pages - 1))
        return lambda: next(left, False)

    def tamper(self, account_id: str, minor: int) -> None:
        account = self.stores.shelf.accounts[account_id]
        self.stores.shelf.accounts[account_id] = replace(account, balance=account.balance + eur(minor))


def test_books_that_are_right_are_found_right_and_nobody_is_told() -> None:
    night = Night()
    assert night.run() == Walk(finished=True, checked=6, differing=0)
    assert not night.operations.messages
    assert night.log.result is not None
    assert night.log.result.finished_at == NOW


def test_the_trial_balance_of_all_accounts_is_kept_and_adds_up_to_nothing() -> None:
    night = Night()
    night.run()
    balance = TryBalance(night.books, night.log).of_all().balance
    assert balance.sums["EUR"] == {
        LedgerName.RECEIVABLE: 46_000,
        LedgerName.SALES: -50_000,
        LedgerName.CASH: 4_700,
        LedgerName.SUSPENSE: -700,
    }
    assert balance.entries == 7
    assert not balance.differences


def test_an_account_whose_balance_was_tampered_with_is_named() -> None:
    night = Night()
    night.tamper("C-3.EUR", 1)
    assert night.run() == Walk(finished=True, checked=6, differing=1)
    [message] = night.operations.messages
    assert "C-3.EUR: " in message.text
    assert "C-1.EUR" not in message.text
    assert night.log.result is not None
    assert [finding.account_id for finding in night.log.result.findings] == ["C-3.EUR"]


@pytest.mark.parametrize("what", ["item", "document", "entry"])
def test_whatever_is_tampered_with_is_found(what: str) -> None:
    night = Night()
    shelf = night.stores.shelf
    if what == "item":
        place = ("C-1.EUR", "INV-1")
        shelf.open_items[place] = replace(shelf.open_items[place], balance=eur(5_999))
    elif what == "document":
        del shelf.open_items["C-2.EUR", "INV-2"]
    else:
        del shelf.timeline["C-0.EUR"]
    assert night.run().differing == 1


def test_what_the_walk_saw_in_part_is_read_again_and_found_right() -> None:
    night = Night()
    night.books.torn["C-2.EUR"] = replace(night.books.books("C-2.EUR"), items=())
    assert night.run().differing == 0
    assert night.books.read_again == ["C-2.EUR"]
    assert not night.operations.messages


def test_an_account_that_never_stands_still_is_for_the_next_night(monkeypatch: pytest.MonkeyPatch) -> None:
    night = Night()
    night.tamper("C-3.EUR", 1)

    def busy(account_id: str) -> AccountBooks:
        raise Throttled("it keeps changing")

    monkeypatch.setattr(night.books, "read", busy)
    assert night.run() == Walk(finished=True, checked=6, differing=0)


def test_a_check_that_runs_out_of_time_goes_on_where_it_stopped() -> None:
    night = Night()
    night.tamper("C-0.EUR", -1)
    night.tamper("C-4.EUR", 1)
    assert night.run(pages=1) == Walk(finished=False, checked=2, differing=1)
    with pytest.raises(NotFound):
        TryBalance(night.books, night.log).of_all()
    assert night.go_on(pages=1) == Walk(finished=False, checked=2, differing=0)
    assert night.go_on() == Walk(finished=True, checked=2, differing=1)
    assert [message.subject for message in night.operations.messages] == [
        "The ledger differs: 1 accounts"
    ] * 2
    result = night.log.result
    assert result is not None
    assert (result.began_at, result.finished_at, result.checked, result.differing) == (NOW, LATER, 6, 2)
    whole = Night()
    whole.run()
    assert whole.log.result is not None
    assert result.balance == whole.log.result.balance


def test_there_is_nothing_to_go_on_with_when_all_is_done() -> None:
    night = Night()
    assert night.go_on() == Walk(finished=True, checked=0, differing=0)
    night.run()
    assert night.go_on() == Walk(finished=True, checked=0, differing=0)


def test_a_check_that_dies_before_it_could_tell_tells_again() -> None:
    night = Night()
    night.tamper("C-0.EUR", 1)
    night.operations.fail_next = "before"
    with pytest.raises(Lost):
        night.run()
    assert night.log.result is None
    assert night.run().differing == 1
    assert night.operations.messages[-1].text.count("C-0.EUR") == 1


def test_a_message_names_some_and_counts_all() -> None:
    night = Night()
    for number in range(100, 100 + MOST_NAMED + 5):
        issued(night.stores.ledger, invoice(f"INV-{number}", f"C-{number}.EUR"))
        night.tamper(f"C-{number}.EUR", 1)
    assert night.run().differing == MOST_NAMED + 5
    [message] = night.operations.messages
    assert "and 5 more" in message.text
    assert night.log.result is not None
    assert len(night.log.result.findings) == MOST_NAMED


def test_the_trial_balance_of_an_account_is_worked_out_when_asked_for() -> None:
    night = Night()
    night.tamper("C-1.EUR", 5)
    balance = TryBalance(night.books, night.log).of_account("C-1.EUR")
    assert balance.sums == {
        LedgerName.RECEIVABLE: 6_000,
        LedgerName.SALES: -10_000,
        LedgerName.CASH: 4_000,
    }
    assert balance.entries == 2
    assert len(balance.differences) == 1
    with pytest.raises(NotFound):
        TryBalance(night.books, night.log).of_account("C-9.EUR")
