import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest
from rich.console import Console

from receivables.cases.case import Stage
from receivables.core.money import Money
from receivables.ledger import Account, Invoice, InvoiceStatus, issue_invoice, post_payment
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables_cli.demo.books import Books
from receivables_cli.demo.checks import Check, check
from receivables_cli.demo.play import Counts
from receivables_cli.demo.story import Bill, Receipt, Story
from receivables_cli.demo.summary import show_summary
from tests import builders
from tests.builders import NOW, eur

ISSUED = NOW.date()
DUE = ISSUED + timedelta(days=30)


def story() -> Story:
    bills = (Bill("INV-1", "C-1", eur(10_000), ISSUED, DUE), Bill("INV-2", "C-1", eur(5_000), ISSUED, DUE))
    receipt = Receipt("INV-1-1", "stripe", eur(10_000), NOW + timedelta(days=33), "INV-1", "Ada")
    return Story("two invoices", ISSUED, ISSUED + timedelta(days=60), (), bills, (receipt,))


def reminder(*numbers: str, days: int = 33, step: int = 3, notice_id: str = "ntc_1") -> Notice:
    items = tuple(NoticeItem(number, 5_000, step, reached=True) for number in numbers)
    made = builders.notice(items=items, at=NOW + timedelta(days=days), state=NoticeState.SENT)
    return replace(made, id=notice_id)


def books() -> Books:
    """The story as it should be booked: the first invoice paid after 33 days, the second reminded of that evening."""
    first, second = (builders.invoice(n, minor=m) for n, m in (("INV-1", 10_000), ("INV-2", 5_000)))
    items = {invoice.number: issue_invoice(invoice, "test") for invoice in (first, second)}
    paid = post_payment(builders.payment("INV-1"), "C-1.EUR", items["INV-1"][0])
    return Books(
        accounts=[Account("C-1.EUR", "C-1", eur(5_000), eur(0))],
        invoices={"INV-1": closed(first), "INV-2": second},
        open_items={"INV-2": items["INV-2"][0]},
        entries=[*(posting.entry for _, posting in items.values()), paid.entry],
        notices=[reminder("INV-2")],
    )


def closed(invoice: Invoice) -> Invoice:
    return replace(invoice, status=InvoiceStatus.CLOSED, closed_at=NOW + timedelta(days=33, hours=-1))


def broken(found: list[Check]) -> list[str]:
    return [each.what for each in found if not each.holds]


def test_books_that_are_right_pass_every_check() -> None:
    assert broken(check(books(), story(), Counter(["ntc_1"]))) == []


def test_an_invoice_that_is_missing_or_changed_is_found() -> None:
    wrong = books()
    wrong.invoices["INV-2"] = replace(wrong.invoices["INV-2"], amount=eur(5_001))
    assert "every invoice is there with its amount" in broken(check(wrong, story(), Counter(["ntc_1"])))
    del wrong.invoices["INV-2"], wrong.open_items["INV-2"]
    wrong.notices.clear()
    assert "every invoice is there with its amount" in broken(check(wrong, story(), Counter()))


def test_an_invoice_that_is_neither_open_nor_closed_is_found() -> None:
    wrong = books()
    del wrong.open_items["INV-2"]
    assert "every invoice is paid, open or in a case" in broken(check(wrong, story(), Counter(["ntc_1"])))


def test_a_cent_too_little_is_found() -> None:
    wrong = books()
    wrong.accounts = [replace(wrong.accounts[0], balance=eur(4_999))]
    assert broken(check(wrong, story(), Counter(["ntc_1"]))) == [
        "balances agree with the entries to the cent"
    ]


def test_a_payment_that_was_lost_is_found() -> None:
    wrong = books()
    wrong.entries.pop()
    assert "invoiced and received agree with the file to the cent" in broken(
        check(wrong, story(), Counter(["ntc_1"]))
    )


@pytest.mark.parametrize("days", [-1, 33], ids=["before its date", "after its payment"])
def test_a_notice_at_the_wrong_time_is_found(days: int) -> None:
    wrong = books()
    wrong.notices = [reminder("INV-1", days=days)]
    what = "no notice before the invoice's date or after its payment"
    assert broken(check(wrong, story(), Counter(["ntc_1"]))) == [what]


def test_a_step_that_was_sent_twice_is_found_but_not_one_that_was_released() -> None:
    wrong = books()
    wrong.notices = [reminder("INV-2"), reminder("INV-2", notice_id="ntc_2")]
    what = "at most one notice for an invoice, step and channel"
    assert broken(check(wrong, story(), Counter(["ntc_1", "ntc_2"]))) == [what]
    wrong.notices[1] = replace(wrong.notices[1], state=NoticeState.RELEASED)
    assert broken(check(wrong, story(), Counter(["ntc_1"]))) == []


@pytest.mark.parametrize(
    "mailed", [[], ["ntc_1", "ntc_1"], ["ntc_1", "ntc_9"]], ids=["none", "two", "another"]
)
def test_mail_that_does_not_match_the_notices_is_found(mailed: list[str]) -> None:
    what = "every notice sent is one e-mail, and every e-mail one notice"
    assert broken(check(books(), story(), Counter(mailed))) == [what]


def test_the_summary_says_what_became_of_the_ledger() -> None:
    told = books()
    told.cases = [builders.case("C-1.EUR", "INV-2", stage=Stage.SUSPENDED)]
    console = Console(width=120, record=True, file=io.StringIO())
    counts = Counts(date(2026, 5, 1), days=60, webhooks=1)
    show_summary(console, told, counts, check(told, story(), Counter(["ntc_1"])))
    text = console.export_text()
    assert "EUR         2" in text
    assert "suspended" in text
    assert "50.00 EUR" in text
    assert " ok every invoice is there with its amount" in text


def test_money_of_two_currencies_is_never_added_up() -> None:
    bills = (Bill("A", "C", eur(1), ISSUED, DUE), Bill("B", "C", Money(2, "JPY"), ISSUED, DUE))
    assert Story("", ISSUED, ISSUED, (), bills, ()).invoiced() == {"EUR": eur(1), "JPY": Money(2, "JPY")}
