import io
from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from rich.console import Console

from receivables.arrangements import Part, Promise, PromiseState
from receivables.cases.case import Stage
from receivables.core.money import Money
from receivables.ledger import Account, ChargeDetail, EntryKind, Invoice, InvoiceStatus, ItemKind
from receivables.ledger.allocation import Named
from receivables.ledger.issuing import issue_invoice
from receivables.ledger.receiving import receive
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables.terms import Settlement
from receivables_cli.demo.books import Books
from receivables_cli.demo.checks import Check, check, nightly
from receivables_cli.demo.play import Counts
from receivables_cli.demo.story import Act, Bill, Receipt, Story
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
    issued = [issue_invoice(invoice, "test") for invoice in (first, second)]
    items = [change.after for posting in issued for change in posting.items if change.after]
    paid = receive(
        builders.payment("INV-1"),
        "C-1.EUR",
        items[:1],
        named=[Named("INV-1")],
        settlement=Settlement(),
        tz=ZoneInfo("UTC"),
    )
    return Books(
        accounts=[Account("C-1.EUR", "C-1", eur(5_000), eur(0))],
        invoices={"INV-1": closed(first), "INV-2": second},
        open_items={"INV-2": items[1]},
        entries=[entry for posting in (*issued, paid) for entry in posting.entries],
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
    assert "invoiced, received and returned agree with the file to the cent" in broken(
        check(wrong, story(), Counter(["ntc_1"]))
    )


def test_money_that_went_back_and_should_not_have_is_found() -> None:
    right = books()
    act = Act(ISSUED, "/payments/p/chargebacks", {}, returns=eur(1))
    told = replace(story(), acts=(act,))
    what = "invoiced, received and returned agree with the file to the cent"
    assert broken(check(right, told, Counter(["ntc_1"]))) == [what]


def late_fee(
    number: str, invoice: str, period: str = "2026-04-02", notes: tuple[str, ...] = ("flat",)
) -> Invoice:
    detail = ChargeDetail("fee", "net-30/1", period, notes=notes)
    made = builders.invoice(number, minor=4_000)
    return replace(made, kind=ItemKind.FEE, concerns=invoice, charge=detail, status=InvoiceStatus.CLOSED)


def test_a_late_charge_that_is_there_twice_or_without_working_is_found() -> None:
    what = "one late charge for an invoice, rule and period, as its working says"
    charged = books()
    charged.invoices["LC-1"] = late_fee("LC-1", "INV-2")
    charged.invoices["LC-2"] = late_fee("LC-2", "INV-2", "2026-05-02")
    assert broken(check(charged, story(), Counter(["ntc_1"]))) == []
    charged.invoices["LC-3"] = late_fee("LC-3", "INV-2")
    assert broken(check(charged, story(), Counter(["ntc_1"]))) == [what]
    charged.invoices["LC-3"] = late_fee("LC-3", "INV-1", notes=())
    assert broken(check(charged, story(), Counter(["ntc_1"]))) == [what]


def test_a_promise_that_did_not_end_as_it_had_to_is_found() -> None:
    what = "promises, plans and disputes ended as they had to"
    told = replace(story(), outcomes={("C-1.EUR", "promise"): "kept"})
    agreed = books()
    assert broken(check(agreed, told, Counter(["ntc_1"]))) == [what]
    part = Part(DUE, eur(5_000))
    promise = Promise("prm_1", "C-1.EUR", (), (part,), "Ada", "phone", "finance", NOW)
    agreed.arrangements = [promise]
    assert broken(check(agreed, told, Counter(["ntc_1"]))) == [what]
    agreed.arrangements = [replace(promise, state=PromiseState.KEPT)]
    assert broken(check(agreed, told, Counter(["ntc_1"]))) == []


def test_an_invoice_is_paid_on_the_day_the_money_moved_whenever_the_bank_told_of_it() -> None:
    told = books()
    (paid,) = [entry for entry in told.entries if entry.kind is EntryKind.PAYMENT]
    told.entries.remove(paid)
    told.entries.append(replace(paid, recorded_at=paid.recorded_at + timedelta(days=9)))
    assert {bill.number: bill.paid_on for bill in told.paid()} == {
        "INV-1": paid.effective_at.date(),
        "INV-2": None,
    }
    told.notices.append(reminder("INV-1", days=(paid.effective_at - NOW).days + 1, notice_id="ntc_2"))
    assert broken(check(told, story(), Counter(["ntc_1", "ntc_2"]))) == []


def verdict(**changes: object) -> dict[str, object]:
    zero = {"amount": "0.00", "currency": "EUR"}
    found = {"accounts": 1, "entries": 3, "finished_at": "2026-05-01T23:00:00Z", "findings": []}
    return found | {"balances": [{"currency": "EUR", "sum": zero}]} | changes


def test_the_nightly_check_has_to_finish_without_differences_over_books_that_balance() -> None:
    assert [each.holds for each in nightly(verdict())] == [True, True]
    finding = {"account_id": "C-1.EUR", "difference": "balance is 1, should be 2"}
    assert [each.holds for each in nightly(verdict(findings=[finding]))] == [False, True]
    assert [each.holds for each in nightly(verdict(finished_at=None))] == [False, True]
    uneven = [{"currency": "EUR", "sum": {"amount": "0.01", "currency": "EUR"}}]
    assert nightly(verdict(balances=uneven))[1].found == ("EUR",)


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
    assert "Arrangements: none" in text


def test_money_of_two_currencies_is_never_added_up() -> None:
    bills = (Bill("A", "C", eur(1), ISSUED, DUE), Bill("B", "C", Money(2, "JPY"), ISSUED, DUE))
    assert Story("", ISSUED, ISSUED, (), bills, ()).invoiced() == {"EUR": eur(1), "JPY": Money(2, "JPY")}
