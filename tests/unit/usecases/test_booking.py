"""Booking: once by its key, again while others are faster, and never something else under the same key."""

from __future__ import annotations

from typing import Any

import pytest

from receivables.core.errors import Conflict, Throttled
from receivables.ledger import EntryKind, Posting, PostOutcome
from receivables.ledger.adjusting import write_off
from receivables.ledger.deeds import Deed
from receivables.usecases.booking import MOST_TRIES, Booked, book
from tests.builders import NOW, eur, invoice, issued
from tests.fakes.stores import MemoryStores


class Busy:
    """A ledger in which others are faster so many times."""

    def __init__(self, ledger: Any, times: int) -> None:
        self._ledger, self.left = ledger, times

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def post(self, posting: Posting) -> PostOutcome:
        if self.left:
            self.left -= 1
            return PostOutcome.STALE
        outcome: PostOutcome = self._ledger.post(posting)
        return outcome


def written_off(ledger: Any, key: str = "k") -> Booked:
    deed = Deed(f"INV-1/{key}", "api/finn", NOW, NOW, "gone")
    return book(ledger, key, lambda: write_off(ledger.invoice("INV-1"), deed))


def ledger() -> Any:
    stores = MemoryStores()
    issued(stores.ledger, invoice("INV-1"))
    return stores.ledger


def test_what_was_booked_under_a_key_is_the_answer_for_ever() -> None:
    books = ledger()
    first = written_off(books)
    again = written_off(books)
    assert (first.new, again.new) == (True, False)
    assert again.entry == first.entry
    assert len(list(books.entries("C-1.EUR"))) == 2


def test_another_key_is_another_deed() -> None:
    books = ledger()
    written_off(books)
    with pytest.raises(Conflict):
        written_off(books, "other")


def test_it_is_worked_out_again_while_others_are_faster_but_not_for_ever() -> None:
    books = ledger()
    assert written_off(Busy(books, MOST_TRIES - 1)).new
    with pytest.raises(Throttled):
        written_off(Busy(ledger(), MOST_TRIES))


def test_a_key_that_is_taken_between_reading_and_posting_gives_what_took_it() -> None:
    books = ledger()

    def overtaken() -> Posting:
        written_off(books)
        return stale

    deed = Deed("INV-1/k", "api/finn", NOW, NOW, "gone")
    stale = write_off(books.invoice("INV-1"), deed)
    booked = book(books, "k", overtaken)
    assert not booked.new
    assert booked.entry.kind is EntryKind.WRITE_OFF


def test_something_else_under_a_key_is_refused() -> None:
    books = ledger()
    first = written_off(books)
    assert first.same(EntryKind.WRITE_OFF, eur(1)) is first  # it is new: what it did is what was asked for
    again = written_off(books)
    assert again.same(EntryKind.WRITE_OFF, eur(10_000), "INV-1") is again
    assert again.same(EntryKind.WRITE_OFF, None) is again
    for other in (
        (EntryKind.REFUND, None),
        (EntryKind.WRITE_OFF, eur(1)),
        (EntryKind.WRITE_OFF, None, "INV-2"),
    ):
        with pytest.raises(Conflict):
            again.same(*other)
