"""CSV files of banks: found out by example, then read by the mapping that was saved."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from receivables.adapters.statements.csv_file import as_amount, as_day
from receivables.adapters.statements.read import mapping_by_example, read_file
from receivables.banking.mapping import Columns, CsvMapping, DateOrder, checked
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidFields, InvalidInput
from tests.bank_files import MAIN
from tests.builders import eur

GERMAN = (
    "Kontoinhaber;Muster GmbH\nZeitraum;01.03.2026 - 02.03.2026\n\n"
    '"Buchungstag";"Valutadatum";"Name Zahlungsbeteiligter";"IBAN Zahlungsbeteiligter";"Verwendungszweck";"Betrag";"Währung";"Saldo nach Buchung"\n'
    '"02.03.2026";"02.03.2026";"Ada Blum";"DE89 3704 0044 0532 0130 00";"RE-2026-1";"1.234,50";"EUR";"2.231,50"\n'
    '"01.03.2026";"28.02.2026";"Bank";"";"Entgelt";"-3,00";"EUR";"997,00"\n'
    ";;;;Summe;;;\n"
).encode("cp1252")
ENGLISH = b"Date,Description,Memo,Money In,Money Out,Balance\n13/03/2026,Ada Blum,INV 1,12.50,,112.50\n14/03/2026,Fee,,,2.00,110.50\n"
AMERICAN = b'Posting Date,Description,Amount,Type\n03/13/2026,"ACME, INC",-1.50,DEBIT\n03/14/2026,ACME,"1,000.00",CREDIT\n'
DUTCH = b'"Datum","Naam / Omschrijving","Tegenrekening","Af Bij","Bedrag (EUR)","Mededelingen"\n"20260302","J Jansen","NL91ABNA0417164300","Bij","10,00","RE-1"\n"20260302","Winkel","","Af","4,00","x"\n'


def read_by_example(content: bytes, **told: Any) -> Any:
    mapping = mapping_by_example(content, told)
    (found,) = read_file(content, replace(MAIN, mapping=mapping))
    return found


def test_a_german_file_explains_itself() -> None:
    found = read_by_example(GERMAN)
    paid, fee = found.lines
    assert (paid.amount, paid.booked_on, paid.counterparty) == (eur(123_450), date(2026, 3, 2), "Ada Blum")
    assert (paid.counterparty_account, paid.remittance) == ("DE89370400440532013000", ("RE-2026-1",))
    assert (fee.amount, fee.valued_on) == (eur(-300), date(2026, 2, 28))
    assert (found.opening, found.closing) == (
        Balance(date(2026, 3, 1), eur(100_000)),
        Balance(date(2026, 3, 2), eur(223_150)),
    )
    assert found.notes == ("1 rows without date and amount are left out",)


def test_an_english_file_has_a_column_for_each_side() -> None:
    found = read_by_example(ENGLISH)
    assert [line.amount for line in found.lines] == [eur(1250), eur(-200)]
    assert found.lines[0].remittance == ("Ada Blum", "INV 1")
    assert (found.opening, found.closing) == (
        Balance(date(2026, 3, 13), eur(10_000)),
        Balance(date(2026, 3, 14), eur(11_050)),
    )


def test_an_american_file_has_the_month_first() -> None:
    mapping = mapping_by_example(AMERICAN)
    assert (mapping.dates, mapping.decimal, mapping.delimiter) == (DateOrder.MONTH_FIRST, ".", ",")
    assert [line.amount for line in read_by_example(AMERICAN).lines] == [eur(-150), eur(100_000)]


def test_a_column_may_tell_the_side() -> None:
    found = read_by_example(
        DUTCH, columns={"amount": "Bedrag (EUR)", "side": "Af Bij", "counterparty": "Naam / Omschrijving"}
    )
    assert [line.amount for line in found.lines] == [eur(1000), eur(-400)]
    assert found.lines[0].remittance == ("RE-1",)


@pytest.mark.parametrize(
    ("sample", "told", "field"),
    [
        (b"a;b\n1;2\n", {}, "sample"),
        (b"Datum;Betrag\n", {}, "sample"),
        (b"Betrag;Saldo\n1,00;2,00\n", {}, "columns.booked_on"),
        (b"Datum;Saldo\n1.3.2026;2,00\n", {}, "columns.amount"),
        (b"Date,Amount\n01/02/2026,1.00\n", {}, "dates"),
        (b"Datum;Betrag\n1.3.2026;1.000\n", {}, "decimal"),
        (b"Datum;Betrag\n1.3.2026;1.000,00\n2.3.2026;1,000.00\n", {}, "decimal"),
        (b"Datum;Betrag\n1.3.2026;1,00\n", {"columns": {"amount": "Umsatz"}}, "file"),
        (b"<Document/>", {}, "sample"),
    ],
)
def test_what_a_sample_does_not_tell_is_asked_for(sample: bytes, told: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        mapping_by_example(sample, told)
    assert refused.value.field == field


MAPPED = replace(
    MAIN,
    mapping=CsvMapping(
        Columns("Tag", amount="Betrag", currency="W", remittance=("Z1", "Z2", "Z3"), bank_reference="Ref")
    ),
)
HEADER = "Tag;Betrag;W;Z1;Z2;Z3;Ref\n"


def test_several_columns_of_remittance_and_quoted_line_breaks_are_one_line() -> None:
    content = HEADER + '02.03.26;1,00;EUR;RE-1;"zweite\nZeile";;R1\n'
    (line,) = read_file(content.encode(), MAPPED)[0].lines
    assert (line.remittance, line.bank_reference, line.booked_on) == (
        ("RE-1", "zweite Zeile"),
        "R1",
        date(2026, 3, 2),
    )


@pytest.mark.parametrize(
    ("row", "field"),
    [
        ("02.03.2026;NaN;EUR;;;;", "row.2.amount"),
        ("02.03.2026;;EUR;;;;", "row.2.amount"),
        ("02.03.2026;1.5;EUR;;;;", "row.2.amount"),
        ("02.03.2026;1,005;EUR;;;;", "row.2.amount"),
        ("02.03.2026;--1,00;EUR;;;;", "row.2.amount"),
        ("02.03.2026;1e5;EUR;;;;", "row.2.amount"),
        ("02.03.2026;1,00;USD;;;;", "currency"),
        ("31.02.2026;1,00;EUR;;;;", "row.2.booked_on"),
        ("gestern;1,00;EUR;;;;", "row.2.booked_on"),
        ("01.01.9999;1,00;EUR;;;;", "row.2.booked_on"),
        ('02.03.2026;"1,00;EUR;;;;', "row.2.amount"),
    ],
)
def test_a_row_that_cannot_be_used_refuses_the_file(row: str, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(f"{HEADER}{row}\n".encode(), MAPPED)
    assert refused.value.field == field


def test_a_file_without_its_columns_or_without_a_mapping_is_refused() -> None:
    with pytest.raises(InvalidInput, match="no row that names the columns"):
        read_file(b"Tag;Betrag\n02.03.2026;1,00\n", MAPPED)
    with pytest.raises(InvalidInput) as refused:
        read_file(b"Tag;Betrag\n02.03.2026;1,00\n", MAIN)
    assert refused.value.field == "mapping"


@pytest.mark.parametrize(
    ("text", "decimal", "minor"),
    [
        ("1.234,5", ",", 123_450), ("1234,50", ",", 123_450), ("1,234.50", ".", 123_450), ("1'234.50", ".", 123_450),
        ("1 234,50", ",", 123_450), ("1\u202f234,50", ",", 123_450), ("+5,00", ",", 500), ("5,00-", ",", -500),
        ("(5.00)", ".", -500), ("−5,00", ",", -500), ("5,00EUR", ",", 500), ("0,00", ",", 0), ("1.234", ",", 123_400),
    ],
)  # fmt: skip
def test_amounts_are_read_as_banks_write_them(text: str, decimal: str, minor: int) -> None:
    assert as_amount(text, "EUR", decimal, "amount") == eur(minor)


@pytest.mark.parametrize("text", ["", "-", "1.23", "1,2,3", "12.34,5", "(5,00", "+-5", "٣,00", "5,00 %"])
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        as_amount(text, "EUR", ",", "amount")


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("2026-03-02", DateOrder.YEAR_FIRST), ("20260302", DateOrder.YEAR_FIRST), ("02.03.26", DateOrder.DAY_FIRST),
        ("2/3/2026", DateOrder.DAY_FIRST), ("3/2/2026 08:15", DateOrder.MONTH_FIRST), ("03022026", DateOrder.MONTH_FIRST),
    ],
)  # fmt: skip
def test_dates_are_read_in_the_order_of_the_mapping(text: str, order: DateOrder) -> None:
    assert as_day(text, order, "day") == date(2026, 3, 2)


@pytest.mark.parametrize(
    "mapping",
    [
        CsvMapping(Columns("A")),
        CsvMapping(Columns("A", amount="B", credit="C")),
        CsvMapping(Columns("A", credit="C", side="D")),
        CsvMapping(Columns("A", amount="A")),
        CsvMapping(Columns("A", amount="B"), delimiter="x"),
        CsvMapping(Columns("A", amount="B"), decimal=";"),
    ],
)
def test_a_mapping_by_which_nothing_can_be_read_is_refused(mapping: CsvMapping) -> None:
    with pytest.raises(InvalidFields):
        checked(mapping)
