from datetime import date

import pytest

from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from receivables.imports import (
    BadRow,
    CustomerRow,
    ImportKind,
    ImportOptions,
    InvoiceRow,
    RowError,
    read_rows,
)

HEADER = "invoice,customer,issue date,due date,amount,currency\n"


def read_one(line: str, header: str = HEADER) -> object:
    (row,) = read_rows((header + line).encode()).rows
    return row


def errors_of(line: str, header: str = HEADER) -> dict[str, str]:
    row = read_one(line, header)
    assert isinstance(row, BadRow)
    return {error.field: error.message for error in row.errors}


def test_an_invoice_row_is_read() -> None:
    assert read_one("INV-1,C-1,2026-01-02,2026-02-01,1234.50,EUR") == InvoiceRow(
        2, "INV-1", "C-1", Money(123_450, "EUR"), date(2026, 1, 2), date(2026, 2, 1), ""
    )


@pytest.mark.parametrize(
    "header",
    [
        "invoiceNumber,customerID,InvoiceDate,DueDate,InvoiceAmount,Currency\n",
        "Document No.,ACCOUNT,issue_date,due,Total,ccy\n",
        "number,Customer Number,Date,Due Date,amount,currency code\n",
    ],
)
def test_columns_are_found_by_their_usual_names(header: str) -> None:
    row = read_one("INV-1,C-1,2026-01-02,2026-02-01,12,EUR", header)
    assert isinstance(row, InvoiceRow)
    assert (row.number, row.customer_id, row.due_date) == ("INV-1", "C-1", date(2026, 2, 1))


def test_columns_may_stand_in_any_order_among_others() -> None:
    row = read_one(
        "x,12,EUR,2026-01-02,C-1,INV-1", "note 7,amount,currency,invoice date,customer id,invoice no\n"
    )
    assert isinstance(row, InvoiceRow)
    assert row.due_date is None


def test_the_more_telling_of_two_names_is_taken() -> None:
    row = read_one("INV-1,Acme,C-1,2026-01-02,5,EUR", "invoice,customer,customer_id,date,amount,currency\n")
    assert isinstance(row, InvoiceRow)
    assert row.customer_id == "C-1"


def test_a_column_that_occurs_twice_is_refused() -> None:
    with pytest.raises(InvalidInput, match="more than once"):
        read_rows(b"invoice,amount,Amount,customer,date\n")


def test_missing_columns_are_named() -> None:
    with pytest.raises(
        InvalidInput, match="looks like invoices but has no column for customer_id, issue_date"
    ):
        read_rows(b"invoice,amount,currency\n")
    with pytest.raises(InvalidInput, match="looks like customers but has no column for name"):
        read_rows(b"customer id,email\n")


def test_every_wrong_cell_of_a_row_is_named() -> None:
    assert errors_of("-,,2026-01-32,soon,0,EUR") == {
        "number": "must be 1 to 64 letters, digits, - _ . / or inner spaces",
        "customer_id": "is blank",
        "issue_date": "'2026-01-32' is not a day of the calendar",
        "due_date": "'soon' is not a date such as 2026-03-31",
        "amount": "must be more than zero; what is owed to a customer is a credit note",
    }


def test_tax_may_be_there_and_may_be_blank() -> None:
    header = HEADER.strip() + ",Tax Amount\n"
    taxed = read_one("INV-1,C-1,2026-01-02,2026-02-01,119.00,EUR,19.00", header)
    assert isinstance(taxed, InvoiceRow)
    assert taxed.tax == Money(1_900, "EUR")
    untold = read_one("INV-1,C-1,2026-01-02,2026-02-01,119.00,EUR,", header)
    assert isinstance(untold, InvoiceRow)
    assert untold.tax is None
    assert set(errors_of("INV-1,C-1,2026-01-02,2026-02-01,119.00,EUR,19%", header)) == {"tax"}


def test_a_number_of_a_vat_registration_is_no_tax() -> None:
    row = read_one("INV-1,C-1,2026-01-02,2026-02-01,119.00,EUR,DE811", HEADER.strip() + ",VAT\n")
    assert isinstance(row, InvoiceRow)
    assert row.tax is None


def test_the_same_invoice_with_another_tax_is_other_content() -> None:
    lines = "INV-1,C-1,2026-01-02,,119.00,EUR,19.00\nINV-1,C-1,2026-01-02,,119.00,EUR,18.00\n"
    rows = read_rows((HEADER.strip() + ",tax\n" + lines).encode()).rows
    assert isinstance(rows[1], BadRow)


