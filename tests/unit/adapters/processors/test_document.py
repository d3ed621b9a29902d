"""What is taken over of other people's texts."""

from __future__ import annotations

import pytest

from receivables.adapters.processors.document import MOST_TEXT, account_in, first_text, invoice_in, texts


@pytest.mark.parametrize(
    ("told", "taken"),
    [
        ("Invoice INV-1\nmany thanks", "Invoice INV-1 many thanks"),
        ("Invoice\u00a0INV-1", "Invoice INV-1"),
        (" INV-1\t\r\n", "INV-1"),
        ("INV-1\x00", "INV-1"),
        ("\u202eINV-1", "INV-1"),
        ("\ud800INV-1", "INV-1"),
    ],
)
def test_a_text_of_several_lines_or_with_odd_spaces_is_not_lost(told: str, taken: str) -> None:
    assert first_text(told) == taken
    assert texts(told, {"note": told}) == (taken,)


@pytest.mark.parametrize("nothing", ["", " ", "\n\t", "\x00", "\u00a0", None, 7, ["x"]])
def test_what_has_nothing_in_it_is_no_text(nothing: object) -> None:
    assert first_text(nothing, "next") == "next"


def test_a_text_is_cut_where_it_is_absurdly_long() -> None:
    assert first_text("x" * 100_000) == "x" * MOST_TEXT


def test_a_number_of_digits_alone_may_come_as_a_number() -> None:
    assert invoice_in({"invoice": 10_023}) == "10023"
    assert invoice_in({"invoice": True, "invoice_number": 1.5}) is None
    assert account_in({"account": "C1.EUR"}) == "C1.EUR"
