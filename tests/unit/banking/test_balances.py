"""Whether a statement adds up, and whether statements follow one another."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from receivables.adapters.statements.read import read_file
from receivables.banking.balances import difference, gaps, passes, require_balanced
from receivables.banking.headers import StatementHeader
from receivables.banking.naming import predecessors, statement_id
from receivables.banking.statement import Balance
from receivables.core.errors import InvalidInput
from tests.bank_files import DAY, MAIN, Move, camt, mt940
from tests.builders import NOW, eur


def header(
    name: str, first: int, last: int, opening: int, closing: int, number: tuple[int, ...] = ()
) -> StatementHeader:
    """A statement from a day of March 2026 to another."""
    begins, ends = date(2026, 3, first), date(2026, 3, last)
    return StatementHeader(
        name, "main", "camt.053", name, begins, ends, NOW, "job",
        opening=Balance(begins, eur(opening)), closing=Balance(ends, eur(closing)), number=number,
    )  # fmt: skip


def test_entries_lead_from_the_opening_to_the_closing_balance() -> None:
    (right,) = read_file(camt(Move("12.50"), Move("-2.00")), MAIN)
    require_balanced(right)
    assert difference(right) is None


def test_a_difference_is_refused_and_told() -> None:
    (wrong,) = read_file(camt(Move("12.50"), closing="1013.00"), MAIN)
    assert difference(wrong) == eur(50)
    with pytest.raises(InvalidInput) as refused:
        require_balanced(wrong)
    assert (refused.value.field, "0.50 EUR" in refused.value.message) == ("closing", True)


def test_without_balances_there_is_nothing_to_differ() -> None:
    assert difference(read_file(camt(Move("12.50"), family="054"), MAIN)[0]) is None


def test_statements_that_follow_one_another_have_no_gap_in_whatever_order_they_came() -> None:
    days = [header("a", 1, 1, 0, 100), header("b", 2, 2, 100, 80), header("c", 3, 3, 80, 80)]
    assert gaps(days) == gaps(reversed(days)) == []


def test_a_missing_statement_is_told_and_the_gap_closes_when_it_comes() -> None:
    days = [header("a", 1, 1, 0, 100), header("c", 3, 3, 80, 85)]
    (gap,) = gaps(days)
    assert (gap.statement, gap.opening, gap.expected, gap.since) == ("c", eur(80), eur(100), date(2026, 3, 1))
    assert gaps([*days, header("b", 2, 2, 100, 80)]) == []


def test_statements_that_overlap_have_no_gap() -> None:
    assert gaps([header("a", 1, 1, 0, 100), header("b", 2, 2, 100, 80), header("month", 1, 31, 0, 500)]) == []


def test_a_statement_that_begins_in_the_middle_of_another_has_no_gap() -> None:
    days = [
        Move("5.00", day=date(2026, 3, 2)),
        Move("-2.00", day=date(2026, 3, 3)),
        Move("7.00", day=date(2026, 3, 4)),
    ]
    (week,) = read_file(camt(*days), MAIN)
    assert passes(week) == (100_500, 100_300)
    told = replace(header("week", 2, 4, 100_000, 101_000), passes=passes(week))
    assert gaps([told, header("later", 4, 6, 100_300, 102_000)]) == []
    assert len(gaps([told, header("later", 4, 6, 100_400, 102_000)])) == 1


def test_the_first_statement_follows_nothing() -> None:
    assert gaps([header("a", 1, 1, 55, 100)]) == []


def test_a_statement_continues_those_that_it_begins_after() -> None:
    known = [
        header("a", 2, 2, 0, 100, (1,)),
        header("b", 2, 2, 100, 80, (2,)),
        header("other", 2, 2, 70, 75, (1,)),
    ]
    (third,) = read_file(camt(Move("5.00"), opening="0.80", number="3"), MAIN)
    assert predecessors(third, known) == {"a", "b"}
    (unnumbered,) = read_file(camt(Move("5.00"), opening="0.80"), MAIN)
    assert predecessors(unnumbered, known) == frozenset()


def test_the_same_statement_has_the_same_id_in_another_file_and_another_one_has_another() -> None:
    content = mt940(Move("5.00", "RE-1"))
    (alone,), both = read_file(content, MAIN), read_file(content + b"\r\n" + mt940(Move("6.00")), MAIN)
    assert statement_id(alone, NOW) == statement_id(both[0], NOW + timedelta(days=3))
    assert statement_id(both[0], NOW) != statement_id(both[1], NOW)
    assert statement_id(alone, NOW).startswith(f"main.{DAY}.")
