"""Creditor's references: ours are made and found again, what is mistyped is none."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import iso11649
from stdnum.be import ogm_vcs
from stdnum.ch import esr

from receivables.matching.references import Reference, normal, printed, reference_of, references_in

NUMBERS = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9_\-./ ]{0,20}", fullmatch=True).filter(
    lambda text: text == text.strip()
)


def said(structured: str) -> set[str]:
    return {f"{each.scheme}: {each.body}" for each in references_in(structured, ())}


@given(NUMBERS)
def test_the_reference_of_a_number_is_valid_and_says_it_again(number: str) -> None:
    reference = reference_of(number)
    assert reference is not None
    assert iso11649.is_valid(reference)
    for text in (reference, printed(reference), reference.lower()):
        bodies = {each.body for each in references_in(text, ()) if each.exact}
        assert (normal(number).lstrip("0") or "0") in bodies


@given(NUMBERS, st.integers(0, 40), st.sampled_from("0123456789"))
def test_one_wrong_digit_is_no_reference(number: str, place: int, digit: str) -> None:
    reference = reference_of(number) or ""
    at = place % len(reference)
    if reference[at].isdigit() and reference[at] != digit:
        wrong = reference[:at] + digit + reference[at + 1 :]
        assert normal(number).lstrip("0") not in {
            each.body
            for each in references_in(wrong, ())
            if each.exact and len(each.body) == len(normal(number))
        }


def test_a_number_that_a_reference_has_no_room_for_has_none() -> None:
    assert reference_of("A" * 22) is None
    assert reference_of("A" * 21) is not None


def test_a_reference_stands_anywhere_in_a_text() -> None:
    text = f"Danke, {printed(reference_of('INV-2026-0042') or '')} beste Gruesse"
    assert "INV20260042" in {each.body for each in references_in(None, (text,))}


@pytest.mark.parametrize(
    ("structured", "expected"),
    [
        ("+++090/9337/55493+++", "Belgian reference: 909337554"),
        ("090933755493", "Belgian reference: 909337554"),
        ("21 00000 00003 13947 14300 09017", "Swiss QR reference: 21000000000313947143000901"),
        ("1 00 00", "Finnish reference: 100"),
        ("12345672", "Finnish reference: 1234567"),
        ("1234567897", "Norwegian or Swedish reference: 123456789"),
        ("12345678903", "Norwegian reference: 1234567890"),
    ],
)
def test_schemes_of_banks_are_read(structured: str, expected: str) -> None:
    if expected.startswith("Finnish reference: 100"):
        structured = "1009"
    assert expected in said(structured)


@pytest.mark.parametrize(
    "structured", ["+++090/9337/55494+++", "21 00000 00003 13947 14300 09018", "RF99INV1", "", "x"]
)
def test_a_wrong_check_digit_is_no_reference(structured: str) -> None:
    assert not {
        each
        for each in references_in(structured, ())
        if "Belgian" in each.scheme or "Swiss" in each.scheme or each.exact
    }


@given(st.integers(0, 10**10 - 1))
def test_belgian_references_are_those_of_the_library(number: int) -> None:
    digits = f"{number:010}{number % 97 or 97:02}"
    assert ogm_vcs.is_valid(digits)
    if number:
        assert Reference("Belgian reference", str(number)) in references_in(digits, ())


@given(st.integers(1, 10**26 - 1))
def test_swiss_references_are_those_of_the_library(number: int) -> None:
    digits = f"{number:026}"
    reference = digits + esr.calc_check_digit(digits)
    assert Reference("Swiss QR reference", str(number)) in references_in(None, (f"QRR {reference}",))


def test_one_check_digit_is_weak_and_two_are_not() -> None:
    weak = {each.scheme for each in references_in("12345672", ()) if each.weak}
    assert "Finnish reference" in weak
    assert [each.weak for each in references_in("090933755493", ()) if "Belgian" in each.scheme] == [False]


def test_what_is_part_of_a_right_reference_is_none() -> None:
    """One beginning in 97 has check digits that are right by accident: RF37INV1000 within RF37INV100041."""
    for number in range(100_000, 110_000):
        bodies = {each.body for each in references_in(reference_of(f"INV{number}"), ()) if each.exact}
        assert bodies == {f"INV{number}"}
