"""camt.052, .053 and .054: every version, batches, reversals, charges, foreign currency."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from receivables.adapters.statements.read import read_file
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidInput
from receivables.core.money import Money
from tests.bank_files import DAY, IBAN, MAIN, Move, camt, document, statement
from tests.builders import eur

PAID = Move(
    "12.50",
    "Rechnung RE-1",
    "Ada Blum",
    "DE89370400440532013000",
    ref="B1",
    e2e="E1",
    structured="RF18539007547034",
    value=date(2026, 3, 1),
)
VERSIONS = [f"{n:02d}" for n in range(2, 14)]


@pytest.mark.parametrize("family", ["052", "053", "054"])
@pytest.mark.parametrize("version", VERSIONS)
def test_every_version_of_every_message_tells_the_same(family: str, version: str) -> None:
    (found,) = read_file(camt(PAID, family=family, version=version), MAIN)
    (line,) = found.lines
    assert found.format == f"camt.{family}.001.{version}"
    assert (line.amount, line.booked_on, line.valued_on) == (eur(1250), DAY, date(2026, 3, 1))
    assert (line.counterparty, line.counterparty_account) == ("Ada Blum", "DE89370400440532013000")
    assert (line.remittance, line.structured) == (("Rechnung RE-1",), "RF18539007547034")
    assert (line.end_to_end, line.bank_reference, line.reversal) == ("E1", "B1", False)


@pytest.mark.parametrize("namespace", ["", "urn:whatever", "http://bank.example/camt.053.001.02"])
def test_the_namespace_does_not_matter(namespace: str) -> None:
    (found,) = read_file(camt(PAID, namespace=namespace), MAIN)
    assert len(found.lines) == 1


def test_balances_number_and_time_are_told_of_an_end_of_day_statement_only() -> None:
    (found,) = read_file(camt(PAID, opening="-5.00", number="17"), MAIN)
    assert (found.opening, found.closing) == (Balance(DAY, eur(-500)), Balance(DAY, eur(750)))
    assert (found.number, found.created_at) == ((17,), datetime(2026, 3, 2, 17, tzinfo=UTC))
    (notified,) = read_file(camt(PAID, family="054"), MAIN)
    assert (notified.opening, notified.closing) == (None, None)


def test_the_previous_closing_balance_opens_where_there_is_no_opening_one() -> None:
    (found,) = read_file(camt(PAID).replace(b"OPBD", b"PRCD"), MAIN)
    assert found.opening == Balance(DAY, eur(100_000))


def test_several_statements_of_a_file_are_read_in_its_order() -> None:
    content = document(statement(PAID, reference="A"), statement(Move("1.00"), Move("-2.00"), reference="B"))
    assert [(each.reference, len(each.lines)) for each in read_file(content, MAIN)] == [("A", 1), ("B", 2)]


def test_what_is_only_announced_is_left_out_and_said() -> None:
    (found,) = read_file(
        camt(PAID, Move("9.00", status="PDNG"), Move("8.00", status="PDNG"), Move("7.00", status="INFO")),
        MAIN,
    )
    assert [line.amount for line in found.lines] == [eur(1250)]
    assert found.notes == (
        "2 entries with the status PDNG are not booked, and left out",
        "1 entries with the status INFO are not booked, and left out",
    )


PARTS = (Move("10.00", "RE-1", "Ada", ref="P1", e2e="E1"), Move("2.50", "RE-2", "Bo", ref="P2", e2e="E2"))


@pytest.mark.parametrize("version", ["02", "04", "08", "13"])
def test_a_batch_whose_payments_add_up_is_told_payment_by_payment(version: str) -> None:
    (found,) = read_file(camt(Move("12.50", ref="B9", announced=2, parts=PARTS), version=version), MAIN)
    assert [(line.amount.minor, line.counterparty, line.batch, line.total) for line in found.lines] == [
        (1000, "Ada", "B9", False),
        (250, "Bo", "B9", False),
    ]
    assert [line.bank_reference for line in found.lines] == ["P1", "P2"]


@pytest.mark.parametrize(
    ("move", "reason"),
    [
        (
            Move("13.00", ref="B9", announced=2, parts=PARTS),
            "the amounts of its 2 payments do not add up to it",
        ),
        (Move("12.50", ref="B9", announced=3, parts=PARTS), "it has 3 payments and tells 2 of them"),
        (
            Move("12.50", ref="B9", announced=2, parts=(PARTS[0], Move("2.70", currency="USD"))),
            "not all of its 2 payments tell their amount in EUR",
        ),
    ],
)
def test_a_batch_that_does_not_add_up_is_one_line_and_the_reason_is_told(move: Move, reason: str) -> None:
    (found,) = read_file(camt(move), MAIN)
    (line,) = found.lines
    assert (str(line.amount), line.total, line.batch) == (f"{move.amount} EUR", True, "B9")
    assert found.notes == (f"Stmt.1.Ntry.1 is taken as one line: {reason}",)


def test_a_batch_without_details_is_a_total() -> None:
    (found,) = read_file(
        camt(Move("12.50", ref="B9", announced=2), Move("3.00", batch="PMT-7", announced=1)), MAIN
    )
    assert [(line.total, line.batch) for line in found.lines] == [(True, "B9"), (False, None)]


def test_a_reversal_is_told_with_the_parties_of_what_it_takes_back() -> None:
    (found,) = read_file(camt(Move("-12.50", "RE-1", "Ada Blum", e2e="E1", reversal=True)), MAIN)
    (line,) = found.lines
    assert (line.amount, line.reversal, line.counterparty, line.end_to_end) == (
        eur(-1250),
        True,
        "Ada Blum",
        "E1",
    )


def test_a_returned_direct_debit_is_a_reversal_without_the_mark_of_one() -> None:
    (found,) = read_file(camt(Move("-12.50", e2e="E1", returned=True)), MAIN)
    assert found.lines[0].reversal


@pytest.mark.parametrize("version", ["02", "08"])
def test_charges_that_the_bank_kept_are_told_beside_the_amount_that_came(version: str) -> None:
    (found,) = read_file(camt(Move("97.50", "RE-1", charges="2.50"), version=version), MAIN)
    assert (found.lines[0].amount, found.lines[0].charges) == (eur(9750), eur(250))


def test_charges_that_are_booked_by_themselves_are_no_part_of_the_amount() -> None:
    content = camt(Move("97.50", "RE-1", charges="2.50")).replace(b"<ChrgInclInd>true", b"<ChrgInclInd>false")
    assert read_file(content, MAIN)[0].lines[0].charges is None


def test_the_booked_amount_counts_and_the_instructed_one_is_kept() -> None:
    (found,) = read_file(camt(Move("92.10", "RE-1", instructed=("100.00", "USD"))), MAIN)
    assert (found.lines[0].amount, found.lines[0].instructed) == (eur(9210), Money(10_000, "USD"))


def test_an_instructed_amount_that_is_none_moves_nothing_and_refuses_nothing() -> None:
    (found,) = read_file(camt(Move("92.10", "RE-1", instructed=("100.001", "USD"))), MAIN)
    assert found.lines[0].instructed is None


def test_an_instant_is_the_day_that_clocks_at_the_bank_show() -> None:
    content = camt(Move("1.00")).replace(
        b"<BookgDt><Dt>2026-03-02</Dt></BookgDt>", b"<BookgDt><DtTm>2026-03-02T23:30:00Z</DtTm></BookgDt>"
    )
    assert read_file(content, MAIN)[0].lines[0].booked_on == date(2026, 3, 3)


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (camt(PAID, iban="DE89370400440532013000"), "account"),
        (camt(iban="DE89370400440532013000"), "account"),
        (camt(PAID, currency="CHF"), "currency"),
        (camt(Move("1.00", currency="CHF")), "currency"),
        (camt(PAID).replace(b" Ccy='EUR'>12.50", b">12.50"), "Stmt.1.Ntry.1.Amt"),
        (camt(Move("1.00"), PAID).replace(b">12.50<", b">-12.50<"), "Stmt.1.Ntry.2.Amt"),
        (camt(PAID).replace(b">12.50<", b">NaN<"), "Stmt.1.Ntry.1.Amt"),
        (camt(PAID).replace(b">12.50<", b">1e9<"), "Stmt.1.Ntry.1.Amt"),
        (camt(PAID).replace(b">12.50<", b">12.505<"), "Stmt.1.Ntry.1.Amt"),
        (camt(PAID).replace(b">12.50<", b">99999999999999999999<"), "Stmt.1.Ntry.1.Amt"),
        (camt(Move("1.00", day=date(2400, 1, 1))), "Stmt.1.Ntry.1.BookgDt"),
        (camt(PAID).replace(b"<Dt>2026-03-01</Dt>", b"<Dt>2026-02-30</Dt>"), "Stmt.1.Ntry.1.ValDt"),
        (
            camt(PAID).replace(b"<CdtDbtInd>CRDT</CdtDbtInd><Sts>", b"<CdtDbtInd>UP</CdtDbtInd><Sts>"),
            "Stmt.1.Ntry.1.CdtDbtInd",
        ),
        (camt(PAID).replace(b"<Sts><Cd>BOOK</Cd></Sts>", b""), "Stmt.1.Ntry.1.Sts"),
        (camt(PAID).replace(f"<IBAN>{IBAN}</IBAN>".encode(), b""), "Stmt.1.Acct"),
        (
            camt(
                PAID,
                extra="<TxsSummry><TtlNtries><NbOfNtries>1000000000</NbOfNtries></TtlNtries></TxsSummry>",
            ),
            "Stmt.1.TxsSummry",
        ),
    ],
)
def test_what_cannot_be_used_is_refused_with_its_place(content: bytes, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(content, MAIN)
    assert refused.value.field == field


def test_the_refusal_of_another_account_does_not_quote_it() -> None:
    with pytest.raises(InvalidInput) as refused:
        read_file(camt(PAID, iban="DE89370400440532013000"), MAIN)
    assert "DE8937" not in str(refused.value)
