"""BAI2: records, continuations, balances, control totals, and another reader as a witness."""

from __future__ import annotations

from datetime import date

import pytest
from bai2 import bai2 as witness  # type: ignore[import-untyped]

from receivables.adapters.statements.read import read_file
from receivables.banking.account import BankAccount
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from tests.bank_files import DAY, bai2

US = BankAccount("us", "Operating", "USD", number="0987654321", timezone="America/New_York", rev=1)
MOVES = (
    ("165", 150_000, "Z,REF1,CUST1,ACME CORP INV 2026-17/"),
    ("195", 99, "V,260301,1200,REF2,,WIRE/"),
    ("475", 2_500, ",REF3,1234,CHECK PAID/"),
    ("301", 700, "S,100,500,100,REF4,,DEPOSIT/"),
    ("277", 300, "D,2,0,100,1,200,REF5,,ZBA/"),
)


def usd(minor: int) -> Money:
    return Money(minor, "USD")


def test_movements_have_the_side_of_their_type_and_the_dates_of_their_funds() -> None:
    (found,) = read_file(bai2(*MOVES), US)
    assert [(line.code, line.amount.minor, line.bank_reference, line.valued_on) for line in found.lines] == [
        ("165", 150_000, "REF1", None),
        ("195", 99, "REF2", date(2026, 3, 1)),
        ("475", -2_500, "REF3", None),
        ("301", 700, "REF4", None),
        ("277", 300, "REF5", None),
    ]
    first = found.lines[0]
    assert (first.booked_on, first.remittance, first.end_to_end) == (DAY, ("ACME CORP INV 2026-17",), "CUST1")


def test_balances_are_told_by_their_types() -> None:
    (found,) = read_file(bai2(*MOVES), US)
    assert (found.opening, found.closing) == (Balance(DAY, usd(100_000)), Balance(DAY, usd(248_599)))


def test_another_reader_sees_the_same_movements() -> None:
    content = bai2(*MOVES)
    theirs = witness.parse_from_string(content.decode()).children[0].children[0].children
    ours = read_file(content, US)[0].lines
    assert [(each.type_code.code, each.amount, each.bank_reference, each.text) for each in theirs] == [
        (line.code, abs(line.amount.minor), line.bank_reference, line.remittance[0]) for line in ours
    ]


def test_fields_and_texts_are_continued() -> None:
    content = bai2(("165", 100, "Z,REF1,CUST1,PAYMENT OF")).replace(
        b"PAYMENT OF", b"PAYMENT OF\r\n88,INVOICE 17,\r\n88,THANKS/"
    )
    assert read_file(content, US)[0].lines[0].remittance == ("PAYMENT OF INVOICE 17, THANKS",)
    ended = bai2(("165", 100, "Z,REF1,CUST1,/")).replace(b"CUST1,/", b"CUST1,/\r\n88,INVOICE 17/")
    assert read_file(ended, US)[0].lines[0].remittance == ("INVOICE 17",)


@pytest.mark.parametrize("between", [",/\r\n88,", ",,/\r\n88,", ",,,/\r\n88,"])
def test_balances_go_on_in_a_continuation(between: str) -> None:
    content = bai2(*MOVES).replace(b",,,015,", f"{between}015,".encode())
    (found,) = read_file(content, US)
    assert found.closing == Balance(DAY, usd(248_599))


@pytest.mark.parametrize("code", ["555", "557", "558", "552", "252", "257", "258"])
def test_returned_and_reversed_items_are_reversals(code: str) -> None:
    (line,) = read_file(bai2((code, 100, ",R,,RETURN/")), US)[0].lines
    assert line.reversal
    assert (line.amount.minor > 0) == code.startswith("2")


def test_remarks_and_loans_are_left_out_and_said() -> None:
    (found,) = read_file(bai2(("165", 100, ",R,,X/"), ("890", 0, ",,,a remark/")), US)
    assert (len(found.lines), found.notes) == (
        1,
        ("1 records of type 890 tell of no movement, and are left out",),
    )


def test_yen_have_no_decimals() -> None:
    japan = BankAccount("jp", "Tokyo", "JPY", number="987654321", rev=1)
    assert read_file(bai2(("165", 1500, ",R,,X/"), currency="JPY"), japan)[0].lines[0].amount == Money(
        1500, "JPY"
    )


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (bai2(*MOVES, account="111"), "account"),
        (bai2(*MOVES, currency="CAD"), "currency"),
        (bai2(*MOVES).replace(b"16,165,150000,", b"16,165,150001,"), "record.9"),
        (bai2(*MOVES).replace(b"16,165,150000,", b"16,165,-150000,"), "record.4"),
        (bai2(*MOVES).replace(b"16,165,150000,", b"16,165,1500.00,"), "record.4"),
        (bai2(*MOVES).replace(b"16,165,150000,", b"16,165,NaN,"), "record.4"),
        (bai2(*MOVES).replace(b"16,165,150000,", b"16,165,99999999999999999999,"), "record.4"),
        (bai2(*MOVES).replace(b",1,260302,2359", b",1,260231,2359"), "record.2"),
        (bai2(*MOVES).replace(b",1,260302,2359", b",4,260302,2359"), "record.2"),
        (bai2(*MOVES).replace(b",V,260301,", b",V,261301,"), "record.5"),
        (bai2(*MOVES).replace(b",D,2,", b",D,x,"), "record.8"),
        (bai2(*MOVES).rpartition(b"\r\n")[0], "file"),
        (bai2(*MOVES) + b"\r\n77,what/", "record.12"),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(content: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(content, US)
    assert refused.value.field == field