def test_a_due_date_before_the_issue_date_is_refused() -> None:
    assert errors_of("INV-1,C-1,2026-01-02,2026-01-01,5,EUR") == {"due_date": "is before the issue date"}


def test_an_unknown_currency_is_refused_by_name() -> None:
    assert list(errors_of("INV-1,C-1,2026-01-02,2026-02-01,5,EURO")) == ["currency"]


def test_bad_rows_do_not_stop_good_ones() -> None:
    content = HEADER + "INV-1,C-1,2026-01-02,,x,EUR\nINV-2,C-1,2026-01-02,,5,EUR\nINV-3,C-1\n"
    bad, good, short = read_rows(content.encode()).rows
    assert isinstance(bad, BadRow)
    assert isinstance(good, InvoiceRow)
    assert short == BadRow(4, (RowError(4, "row", "has 2 cells, the header has 6"),))


def test_dates_of_all_date_columns_tell_the_order_together() -> None:
    row = read_one("INV-1,C-1,1/2/2026,1/31/2026,5,EUR")
    assert isinstance(row, InvoiceRow)
    assert row.issue_date == date(2026, 1, 2)


def test_an_option_settles_what_the_dates_leave_open() -> None:
    content = (HEADER + "INV-1,C-1,1/2/2026,3/4/2026,5,EUR").encode()
    with pytest.raises(InvalidInput, match="date_format"):
        read_rows(content)
    (row,) = read_rows(content, ImportOptions(date_format="dmy")).rows
    assert isinstance(row, InvoiceRow)
    assert row.due_date == date(2026, 4, 3)
    with pytest.raises(InvalidInput, match="must be iso, mdy"):
        read_rows(content, ImportOptions(date_format="ymd"))


def test_a_file_without_currencies_needs_to_be_told() -> None:
    content = b"invoice,customer,date,amount\nINV-1,C-1,2026-01-02,5\n"
    with pytest.raises(InvalidInput) as refused:
        read_rows(content)
    assert refused.value.field == "currency"
    (row,) = read_rows(content, ImportOptions(currency="JPY")).rows
    assert isinstance(row, InvoiceRow)
    assert row.amount == Money(5, "JPY")


def test_a_row_repeated_word_for_word_is_harmless_and_with_other_content_an_error() -> None:
    line = "INV-1,C-1,2026-01-02,2026-02-01,5,EUR\n"
    first, again, other = read_rows((HEADER + line + line + line.replace(",5,", ",6,")).encode()).rows
    assert isinstance(first, InvoiceRow)
    assert isinstance(again, InvoiceRow)
    assert other == BadRow(4, (RowError(4, "number", "repeats row 2 with other content"),))


def test_a_customer_row_is_read_and_its_country_gives_what_is_not_said() -> None:
    parsed = read_rows(
        b"Customer ID,Name,E-Mail,Phone,Country,Locale,SMS consent\nC-1,Acme,a@acme.example,+1 555 010 0100,de,,yes\n"
    )
    assert parsed.kind is ImportKind.CUSTOMERS
    assert parsed.rows == (
        CustomerRow(
            2,
            "C-1",
            {"name": "Acme", "email": "a@acme.example", "phone": "+15550100100", "sms_consent": True},
            {"locale": "de_DE", "timezone": "Europe/Berlin"},
        ),
    )


def test_what_a_customer_row_says_goes_before_its_country() -> None:
    (row,) = read_rows(b"id,name,country,locale\nC-1,Acme,CH,fr-CH\n").rows
    assert isinstance(row, CustomerRow)
    assert row.fields["locale"] == "fr_CH"
    assert row.defaults == {"timezone": "Europe/Zurich"}


def test_an_unknown_country_matters_only_where_it_is_needed() -> None:
    header = b"id,name,country,locale,timezone\n"
    (bad,) = read_rows(header + b"C-1,Acme,391,,\n").rows
    (good,) = read_rows(header + b"C-1,Acme,391,en_US,UTC\n").rows
    assert isinstance(bad, BadRow)
    assert isinstance(good, CustomerRow)


def test_ten_thousand_rows_are_read() -> None:
    lines = "".join(f"INV-{i},C-{i % 100},2026-01-02,2026-02-01,{i + 1}.25,EUR\n" for i in range(10_000))
    rows = read_rows((HEADER + lines).encode()).rows
    assert len(rows) == 10_000
    assert sum(row.amount.minor for row in rows if isinstance(row, InvoiceRow)) == sum(
        100 * (i + 1) + 25 for i in range(10_000)
    )
