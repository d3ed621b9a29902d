"""MT940: the fields of SWIFT, the ways in which banks structure field 86, and another reader as a witness."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import mt940 as witness
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.adapters.statements.mt940_text import said_in
from receivables.adapters.statements.read import read_file
from receivables.banking.account import BankAccount
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from tests.bank_files import DAY, MAIN, Move, mt940
from tests.builders import eur

PAID = Move("12.50", "RE-2026-1 vom 1.3.2026", "Ada Blum", "DE89370400440532013000", ref="B1", e2e="E1")


def one(text: str, account: BankAccount = MAIN) -> bytes:
    """A statement of 0.00 to 0.00 around some rows."""
    return f":20:X\r\n:25:{account.iban or account.number}\r\n:28C:5/1\r\n:60F:C260302EUR0,00\r\n{text}\r\n:62F:C260302EUR0,00\r\n".encode()


def test_a_payment_is_told_with_all_that_the_bank_says() -> None:
    (found,) = read_file(mt940(PAID, Move("-3.00", "Entgelt")), MAIN)
    assert (found.reference, found.number, found.format) == ("STARTUMS", (1, 1), "mt940")
    assert (found.opening, found.closing) == (Balance(DAY, eur(100_000)), Balance(DAY, eur(100_950)))
    line = found.lines[0]
    assert (line.amount, line.booked_on, line.counterparty) == (eur(1250), DAY, "Ada Blum")
    assert (line.counterparty_account, line.end_to_end, line.bank_reference) == (
        "DE89370400440532013000",
        "E1",
        "B1",
    )
    assert line.remittance == ("RE-2026-1 vom 1.3.2026",)
    assert (line.code, found.lines[1].amount) == ("NTRF/166", eur(-300))


def test_reversals_have_the_side_of_what_they_move() -> None:
    (found,) = read_file(
        mt940(Move("-5.00", reversal=True), Move("7.00", reversal=True), Move("-1.00")), MAIN
    )
    assert [(line.amount.minor, line.reversal) for line in found.lines] == [
        (-500, True),
        (700, True),
        (-100, False),
    ]


def test_a_returned_direct_debit_is_a_reversal() -> None:
    assert read_file(mt940(Move("-5.00", returned=True)), MAIN)[0].lines[0].reversal


@pytest.mark.parametrize(
    ("row", "booked_on"),
    [
        (":61:2603020303C1,NTRFX", date(2026, 3, 3)),
        (":61:2512310102C1,NTRFX", date(2026, 1, 2)),
        (":61:2601021231C1,NTRFX", date(2025, 12, 31)),
        (":61:2402290229C1,NTRFX", date(2024, 2, 29)),
        (":61:2403010229C1,NTRFX", date(2024, 2, 29)),
        (":61:260302C1,NTRFX", date(2026, 3, 2)),
        (":61:991231C1,NTRFX", date(1999, 12, 31)),
    ],
)
def test_the_booking_day_is_the_one_nearest_to_the_value_date(row: str, booked_on: date) -> None:
    assert read_file(one(row), MAIN)[0].lines[0].booked_on == booked_on


@pytest.mark.parametrize(
    ("details", "expected"),
    [
        ("/EREF/E-77//REMI/USTD//RE 2026-1/CNTP/NL91ABNA0417164300/ABNANL2A/J. Jansen///", ("E-77", "RE 2026-1", "J. Jansen", None)),
        ("/TRTP/SEPA OVERBOEKING/IBAN/NL91ABNA0417164300/BIC/ABNANL2A/NAME/J. Jansen/REMI/RE 2026-1/EREF/NOTPROVIDED", (None, "RE 2026-1", "J. Jansen", None)),
        ("/REMI/STRD/CUR/1234567890123456/NAME/J. Jansen/EREF/E-77", ("E-77", None, "J. Jansen", "1234567890123456")),
        ("Zahlung RE 2026-1", (None, "Zahlung RE 2026-1", None, None)),
    ],
)  # fmt: skip
def test_field_86_is_read_in_the_structure_that_the_bank_uses(
    details: str, expected: tuple[str | None, ...]
) -> None:
    (line,) = read_file(one(f":61:260302C1,NTRFNONREF//B1\r\n:86:{details}"), MAIN)[0].lines
    assert (
        line.end_to_end,
        line.remittance[0] if line.remittance else None,
        line.counterparty,
        line.structured,
    ) == expected


def test_words_that_are_cut_at_the_end_of_a_subfield_are_whole_again() -> None:
    said = said_in("166?00GUTSCHRIFT?20SVWZ+RECHNUNG INV-2026-0001?2123 VIELEN DANK?32ADA?33 BLUM")
    assert said.remittance == ("RECHNUNG INV-2026-000123 VIELEN DANK",)
    assert said.name == "ADA BLUM"


def test_lines_of_a_field_that_were_broken_are_joined() -> None:
    said = said_in("166?00GUTSCHRIFT?20EREF+ABC-\n1?21SVWZ+RE-1")
    assert (said.end_to_end, said.remittance) == ("ABC-1", ("RE-1",))


def test_charges_and_the_ordered_amount_are_kept() -> None:
    rows = ":61:260302C97,50NTRFX//B1\r\n:86:/REMI/RE-1/OCMT/USD110,00/CHGS/EUR2,50/"
    (line,) = read_file(one(rows), MAIN)[0].lines
    assert (line.charges, line.instructed, line.remittance) == (eur(250), Money(11_000, "USD"), ("RE-1",))


def test_expected_entries_are_left_out_and_said() -> None:
    (found,) = read_file(one(":61:260302EC5,00NTRFX\r\n:61:260302C1,NTRFX"), MAIN)
    assert ([line.amount.minor for line in found.lines], found.notes) == (
        [100],
        ("1 lines are only expected, and left out",),
    )


def test_the_remark_on_the_whole_statement_belongs_to_no_line() -> None:
    content = one(":61:260302C1,NTRFX\r\n:86:RE-1") + b":86:have a nice day\r\n"
    assert read_file(content, MAIN)[0].lines[0].remittance == ("RE-1",)


def test_pages_are_statements_of_their_own_with_intermediate_balances() -> None:
    first = mt940(Move("1.00"), number="7/1").replace(b":62F:", b":62M:")
    second = mt940(Move("2.00"), opening="1001.00", number="7/2").replace(b":60F:", b":60M:")
    assert [each.number for each in read_file(first + b"\r\n" + second, MAIN)] == [(7, 1), (7, 2)]


@pytest.mark.parametrize(
    "told",
    ["DE02120300000000202051", "12030000/202051", "12030000/0000202051EUR", "DE02 1203 0000 0000 2020 51"],
)
def test_the_account_may_be_named_in_the_ways_of_banks(told: str) -> None:
    assert len(read_file(mt940(PAID, account=told), MAIN)) == 1


@pytest.mark.parametrize("told", ["DE89370400440532013000", "12030000/202052", "37040044/202051", "X", "/"])
def test_another_account_is_refused(told: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(mt940(PAID, account=told), MAIN)
    assert refused.value.field == "account"


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (one(":61:260230C1,NTRFX"), "statement.1.61.1"),
        (one(":61:2603020231C1,NTRFX"), "statement.1.61.1"),
        (one(":61:260302C1.00NTRFX"), "statement.1.61.1"),
        (one(":61:260302CNaN,NTRFX"), "statement.1.61.1"),
        (one(":61:260302C-1,00NTRFX"), "statement.1.61.1"),
        (one(":61:260302C1,005NTRFX"), "statement.1.61.1"),
        (one(":61:260302X1,00NTRFX"), "statement.1.61.1"),
        (one("").replace(b":62F:C260302EUR0,00", b""), "statement.1.62F"),
        (one("").replace(b":60F:C260302EUR0,00", b""), "statement.1.60F"),
        (one("").replace(b":25:DE02120300000000202051", b""), "statement.1.25"),
        (one("").replace(b":62F:C260302EUR0,00", b":62F:C260302CHF0,00"), "currency"),
        (one("").replace(b":60F:C260302EUR0,00", b":60F:C260302EU0,00"), "statement.1.60F"),
        (one("").replace(b":20:X\r\n", b""), "file"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(content: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(content, MAIN)
    assert refused.value.field == field


MOVES = st.builds(
    Move,
    amount=st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
    .filter(bool)
    .map(lambda d: f"{d:.2f}"),
    text=st.from_regex(r"[A-Z0-9][A-Z0-9 ]{0,24}[A-Z0-9]", fullmatch=True),
    name=st.from_regex(r"[A-Z][A-Z]{0,20}", fullmatch=True),
    ref=st.from_regex(r"[A-Z1-9]{1,16}", fullmatch=True),
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    reversal=st.booleans(),
)


@settings(max_examples=30)
@given(moves=st.lists(MOVES, min_size=1, max_size=8))
def test_another_reader_sees_the_same_movements(moves: list[Move]) -> None:
    content = mt940(*moves)
    (found,) = read_file(content, MAIN)
    (theirs,) = witness.parse_statements(content.decode("latin-1"), options=witness.Options.all())
    assert [
        (line.amount.decimal, line.booked_on, line.bank_reference, line.counterparty) for line in found.lines
    ] == [
        (
            each.data["amount"].amount,
            each.data["entry_date"],
            each.data["bank_reference"],
            each.data["applicant_name"],
        )
        for each in theirs
    ]
