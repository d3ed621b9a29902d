from datetime import date

import pytest

from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables_cli.demo.read import read_story
from receivables_cli.demo.story import Story

HEADER = "countryCode,customerID,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,SettledDate\n"


def read(text: str, currency: str = "USD", order: str | None = None) -> Story:
    return read_story(text.encode(), "ledger.csv", currency=currency, order=order, seed=1)


def test_each_row_is_an_invoice_and_its_payment() -> None:
    story = read(HEADER + "391,0379-NEVHP,611365,1/2/2013,2/1/2013,55.94,1/15/2013\n")
    (bill,), (receipt,), (debtor,) = story.bills, story.receipts, story.debtors
    assert (bill.number, bill.customer_id, bill.amount) == ("611365", "0379-NEVHP", Money(5_594, "USD"))
    assert (bill.issue_date, bill.due_date) == (date(2013, 1, 2), date(2013, 2, 1))
    assert (receipt.reference, receipt.amount, receipt.at.date()) == (
        "611365",
        bill.amount,
        date(2013, 1, 15),
    )
    assert debtor.id == "0379-NEVHP"
    assert story.invoiced() == story.received()


def test_what_is_not_settled_stays_open() -> None:
    story = read(HEADER + "1,A,1,2026-01-02,2026-02-01,5,\n")
    assert story.receipts == ()
    assert story.last > date(2026, 2, 1)


def test_rows_that_cannot_be_used_are_named_and_left_out() -> None:
    story = read(
        HEADER
        + "1,A,1,2026-01-02,2026-02-01,5,\n"
        + "1,A,1,2026-01-02,2026-02-01,5,\n"
        + "1,A,2,2026-01-02,2026-01-01,5,\n"
        + "1,A,3,2026-01-02,2026-02-01,-5,\n"
        + "1,A,4,2026-01-02,2026-02-01,5,2025-12-31\n"
        + "1,A,5\n"
    )
    assert [bill.number for bill in story.bills] == ["1"]
    assert [remark.split(":")[0] for remark in story.remarks] == [f"row {n}" for n in range(3, 8)]


def test_a_customer_may_be_a_name() -> None:
    story = read("customer,invoice,date,amount,paid\nÅse & Søn A/S,1,2026-01-02,5,\n")
    (debtor,) = story.debtors
    assert debtor.name == "Åse & Søn A/S"
    assert debtor.id.isascii()
    assert story.bills[0].customer_id == debtor.id
    assert story.bills[0].due_date is None


def test_the_currency_of_the_row_goes_before_the_one_asked_for() -> None:
    story = read("customer,invoice,date,amount,currency,paid\nA,1,2026-01-02,500,jpy,\nA,2,2026-01-02,5,,\n")
    assert [bill.amount for bill in story.bills] == [Money(500, "JPY"), Money(500, "USD")]


def test_columns_that_are_missing_are_named() -> None:
    with pytest.raises(InvalidInput, match="no column for customer_id, settled_on"):
        read("invoice,date,amount\n")


def test_dates_that_could_be_read_in_two_ways_need_an_option() -> None:
    text = "customer,invoice,date,amount,paid\nA,1,1/2/2026,5,\n"
    with pytest.raises(InvalidInput, match="date_format"):
        read(text)
    assert read(text, order="dmy").bills[0].issue_date == date(2026, 2, 1)


def test_a_file_without_a_usable_row_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no row that can be used"):
        read(HEADER + "1,A,1,2026-01-02,2026-02-01,zero,\n")
