"""Each single tampering with the books is found, and told with the account and both values."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from receivables.core.money import Money
from receivables.ledger import (
    Entry,
    EntryKind,
    InvoiceStatus,
    ItemChange,
    ItemKind,
    LedgerName,
    Leg,
    PaymentState,
    Posting,
)
from receivables.ledger.checks import AccountBooks, check_account
from receivables.ledger.issuing import open_item
from receivables.ledger.receiving import to_suspense
from receivables.ledger.sheet import Sheet
from receivables.ledger.views import view
from tests.builders import eur, invoice
from tests.builders import payment as paid
from tests.unit.ledger.books import ACCOUNT, START, Books
from tests.unit.ledger.life import Life


def books() -> AccountBooks:
    """Of a life that has open and closed receivables, credit, and payments of which money went back."""
    life = Life(seed=4)
    life.live(150)
    made = life.books.books()
    assert made.credits
    assert made.items
    assert any(document.written_off for document in made.documents)
    return made


BOOKS = books()


def more(money: Money) -> Money:
    return money + Money(1, money.currency)


def other(of: tuple[Any, ...], place: int, **changes: Any) -> tuple[Any, ...]:
    return (*of[:place], replace(of[place], **changes), *of[place + 1 :])


def document(which: Callable[[Any], bool], **changes: Any) -> AccountBooks:
    place = next(n for n, each in enumerate(BOOKS.documents) if which(each))
    return replace(BOOKS, documents=other(BOOKS.documents, place, **changes))


def payment(which: Callable[[Any], bool], change: Callable[[Any], dict[str, Any]]) -> AccountBooks:
    assert BOOKS.payments is not None
    place = next(n for n, each in enumerate(BOOKS.payments) if which(each))
    return replace(BOOKS, payments=other(BOOKS.payments, place, **change(BOOKS.payments[place])))


def entries(*changed: Entry) -> AccountBooks:
    return replace(BOOKS, entries=changed)


def unbalanced(entry: Entry) -> Entry:
    """As somebody might write it who goes past the type."""
    wrong = replace(entry)
    object.__setattr__(wrong, "legs", (*entry.legs, Leg(entry.legs[0].ledger, 1, entry.legs[0].item)))
    return wrong


assert BOOKS.account is not None
FIRST = BOOKS.entries[0]
TAMPERED: dict[str, AccountBooks] = {
    "balance": replace(BOOKS, account=replace(BOOKS.account, balance=more(BOOKS.account.balance))),
    "unapplied": replace(BOOKS, account=replace(BOOKS.account, unapplied=more(BOOKS.account.unapplied))),
    "item balance": replace(BOOKS, items=other(BOOKS.items, 0, balance=more(BOOKS.items[0].balance))),
    "item amount": replace(BOOKS, items=other(BOOKS.items, 0, amount=more(BOOKS.items[0].amount))),
    "item moves": replace(
        BOOKS,
        items=other(BOOKS.items, 0, moves=(*BOOKS.items[0].moves, replace(BOOKS.documents[0].moves[0]))),
    )
    if BOOKS.documents[0].moves
    else replace(BOOKS, items=other(BOOKS.items, 0, balance=Money(-1, "EUR"))),
    "item gone": replace(BOOKS, items=BOOKS.items[1:]),
    "credit": replace(BOOKS, credits=other(BOOKS.credits, 0, balance=more(BOOKS.credits[0].balance))),
    "credit gone": replace(BOOKS, credits=BOOKS.credits[1:]),
    "credit twice": replace(BOOKS, credits=(*BOOKS.credits, replace(BOOKS.credits[0], id="crd_X"))),
    "document gone": replace(BOOKS, documents=BOOKS.documents[1:]),
    "document amount": document(lambda each: True, amount=Money(1, "EUR")),
    "written off": document(lambda each: each.written_off, written_off=0),
    "open or not": document(lambda each: each.status is InvoiceStatus.CLOSED, status=InvoiceStatus.OPEN),
    "closed moves": document(lambda each: len(each.moves) > 0, moves=()),
    "payment credit": payment(lambda each: each.credit, lambda each: {"credit": each.credit - 1}),
    "payment refunded": payment(lambda each: each.refunded, lambda each: {"refunded": 0}),
    "payment allocated": payment(lambda each: each.allocated, lambda each: {"allocated": ()}),
    "payment discount": payment(
        lambda each: any(a.discount for a in each.allocated),
        lambda each: {"allocated": tuple(replace(a, discount=0) for a in each.allocated)},
    ),
    "payment unknown": payment(
        lambda each: True, lambda each: {"payment": replace(each.payment, key="never-heard-of")}
    ),
    "entry gone": entries(*BOOKS.entries[1:]),
    "entry twice": entries(*BOOKS.entries, FIRST),
    "entry of another account": entries(replace(FIRST, account_id="C-2.EUR"), *BOOKS.entries[1:]),
    "entry in another currency": entries(
        replace(FIRST, amount=Money(FIRST.amount.minor, "USD")), *BOOKS.entries[1:]
    ),
    "entry unbalanced": entries(unbalanced(FIRST), *BOOKS.entries[1:]),
}


def test_books_that_are_right_have_no_difference() -> None:
    assert check_account(BOOKS) == []


@pytest.mark.parametrize("what", sorted(TAMPERED))
def test_a_single_tampering_is_found(what: str) -> None:
    found = check_account(TAMPERED[what])
    assert found
    assert {difference.account_id for difference in found} == {ACCOUNT}
    assert all(difference.expected != difference.found for difference in found)


def test_a_difference_tells_what_it_is_and_both_values() -> None:
    assert BOOKS.account is not None
    (found, *_) = check_account(TAMPERED["balance"])
    assert found.what == "the balance"
    assert str(found) == (
        f"C-1.EUR: the balance is {more(BOOKS.account.balance)}, should be {BOOKS.account.balance}"
    )


def test_payments_that_are_not_handed_in_are_not_looked_at() -> None:
    assert check_account(replace(TAMPERED["payment credit"], payments=None)) == []


def test_a_payment_that_entries_name_and_that_is_not_on_record_is_found() -> None:
    (found,) = check_account(replace(BOOKS, payments=(BOOKS.payments or ())[1:]))
    assert str(found).endswith("is missing, should be on record")


def test_a_payment_on_record_of_another_account_is_found() -> None:
    strayed = tuple(replace(record, account_id="C-2.EUR") for record in BOOKS.payments or ())
    assert "C-1.EUR: the account of payment" in str(check_account(replace(BOOKS, payments=strayed))[0])


def test_what_waits_in_suspense_is_what_its_payments_say() -> None:
    waiting = to_suspense(paid(None, 700))
    assert waiting.payment is not None
    record = waiting.payment.after
    suspense = AccountBooks("suspense.EUR", None, payments=(record,), entries=waiting.entries)
    assert check_account(suspense) == []
    placed = replace(record, state=PaymentState.PLACED, account_id="C-1.EUR")
    (found,) = check_account(replace(suspense, payments=(placed,)))
    assert (found.expected, found.found) == ("0.00 EUR", "7.00 EUR")
    (found,) = check_account(replace(suspense, payments=()))
    assert found.found == "missing"


def test_suspense_has_nothing_but_entries_to_check() -> None:
    suspense = AccountBooks("suspense.EUR", None, entries=(replace(FIRST, account_id="suspense.EUR"),))
    assert check_account(suspense) == []
    assert len(check_account(replace(suspense, entries=(FIRST,)))) == 1


def raised_charge() -> Books:
    """A fee, LC-1, of 40.00 that is raised to 55.00: by a correction, as when a payment was charged back."""
    made = Books()
    made.issue(invoice())
    document = invoice("LC-1", minor=4_000, kind=ItemKind.FEE, concerns="INV-1")

    def entry(key: str, minor: int, **more: Any) -> Entry:
        legs = (Leg(LedgerName.RECEIVABLE, minor, "LC-1"), Leg(LedgerName.FEES, -minor, "LC-1"))
        return made.deed(key).entry(ACCOUNT, EntryKind.FEE, eur(minor), legs, invoice="INV-1", **more)

    new = ItemChange("LC-1", None, open_item(document), document=document)
    made.post(Posting(ACCOUNT, (entry("LC-1", 4_000, due_date=document.due_date),), (new,)))
    sheet = Sheet()
    sheet.put_held(made.held("LC-1"))
    sheet.move("LC-1", made.now, 1_500, EntryKind.FEE)
    made.post(Posting(ACCOUNT, (entry("LC-1/1", 1_500),), sheet.changes()))
    return made


def test_a_charge_that_was_raised_is_no_difference() -> None:
    made = raised_charge()
    assert made.balance("LC-1") == 5_500
    assert made.differences() == []


def test_a_charge_that_was_raised_without_an_entry_is_found() -> None:
    made = raised_charge()
    made.entries.pop()
    assert any("LC-1" in difference.what for difference in made.differences())


def test_a_view_shows_a_raised_charge_with_its_own_date_and_all_that_was_charged() -> None:
    made = raised_charge()
    for entries in (made.entries, made.entries[::-1]):
        _, charge = view(ACCOUNT, entries).receivables
        assert (charge.number, charge.amount, charge.balance) == ("LC-1", eur(5_500), eur(5_500))
        assert (charge.due_date, charge.effective_at) == (invoice().due_date, made.entries[1].effective_at)
    before = view(ACCOUNT, made.entries, known_by=START.replace(hour=8, minute=1))
    assert [each.amount for each in before.receivables if each.number == "LC-1"] == [eur(4_000)]
